"""Choosing an account, the bar and the side bar of one, and the right to see it, which every request is asked for."""

from __future__ import annotations

import re
import subprocess
import sys

import httpx
import pytest

from tests.conftest import Clock
from tests.portal.browsing import PORTAL, Browser, Client, Portal, invite_client, proof_in
from tests.portal.town import enter, give_account, mail_is_sent
from tui_portal.domain.accounts import account_code
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.contact_links import unlink_contact
from tui_portal.services.context import Context

_SESSION = "__Host-tui_portal_session"
_HOME = "/accounts/A-0001"
_KIND = "You can't see this account"
_NO_MORE = "Your access has ended"


@pytest.fixture
async def active(zoe: Client, browser: Browser) -> Client:
    """Zoë, who is logged in with `browser`."""
    browser.http.cookies.set(_SESSION, enter(zoe), domain=PORTAL.removeprefix("https://"))
    return zoe


def _accounts(page: httpx.Response) -> list[tuple[str, str]]:
    """The accounts to choose from, and what is new in each."""
    found = re.findall(r'<li><a href="(/accounts/A-\d+)">(.*?)</a></li>', page.text, re.DOTALL)
    return [(path, " ".join(re.sub(r"<[^>]+>", " ", inside).split())) for path, inside in found]


def _bar(page: httpx.Response) -> str:
    found = re.search(r'<section class="bar".*?</section>', page.text, re.DOTALL)
    return found[0] if found else ""


async def test_one_account_is_opened_without_a_question(active: Client, browser: Browser) -> None:
    home = await browser.open("/")

    assert str(home.url) == f"{PORTAL}{_HOME}"
    assert str((await browser.open("/accounts")).url) == f"{PORTAL}{_HOME}"
    assert "Switch account" not in home.text
    assert "Brasserie du Marché SARL" in _bar(home)


