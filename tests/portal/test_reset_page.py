"""Another password: asked for on the login page, chosen through a link."""

from __future__ import annotations

import asyncio
import re
import sqlite3

import pytest

from tests.conftest import Clock
from tests.portal.browsing import PASSWORD, PORTAL, Browser, Client, Portal, invite_client, proof_in, run_portal
from tui_portal.services.access import find_address
from tui_portal.services.activation import find_login
from tui_portal.services.context import Context
from tui_portal.services.password_resets import link_for, request_reset

_OTHER = "drei reiher im fruehen nebel"
_DAY = 86_400


@pytest.fixture
async def active(zoe: Client, portal: Portal) -> Client:
    """Zoë, who has chosen her password."""
    async with portal.browser() as browser:
        await browser.activate(zoe.link())
    return zoe


def reset_link(office: Context) -> str:
    """The newest link, as a path."""
    row = office.database.one(
        """
        SELECT r.id, e.canonical, u.password_hash FROM password_reset r JOIN user u ON u.id = r.user_id
        JOIN email_address e ON e.id = u.email_address_id ORDER BY r.id DESC
        """
    )
    assert row is not None
    return link_for(office, *row).removeprefix(PORTAL)


def sent_link(office: Context, client: Client) -> str:
    """A link that the firm has just sent, as a path."""
    request_reset(office, find_address(office, client.address))
    return reset_link(office)


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
    assert "The link works for 24 hours." in said
    assert resets(office) == [("open", None, "queued")]

    page = await browser.open(reset_link(office))
    assert page.status_code == 200
    assert 'value="zoe@dupont.example"' in page.text
    assert "at least 12 characters" in page.text
    entered = await browser.activate(reset_link(office), _OTHER)
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
            # Whoever holds the database lets go only now that the whole answer is there.
            holder.execute("ROLLBACK")
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

    holder.close()
    assert told == ["303"]
    assert body.is_set()
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


async def test_many_questions_for_one_address_are_made_to_wait_known_or_not(
    office: Context, active: Client, browser: Browser
) -> None:
    for address in (active.address, "nobody@dupont.example"):
        for _press in range(office.settings.limits.login_attempts):
            await ask(browser, address)
        held = await browser.send("/forgot", {"username": address})
        assert held.status_code == 429
        assert held.headers["retry-after"] == "300"
        assert "Try again in 5 minutes" in held.text


async def test_who_tried_too_many_passwords_may_still_ask_and_is_let_in_at_once(
    office: Context, active: Client, browser: Browser
) -> None:
    for _try in range(office.settings.limits.login_attempts):
        await browser.log_in(active.address, "wrong")
    assert (await browser.log_in(active.address)).status_code == 429

    await ask(browser, active.address)
    await browser.activate(reset_link(office), _OTHER)
    await browser.send("/logout", {}, await browser.open("/"))

    assert (await browser.log_in(active.address, _OTHER)).status_code == 303


async def test_an_empty_address_is_said_beside_its_field(office: Context, active: Client, browser: Browser) -> None:
    answer = await browser.send("/forgot", {"username": " "})

    assert answer.status_code == 422
    assert "Type the e-mail address that you log in with." in answer.text
    assert 'aria-describedby="username-problem"' in answer.text
    assert resets(office) == []


@pytest.mark.parametrize("path", ["/forgot", "/reset/"])
async def test_a_form_that_is_not_ours_does_nothing(
    office: Context, active: Client, browser: Browser, portal: Portal, path: str
) -> None:
    path = sent_link(office, active) if path == "/reset/" else path
    before = (resets(office), find_login(office, active.address))
    async with portal.browser() as other:
        proof = proof_in(await other.open("/login"))
    await browser.open("/login")

    fields = {"proof": proof, "username": active.address, "password": _OTHER, "again": _OTHER}
    answer = await browser.http.post(path, data=fields)

    assert answer.status_code == 403
    assert f'href="{path}"' in answer.text
    assert (resets(office), find_login(office, active.address)) == before


async def test_opening_a_link_fifty_times_changes_nothing(office: Context, active: Client, portal: Portal) -> None:
    link = sent_link(office, active)
    before = _everything(office)

    for _time in range(50):
        async with portal.browser() as scanner:
            assert (await scanner.open(link)).status_code == 200

    assert _everything(office) == before


async def test_every_other_session_ends(office: Context, active: Client, portal: Portal) -> None:
    async with portal.browser() as thief, portal.browser() as owner:
        await thief.log_in(active.address)
        assert (await thief.open("/")).status_code == 200

        await owner.activate(sent_link(office, active), _OTHER)

        assert (await thief.open("/")).headers["location"] == "/login"
        assert (await owner.open("/")).status_code == 200
    assert office.database.value("SELECT count(*) FROM session") == 1


