"""What clients set for themselves: password, language, notifications, where they are logged in."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from tests.conftest import Clock
from tests.portal.browsing import PASSWORD, Browser, Client, Portal, hidden_in, invite_client, run_portal
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.i18n import LANGUAGES, OWN_NAMES
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_log import log_ids, log_rows
from tui_portal.services.accounts import account_profile
from tui_portal.services.context import Context
from tui_portal.services.preferences import read_preferences, set_preferences

_PATH = "/accounts/A-0001/settings"
_OTHER = "drei reiher im fruehen nebel"
_SESSION = "__Host-tui_portal_session"


@pytest.fixture
async def active(zoe: Client, browser: Browser) -> Client:
    """Zoë, who is logged in in `browser`."""
    await browser.activate(zoe.link())
    return zoe


async def save(browser: Browser, part: str, page: httpx.Response | None = None, **fields: str) -> httpx.Response:
    """Send the form of one part as it is filled in."""
    return await browser.send(_PATH, {"part": part, **fields}, page)


async def change_password(browser: Browser, former: str, password: str, again: str | None = None) -> httpx.Response:
    """Fill in the form for another password."""
    fields = {"former": former, "password": password, "again": password if again is None else again}
    return await save(browser, "password", **fields)


def seen_in(page: httpx.Response) -> str:
    """What the form of the notifications remembers of how it was shown."""
    found = re.search(r'name="seen" value="([^"]*)"', page.text)
    return found[1] if found else ""


def ticked_in(page: httpx.Response) -> set[str]:
    """The check boxes that are on."""
    return set(re.findall(r'<input type="checkbox" [^>]*name="([a-z_]+)" value="1" checked', page.text))


async def test_another_password_keeps_this_browser_in_and_ends_the_others(
    office: Context, active: Client, browser: Browser, portal: Portal
) -> None:
    before = browser.http.cookies[_SESSION]
    await browser.send("/accounts/A-0001/bar", {}, await browser.open("/"))
    async with portal.browser() as elsewhere:
        await elsewhere.log_in(active.address)

        answer = await change_password(browser, PASSWORD, _OTHER)

        assert (answer.status_code, answer.headers["location"]) == (303, f"{_PATH}?saved=password")
        assert (await elsewhere.open("/")).headers["location"] == "/login"
    saved = await browser.open(f"{_PATH}?saved=password")
    assert "Your new password is saved" in saved.text
    # The session is the same under another name: the bar that was closed stays so.
    assert browser.http.cookies[_SESSION] != before
    assert '<section class="bar"' not in saved.text
    async with portal.browser(Cookie=f"{_SESSION}={before}") as thief:
        assert (await thief.open("/")).headers["location"] == "/login"
    async with portal.browser() as later:
        assert (await later.log_in(active.address)).status_code == 422
        assert (await later.log_in(active.address, _OTHER)).status_code == 303
    mails = "SELECT e.address FROM outbox o JOIN email_address e ON e.id = o.email_address_id WHERE o.kind = ?"
    assert office.database.rows(mails, ["password_changed"]) == [(active.address,)]
    told = log_rows(office, log_ids(office, active.account, 10))
    assert ("zoe@dupont.example changed the password", active.address) in [(row.words, row.who) for row in told]


async def test_a_link_for_another_password_dies_with_the_password_that_it_was_for(
    office: Context, active: Client, browser: Browser
) -> None:
    await browser.send("/forgot", {"username": active.address})
    await change_password(browser, PASSWORD, _OTHER)

    assert office.database.rows("SELECT state FROM password_reset") == [("withdrawn",)]
    rows = office.database.rows("SELECT kind, state FROM outbox WHERE kind LIKE 'password%' ORDER BY kind")
    assert rows == [("password_changed", "queued"), ("password_reset", "withdrawn")]


@pytest.mark.parametrize(
    ("former", "password", "again", "words", "field"),
    [
        ("", _OTHER, _OTHER, "Type the password that you have now", "former"),
        ("not it", _OTHER, _OTHER, "not the password that you have now", "former"),
        (PASSWORD, "short", "short", "at least 12 characters", "password"),
        (PASSWORD, "Brasserie2026!", "Brasserie2026!", "made of names that others know", "password"),
        (PASSWORD, "Password123456", "Password123456", "among the first that others would try", "password"),
        (PASSWORD, _OTHER, _OTHER + "x", "not the same", "password"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(
    office: Context, active: Client, browser: Browser, former: str, password: str, again: str, words: str, field: str
) -> None:
    kept = office.database.value("SELECT password_hash FROM user")

    answer = await change_password(browser, former, password, again)

    assert answer.status_code == 422
    assert "<title>Not yet right:" in answer.text
    assert words in answer.text.partition(f'id="{field}-problem"')[2].partition("</p>")[0]
    assert (
        re.findall(r'<input type="([a-z]+)" id="(?:former|password|again)"(?![^>]* value=)', answer.text)
        == ["password"] * 3
    )
    assert office.database.value("SELECT password_hash FROM user") == kept
    assert office.database.value("SELECT count(*) FROM outbox WHERE kind = 'password_changed'") == 0


async def test_what_was_typed_is_shown_to_who_asks_for_it_alone(active: Client, browser: Browser) -> None:
    fields = {"former": PASSWORD, "password": '<b>"&', "again": "x"}
    shown = await save(browser, "password", show="1", **fields)

    assert shown.status_code == 200
    assert 'value="&lt;b&gt;&#34;&amp;"' in shown.text
    assert shown.text.count('type="text" id=') == 3
    assert shown.headers["cache-control"] == "no-store"
    # It stays to be seen while something is wrong with it.
    again = await save(browser, "password", shown, shown="1", **fields)
    assert again.status_code == 422
    assert f'value="{PASSWORD}"' in again.text
    assert PASSWORD not in (await browser.open(_PATH)).text


async def test_wrong_guesses_in_a_session_wait_and_keep_nobody_else_waiting(office: Context, zoe: Client) -> None:
    limits = replace(office.settings.limits, login_attempts=2, login_attempts_anywhere=2)
    async with (
        run_portal(office, replace(office.settings, limits=limits)) as portal,
        portal.browser_at("198.51.100.7") as thief,
        portal.browser_at("198.51.100.7") as owner,
    ):
        await thief.activate(zoe.link())
        for _guess in range(2):
            assert (await change_password(thief, "wrong", _OTHER)).status_code == 422
        held = await change_password(thief, PASSWORD, _OTHER)
        assert (held.status_code, held.headers["retry-after"]) == (429, "15")
        assert "There were too many tries" in held.text

        assert (await owner.log_in(zoe.address)).status_code == 303


async def test_the_pages_speak_the_chosen_language_or_the_browser_s(
    office: Context, portal: Portal, browser: Browser
) -> None:
    assert tuple(OWN_NAMES) == LANGUAGES
    jean = invite_client(office, "Étude Petit", "Jean Petit", "jean@petit.example", "fr")
    async with portal.browser(**{"Accept-Language": "de"}) as own:
        await own.activate(jean.link())
        page = await own.open(_PATH)
        assert '<html lang="fr">' in page.text
        assert '<option value="fr" lang="fr" selected>Français' in page.text

        for chosen, spoken in (("ja", "ja"), ("", "de"), ("en", "en")):
            answer = await save(own, "language", language=chosen)
            assert answer.headers["location"] == f"{_PATH}?saved=language"
            page = await own.open(_PATH)
            assert f'<html lang="{spoken}">' in page.text
            assert f'<option value="{chosen}"' in page.text.partition(" selected>")[0][-40:]
        assert (await save(own, "language", language="xx")).status_code == 422
        assert '<html lang="en">' in (await own.open("/")).text

        # Mail about the password is in the language that was chosen.
        await own.send("/forgot", {"username": jean.address})
    assert office.database.value("SELECT language FROM outbox WHERE kind = 'password_reset'") == "en"
    changes = office.database.rows(
        "SELECT before, after FROM activity WHERE kind = 'user_language_changed' ORDER BY id"
    )
    assert changes[0] == ('{"language":""}', '{"language":"ja"}')
    assert len(changes) == 3


async def test_a_client_chooses_their_notifications_of_this_account(
    office: Context, active: Client, browser: Browser
) -> None:
    invite_client(office, "Dupont privé", "Zoë Dupont", active.address)
    mailbox = find_address(office, active.address)
    page = await browser.open(_PATH)
    assert ticked_in(page) == {group.value for group in NotificationGroup}
    wished = {"notify": "1", "proposals": "1", "approvals": "1"}

    answer = await save(browser, "notifications", page, seen=seen_in(page), **wished)

    assert answer.headers["location"] == f"{_PATH}?saved=notifications"
    assert ticked_in(await browser.open(_PATH)) == set(wished)
    row = read_preferences(office, active.account, mailbox).rows[0]
    assert {group.value for group, on in row.enabled.items() if on} == {"proposals", "approvals"}
    email = account_profile(office, active.account).emails[0]
    assert (email.login, email.notify) == (True, True)
    other = read_preferences(office, active.account + 1, mailbox).rows[0]
    assert not other.notify
    assert all(other.enabled.values())
    told = log_rows(office, log_ids(office, active.account, 2))
    assert {row.kind for row in told} == {"access_changed", "preferences_changed"}
    assert {(row.who, row.origin) for row in told} == {(active.address, "portal")}
    # Nothing that staff could take back by mistake.
    assert office.database.value("SELECT count(*) FROM operation WHERE kind = 'edit' AND staff_id IS NULL") == 0


async def test_what_the_firm_changed_meanwhile_is_shown_and_not_overwritten(
    office: Context, active: Client, browser: Browser
) -> None:
    mailbox = find_address(office, active.address)
    page = await browser.open(_PATH)
    set_preferences(office, active.account, {mailbox: {NotificationGroup.PROPOSALS: False}})

    answer = await save(browser, "notifications", page, seen=seen_in(page), notify="1", proposals="1")

    assert answer.status_code == 409
    assert "Nothing was saved" in answer.text
    assert "proposals" not in ticked_in(answer)
    row = read_preferences(office, active.account, mailbox).rows[0]
    assert not row.notify
    assert sum(row.enabled.values()) == 6
    # The page as it is now can be sent.
    assert (await save(browser, "notifications", answer, seen=seen_in(answer), notify="1")).status_code == 303
    change_access(office, [active.account], AccessWish(notify=False))
    late = await save(browser, "notifications", answer, seen="notify", notify="1")
    assert late.status_code == 409


async def test_where_the_firm_chooses_there_is_nothing_to_choose(office: Context, active: Client) -> None:
    settings = replace(office.settings, portal=replace(office.settings.portal, clients_set_notifications=False))
    async with run_portal(office, settings) as portal, portal.browser() as browser:
        await browser.log_in(active.address)
        page = await browser.open(_PATH)
        assert "Notifications" not in page.text

        answer = await save(browser, "notifications", page, seen="file_uploads", notify="1")

        assert answer.status_code == 403
    assert not account_profile(office, active.account).emails[0].notify


async def test_log_out_everywhere_else(
    office: Context, active: Client, browser: Browser, portal: Portal, clock: Clock
) -> None:
    assert "logged in in this browser only" in (await browser.open(_PATH)).text
    clock.advance(3600)
    async with portal.browser() as telephone:
        await telephone.log_in(active.address)
        page = await browser.open(_PATH)
        assert "Besides this browser you are logged in in 1 other one" in page.text
        assert "12 November 2026, 13:00 (UTC)" in page.text

        answer = await save(browser, "sessions", page)

        assert answer.headers["location"] == f"{_PATH}?saved=sessions"
        assert (await telephone.open("/")).headers["location"] == "/login"
    assert "You are logged out everywhere else" in (await browser.open(f"{_PATH}?saved=sessions")).text
    kinds = office.database.rows("SELECT kind FROM activity WHERE user_id IS NOT NULL ORDER BY id DESC LIMIT 1")
    assert kinds == [("user_logged_out_elsewhere",)]


@pytest.mark.parametrize("part", ["password", "language", "notifications", "sessions", "nothing"])
async def test_a_form_that_is_not_ours_or_comes_too_late_changes_nothing(
    office: Context, active: Client, browser: Browser, portal: Portal, part: str
) -> None:
    fields = {"former": PASSWORD, "password": _OTHER, "again": _OTHER, "language": "ja", "notify": "1"}
    async with portal.browser() as telephone:
        await telephone.log_in(active.address)
        page = await browser.open(_PATH)
        fields |= {"part": part, "seen": seen_in(page)}
        before = _kept(office)

        strangers = await browser.http.post(_PATH, data={**fields, **hidden_in(await telephone.open(_PATH))})
        assert strangers.status_code == 403
        await browser.open(f"{_PATH}?saved={part}&part={part}")
        active.login(on=False)
        late = await browser.http.post(_PATH, data={**fields, **hidden_in(page)})
        assert late.status_code == 403
        assert "Your access has ended" in late.text
    after = _kept(office)
    assert (after[0], after[2]) == (before[0], before[2])


async def test_an_account_that_is_not_theirs_has_no_settings_for_them(
    office: Context, active: Client, browser: Browser
) -> None:
    invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    page = await browser.open(_PATH)
    other = _PATH.replace("1", "2")

    assert (await browser.open(other)).status_code == 403
    answer = await browser.send(other, {"part": "notifications", "seen": seen_in(page), "notify": "1"}, page)
    assert answer.status_code == 403
    assert office.database.value("SELECT sum(notify) FROM contact_settings") == 0


def _kept(office: Context) -> list[object]:
    """What the page can change: users, sessions, preferences with the switch NOTIFY."""
    return [
        office.database.rows("SELECT password_hash, language FROM user"),
        office.database.rows("SELECT * FROM session"),
        office.database.rows(
            "SELECT * FROM notification_preference UNION ALL SELECT account_id, notify, 0, 0 FROM contact_settings"
        ),
    ]
