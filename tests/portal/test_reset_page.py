"""Another password, chosen through a link."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.conftest import Clock
from tests.portal.browsing import (
    PASSWORD,
    PORTAL,
    Browser,
    Client,
    Portal,
    invite_client,
    newest_reset_link,
    proof_in,
    run_portal,
)
from tui_portal.mail.letters import Letter, LetterKind
from tui_portal.services.access import find_address
from tui_portal.services.account_log import log_ids, log_rows
from tui_portal.services.activation import find_login
from tui_portal.services.context import Context
from tui_portal.services.fates import record_sent
from tui_portal.services.outbox import claim, take_up
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


async def test_another_password_is_told_by_mail_and_a_first_one_is_not(
    office: Context, active: Client, browser: Browser
) -> None:
    told = "SELECT e.address, o.state FROM outbox o JOIN email_address e ON e.id = o.email_address_id WHERE o.kind = ?"
    assert office.database.rows(told, ["password_changed"]) == []

    await browser.activate(sent_link(office, active), _OTHER)

    assert office.database.rows(told, ["password_changed"]) == [(active.address, "queued")]
    (number,) = office.database.one("SELECT id FROM outbox WHERE kind = 'password_changed'") or (0,)
    assert claim(office, "test", office.clock() + 60) == [number]
    letter = take_up(office, "test", number)
    assert isinstance(letter, Letter)
    assert (letter.kind, letter.link, letter.accounts) == (LetterKind.PASSWORD_CHANGED, f"{PORTAL}/forgot", ())
    record_sent(office, "test", number)
    (newest,) = log_rows(office, log_ids(office, None, 1))
    assert newest.words == "zoe@dupont.example was told by mail of the new password"


@pytest.mark.parametrize("path", ["/forgot", "/reset/"])
async def test_a_form_that_is_not_ours_does_nothing(
    office: Context, active: Client, browser: Browser, portal: Portal, path: str
) -> None:
    path = sent_link(office, active) if path == "/reset/" else path
    before = (resets(office), find_login(office, active.address))
    async with portal.browser() as other:
        proof = proof_in(await other.open("/login"))
    await browser.open("/login")

    if path != "/forgot":
        await browser.open(path)
        path = "/reset"
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
    assert re.search(r"<main[^>]*>\s*<h1>([^<]+)</h1>", page.text)[1] == heading  # type: ignore[index]  # no match fails the test as well
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
    assert (
        re.findall(r'<input type="([a-z]+)" id="(?:former|password|again)"(?![^>]* value=)', answer.text)
        == ["password"] * 2
    )
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