@pytest.mark.parametrize("when", ["used", "expired", "replaced", "LOGIN off", "cut", "an invitation's"])
async def test_a_dead_link_says_so_first_and_not_whose_it_is(
    office: Context, active: Client, portal: Portal, clock: Clock, when: str
) -> None:
    link = sent_link(office, active)
    heading = {
        "used": "This link has been used already",
        "expired": "This link has expired",
        "replaced": "There is a newer link",
        "LOGIN off": "This link has been withdrawn",
        "cut": "This link does not work",
        "an invitation's": "This link does not work",
    }[when]
    if when == "used":
        async with portal.browser() as owner:
            await owner.activate(link, _OTHER)
    elif when == "expired":
        clock.advance(_DAY)
    elif when == "replaced":
        clock.advance(60)
        sent_link(office, active)
    elif when == "LOGIN off":
        active.login(on=False)
    elif when == "cut":
        link = link[:-1]
    else:
        link = active.link().replace("/activate/", "/reset/")

    async with portal.browser() as browser:
        page = await browser.open(link)

    assert page.status_code == (404 if when in ("cut", "an invitation's") else 410)
    assert re.search(r"<main>\s*<h1>([^<]+)</h1>", page.text)[1] == heading  # type: ignore[index]  # no match fails the test as well
    assert "<form" not in page.text
    for secret in ("dupont", "Zoë", "Brasserie"):
        assert secret.casefold() not in page.text.casefold()


@pytest.mark.parametrize("when", ["expired", "LOGIN off", "replaced", "password changed"])
async def test_a_link_that_died_while_its_page_was_open_takes_no_password(
    office: Context, active: Client, browser: Browser, clock: Clock, when: str
) -> None:
    link = sent_link(office, active)
    page = await browser.open(link)
    if when == "expired":
        clock.advance(_DAY)
    elif when == "LOGIN off":
        active.login(on=False)
    elif when == "replaced":
        clock.advance(60)
        sent_link(office, active)
    else:
        office.database.execute("UPDATE user SET password_hash = 'another'")
    kept = office.database.rows("SELECT password_hash FROM user")

    answer = await browser.send(link, {"password": _OTHER, "again": _OTHER}, page)

    assert answer.status_code == 410
    assert office.database.rows("SELECT password_hash FROM user") == kept


async def test_of_ten_at_once_on_two_servers_one_wins(office: Context, active: Client, portal: Portal) -> None:
    link = sent_link(office, active)
    async with run_portal(office, office.settings) as neighbour:
        browsers = [(portal, neighbour)[number % 2].browser() for number in range(10)]
        pages = [await browser.open(link) for browser in browsers]
        answers = await asyncio.gather(
            *(
                browser.send(link, {"password": f"{_OTHER} {number}", "again": f"{_OTHER} {number}"}, page)
                for number, (browser, page) in enumerate(zip(browsers, pages, strict=True))
            )
        )
        for browser in browsers:
            await browser.http.aclose()

    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 9
    assert office.database.value("SELECT count(*) FROM activity WHERE kind = 'password_reset_used'") == 1


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("", "", "Type the password"),
        ("short", "short", "needs at least 12 characters"),
        ("password1234", "password1234", "among the first that others would try"),
        ("Zoe.Dupont-1985", "Zoe.Dupont-1985", "made of names that others know"),
        (_OTHER, _OTHER + "x", "not the same"),
    ],
)
async def test_the_rules_for_a_password_are_those_of_the_first_one(
    office: Context, active: Client, browser: Browser, password: str, again: str, words: str
) -> None:
    link = sent_link(office, active)
    answer = await browser.activate(link, password, again)

    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Not yet right:" in answer.text
    assert not re.search(r'type="password"[^>]* value=', answer.text)
    assert resets(office) == [("open", 1, "queued")]
    assert (await browser.activate(link, _OTHER)).status_code == 303


async def test_the_page_speaks_the_contact_s_language(office: Context, portal: Portal) -> None:
    jean = invite_client(office, "Étude Petit", "Jean Petit", "jean@petit.example", "fr")
    async with portal.browser(**{"Accept-Language": "de"}) as browser:
        await browser.activate(jean.link())
        await browser.send("/logout", {}, await browser.open("/"))
        assert '<html lang="fr">' in (await browser.open(sent_link(office, jean))).text
        assert '<html lang="de">' in (await browser.open("/forgot")).text


async def test_the_password_and_the_link_are_nowhere_in_the_database(
    office: Context, active: Client, browser: Browser
) -> None:
    link = sent_link(office, active)
    await browser.activate(link, _OTHER)

    everything = str(_everything(office))
    for secret in (PASSWORD, _OTHER, link.rpartition("/")[2]):
        assert secret not in everything


def _everything(office: Context) -> list[object]:
    tables = office.database.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [office.database.rows(f'SELECT * FROM "{name}"') for (name,) in tables]
