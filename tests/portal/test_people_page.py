"""The People page: who has access, asking for one more, what is answered to whom, and what the staff's settings say."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from tests.conftest import Clock
from tests.portal.browsing import Browser, Client, Portal, invite_client, run_portal
from tests.services.firms import send_all
from tui_portal.config import LimitSettings
from tui_portal.domain.accounts import account_code
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context

ANNA = {"name": "Anna Dupont", "address": "anna@dupont.example", "note": "Willkommen <b>Anna</b>\r\nbis bald"}


@pytest.fixture
async def zoe_in(zoe: Client, portal: Portal) -> AsyncIterator[Browser]:
    """Zoë's browser, logged in."""
    async with portal.browser() as browser:
        await browser.activate(zoe.link())
        yield browser


def people(client: Client) -> str:
    return f"/accounts/{account_code(client.account)}/people"


async def ask(browser: Browser, client: Client, **fields: str) -> httpx.Response:
    return await browser.send(people(client), ANNA | fields)


def text_of(page: httpx.Response) -> str:
    return " ".join(page.text.split())


def requests(office: Context) -> list[tuple[object, ...]]:
    return office.database.rows("SELECT name, state FROM access_request ORDER BY id")


def invitations(office: Context) -> list[tuple[object, ...]]:
    return office.database.rows(
        """
        SELECT e.address, i.invited_by_user_id IS NOT NULL, i.invited_by_staff_id FROM invitation i
        JOIN email_address e ON e.id = i.email_address_id ORDER BY i.id
        """
    )


@asynccontextmanager
async def portal_with(office: Context, mode: str, most: int = 10) -> AsyncIterator[Portal]:
    """The portal of a firm that lets clients invite in this way."""
    settings = replace(
        office.settings,
        portal=replace(office.settings.portal, clients_invite=mode),
        limits=replace(LimitSettings(), client_invitations=most),
    )
    async with run_portal(office, settings) as portal:
        yield portal


async def test_the_page_says_who_has_access_and_asks_for_no_script(
    zoe: Client, zoe_in: Browser, office: Context
) -> None:
    page = await zoe_in.open(people(zoe))
    assert page.status_code == 200
    assert '<bdi>Zoë Dupont</bdi> <span class="soft">(you)</span>' in page.text
    assert "<script" not in page.text
    assert "Invite a person" in page.text


async def test_who_was_asked_for_waits_for_the_staff_and_gets_no_mail(
    zoe: Client, zoe_in: Browser, office: Context
) -> None:
    done = await ask(zoe_in, zoe)
    assert (done.status_code, done.headers["location"]) == (303, f"{people(zoe)}?asked")
    page = await zoe_in.http.get(done.headers["location"])
    assert "Thank you, that is noted" in page.text
    assert "Anna Dupont" in page.text
    assert "Waits for the answer of" in page.text
    assert requests(office) == [("Anna Dupont", "open")]
    assert [row[0] for row in invitations(office)] == ["zoe@dupont.example"]
    assert not [
        e for e in account_profile(office, zoe.account).emails if e.address == "anna@dupont.example" and e.login
    ]
    kinds = office.database.rows("SELECT user_id, kind FROM activity WHERE kind LIKE 'access_req%'")
    assert kinds == [(1, "access_requested")]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": " "}, "Type the name of the person."),
        ({"name": "x" * 201}, "This name is too long: 200 characters are the most."),
        ({"address": ""}, "Type the e-mail address of the person."),
        ({"address": "anna@dupont"}, "This is not an e-mail address."),
        ({"address": "anna@dupont.example\r\nBcc: x@y.example"}, "This is not an e-mail address."),
        ({"note": "x" * 1001}, "This is too long: 1000 characters are the most."),
        ({"address": " ZOE@dupont.example"}, "This is your own address: you have access already."),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_stays(
    zoe: Client, zoe_in: Browser, office: Context, fields: dict[str, str], words: str
) -> None:
    page = await ask(zoe_in, zoe, **fields)
    assert page.status_code == 422
    assert words in text_of(page)
    if "note" not in fields:
        assert ">\nWillkommen &lt;b&gt;Anna&lt;/b&gt;\nbis bald</textarea>" in page.text
    assert requests(office) == []


