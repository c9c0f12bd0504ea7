"""A forgotten password: what is answered to whom, and what is mailed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.portal.browsing import (
    PORTAL,
    Browser,
    Client,
    Portal,
    invite_client,
    newest_reset_link,
    proof_in,
    run_portal,
)
from tui_portal.services.access import find_address
from tui_portal.services.context import Context
from tui_portal.services.password_resets import request_reset

_OTHER = "drei reiher im fruehen nebel"
_DAY = 86_400


@pytest.fixture
async def active(zoe: Client, portal: Portal) -> Client:
    """Zoë, who has chosen her password."""
    async with portal.browser() as browser:
        await browser.activate(zoe.link())
    return zoe


def sent_link(office: Context, client: Client) -> str:
    """A link that the firm has just sent, as a path."""
    request_reset(office, find_address(office, client.address))
    return newest_reset_link(office)


def resets(office: Context) -> list[tuple[str, int | None, str]]:
    return office.database.rows(
        """
        SELECT r.state, r.requested_by_staff_id, o.state FROM password_reset r JOIN outbox o ON o.password_reset_id = r.id
        ORDER BY r.id
        """
    )


async def ask(browser: Browser, address: str) -> str:
    """Fill in the page for who forgot their password; what is shown after it."""
    answer = await browser.send("/forgot", {"username": address})
    assert (answer.status_code, answer.headers["location"]) == (303, "/forgot?sent")
    return (await browser.open("/forgot?sent")).text


async def test_forgotten_asked_for_chosen_and_logged_in(office: Context, active: Client, browser: Browser) -> None:
    login = await browser.open("/login")
    assert re.search(r'<a href="/forgot">Forgot your password\?</a>', login.text)

    said = await ask(browser, " Zoe@Dupont.EXAMPLE ")
    assert "a mail with a link is on its way" in said
    assert "The link works for 1 hour." in said
    assert resets(office) == [("open", None, "queued")]

    page = await browser.open(newest_reset_link(office))
    assert page.status_code == 200
    assert 'value="zoe@dupont.example"' in page.text
    assert "at least 12 characters" in page.text
    entered = await browser.activate(newest_reset_link(office), _OTHER)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "Welcome, Zoë Dupont" in (await browser.open("/")).text

    await browser.send("/logout", {}, await browser.open("/"))
    assert (await browser.log_in(active.address)).status_code == 422
    assert (await browser.log_in(active.address, _OTHER)).status_code == 303


async def test_the_answer_is_the_same_for_every_address(
    office: Context, active: Client, portal: Portal, browser: Browser
) -> None:
    pending = invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    gone = invite_client(office, "Alt", "Anna Alt", "anna@alt.example")
    async with portal.browser() as anna:
        await anna.activate(gone.link())
    gone.login(on=False)

    answers = []
    for address in (active.address, "nobody@dupont.example", "no address", pending.address, gone.address):
        answer = await browser.send("/forgot", {"username": address})
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        answers.append((answer.status_code, headers, answer.text))

    assert all(answer == answers[0] for answer in answers)
    rows = office.database.rows(
        "SELECT e.address FROM outbox o JOIN email_address e ON e.id = o.email_address_id WHERE o.kind = 'password_reset'"
    )
    assert rows == [(active.address,)]


async def test_the_answer_does_not_wait_for_the_database(office: Context, active: Client, portal: Portal) -> None:
    """What is known of the address is looked up when the answer has gone: nothing about the address is in its time."""
    told: list[str] = []
    body = asyncio.Event()

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.start":
            told.append(str(message["status"]))
        elif not message.get("more_body"):
            body.set()

    async with portal.browser() as browser:
        page = await browser.open("/forgot")
        cookie = "; ".join(f"{c.name}={c.value}" for c in browser.http.cookies.jar)
        proof = proof_in(page)
    content = f"proof={proof}&username={active.address}".encode()
    sent = False

    async def receive() -> dict[str, object]:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": content, "more_body": False}

    headers = {
        "host": PORTAL.removeprefix("https://"),
        "cookie": cookie,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(content)),
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "https",
        "path": "/forgot",
        "raw_path": b"/forgot",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    holder = sqlite3.connect(office.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    await portal.transport.app(scope, receive, send)  # type: ignore[arg-type]  # the messages are plain dicts

    # The server may go on to the next request on this connection: nothing about the address is in that one's time either.
    assert told == ["303"]
    assert body.is_set()
    assert resets(office) == []
    holder.execute("ROLLBACK")
    holder.close()
    await portal.transport.app.state.desk.finish()  # type: ignore[attr-defined]  # it is the portal's
    assert resets(office) == [("open", None, "queued")]


async def test_one_mail_within_a_quarter_of_an_hour(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    for _press in range(3):
        await ask(browser, active.address)
    assert resets(office) == [("open", None, "queued")]

    clock.advance(900)
    await ask(browser, active.address)
    assert resets(office) == [("withdrawn", None, "withdrawn"), ("open", None, "queued")]


async def test_who_asks_without_end_is_made_to_wait_and_keeps_nobody_else_from_asking(
    office: Context, active: Client
) -> None:
    limits = replace(office.settings.limits, login_attempts_place=3)
    async with run_portal(office, replace(office.settings, limits=limits)) as portal:
        async with portal.browser_at("198.51.100.7") as pest:
            for address in (active.address, active.address, "nobody@dupont.example"):
                await ask(pest, address)
            held = await pest.send("/forgot", {"username": active.address})
            assert (held.status_code, held.headers["retry-after"]) == (429, "15")
            assert "Try again in 1 minute" in held.text
        async with portal.browser_at("198.51.100.8") as owner:
            await ask(owner, active.address)


async def test_a_link_that_was_asked_for_works_for_an_hour_and_one_from_the_staff_for_a_day(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    await ask(browser, active.address)
    clock.advance(3599)
    assert (await browser.open(newest_reset_link(office))).status_code == 200
    clock.advance(1)
    assert (await browser.open(newest_reset_link(office))).status_code == 410

    link = sent_link(office, active)
    clock.advance(_DAY - 1)
    assert (await browser.open(link)).status_code == 200


async def test_who_tried_too_many_passwords_may_still_ask_and_is_let_in_at_once(
    office: Context, active: Client, browser: Browser
) -> None:
    for _try in range(office.settings.limits.login_attempts):
        await browser.log_in(active.address, "wrong")
    assert (await browser.log_in(active.address)).status_code == 429

    await ask(browser, active.address)
    await browser.activate(newest_reset_link(office), _OTHER)
    await browser.send("/logout", {}, await browser.open("/"))

    assert (await browser.log_in(active.address, _OTHER)).status_code == 303


async def test_an_empty_address_is_said_beside_its_field(office: Context, active: Client, browser: Browser) -> None:
    answer = await browser.send("/forgot", {"username": " "})

    assert answer.status_code == 422
    assert "Type the e-mail address that you log in with." in answer.text
    assert 'aria-describedby="username-problem"' in answer.text
    assert resets(office) == []
