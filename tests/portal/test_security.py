"""What stands between the network and a page."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from tests.portal.browsing import PASSWORD, PORTAL, Browser, Client, Portal, hidden_in, proof_in, run_portal
from tui_portal.config import FirmSettings, LimitSettings, Settings
from tui_portal.domain.errors import WrongUse
from tui_portal.portal.app import create_app
from tui_portal.services.context import Context, key_file

_FORM = {"password": PASSWORD, "again": PASSWORD}


def _nothing_happened(office: Context) -> bool:
    return office.database.value("SELECT (SELECT count(*) FROM user) + (SELECT count(*) FROM session)") == 0


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login", 200),
        ("/", 303),
        ("/activate/none", 404),
        ("/nowhere", 404),
        ("/logout", 405),
        ("/forgot", 200),
        ("/forgot?sent", 200),
        ("/reset/none", 404),
    ],
)
async def test_every_answer_carries_the_headers(browser: Browser, path: str, status: int) -> None:
    page = await browser.open(path)

    assert page.status_code == status
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["strict-transport-security"].startswith("max-age=")


async def test_pages_hold_no_script_no_style_and_nothing_from_elsewhere(zoe: Client, browser: Browser) -> None:
    paths = (zoe.link(), "/login", "/activate/none", "/nowhere", "/forgot", "/forgot?sent", "/reset/none")
    pages = [await browser.open(path) for path in paths]
    await browser.activate(zoe.link())
    pages.append(await browser.open("/"))

    for page in pages:
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert "<style" not in page.text
        assert not re.search(r' on[a-z]+="', page.text)
        assert all(
            link.startswith(("/", "#", "mailto:office@"))
            for link in re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
        )


async def test_the_style_sheet_may_be_kept(browser: Browser) -> None:
    page = await browser.open("/login")
    style = await browser.open(re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)[0])

    assert style.status_code == 200
    assert style.headers["content-type"].startswith("text/css")
    assert "max-age" in style.headers["cache-control"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "portal.hansen-partner.example.evil.example",
        "portal.hansen-partner.example@evil.example",
        "[::1",
    ],
)
async def test_another_host_is_turned_away(zoe: Client, browser: Browser, host: str) -> None:
    page = await browser.open(zoe.link(), Host=host)

    assert page.status_code == 421
    assert "evil" not in page.text
    assert "zoe" not in page.text
    assert PORTAL in page.text


async def test_the_host_counts_whatever_its_case_and_port(browser: Browser) -> None:
    assert (await browser.open("/login", Host="Portal.Hansen-Partner.example:443")).status_code == 200


async def test_whoever_watches_the_server_may_ask_by_any_name(browser: Browser) -> None:
    answer = await browser.open("/healthz", Host="10.0.0.7:8080")

    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize("forgery", ["none", "empty", "another browser's", "changed", "no cookie", "another site's"])
@pytest.mark.parametrize("path", ["/activate", "/login", "/logout"])
async def test_a_form_that_is_not_ours_does_nothing(
    office: Context, zoe: Client, portal: Portal, browser: Browser, forgery: str, path: str
) -> None:
    fields = {**_FORM, "username": zoe.address, **hidden_in(await browser.open(zoe.link()))}
    headers: dict[str, str] = {}
    if forgery == "none":
        del fields["proof"]
    elif forgery == "empty":
        fields["proof"] = ""
    elif forgery == "another browser's":
        async with portal.browser() as other:
            fields["proof"] = proof_in(await other.open("/login"))
    elif forgery == "changed":
        fields["proof"] = "A" + fields["proof"][1:] if fields["proof"][0] != "A" else "B" + fields["proof"][1:]
    elif forgery == "no cookie":
        browser.http.cookies.clear()
    else:
        headers["Sec-Fetch-Site"] = "cross-site"

    answer = await browser.http.post(path, data=fields, headers=headers)

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert _nothing_happened(office)


async def test_a_form_from_before_the_login_is_worth_nothing_after_it(zoe: Client, browser: Browser) -> None:
    before = await browser.open("/login")
    await browser.activate(zoe.link())

    assert (await browser.send("/logout", {}, before)).status_code == 403
    assert "Welcome" in (await browser.open("/")).text


async def test_a_proof_from_another_key_is_none(zoe: Client, office: Context, browser: Browser) -> None:
    page = await browser.open("/login")
    key_file(office.database.path).write_bytes(b"k" * 32)
    async with run_portal(office, office.settings) as other, other.browser() as second:
        second.http.cookies = browser.http.cookies
        assert (await second.send("/login", {"username": "a", "password": "b"}, page)).status_code == 403


async def test_too_long_a_body_is_refused_told_or_not(office: Context, zoe: Client, browser: Browser) -> None:
    page = await browser.open(zoe.link())
    most = office.settings.limits.request_bytes

    told = await browser.send(zoe.link(), {"password": "x" * most, "again": "x"}, page)

    async def pieces() -> AsyncIterator[bytes]:
        for _piece in range(most // 1024 + 1):
            yield b"x" * 1024

    untold = await browser.http.post(
        "/activate", content=pieces(), headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert (told.status_code, untold.status_code) == (413, 413)
    assert "too much" in untold.text


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json", "text/plain", ""])
async def test_only_the_form_s_own_encoding_is_read(zoe: Client, browser: Browser, kind: str) -> None:
    await browser.open(zoe.link())

    answer = await browser.http.post("/activate", content=b"--x--", headers={"Content-Type": kind})

    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_are_refused_with_those_that_go(browser: Browser, method: str) -> None:
    answer = await browser.http.request(method, "/login")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) >= {"GET", "POST"}


@pytest.mark.parametrize(
    "path", ["/login/", "//login", "/activation", "/static/../pages.css", "/static/portal.tcss", "/x" * 99]
)
async def test_what_is_not_there_is_a_page_in_the_same_look(browser: Browser, path: str) -> None:
    page = await browser.http.get(httpx.URL(PORTAL).copy_with(raw_path=path.encode()))

    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert "Hansen &amp; Partner" in page.text


async def test_without_the_key_file_the_service_is_told_to_be_away(
    office: Context, zoe: Client, caplog: pytest.LogCaptureFixture
) -> None:
    link, key = zoe.link(), key_file(office.database.path)
    kept = key.read_bytes()
    key.unlink()
    async with run_portal(office, office.settings) as portal, portal.browser() as browser:
        for path in (link, "/login", "/healthz"):
            page = await browser.open(path)
            assert page.status_code == 503
            assert "retry-after" in page.headers
            assert "Traceback" not in page.text
            assert str(office.database.path) not in page.text
        assert str(key) in caplog.text

        key.write_bytes(kept)
        assert (await browser.open(link)).status_code == 200


async def test_a_database_that_fails_is_a_page_that_says_so(office: Context, zoe: Client, browser: Browser) -> None:
    link = zoe.link()
    page = await browser.open(link)
    office.database.execute("ALTER TABLE invitation RENAME TO gone")

    answer = await browser.send(link, _FORM, page)

    assert answer.status_code == 503
    assert "not available right now" in answer.text


async def test_a_database_that_somebody_else_writes_to_for_too_long_is_a_page_that_says_so(
    office: Context, zoe: Client, caplog: pytest.LogCaptureFixture
) -> None:
    hasty = replace(office.settings, limits=LimitSettings(write_seconds=1))
    async with run_portal(office, hasty) as portal, portal.browser() as browser:
        desk = portal.transport.app.state.desk  # type: ignore[attr-defined]  # it is the portal's
        page = await browser.open(zoe.link())
        await desk.lanes.write(lambda context: context.database.execute("PRAGMA busy_timeout = 20"))
        office.database.execute("BEGIN IMMEDIATE")
        try:
            refused = await browser.send(zoe.link(), _FORM, page)
            assert (await browser.open("/login")).status_code == 200  # who only reads is not kept waiting
        finally:
            office.database.execute("ROLLBACK")

        assert refused.status_code == 503
        assert "retry-after" in refused.headers
        assert "Nothing was changed" in refused.text
        assert str(office.database.path) not in refused.text
        assert "Traceback" not in caplog.text
        assert (await browser.send(zoe.link(), _FORM, page)).status_code == 303


async def test_a_page_waits_for_somebody_else_who_writes(office: Context, zoe: Client) -> None:
    async with run_portal(office, office.settings) as portal, portal.browser() as browser:
        tried = asyncio.Semaphore(0)
        loop = asyncio.get_running_loop()
        desk = portal.transport.app.state.desk  # type: ignore[attr-defined]  # it is the portal's

        def note_tries(context: Context) -> None:
            context.database.execute("PRAGMA busy_timeout = 1")
            connection = context.database.models.connection()
            connection.set_trace_callback(
                lambda said: said.startswith("BEGIN") and loop.call_soon_threadsafe(tried.release)
            )

        page = await browser.open(zoe.link())
        await desk.lanes.write(note_tries)
        office.database.execute("BEGIN IMMEDIATE")
        sending = asyncio.create_task(browser.send(zoe.link(), _FORM, page))
        for _try in range(3):
            await tried.acquire()
        office.database.execute("ROLLBACK")

        assert (await sending).status_code == 303


async def test_an_error_of_our_own_is_a_page_without_what_went_wrong(
    office: Context, zoe: Client, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    page = await browser.open(zoe.link())
    # The schema refuses the user that the activation makes: no rule of the product says so.
    office.database.execute("CREATE TRIGGER odd BEFORE INSERT ON user BEGIN SELECT raise(ABORT, 'odd'); END")

    answer = await browser.send(zoe.link(), _FORM, page)

    assert answer.status_code == 500
    assert "Something went wrong here" in answer.text
    assert "odd" not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert _nothing_happened(office)
    assert zoe.link().rpartition("/")[2] not in caplog.text
    assert office.database.value("SELECT state FROM invitation") == "queued"


async def test_no_link_and_no_password_reaches_a_log(
    zoe: Client, browser: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    await browser.activate(zoe.link(), "short")
    await browser.activate(zoe.link())

    ours = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    )
    assert zoe.link().rpartition("/")[2] not in ours
    assert PASSWORD not in ours


async def test_on_plain_http_cookies_are_plain(office: Context, zoe: Client) -> None:
    plain = replace(office.settings, firm=FirmSettings(portal_url="http://127.0.0.1:8080"))
    async with run_portal(office, plain) as portal, portal.browser() as browser:
        entered = await browser.activate(zoe.link())

        assert entered.headers["set-cookie"].startswith("tui_portal_session=")
        assert "secure" not in entered.headers["set-cookie"].lower()
        assert "strict-transport-security" not in entered.headers
        assert (await browser.open("/")).status_code == 200


async def test_what_a_proxy_says_about_the_scheme_is_not_believed(zoe: Client, browser: Browser) -> None:
    page = await browser.http.get(zoe.link(), headers={"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"})

    assert "Secure" in page.headers["set-cookie"]
    assert "evil" not in page.text


@pytest.mark.parametrize("stripped", [False, True])
async def test_the_portal_may_stand_under_a_path(office: Context, zoe: Client, stripped: bool) -> None:
    below = replace(office.settings, firm=FirmSettings(portal_url=f"{PORTAL}/clients/"))
    async with run_portal(office, below) as portal, portal.browser() as browser:
        browser.http.base_url = httpx.URL(PORTAL if stripped else f"{PORTAL}/clients")
        page = await browser.open(zoe.link())
        assert 'action="/clients/activate"' in page.text
        assert 'href="/clients/static/pages.css' in page.text
        entered = await browser.send(zoe.link(), _FORM, page)
        assert entered.headers["location"] == "/clients/"
        assert "path=/;" in entered.headers["set-cookie"].lower()
        assert "Welcome" in (await browser.open("/")).text


@pytest.mark.parametrize("url", ["https://", "http://:8080", "https://[::1"])
async def test_a_portal_url_without_a_host_is_told(office: Context, url: str) -> None:
    with pytest.raises(WrongUse, match="portal_url"):
        create_app(replace(office, settings=Settings(firm=FirmSettings(portal_url=url))))
