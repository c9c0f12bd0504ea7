"""The home page of an account: the firm's greeting, the notices to this person, who else has access."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from tests.conftest import Clock
from tests.portal.browsing import PORTAL, Browser, Client, Portal, invite_client, run_portal
from tests.portal.town import enter, give_account, mail_is_sent
from tui_portal.config import settings_from
from tui_portal.domain.errors import WrongUse
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context

_SESSION = "__Host-tui_portal_session"
_HOST = PORTAL.removeprefix("https://")
_DAY = 86_400


@pytest.fixture
async def active(zoe: Client, browser: Browser) -> Client:
    """Zoë, who is logged in with `browser`."""
    browser.http.cookies.set(_SESSION, enter(zoe), domain=_HOST)
    return zoe


def _texts(page: httpx.Response, name: str) -> list[str]:
    """What the items of the list with this class say."""
    found = re.search(rf'<ul class="{name}">(.*?)</ul>', page.text, re.DOTALL)
    items = re.findall(r"<li[^>]*>(.*?)</li>", found[1], re.DOTALL) if found else []
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def _give(client: Client, message: str, clock: Clock) -> None:
    """Take the second account away and give it again, with a message in the mail, which is sent now."""
    change_access(client.office, [2], AccessWish(login=False))
    change_access(client.office, [2], AccessWish(login=True, invite=True, message=message))
    mail_is_sent(client.office, clock())


async def test_the_firm_greets_in_its_own_words_else_in_ours(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    session = browser.http.cookies[_SESSION]
    assert "Hansen &amp; Partner keeps you informed here" in (await browser.open("/")).text

    words = 'Closed on Fridays.\n<b>Call</b> {{ 7 }} "us".'
    own = replace(office.settings, portal=settings_from({"portal": {"greeting": words}}).portal)
    async with run_portal(office, own) as other, other.browser(Cookie=f"{_SESSION}={session}") as second:
        home = (await second.open("/")).text
    assert "Closed on Fridays.\n&lt;b&gt;Call&lt;/b&gt; {{ 7 }} &#34;us&#34;." in home
    assert "keeps you informed" not in home
    with pytest.raises(WrongUse, match=r"portal\.greeting must be text"):
        settings_from({"portal": {"greeting": 3}})


async def test_notices_are_the_mails_about_this_account_that_were_sent_newest_first_and_new_ones_marked(
    active: Client, browser: Browser, clock: Clock
) -> None:
    give_account(active, "Dupont privé", "First words.")
    path = "/accounts/A-0002"
    # What still waits was not sent yet.
    assert _texts(await browser.open(path), "notices") == []
    assert "There is nothing yet." in (await browser.open(path)).text

    clock.advance(60)
    mail_is_sent(active.office, clock())
    first = "12 November 2026 new You were given access to this account. First words."
    assert _texts(await browser.open(path), "notices") == [first]
    # It stays marked for as long as the client is in.
    assert _texts(await browser.open(path), "notices") == [first]
    assert "First words" not in (await browser.open("/accounts/A-0001")).text

    clock.advance(_DAY // 4)
    await browser.send("/logout", {}, await browser.open(path))
    await browser.log_in(active.address)
    assert _texts(await browser.open(path), "notices") == [first.replace(" new", "")]
    clock.advance(_DAY // 4)
    _give(active, "Second <b>words</b>.", clock)
    assert _texts(await browser.open(path), "notices") == [
        "13 November 2026 new You were given access to this account. Second &lt;b&gt;words&lt;/b&gt;.",
        first.replace(" new", ""),
    ]


async def test_the_invitation_that_was_used_is_told_and_is_nothing_new(
    office: Context, zoe: Client, browser: Browser, clock: Clock
) -> None:
    mail_is_sent(office, clock())
    clock.advance(_DAY)
    zoe.resend(handed_over=True)
    mail_is_sent(office, clock())
    await browser.activate(zoe.link(2))
    give_account(zoe, "Dupont privé")
    mail_is_sent(office, clock())

    told = "13 November 2026 You were invited to the client portal of Hansen &amp; Partner."
    assert _texts(await browser.open("/accounts/A-0001"), "notices") == [told]
    assert _texts(await browser.open("/accounts/A-0002"), "notices") == [
        "13 November 2026 new You were given access to this account."
    ]


async def test_the_mail_about_several_accounts_is_told_in_each_of_them(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    first, second = give_account(active, "Dupont privé"), give_account(active, "SCI Lilas")
    change_access(office, [first, second], AccessWish(login=False))
    office.database.execute("DELETE FROM outbox")
    change_access(office, [first, second], AccessWish(login=True, invite=True, message="For both."))
    mail_is_sent(office, clock())

    for number in (first, second):
        assert len(_texts(await browser.open(f"/accounts/A-{number:04}"), "notices")) == 1
    assert office.database.value("SELECT count(*) FROM outbox") == 1


async def test_of_many_notices_the_newest_are_shown_and_the_rest_told_by_number(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    give_account(active, "Dupont privé")
    most = office.settings.limits.notices_shown
    for number in range(most + 2):
        clock.advance(1)
        _give(active, f"Number {number}.", clock)

    page = await browser.open("/accounts/A-0002")

    shown = _texts(page, "notices")
    assert len(shown) == most
    assert shown[0].endswith(f"Number {most + 1}.")
    assert "3 older ones are not shown." in page.text


async def test_others_with_access_are_told_by_name_and_never_by_address(
    office: Context, active: Client, portal: Portal, browser: Browser
) -> None:
    account = active.account
    create_contact(office, [account], "Hugo Dupont", ["hugo@dupont.example"])
    create_contact(office, [account], "Without Access", ["none@dupont.example"])
    create_contact(office, [account], "info@bureau.example", ["info@bureau.example"])
    for address in ("hugo@dupont.example", "info@bureau.example"):
        change_access(office, [account], AccessWish(login=True, invite=True), find_address(office, address))
    invite_client(office, "Petit", "Jean Petit", "jean@petit.example")

    page = await browser.open("/")
    assert _texts(page, "people") == ["Hugo Dupont has not been here yet"]
    assert "And 1 further person." in page.text
    for hidden in ("hugo@", "info@", "none@", "Without Access", "Jean Petit"):
        assert hidden not in page.text

    hugo = Client(office, account, "hugo@dupont.example", "Hugo Dupont")
    async with portal.browser() as second:
        await second.activate(hugo.link())
        assert _texts(await second.open("/"), "people") == ["Zoë Dupont"]
    assert _texts(await browser.open("/"), "people") == ["Hugo Dupont"]


async def test_who_is_alone_in_an_account_is_told_so(active: Client, browser: Browser) -> None:
    page = await browser.open("/")

    assert "Nobody but you." in page.text
    assert _texts(page, "people") == []


async def test_a_look_is_kept_on_the_side_and_fails_nobody_where_others_write(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    with office.database.write():
        assert (await browser.open("/")).status_code == 200
    assert office.database.value("SELECT count(*) FROM account_visit") == 0

    await browser.open("/")
    assert office.database.rows("SELECT account_id, at FROM account_visit") == [(1, clock())]
    clock.advance(60)
    # Nothing came meanwhile: there is nothing to write.
    await browser.open("/")
    assert office.database.value("SELECT at FROM account_visit") == clock() - 60
