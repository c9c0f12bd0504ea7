"""What browsers and others send to `tui-portal serve`: slowly, too much of it, or nothing that HTTP knows."""

from __future__ import annotations

import itertools
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.conftest import Clock
from tests.portal.browsing import Served, proof_in, serve
from tests.portal.wire import Wire, ask
from tui_portal.config import Settings
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm

HOST = "Host: 127.0.0.1"
_FORM = "Content-Type: application/x-www-form-urlencoded"
_MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One portal for all who change nothing. It has nothing to say of what they send."""
    office = create_firm(
        tmp_path_factory.mktemp("shared") / "firm.sqlite3",
        Settings(),
        firm="Hansen & Partner",
        owner_login="olga",
        owner_name="Olga Owner",
        owner_email="olga@hansen-partner.example",
        clock=Clock(),
    )
    with serve(office, '[firm]\nportal_url = "http://127.0.0.1:8080"\n', "--no-delivery") as running:
        yield running
        assert _told(running) == ""
    office.database.close()


@pytest.fixture
def hasty(office: Context) -> Iterator[Served]:
    """The portal with little patience, and few connections at a time."""
    config = (
        '[firm]\nportal_url = "http://127.0.0.1:8080"\n'
        "[limits]\nrequest_seconds = 1\nstop_seconds = 1\nportal_connections = 120\n"
    )
    with serve(office, config, "--no-delivery") as running:
        yield running


def _told(served: Served) -> str:
    """What the server says until its end, which is in order."""
    assert served.stop() == 0
    assert served.process.stderr is not None
    return served.process.stderr.read()


def test_a_hundred_slow_browsers_keep_nobody_out_and_are_sent_away(hasty: Served) -> None:
    with ExitStack() as all_of_them:
        silent = all_of_them.enter_context(Wire(hasty.url))
        heads = [all_of_them.enter_context(Wire(hasty.url)) for _ in range(50)]
        bodies = [all_of_them.enter_context(Wire(hasty.url)) for _ in range(50)]
        for head in heads:
            head.socket.sendall(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        for body in bodies:
            body.send("POST /login HTTP/1.1", HOST, _FORM, "Content-Length: 100", body=b"username=")

        assert httpx.get(f"{hasty.url}/login").status_code == 200

        for slow in (*heads, *bodies):
            assert slow.answer().status == 408
            assert slow.rest() == b""
        assert silent.rest() == b""  # who has said nothing is told nothing

    assert _told(hasty) == ""


def test_a_kept_connection_may_be_silent_for_longer_than_a_request_may_take(hasty: Served) -> None:
    with Wire(hasty.url) as kept, Wire(hasty.url) as slow:
        kept.send("GET /healthz HTTP/1.1", HOST)
        assert kept.answer().status == 200
        slow.socket.sendall(b"GET")
        assert slow.answer().status == 408  # a request would have taken too long by now

        kept.send("GET /healthz HTTP/1.1", HOST)
        assert kept.answer().status == 200


def test_whoever_comes_when_all_places_are_taken_gets_that_of_the_one_who_waited_longest(office: Context) -> None:
    config = '[firm]\nportal_url = "http://127.0.0.1:8080"\n[limits]\nportal_connections = 10\n'
    with serve(office, config, "--no-delivery") as served, ExitStack() as all_of_them:
        first = all_of_them.enter_context(Wire(served.url))
        first.socket.sendall(b"GET / HTTP/1.1\r\n")
        for _ in range(9):
            all_of_them.enter_context(Wire(served.url))
        assert httpx.get(f"{served.url}/login").status_code == 200
        assert first.rest() == b""


def test_whoever_does_not_take_the_answers_is_sent_away(hasty: Served) -> None:
    asked = b"GET /static/pages.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with Wire(hasty.url) as deaf:
        deaf.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert _sent_in_vain(deaf, asked * 100)


@pytest.mark.parametrize("length", [f"Content-Length: {1000 * _MEGABYTE}", "Transfer-Encoding: chunked"])
def test_too_large_a_body_is_refused_before_it_is_read(shared: Served, length: str) -> None:
    piece = b"x" * 65_536
    if length.startswith("Transfer"):
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    with Wire(shared.url) as wire:
        wire.send("POST /login HTTP/1.1", HOST, _FORM, length)
        assert _sent_in_vain(wire, piece) < 100 * _MEGABYTE  # what lies in the buffers between here and there
        assert wire.rest().startswith(b"HTTP/1.1 413 ")

    assert httpx.get(f"{shared.url}/login").status_code == 200


def test_a_body_of_ten_megabytes_is_answered_like_any_other(shared: Served) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = httpx.post(f"{shared.url}/login", content=b"x" * 10 * _MEGABYTE, headers=form)

    assert answer.status_code == 413
    assert "Nothing was changed" in answer.text


def test_who_asks_whether_ten_megabytes_may_come_is_told_before_they_do(shared: Served) -> None:
    with Wire(shared.url) as wire:
        wire.send("POST /login HTTP/1.1", HOST, _FORM, f"Content-Length: {10 * _MEGABYTE}", "Expect: 100-continue")
        answer = wire.answer()

    assert answer.status == 413
    assert b"too much" in answer.body


ODD: list[tuple[list[str], int]] = [
    (["GET /login HTTP/1.1"], 400),
    (["GET /login HTTP/1.1", HOST, HOST], 400),
    (["GET /login HTTP/1.1", HOST, "Host: evil.example"], 400),
    (["GET /login HTTP/1.0"], 400),
    (["GET /login HTTP/1.1", "Host: 127.0.0.1:8080"], 200),
    (["GET /login HTTP/1.1", "Host: 127.0.0.1:"], 200),
    (["GET /login HTTP/1.1", "Host: 127.0.0.1:evil"], 421),
    (["GET /login HTTP/1.1", "Host: 127.0.0.1/evil"], 421),
    (["GET /login HTTP/1.1", "Host: evil@127.0.0.1"], 421),
    (["GET /login HTTP/1.1", "Host: [::1]:8080"], 421),
    (["GET /login HTTP/1.1", "Host:"], 421),
    (["GET http://127.0.0.1:8080/login HTTP/1.1", "Host: evil.example"], 200),
    (["GET HTTP://127.0.0.1 HTTP/1.1", HOST], 303),
    (["GET http://evil.example/login HTTP/1.1", HOST], 421),
    (["GET login HTTP/1.1", HOST], 404),
    (["OPTIONS * HTTP/1.1", HOST], 404),
    (["CONNECT evil.example:443 HTTP/1.1", HOST], 405),
    (["_SHOW /login HTTP/1.1", HOST], 405),
    (["DISPATCH /login HTTP/1.1", HOST], 405),
    (["GET /login HTTP/1.1", HOST, "Content-Length: 1", "Content-Length: 2"], 400),
    (["GET /login HTTP/1.1", HOST, "Content-Length: -1"], 400),
    (["GET /login HTTP/1.1", HOST, "X: a\x00b"], 400),
    (["GET /login HTTP/1.1", HOST, "X : a"], 400),
    (["GET /login FTP/1.1", HOST], 400),
    (["GET /l\xf6gin HTTP/1.1", HOST], 400),
    (["\x16\x03\x01\x02"], 400),
    (["GET /login HTTP/1.1", HOST, *(f"X-{n}: {'x' * 1000}" for n in range(30))], 431),
    ([f"GET /{'x' * 20_000} HTTP/1.1", HOST], 431),
    (["GET /login HTTP/1.1", HOST, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"], 200),
]


def test_odd_requests_are_answered_and_fill_no_log(shared: Served) -> None:
    assert [(lines, ask(shared.url, *lines).status) for lines, _status in ODD] == ODD


TRICKS = [
    "//evil.example",
    "//evil.example/%2e%2e",
    "/\\evil.example",
    "/%5cevil.example",
    "/login%0d%0aSet-Cookie:%20a=b",
    "/%0d%0aLocation:%20https://evil.example",
    "/accounts//evil.example",
    "/accounts/%2f%2fevil.example",
    "/login/..;/",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/static/%2e%2e/config.toml",
    "/LOGIN",
    "/https://evil.example",
    "/%00",
    "/%ff%fe",
]


def test_no_path_leads_elsewhere(shared: Served) -> None:
    for path in TRICKS:
        answer = ask(shared.url, f"GET {path} HTTP/1.1", HOST)

        assert answer.status in (303, 404), path
        assert answer.headers["location"] in (None, "/login"), path
        assert "evil" not in str(answer.headers), path
        assert answer.headers["set-cookie"] is None, path


def test_requests_sent_at_once_are_answered_in_their_order(shared: Served) -> None:
    asked = ["/healthz", "/nowhere", "/static/pages.css", "/login"]
    with Wire(shared.url) as wire:
        wire.socket.sendall("".join(f"GET {path} HTTP/1.1\r\n{HOST}\r\n\r\n" for path in asked).encode())

        assert [wire.answer().status for _ in asked] == [200, 404, 200, 200]


def test_garbage_after_a_request_ends_the_connection_after_its_answer(shared: Served) -> None:
    with Wire(shared.url) as wire:
        wire.send("GET /login HTTP/1.1", HOST, body=b"\x00\x01\x02 nothing that HTTP knows\r\n\r\n")
        assert wire.answer().status == 200
        assert wire.answer().status == 400
        assert wire.rest() == b""


def test_head_is_get_without_the_page(shared: Served) -> None:
    for path in ("/login", "/healthz", "/static/pages.css", "/nowhere"):
        whole, head = (ask(shared.url, f"{method} {path} HTTP/1.1", HOST) for method in ("GET", "HEAD"))

        assert (head.status, head.body, head.headers["content-length"]) == (whole.status, b"", str(len(whole.body)))


def test_a_request_under_way_is_answered_before_the_server_ends(served: Served) -> None:
    page = httpx.get(f"{served.url}/login")
    fields = {"proof": proof_in(page), "username": "zoe@dupont.example", "password": "wrong"}
    body = str(httpx.QueryParams(fields)).encode()
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    head = ["POST /login HTTP/1.1", HOST, _FORM, f"Cookie: {cookies}", f"Content-Length: {len(body)}"]
    with Wire(served.url) as wire, Wire(served.url) as idle:
        wire.send(*head, "Expect: 100-continue")
        assert wire.answer().status == 100
        served.process.send_signal(signal.SIGTERM)
        assert idle.rest() == b""
        with pytest.raises(ConnectionRefusedError):
            Wire(served.url)

        wire.socket.sendall(body)

        answered = wire.answer()
        assert answered.status == 422
        assert b"password" in answered.body
        assert wire.rest() == b""
    assert served.process.wait(10) == 0


def test_a_browser_that_does_not_finish_does_not_keep_the_server(hasty: Served) -> None:
    with Wire(hasty.url) as wire:
        wire.send("POST /login HTTP/1.1", HOST, _FORM, "Content-Length: 100", "Expect: 100-continue")
        assert wire.answer().status == 100
        assert hasty.stop() == 0
        assert wire.answer().status in (408, 503)


def _sent_in_vain(wire: Wire, piece: bytes) -> int:
    """Send `piece` again and again until the server has closed the connection; how many bytes it took."""
    for number in itertools.count():
        try:
            wire.socket.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return number * len(piece)
    raise AssertionError
