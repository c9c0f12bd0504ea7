"""Choosing a password: the link, the form, what is refused, and who wins when many are at it."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.portal.browsing import PASSWORD, Browser, Client, Portal, invite_client, run_portal
from tui_portal.domain.access import UserState
from tui_portal.services.accounts import account_profile
from tui_portal.services.context import Context

_TWO_WEEKS = 14 * 86_400


def _everything(office: Context) -> list[object]:
    """All that is in the database."""
    tables = office.database.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [office.database.rows(f'SELECT * FROM "{name}"') for (name,) in tables]


async def test_a_link_leads_to_a_password_and_the_password_home(office: Context, zoe: Client, browser: Browser) -> None:
    page = await browser.open(zoe.link())
    assert page.status_code == 200
    assert "Choose your password" in page.text
    assert "at least 12 characters" in page.text
    assert 'value="zoe@dupont.example"' in page.text

    entered = await browser.activate(zoe.link())

    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    home = await browser.open("/")
    assert "Welcome, Zoë Dupont" in home.text
    assert "Brasserie du Marché SARL" in home.text
    assert "Hansen &amp; Partner" in home.text
    assert account_profile(office, zoe.account).emails[0].state is UserState.ACTIVE


async def test_opening_a_link_fifty_times_changes_nothing_but_when_it_was_opened_first(
    office: Context, zoe: Client, portal: Portal, clock: Clock
) -> None:
    before, first = _everything(office), clock()

    for _time in range(50):
        async with portal.browser() as scanner:
            assert (await scanner.open(zoe.link())).status_code == 200
        clock.advance(1)

    assert office.database.rows("SELECT opened_at FROM invitation") == [(first,)]
    office.database.execute("UPDATE invitation SET opened_at = NULL")
    assert _everything(office) == before


@pytest.mark.parametrize("when", ["expired", "withdrawn", "forged"])
async def test_a_dead_link_is_not_noted_as_opened(
    office: Context, zoe: Client, browser: Browser, clock: Clock, when: str
) -> None:
    link = zoe.link()
    if when == "expired":
        clock.advance(_TWO_WEEKS)
    elif when == "withdrawn":
        zoe.login(on=False)
    else:
        link = link[:-4] + ("AAAA" if not link.endswith("AAAA") else "BBBB")
    await browser.open(link)

    assert office.database.value("SELECT opened_at FROM invitation") is None


async def test_the_page_neither_fails_nor_waits_where_the_opening_can_not_be_noted(
    office: Context, zoe: Client, browser: Browser
) -> None:
    holder = sqlite3.connect(office.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    start = time.monotonic()

    page = await browser.open(zoe.link())

    holder.execute("ROLLBACK")
    holder.close()
    assert page.status_code == 200
    assert time.monotonic() - start < 2
    assert office.database.value("SELECT opened_at FROM invitation") is None


async def test_of_twenty_at_once_one_wins_and_the_others_are_told(office: Context, zoe: Client) -> None:
    async with AsyncExitStack() as stack:
        # Two servers on one database: no lock inside one process decides.
        portals = [await stack.enter_async_context(run_portal(office, office.settings)) for _server in range(2)]
        browsers = [await stack.enter_async_context(portals[n % 2].browser()) for n in range(20)]
        pages = [await browser.open(zoe.link()) for browser in browsers]

        async def choose(number: int) -> tuple[int, str]:
            secret = f"{PASSWORD} {number}"
            answer = await browsers[number].send(zoe.link(), {"password": secret, "again": secret}, pages[number])
            return answer.status_code, answer.text

        answers = await asyncio.gather(*(choose(number) for number in range(20)))

    assert sorted(status for status, _text in answers) == [303] + [410] * 19
    assert all("This link has been used already" in text for status, text in answers if status == 410)
    assert office.database.value("SELECT count(*) FROM user") == 1
    assert office.database.value("SELECT count(*) FROM session") == 1
    assert office.database.value("SELECT count(*) FROM activity WHERE kind = 'user_activated'") == 1


async def test_the_password_of_the_winner_is_the_one_that_counts(zoe: Client, portal: Portal) -> None:
    async with portal.browser() as first, portal.browser() as late:
        page = await late.open(zoe.link())
        await first.activate(zoe.link())
        await late.send(zoe.link(), {"password": "another " + PASSWORD, "again": "another " + PASSWORD}, page)

        assert (await late.log_in(zoe.address, "another " + PASSWORD)).status_code == 422
        assert (await late.log_in(zoe.address)).status_code == 303


@pytest.mark.parametrize(
    "when", ["used", "expired", "withdrawn", "no account left", "replaced", "cut", "forged", "beyond all numbers"]
)
async def test_a_dead_link_says_so_first_and_not_whose_it_is(
    office: Context, zoe: Client, portal: Portal, clock: Clock, when: str
) -> None:
    link = zoe.link()
    heading = {
        "used": "This link has been used already",
        "expired": "This link has expired",
        "withdrawn": "This link has been withdrawn",
        "no account left": "This link has been withdrawn",
        "replaced": "There is a newer link",
        "cut": "This link does not work",
        "forged": "This link does not work",
        "beyond all numbers": "This link does not work",
    }[when]
    if when == "used":
        async with portal.browser() as owner:
            await owner.activate(link)
    elif when == "expired":
        clock.advance(_TWO_WEEKS)
    elif when == "withdrawn":
        zoe.login(on=False)
    elif when == "no account left":
        office.database.execute("UPDATE account SET archived = 1")
    elif when == "replaced":
        zoe.resend(handed_over=True)
    elif when == "cut":
        link = link[:-1]
    elif when == "beyond all numbers":
        link = "/activate/" + "_" * 48
    else:
        link = link[:-4] + ("AAAA" if not link.endswith("AAAA") else "BBBB")

    async with portal.browser() as browser:
        page = await browser.open(link)

    assert page.status_code == (404 if when in ("cut", "forged", "beyond all numbers") else 410)
    assert re.search(r"<main[^>]*>\s*<h1>([^<]+)</h1>", page.text)[1] == heading  # type: ignore[index]  # no match fails the test as well
    assert "<form" not in page.text
    assert "office@hansen-partner.example" in page.text
    for secret in ("dupont", "Zoë", "Brasserie"):
        assert secret.casefold() not in page.text.casefold()


@pytest.mark.parametrize("when", ["expired", "withdrawn", "replaced"])
async def test_a_link_that_died_while_its_page_was_open_takes_no_password(
    office: Context, zoe: Client, browser: Browser, clock: Clock, when: str
) -> None:
    page = await browser.open(zoe.link())
    if when == "expired":
        clock.advance(_TWO_WEEKS)
    elif when == "withdrawn":
        zoe.login(on=False)
    else:
        zoe.resend(handed_over=True)

    answer = await browser.send(zoe.link(), {"password": PASSWORD, "again": PASSWORD}, page)

    assert answer.status_code == 410
    assert office.database.value("SELECT count(*) FROM user") == 0


async def test_a_resend_that_was_not_handed_over_leaves_both_links_alive(zoe: Client, browser: Browser) -> None:
    former = zoe.link()
    zoe.resend(handed_over=False)

    assert (await browser.open(former)).status_code == 200
    assert (await browser.open(zoe.link(generation=2))).status_code == 200


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("", "", "Type the password"),
        ("short", "short", "needs at least 12 characters"),
        ("password1234", "password1234", "among the first that others would try"),
        ("Zoe.Dupont-1985", "Zoe.Dupont-1985", "made of names that others know"),
        ("Hansen&Partner2026", "Hansen&Partner2026", "made of names that others know"),
        (PASSWORD, PASSWORD + "x", "not the same"),
    ],
)
async def test_a_password_that_can_t_be_is_refused_beside_its_field(
    office: Context, zoe: Client, browser: Browser, password: str, again: str, words: str
) -> None:
    answer = await browser.activate(zoe.link(), password, again)

    assert answer.status_code == 422
    problem = re.search(r'<p class="problem" id="([^"]+)">([^<]+)</p>', answer.text)
    assert problem is not None
    assert words in problem[2]
    field = re.search(rf'<input [^>]*aria-describedby="{problem[1]}[" ][^>]*>', answer.text)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert "<title>Not yet right:" in answer.text
    assert (
        re.findall(r'<input type="([a-z]+)" id="(?:former|password|again)"(?![^>]* value=)', answer.text)
        == ["password"] * 2
    )
    assert office.database.value("SELECT count(*) FROM user") == 0
    assert (await browser.activate(zoe.link())).status_code == 303


async def test_password_managers_and_pasting_are_welcome(zoe: Client, browser: Browser) -> None:
    page = await browser.open(zoe.link())

    assert page.text.count('autocomplete="new-password"') == 2
    assert 'autocomplete="username"' in page.text
    assert "onpaste" not in page.text
    assert "maxlength" not in page.text


async def test_the_page_speaks_the_contact_s_language(office: Context, portal: Portal) -> None:
    jean = invite_client(office, "Étude Petit", "Jean Petit", "jean@petit.example", "fr")
    async with portal.browser(**{"Accept-Language": "de"}) as browser:
        assert '<html lang="fr">' in (await browser.open(jean.link())).text
        assert '<html lang="de">' in (await browser.open("/login")).text
        await browser.activate(jean.link())
        assert '<html lang="fr">' in (await browser.open("/")).text


async def test_names_are_shown_as_text(office: Context, browser: Browser) -> None:
    odd = invite_client(
        office, "Dupont [/SARL] <b>&amp;\u202e{{ 7 * 7 }}", "Zoë \"<script>x</script>'", "zoe@dupont.example"
    )
    page = await browser.open(odd.link())
    await browser.activate(odd.link())
    home = await browser.open("/")

    for text in (page.text, home.text):
        assert "Dupont [/SARL] &lt;b&gt;&amp;amp;\ufffd{{ 7 * 7 }}" in text
    assert "Welcome, Zoë &#34;&lt;script&gt;x&lt;/script&gt;&#39;" in home.text
    assert "<script" not in home.text


async def test_a_mailbox_in_several_accounts_sees_them_all_after_one_activation(
    office: Context, zoe: Client, browser: Browser
) -> None:
    invite_client(office, "Dupont privé", "Zoë Dupont", "zoe@dupont.example")

    await browser.activate(zoe.link(2))

    home = await browser.open("/")
    assert "You have access to these 2 accounts" in home.text
    assert home.text.index("Brasserie du Marché") < home.text.index("Dupont privé")


async def test_a_used_up_link_withdraws_the_mail_that_still_waits(
    office: Context, zoe: Client, browser: Browser
) -> None:
    await browser.activate(zoe.link())

    assert office.database.rows("SELECT state FROM outbox") == [("withdrawn",)]


async def test_the_password_is_kept_as_argon2id_and_nothing_else_of_it(
    office: Context, zoe: Client, browser: Browser
) -> None:
    await browser.activate(zoe.link())

    kept = office.database.value("SELECT password_hash FROM user")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in str(_everything(office))


async def test_more_hashes_than_can_wait_are_asked_to_come_back(office: Context, zoe: Client) -> None:
    limits = replace(office.settings.limits, hash_at_once=1, hash_waiting=1)
    async with run_portal(office, replace(office.settings, limits=limits)) as portal:
        browsers = [portal.browser() for _number in range(6)]
        pages = [await browser.open(zoe.link()) for browser in browsers]
        answers = await asyncio.gather(
            *(
                browser.send(zoe.link(), {"password": PASSWORD, "again": PASSWORD}, page)
                for browser, page in zip(browsers, pages, strict=True)
            )
        )
        for browser in browsers:
            await browser.http.aclose()

    busy = [answer for answer in answers if answer.status_code == 429]
    assert busy
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)
    assert [answer.status_code for answer in answers].count(303) == 1


async def test_what_was_typed_is_shown_to_who_asks_for_it_alone(office: Context, zoe: Client, browser: Browser) -> None:
    shown = await browser.send(zoe.link(), {"password": '<b>"&', "again": "", "show": "1"})

    assert shown.status_code == 200
    assert "problem" not in shown.text
    assert '<input type="text" id="password"' in shown.text
    assert 'value="&lt;b&gt;&#34;&amp;"' in shown.text
    assert 'spellcheck="false"' in shown.text
    wrong = await browser.send("/activate", {"password": "x" * 11, "again": "y", "shown": "1"}, shown)
    assert wrong.status_code == 422
    assert f'value="{"x" * 11}"' in wrong.text
    assert '"text" id="password"' not in (await browser.open("/activate")).text
    assert (await browser.send("/activate", {"password": PASSWORD, "again": PASSWORD, "shown": "1"}, wrong)).is_redirect
    assert office.database.value("SELECT count(*) FROM user") == 1


async def test_the_page_names_the_firm_and_what_will_happen(zoe: Client, browser: Browser) -> None:
    page = await browser.open(zoe.link())

    for words in ("Hansen &amp; Partner gives you access to:", "Brasserie du Marché SARL", "you are logged in at once"):
        assert words in page.text
    # The enter key presses the first button.
    assert re.findall(r"<button [^>]*>([^<]+)<", page.text) == ["Save and log in", "Show what I typed"]
