"""`tui-portal serve` as a process: where it listens, how it ends, what it says when it can't."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from tests.portal.browsing import PASSWORD, Client, Served, hidden_in, invite_client, serve
from tests.portal.wire import Wire
from tests.smtp_server import MailServer, Received
from tui_portal.cli import main
from tui_portal.domain.access import UserState
from tui_portal.services.accounts import account_profile
from tui_portal.services.context import Context, key_file


def _serve(office: Context, *words: str) -> int:
    return main(["--database", str(office.database.path), "serve", "--no-delivery", *words])


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 130)])
def test_it_serves_until_it_is_told_to_stop(zoe: Client, served: Served, number: int, status: int) -> None:
    with httpx.Client(base_url=served.url) as client:
        assert client.get("/healthz").text == "ok\n"
        assert client.get("/login").status_code == 200
        assert client.get(zoe.link(), follow_redirects=True).status_code == 200
        assert client.get(zoe.link(), headers={"Host": "evil.example"}).status_code == 421
        assert "server" not in client.get("/login").headers
        # The connection stays open: the server does not wait for the browser to leave.
        assert served.stop(number) == status

    assert served.process.stderr is not None
    assert served.process.stderr.read() == ""


def test_it_takes_no_link_once_another_file_lies_in_the_place_of_its_database(zoe: Client, served: Served) -> None:
    path, link = zoe.office.database.path, zoe.link()
    with httpx.Client(base_url=served.url) as client:
        assert client.get("/healthz").status_code == 200
        path.with_name("other.sqlite3").write_bytes(path.read_bytes())
        path.with_name("other.sqlite3").replace(path)
        assert client.get(link, follow_redirects=True).status_code == 503
        assert client.get("/healthz").status_code == 503
    served.stop(signal.SIGTERM)
    assert served.process.stderr is not None
    assert "start the program again" in served.process.stderr.read()


def test_it_delivers_the_invitation_whose_link_it_then_serves(office: Context) -> None:
    taken = threading.Event()
    with MailServer() as mail_server:
        mail_server.when_taken = lambda _mail: taken.set()
        config = (
            '[firm]\nportal_url = "http://127.0.0.1:8080"\n'
            f'[mail]\nsmtp = "{mail_server.url}"\nfrom = "portal@hansen-partner.example"\n'
        )
        with serve(office, config) as served, httpx.Client(base_url=served.url) as client:
            zoe = invite_client(office)
            assert taken.wait(20)
            link = re.findall(r"http://127\.0\.0\.1:8080(/activate/[\w-]+)", mail_server.received[0].part("plain"))[0]
            assert link == zoe.link()
            page = client.get(link, follow_redirects=True)
            done = client.post(page.url, data={**hidden_in(page), "password": PASSWORD, "again": PASSWORD})
            assert done.headers["location"] == "/"
            assert "Brasserie du Marché SARL" in client.get("/", follow_redirects=True).text
            assert served.stop() == 0

    assert office.database.value("SELECT count(*) FROM lease") == 0
    assert account_profile(office, zoe.account).emails[0].state is UserState.ACTIVE


def test_the_mail_in_hand_is_ended_before_the_server_is(office: Context) -> None:
    in_hand, go_on = threading.Event(), threading.Event()

    def take_time(_mail: Received) -> str:
        in_hand.set()
        return "" if go_on.wait(20) else "451 4.3.0 nobody let it go on"

    with MailServer() as mail_server:
        mail_server.on_data = take_time
        config = f'[mail]\nsmtp = "{mail_server.url}"\nfrom = "portal@hansen-partner.example"\n'
        with serve(office, config) as served, Wire(served.url) as idle:
            invite_client(office)
            assert in_hand.wait(20)
            served.process.send_signal(signal.SIGTERM)
            assert idle.rest() == b""  # the pages have ended
            assert served.process.poll() is None
            go_on.set()
            assert served.process.wait(20) == 0

    assert office.database.rows("SELECT state, attempts FROM outbox") == [("sent", 1)]
    assert office.database.value("SELECT count(*) FROM lease") == 0


def test_a_mail_server_that_is_missing_is_told_and_keeps_no_page_back(office: Context) -> None:
    with serve(office, "") as served:
        assert httpx.get(f"{served.url}/healthz").status_code == 200
        assert served.stop() == 0
        assert served.process.stderr is not None
        told = served.process.stderr.read()

    assert "mail" in told
    assert "Traceback" not in told


def test_a_key_file_that_is_missing_is_told_once(office: Context) -> None:
    key = key_file(office.database.path)
    key.unlink()
    with serve(office, "") as served:
        assert served.stop() == 0
        assert served.process.stderr is not None
        told = served.process.stderr.read()

    assert told.count(str(key)) == 1


def test_a_port_in_use_is_one_sentence_and_exit_5(office: Context, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status = _serve(office, "--host", "127.0.0.1", "--port", str(port))

    said = capsys.readouterr().err
    assert status == 5
    assert said == f"tui-portal: The portal can't listen at 127.0.0.1, port {port}: Address already in use.\n"


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--host", "192.0.2.1", "--port", "0"], 5, "can't listen at 192.0.2.1"),
        (["--port", "70000"], 2, "70000 is no port"),
        (["--port", "-1"], 2, "-1 is no port"),
        (["--read-only"], 4, "serve takes no --read-only"),
    ],
)
def test_what_can_t_be_served_is_said(
    office: Context, capsys: pytest.CaptureFixture[str], words: list[str], status: int, said: str
) -> None:
    assert _serve(office, *words) == status

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_database_of_a_newer_program_is_not_touched(office: Context, capsys: pytest.CaptureFixture[str]) -> None:
    office.database.execute("PRAGMA user_version = 99")

    assert _serve(office, "--port", "0") == 3
    assert "has schema 99, this program knows schema" in capsys.readouterr().err


def test_without_a_database_it_says_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(tmp_path / "none.sqlite3"), "serve", "--port", "0"]) == 3
    assert "tui-portal init" in capsys.readouterr().err


def test_other_commands_do_not_load_what_serves_pages(office: Context) -> None:
    program = (
        "import sys; from tui_portal.cli import main; import tui_portal.cli.serve\n"
        f"main(['--database', {str(office.database.path)!r}, 'paths'])\n"
        "print(sorted({m.partition('.')[0] for m in sys.modules} & {'uvicorn', 'starlette', 'jinja2', 'argon2'}))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert told.stdout.splitlines()[-1] == "[]"
