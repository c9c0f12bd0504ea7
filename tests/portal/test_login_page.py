"""Logging in and out: what is answered to whom, and what a session is worth."""

from __future__ import annotations

import statistics
import time

import pytest

from tests.conftest import Clock
from tests.portal.browsing import PASSWORD, PORTAL, Browser, Client, Portal, invite_client, proof_in
from tui_portal.services.accounts import account_profile
from tui_portal.services.context import Context

_SESSION = "__Host-tui_portal_session"
_DEVICE = "__Host-tui_portal_device"


@pytest.fixture
async def active(zoe: Client, portal: Portal) -> Client:
    """Zoë, who has chosen her password."""
    async with portal.browser() as browser:
        await browser.activate(zoe.link())
    return zoe


async def test_log_in_home_log_out(active: Client, browser: Browser) -> None:
    assert (await browser.open("/")).headers["location"] == "/login"

    entered = await browser.log_in(" Zoe@Dupont.EXAMPLE ")
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    home = await browser.open("/")
    assert str(home.url) == f"{PORTAL}/accounts/A-0001"
    assert (await browser.open("/login")).headers["location"] == "/"

    left = await browser.send("/logout", {}, home)
    assert (left.status_code, left.headers["location"]) == (303, "/login?out")
    assert "You are logged out" in (await browser.open("/login?out")).text
    assert (await browser.open("/")).headers["location"] == "/login"


async def test_a_login_is_dated_and_told_in_the_log(
    office: Context, active: Client, browser: Browser, clock: Clock
) -> None:
    clock.advance(3600)
    await browser.log_in(active.address)

    assert account_profile(office, active.account).emails[0].last_login == clock.moment
    entries = office.database.rows("SELECT kind, origin FROM activity WHERE user_id IS NOT NULL ORDER BY id")
    assert entries == [("user_activated", "portal"), ("user_logged_in", "portal")]


async def test_a_session_that_was_logged_out_is_worth_nothing_to_a_thief(
    office: Context, active: Client, browser: Browser, portal: Portal
) -> None:
    await browser.log_in(active.address)
    stolen = browser.http.cookies[_SESSION]
    await browser.send("/logout", {}, await browser.open("/"))

    async with portal.browser(Cookie=f"{_SESSION}={stolen}") as thief:
        assert (await thief.open("/")).status_code == 303
    assert office.database.value("SELECT count(*) FROM session") == 1  # that of the activation


async def test_every_login_is_a_new_session_and_ends_the_one_before(
    office: Context, active: Client, portal: Portal
) -> None:
    async with portal.browser() as browser:
        await browser.log_in(active.address)
        first = browser.http.cookies[_SESSION]
        page = await browser.open("/")
        # As in a second tab that still shows the login form.
        await browser.http.post(
            "/login", data={"proof": proof_in(page), "username": active.address, "password": PASSWORD}
        )
        second = browser.http.cookies[_SESSION]

    assert first != second
    async with portal.browser(Cookie=f"{_SESSION}={first}") as old:
        assert (await old.open("/")).status_code == 303


async def test_a_session_that_somebody_planted_is_not_taken_over(active: Client, portal: Portal) -> None:
    async with portal.browser() as browser:
        browser.http.cookies.set(_SESSION, "planted")
        await browser.log_in(active.address)

        cookies = [cookie.value for cookie in browser.http.cookies.jar if cookie.name == _SESSION]
    assert all(value != "planted" for value in cookies[1:])
    async with portal.browser(Cookie=f"{_SESSION}=planted") as planter:
        assert (await planter.open("/")).status_code == 303


async def test_a_session_ends_after_the_hours_in_the_settings(
    active: Client, browser: Browser, clock: Clock, office: Context
) -> None:
    await browser.log_in(active.address)
    clock.advance(office.settings.portal.session_hours * 3600 - 1)
    assert (await browser.open("/")).status_code == 200

    clock.advance(1)
    assert (await browser.open("/")).headers["location"] == "/login"


async def test_access_taken_away_is_gone_at_the_next_click(active: Client, browser: Browser) -> None:
    await browser.log_in(active.address)
    active.login(on=False)

    gone = await browser.open("/")
    assert gone.status_code == 403
    assert "Your access has ended" in gone.text