async def test_several_accounts_are_chosen_from_sorted_each_with_what_is_new(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    for name in ("Zweite GmbH", "Ärztehaus", "Apotheke", "Apotheke"):
        give_account(active, name)
    mail_is_sent(office, clock())

    page = await browser.open("/")

    assert str(page.url) == f"{PORTAL}/accounts"
    assert _accounts(page) == [
        ("/accounts/A-0004", "Apotheke A-0004 1 new notice"),
        ("/accounts/A-0005", "Apotheke A-0005 1 new notice"),
        ("/accounts/A-0003", "Ärztehaus 1 new notice"),
        (_HOME, "Brasserie du Marché SARL"),
        ("/accounts/A-0002", "Zweite GmbH 1 new notice"),
    ]
    await browser.open("/accounts/A-0003")
    assert _accounts(await browser.open("/accounts"))[2] == ("/accounts/A-0003", "Ärztehaus")
    # What comes after the look is new again.
    clock.advance(60)
    change_access(office, [3], AccessWish(login=False))
    change_access(office, [3], AccessWish(login=True, invite=True))
    mail_is_sent(office, clock())
    assert _accounts(await browser.open("/accounts"))[2] == ("/accounts/A-0003", "Ärztehaus 1 new notice")


async def test_sixty_accounts_are_all_there_to_choose_from(office: Context, active: Client, browser: Browser) -> None:
    for number in range(59):
        give_account(active, f"Number {number:02}")
    mail_is_sent(office, office.clock())

    found = _accounts(await browser.open("/"))

    assert len(found) == 60
    assert [text for _path, text in found[1:]] == [f"Number {number:02} 1 new notice" for number in range(59)]


async def test_two_tabs_show_two_accounts(active: Client, browser: Browser) -> None:
    give_account(active, "Dupont privé")

    first, second = await browser.open(_HOME), await browser.open("/accounts/A-0002")

    assert "Brasserie du Marché SARL" in _bar(first)
    assert "Dupont privé" in _bar(second)
    assert "<title>Home – Dupont privé – Hansen &amp; Partner</title>" in second.text
    # Once in the bar, once at the bottom of the side bar.
    assert second.text.count("Switch account") == 2
    assert 'href="/accounts/A-0002" aria-current="page"' in second.text


async def test_the_bar_stays_closed_in_every_tab_until_the_next_login(active: Client, browser: Browser) -> None:
    give_account(active, "Dupont privé")
    home = await browser.open("/accounts/A-0002")
    assert _bar(home)

    closed = await browser.send("/accounts/A-0002/bar", {"room": ""}, home)

    assert (closed.status_code, closed.headers["location"]) == (303, "/accounts/A-0002")
    for path in ("/accounts/A-0002", _HOME):
        page = await browser.open(path)
        assert not _bar(page)
        assert page.text.count("Switch account") == 1
    await browser.send("/logout", {}, page)
    await browser.log_in(active.address)
    assert _bar(await browser.open(_HOME))


@pytest.mark.parametrize(
    ("room", "back"),
    [
        ("people", f"{_HOME}/people"),
        ("settings", f"{_HOME}/settings"),
        ("", _HOME),
        ("//evil.example", _HOME),
        ("../A-0002", _HOME),
        ("https://evil.example/", _HOME),
    ],
)
async def test_closing_the_bar_leads_back_to_its_page_and_never_elsewhere(
    active: Client, browser: Browser, room: str, back: str
) -> None:
    closed = await browser.send(f"{_HOME}/bar", {"room": room}, await browser.open(_HOME))

    assert (closed.status_code, closed.headers["location"]) == (303, back)


async def test_the_bar_is_closed_by_its_own_form_alone(office: Context, active: Client, browser: Browser) -> None:
    assert (await browser.http.post(f"{_HOME}/bar", data={"room": ""})).status_code == 403
    assert (await browser.http.get(f"{_HOME}/bar")).status_code == 405
    assert office.database.value("SELECT max(bar_closed) FROM session") == 0


@pytest.mark.parametrize("path", ["/accounts/A-0002", "/accounts/A-9999", "/accounts/nonsense", "/accounts/A-0"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_account_of_others_and_one_that_never_was_read_the_same(
    office: Context, active: Client, browser: Browser, path: str, method: str
) -> None:
    invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    proof = proof_in(await browser.open(_HOME))

    if method == "GET":
        answer = await browser.open(path)
    else:
        answer = await browser.http.post(f"{path}/bar", data={"proof": proof})

    assert answer.status_code == 403
    assert _KIND in answer.text
    assert "Petit" not in answer.text
    assert answer.text.replace(proof_in(answer), "") == (await browser.open("/accounts/A-7777")).text.replace(
        proof_in(await browser.open("/accounts/A-7777")), ""
    )


async def test_who_is_not_logged_in_is_led_to_the_login_from_every_page(zoe: Client, browser: Browser) -> None:
    proof = proof_in(await browser.open("/login"))
    for path in ("/", "/accounts", _HOME, "/accounts/A-9999"):
        assert (await browser.http.get(path)).headers["location"] == "/login"
    assert (await browser.http.post(f"{_HOME}/bar", data={"proof": proof})).headers["location"] == "/login"


def _switch_off(client: Client, account: int) -> None:
    """LOGIN off, as staff do it: in a process of its own, while the client is on the page."""
    office = client.office
    words = ["--database", str(office.database.path), "--as", "olga", "access", account_code(account), "--login", "off"]
    done = subprocess.run([sys.executable, "-m", "tui_portal", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _archive(client: Client, account: int) -> None:
    client.office.database.execute("UPDATE account SET archived = 1 WHERE id = ?", [account])


def _unlink(client: Client, account: int) -> None:
    contact = client.office.database.value("SELECT id FROM contact WHERE name = ?", [client.name])
    unlink_contact(client.office, account, contact, close=True)


_TAKEN_AWAY = pytest.mark.parametrize("take_away", [_switch_off, _archive, _unlink])
_CLICK = pytest.mark.parametrize("method", ["GET", "POST"])


async def _click(browser: Browser, method: str, page: httpx.Response) -> httpx.Response:
    if method == "GET":
        return await browser.open(_HOME)
    return await browser.send(f"{_HOME}/bar", {"room": ""}, page)


@_CLICK
@_TAKEN_AWAY
async def test_an_account_taken_away_is_closed_at_the_next_click_and_the_others_stay(
    active: Client, browser: Browser, take_away: object, method: str
) -> None:
    other = give_account(active, "Dupont privé")
    page = await browser.open(_HOME)
    assert callable(take_away)
    take_away(active, active.account)

    turned_away = await _click(browser, method, page)

    assert turned_away.status_code == 403
    assert _KIND in turned_away.text
    assert "Brasserie" not in turned_away.text
    assert "Ask Hansen &amp; Partner: write to" in turned_away.text
    assert str((await browser.open("/")).url).endswith(account_code(other))


@_CLICK
@_TAKEN_AWAY
async def test_who_loses_the_last_account_is_told_so_once_and_logged_out(
    office: Context, active: Client, browser: Browser, take_away: object, method: str
) -> None:
    page = await browser.open(_HOME)
    assert callable(take_away)
    take_away(active, active.account)

    turned_away = await _click(browser, method, page)

    assert turned_away.status_code == 403
    assert _NO_MORE in turned_away.text
    assert "Ask Hansen &amp; Partner: write to" in turned_away.text
    assert "Brasserie" not in turned_away.text
    assert "Log out" not in turned_away.text
    assert _SESSION not in browser.http.cookies
    assert (await browser.http.get(_HOME)).headers["location"] == "/login"


async def test_access_that_came_back_is_entered_by_a_new_login(active: Client, browser: Browser) -> None:
    active.login(on=False)
    active.login(on=True)

    away = await browser.http.get(_HOME)

    assert away.headers["location"] == "/login"
    assert "your session has ended" in (await browser.open("/login")).text
    await browser.log_in(active.address)
    assert str((await browser.open("/")).url) == f"{PORTAL}{_HOME}"


async def test_nobody_learns_from_a_forged_session_who_lost_their_access(
    office: Context, zoe: Client, portal: Portal
) -> None:
    session = enter(zoe)
    zoe.login(on=False)
    secret, user, seal = session.split(".")
    seals = (
        f"x.{user}.{seal}",
        f"{secret}.2.{seal}",
        f"{secret}.{user}.",
        f"{secret}.{user}",
        f"{secret}.x.{seal}",
        ".",
    )
    for forged in seals:
        async with portal.browser(Cookie=f"{_SESSION}={forged}") as browser:
            assert (await browser.http.get("/")).headers["location"] == "/login"


async def test_the_page_is_in_the_language_chosen_else_the_contact_s_else_the_browser_s_else_the_firm_s(
    office: Context, portal: Portal
) -> None:
    zoe = invite_client(office, language="fr")
    mailbox = find_address(office, zoe.address)
    session = enter(zoe)

    async def language(**headers: str) -> str:
        async with portal.browser(Cookie=f"{_SESSION}={session}", **headers) as browser:
            page = await browser.open(_HOME)
            assert page.headers["content-language"] in page.text
            return page.headers["content-language"]

    office.database.execute("UPDATE firm SET language = 'ja'")
    office.database.execute("UPDATE user SET language = 'es' WHERE email_address_id = ?", [mailbox])
    wish = {"Accept-Language": "de"}
    assert await language(**wish) == "es"
    office.database.execute("UPDATE user SET language = NULL")
    assert await language(**wish) == "fr"
    office.database.execute("UPDATE contact SET language = NULL")
    assert await language(**wish) == "de"
    assert await language() == "ja"


async def test_names_of_accounts_are_text(office: Context, browser: Browser) -> None:
    zoe = invite_client(office, "<b>[red]&amp;\u202e{{ 7 * 7 }}")
    browser.http.cookies.set(_SESSION, enter(zoe), domain=PORTAL.removeprefix("https://"))
    give_account(zoe, "<script>alert(1)</script>")

    for path in ("/accounts", _HOME, "/accounts/A-0002"):
        page = await browser.open(path)
        assert "<script" not in page.text
        assert "\u202e" not in page.text
    assert "&lt;b&gt;[red]&amp;amp;\ufffd{{ 7 * 7 }}" in (await browser.open(_HOME)).text