async def test_two_faults_are_told_at_once(zoe: Client, zoe_in: Browser) -> None:
    page = await ask(zoe_in, zoe, name="", address="nobody")
    assert "Type the name of the person." in page.text
    assert "This is not an e-mail address." in page.text


async def test_a_suspect_address_may_be_asked_for(zoe: Client, zoe_in: Browser, office: Context) -> None:
    assert (await ask(zoe_in, zoe, address="anna@gmial.com")).status_code == 303
    assert requests(office) == [("Anna Dupont", "open")]


async def test_nobody_is_asked_for_twice(zoe: Client, zoe_in: Browser, office: Context) -> None:
    await ask(zoe_in, zoe)
    again = await ask(zoe_in, zoe, address="ANNA@dupont.example", name="Anna")
    assert again.status_code == 422
    assert "Somebody has asked for this person already." in text_of(again)
    assert requests(office) == [("Anna Dupont", "open")]


async def test_who_has_access_already_is_not_asked_for(zoe: Client, zoe_in: Browser, office: Context) -> None:
    create_contact(office, [zoe.account], "Paul Petit", ["paul@petit.example"])
    change_access(office, [zoe.account], AccessWish(login=True), find_address(office, "paul@petit.example"))
    page = await ask(zoe_in, zoe, address="paul@petit.example")
    assert "This person has access to this account already, or an invitation to it." in text_of(page)
    assert requests(office) == []


async def test_so_many_a_day_and_no_more(zoe: Client, office: Context, clock: Clock) -> None:
    async with portal_with(office, "approve", most=2) as portal, portal.browser() as browser:
        await browser.activate(zoe.link())
        for number in range(2):
            assert (await ask(browser, zoe, address=f"p{number}@dupont.example")).status_code == 303
        page = await ask(browser, zoe, address="p2@dupont.example")
        assert page.status_code == 429
        assert "You have asked for 2 people within a day." in text_of(page)
        # What was taken back counts all the same.
        assert (await browser.send(people(zoe), {"withdraw": "1"})).status_code == 303
        assert (await ask(browser, zoe, address="p2@dupont.example")).status_code == 429
        clock.advance(86_400 + 1)
        await browser.log_in(zoe.address)
        assert (await ask(browser, zoe, address="p2@dupont.example")).status_code == 303


async def test_a_client_takes_back_what_they_asked_and_nobody_elses(
    zoe: Client, zoe_in: Browser, office: Context, portal: Portal
) -> None:
    await ask(zoe_in, zoe)
    other = invite_client(office, "Elsewhere", "Paul Petit", "paul@petit.example")
    async with portal.browser() as paul:
        await paul.activate(other.link())
        await paul.send(people(other), {"withdraw": "1"})
    assert requests(office) == [("Anna Dupont", "open")]
    done = await zoe_in.send(people(zoe), {"withdraw": "1"})
    assert "Taken back" in (await zoe_in.http.get(done.headers["location"])).text
    assert requests(office) == [("Anna Dupont", "withdrawn")]
    assert (await ask(zoe_in, zoe)).status_code == 303


async def test_where_the_firm_invites_by_itself_there_is_no_form_and_a_form_that_is_sent_all_the_same_does_nothing(
    zoe: Client, office: Context
) -> None:
    async with portal_with(office, "no") as portal, portal.browser() as browser:
        await browser.activate(zoe.link())
        page = await browser.open(people(zoe))
        assert "<textarea" not in page.text
        assert "invites people itself" in page.text
        assert (await ask(browser, zoe)).status_code == 403
    assert requests(office) == []


async def test_where_clients_may_invite_the_person_is_let_in_at_once_by_the_client(
    zoe: Client, office: Context, clock: Clock
) -> None:
    async with portal_with(office, "yes") as portal, portal.browser() as browser:
        await browser.activate(zoe.link())
        await ask(browser, zoe)
        page = await browser.open(people(zoe))
        assert "Invited, has not been here yet" in page.text
        assert requests(office) == [("Anna Dupont", "approved")]
        assert invitations(office)[-1] == ("anna@dupont.example", 1, None)
        (card,) = [c for c in account_profile(office, zoe.account).contacts if c.name == "Anna Dupont"]
        assert (card.language, card.emails[0].login, card.emails[0].notify) == ("en", True, False)
        message = office.database.value("SELECT message FROM outbox ORDER BY id DESC LIMIT 1")
        assert message == "Zoë Dupont asked us to give you access, and writes:\n\nWillkommen <b>Anna</b>\nbis bald"
        linked = office.database.rows(
            "SELECT staff_id, user_id FROM activity WHERE kind = 'contact_linked' ORDER BY id"
        )
        assert linked[-1] == (None, 1)

        anna = Client(office, zoe.account, "anna@dupont.example", "Anna Dupont")
        clock.advance(60)
        async with portal.browser() as theirs:
            await theirs.activate(anna.link())
            assert "Anna Dupont" in (await theirs.open(people(anna))).text
        assert "Has access" in (await browser.open(people(zoe))).text