async def test_an_archived_account_is_closed_to_its_users(office: Context, active: Client, browser: Browser) -> None:
    invite_client(office, "Dupont privé", "Zoë Dupont", active.address)
    await browser.log_in(active.address)
    office.database.execute("UPDATE account SET archived = 1 WHERE id = ?", [active.account])

    home = await browser.open("/")

    assert "Dupont privé" in home.text
    assert "Brasserie" not in home.text


async def test_wrong_password_unknown_address_and_no_access_read_the_same(
    office: Context, active: Client, browser: Browser
) -> None:
    pending = invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    gone = invite_client(office, "Alt", "Anna Alt", "anna@alt.example")
    await browser.activate(gone.link())
    await browser.send("/logout", {}, await browser.open("/"))
    gone.login(on=False)

    answers = [
        await browser.log_in(active.address, "not " + PASSWORD),
        await browser.log_in("nobody@dupont.example"),
        await browser.log_in("no address"),
        await browser.log_in(pending.address),
        await browser.log_in(gone.address),
    ]

    texts = set()
    for answer, typed in zip(
        answers,
        [active.address, "nobody@dupont.example", "no address", pending.address, gone.address],
        strict=True,
    ):
        assert answer.status_code == 422
        assert _SESSION not in answer.headers.get("set-cookie", "")
        texts.add(answer.text.replace(typed, "ADDRESS").replace(proof_in(answer), "PROOF"))
    assert len(texts) == 1
    assert "The e-mail address or the password is not right" in texts.pop()


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(active: Client, browser: Browser) -> None:
    page = await browser.open("/login")
    times: dict[str, list[float]] = {active.address: [], "nobody@dupont.example": []}
    for _round in range(5):
        for address, taken in times.items():
            start = time.perf_counter()
            await browser.send("/login", {"username": address, "password": "not it at all"}, page)
            taken.append(time.perf_counter() - start)

    known, unknown = (min(taken) for taken in times.values())
    # Without the hash the answer would come ten times sooner.
    assert 0.4 < unknown / known < 2.5, statistics.mean(times[active.address])


@pytest.mark.parametrize(
    ("address", "password", "words", "field"),
    [
        ("", PASSWORD, "Type the e-mail address", "username"),
        ("zoe@dupont.example", "", "Type your password", "password"),
    ],
)
async def test_what_is_missing_is_said_beside_its_field(
    browser: Browser, address: str, password: str, words: str, field: str
) -> None:
    answer = await browser.log_in(address, password)

    assert answer.status_code == 422
    assert words in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert f'aria-describedby="{field}-problem"' in answer.text
    assert f'value="{address}"' in answer.text


async def test_a_password_is_the_same_however_its_letters_are_put_together(zoe: Client, portal: Portal) -> None:
    async with portal.browser() as browser:
        await browser.activate(zoe.link(), "cafe\u0301 im \uff34eich um acht")
        await browser.send("/logout", {}, await browser.open("/"))

        assert (await browser.log_in(zoe.address, "caf\u00e9 im Teich um acht")).status_code == 303


async def test_a_hash_of_weaker_parameters_is_made_anew_at_the_login(
    office: Context, active: Client, browser: Browser
) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    office.database.execute("UPDATE user SET password_hash = ?", [weak])

    assert (await browser.log_in(active.address)).status_code == 303

    assert "m=19456,t=2,p=1" in office.database.value("SELECT password_hash FROM user")
    await browser.send("/logout", {}, await browser.open("/"))
    assert (await browser.log_in(active.address)).status_code == 303


async def test_the_database_holds_no_session_that_could_be_used(
    office: Context, active: Client, browser: Browser
) -> None:
    await browser.log_in(active.address)
    session = browser.http.cookies[_SESSION]

    kept = office.database.rows("SELECT id_hash FROM session")
    assert all(session.encode() not in row[0] and len(row[0]) == 32 for row in kept)


async def test_the_session_s_cookie_is_for_this_host_alone(active: Client, browser: Browser) -> None:
    entered = await browser.log_in(active.address)

    session, device = entered.headers.get_list("set-cookie")
    for cookie, name, more in ((session, _SESSION, set()), (device, _DEVICE, {"max-age=31536000"})):
        assert cookie.startswith(f"{name}=")
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert attributes == {"path=/", "secure", "httponly", "samesite=lax"} | more
    assert entered.headers["cache-control"] == "no-store"
    assert PORTAL.startswith("https://")