@pytest.mark.parametrize("mode", ["approve", "yes"])
async def test_what_is_answered_does_not_tell_whether_the_firm_knew_the_address(
    zoe: Client, office: Context, portal: Portal, clock: Clock, mode: str
) -> None:
    """The same pages for a stranger and for somebody else's client, who is active and known by another name and spelling."""
    other = invite_client(office, "Elsewhere", "Dr. Paul Secret", "Paul.Secret@petit.example")
    async with portal.browser() as theirs:
        await theirs.activate(other.link())
    clock.advance(3600)
    seen = []
    for number, address in enumerate(("paul.secret@petit.example", "paul.nobody@petit.example")):
        asker = invite_client(office, "Asking SA", "Ida Ask", f"ida{number}@asking.example")
        async with portal_with(office, mode) as running, running.browser() as browser:
            await browser.activate(asker.link())
            done = await ask(browser, asker, address=address, name="Somebody")
            pages = [
                await browser.http.get(done.headers["location"]),
                await browser.open(people(asker)[: -len("/people")]),
            ]
        assert "Somebody" in pages[0].text
        seen.append([done.status_code, *(plain(page, asker, address) for page in pages)])
    assert seen[0] == seen[1]
    assert "Secret" not in str(seen)
    if mode == "yes":
        assert office.database.value("SELECT count(*) FROM outbox WHERE kind = 'access_notice'") == 1
        assert office.database.value("SELECT count(*) FROM contact WHERE name LIKE '%Secret'") == 1


def plain(page: httpx.Response, client: Client, address: str) -> str:
    """What a page says, without what differs between two clients who did the same."""
    text = re.sub(r'name="(proof|withdraw)"( class="\w+")? value="[^"]*"|value="\d+"', "", page.text)
    for own in (address, client.address, account_code(client.account)):
        text = text.replace(own, "OWN")
    return text


async def test_access_that_staff_took_away_is_not_given_back_by_a_client(zoe: Client, office: Context) -> None:
    async with portal_with(office, "yes") as portal, portal.browser() as browser:
        await browser.activate(zoe.link())
        await ask(browser, zoe)
        change_access(office, [zoe.account], AccessWish(login=False), find_address(office, "anna@dupont.example"))
        assert "The access has ended" in (await browser.open(people(zoe))).text
        await ask(browser, zoe)
        assert "Waits for the answer of" in (await browser.open(people(zoe))).text
    assert requests(office) == [("Anna Dupont", "approved"), ("Anna Dupont", "open")]


async def test_who_lost_access_while_the_form_was_open_asks_for_nobody(
    zoe: Client, zoe_in: Browser, office: Context
) -> None:
    second = invite_client(office, "Second", "Zoë Dupont", "zoe@dupont.example")
    form = await zoe_in.open(people(zoe))
    zoe.login(False)
    page = await zoe_in.send(people(zoe), ANNA, form)
    assert page.status_code == 403
    assert "You can't see this account" in page.text
    assert requests(office) == []
    assert (await ask(zoe_in, second)).status_code == 303


async def test_without_the_forms_proof_nothing_is_asked(zoe: Client, zoe_in: Browser, office: Context) -> None:
    answer = await zoe_in.http.post(people(zoe), data=ANNA)
    assert answer.status_code == 403
    assert requests(office) == []


async def test_a_stranger_and_a_client_of_another_account_get_nowhere(
    zoe: Client, zoe_in: Browser, office: Context, browser: Browser
) -> None:
    other = invite_client(office, "Elsewhere", "Paul Petit", "paul@petit.example")
    send_all(office)
    assert (await browser.http.get(people(zoe))).headers["location"] == "/login"
    assert (await zoe_in.http.get(people(other))).status_code == 403
