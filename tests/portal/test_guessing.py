"""Guessing passwords: what waits, for how long, and who never waits for what others do."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.portal.browsing import (
    PASSWORD,
    Browser,
    Client,
    Portal,
    invite_client,
    newest_reset_link,
    run_portal,
)
from tui_portal.config import Settings
from tui_portal.services.access import find_address
from tui_portal.services.context import Context
from tui_portal.services.login_attempts import blocked_until

_DEVICE = "__Host-tui_portal_device"


@pytest.fixture
async def active(zoe: Client, portal: Portal) -> Client:
    """Zoë, who has chosen her password."""
    async with portal.browser() as browser:
        await browser.activate(zoe.link())
    return zoe


def limited(office: Context, **limits: int) -> Settings:
    """The settings with a few limits changed."""
    return replace(office.settings, limits=replace(office.settings.limits, **limits))


async def guess(browser: Browser, address: str, times: int) -> None:
    """Type wrong passwords, each of which is looked at."""
    page = await browser.open("/login")
    for _time in range(times):
        answer = await browser.send("/login", {"username": address, "password": "wrong"}, page)
        assert answer.status_code == 422


async def test_ten_tries_at_one_address_are_free_and_then_each_waits_longer(
    office: Context, active: Client, portal: Portal, clock: Clock
) -> None:
    limits = office.settings.limits
    async with portal.browser_at("198.51.100.7") as guesser:
        page = await guesser.open("/login")
        await guess(guesser, active.address, limits.login_attempts)
        for wait in (15, 30, 60, 120, 240, 300, 300):
            for _press in range(2):
                # What is not looked at is not counted either.
                held = await guesser.send("/login", {"username": active.address.upper(), "password": PASSWORD}, page)
                assert (held.status_code, held.headers["retry-after"]) == (429, str(wait))
            assert f"Try again in {-(-wait // 60)} minute" in held.text
            assert 'href="/forgot"' in held.text
            clock.advance(wait)
            await guess(guesser, active.address, 1)
        clock.advance(limits.login_pause_seconds)

        assert (await guesser.log_in(active.address)).status_code == 303


async def test_who_guesses_keeps_no_other_network_and_no_other_address_waiting(office: Context, active: Client) -> None:
    other = invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    async with run_portal(office, limited(office, login_attempts=2)) as portal:
        async with portal.browser_at("2001:db8:0:1::7") as jean:
            await jean.activate(other.link())
        async with portal.browser_at("2001:db8:0:1::7") as guesser:
            await guess(guesser, active.address, 2)
        # One customer has a whole /64.
        async with portal.browser_at("2001:db8:0:1::8") as neighbour:
            assert (await neighbour.log_in(active.address)).status_code == 429
            assert (await neighbour.log_in(other.address)).status_code == 303
        async with portal.browser_at("2001:db8:0:2::7") as owner:
            assert (await owner.log_in(active.address)).status_code == 303


async def test_a_browser_that_was_logged_in_before_waits_for_nobody_s_guesses_but_its_own(
    office: Context, active: Client
) -> None:
    async with (
        run_portal(office, limited(office, login_attempts=2, login_attempts_anywhere=2)) as portal,
        portal.browser_at("198.51.100.7") as owner,
        portal.browser_at("198.51.100.7") as guesser,
    ):
        await owner.log_in(active.address)
        await owner.send("/logout", {}, await owner.open("/"))
        await guess(guesser, active.address, 2)
        assert (await guesser.log_in(active.address)).status_code == 429

        await guess(owner, active.address, 1)
        assert (await owner.log_in(active.address)).status_code == 303
        await owner.send("/logout", {}, await owner.open("/"))
        await guess(owner, active.address, 2)
        assert (await owner.log_in(active.address)).status_code == 429
        # It is known for its own address, not for others.
        await guess(guesser, "nobody@dupont.example", 2)
        assert (await owner.log_in("nobody@dupont.example")).status_code == 429


async def test_a_cookie_of_a_known_browser_can_not_be_made_by_hand(office: Context, active: Client) -> None:
    async with run_portal(office, limited(office, login_attempts=1)) as portal:
        async with portal.browser_at("198.51.100.7") as owner:
            await owner.log_in(active.address)
            sealed = owner.http.cookies[_DEVICE]
        assert active.address not in sealed
        forged = ("B" if sealed[0] == "A" else "A") + sealed[1:]
        async with portal.browser_at("198.51.100.9") as guesser:
            await guess(guesser, active.address, 1)
        for cookie, status in ((forged, 429), ("", 429), ("x" * 4000, 429), (sealed, 303)):
            async with portal.browser_at("198.51.100.9") as browser:
                browser.http.cookies.set(_DEVICE, cookie)
                assert (await browser.log_in(active.address)).status_code == status, cookie[:20]


async def test_guesses_from_everywhere_slow_strangers_only_and_a_mailed_link_ends_that(
    office: Context, active: Client
) -> None:
    async with run_portal(office, limited(office, login_attempts_anywhere=3)) as portal:
        for number in range(3):
            async with portal.browser_at(f"203.0.113.{number}") as one_of_many:
                await guess(one_of_many, active.address, 1)
        async with portal.browser_at("198.51.100.7") as owner:
            held = await owner.log_in(active.address)
            assert (held.status_code, held.headers["retry-after"]) == (429, "15")

            assert (await owner.send("/forgot", {"username": active.address})).status_code == 303
            await owner.activate(newest_reset_link(office), "drei reiher im fruehen nebel")
            assert (await owner.open("/")).status_code == 200
        assert office.database.value("SELECT count(*) FROM login_attempt") == 0
        async with portal.browser_at("203.0.113.99") as telephone:
            assert (await telephone.log_in(active.address, "drei reiher im fruehen nebel")).status_code == 303


async def test_one_network_that_tries_many_addresses_is_slowed_and_others_are_not(
    office: Context, active: Client
) -> None:
    async with run_portal(office, limited(office, login_attempts_place=3)) as portal:
        async with portal.browser_at("198.51.100.7") as known:
            await known.log_in(active.address)
            await known.send("/logout", {}, await known.open("/"))
            async with portal.browser_at("198.51.100.7") as sprayer:
                for number in range(3):
                    await guess(sprayer, f"nobody{number}@dupont.example", 1)
                assert (await sprayer.log_in("nobody3@dupont.example")).status_code == 429
            assert (await known.log_in(active.address)).status_code == 303
        async with portal.browser_at("198.51.100.8") as other:
            await guess(other, "nobody3@dupont.example", 1)
        # Through a proxy that the settings don't tell of, everybody comes from this machine.
        async with portal.browser_at("127.0.0.1") as anybody:
            for number in range(4):
                await guess(anybody, f"nobody{number}@petit.example", 1)


async def test_behind_the_firm_s_proxy_the_address_in_its_header_counts(office: Context, active: Client) -> None:
    settings = limited(office, login_attempts=1)
    settings = replace(settings, portal=replace(settings.portal, client_address_header="X-Forwarded-For"))
    async with run_portal(office, settings) as portal:

        async def status(peer: str, told: str) -> int:
            async with portal.browser_at(peer, **{"X-Forwarded-For": told}) as browser:
                return (await browser.log_in("nobody@dupont.example")).status_code

        assert await status("127.0.0.1", "198.51.100.7") == 422
        assert await status("127.0.0.1", "203.0.113.1, 198.51.100.7") == 429
        assert await status("127.0.0.1", "198.51.100.7, 203.0.113.1") == 422
        # Who is not the proxy is not believed.
        assert await status("192.0.2.9", "203.0.113.50") == 422
        assert await status("192.0.2.9", "203.0.113.51") == 429


async def test_many_guesses_at_once_are_counted_before_they_are_looked_at(office: Context, active: Client) -> None:
    portal_with = run_portal(office, limited(office, login_attempts=3))
    async with portal_with as portal, portal.browser_at("198.51.100.7") as guesser:
        page = await guesser.open("/login")
        wrong = {"username": active.address, "password": "wrong"}
        answers = await asyncio.gather(*(guesser.send("/login", wrong, page) for _guess in range(8)))

    assert sorted(answer.status_code for answer in answers) == [422] * 3 + [429] * 5


async def test_several_servers_count_the_tries_at_a_known_address_together(
    office: Context, active: Client, portal: Portal, clock: Clock
) -> None:
    limits = office.settings.limits
    mailbox = find_address(office, active.address)
    async with run_portal(office, office.settings) as neighbour:
        for number in range(limits.login_attempts):
            assert blocked_until(office, mailbox) is None
            async with (portal, neighbour)[number % 2].browser() as attacker:
                assert (await attacker.log_in(active.address, "wrong")).status_code == 422
        assert blocked_until(office, mailbox) == clock() + limits.login_first_pause_seconds
        for server in (portal, neighbour):
            async with server.browser() as owner:
                held = await owner.log_in(active.address)
                assert (held.status_code, held.headers["retry-after"]) == (429, str(limits.login_first_pause_seconds))

        clock.advance(limits.login_first_pause_seconds)
        async with neighbour.browser() as owner:
            assert (await owner.log_in(active.address)).status_code == 303
        # What one server counted is forgotten by the other too.
        async with portal.browser() as owner:
            for _try in range(limits.login_attempts - 1):
                assert (await owner.log_in(active.address, "wrong")).status_code == 422
    assert office.database.rows("SELECT tries FROM login_attempt") == [(limits.login_attempts - 1,)] * 2


async def test_tries_at_an_unknown_address_are_counted_without_a_row(
    office: Context, active: Client, browser: Browser
) -> None:
    for _try in range(office.settings.limits.login_attempts):
        assert (await browser.log_in("nobody@dupont.example")).status_code == 422

    assert (await browser.log_in("nobody@dupont.example")).status_code == 429
    assert office.database.value("SELECT count(*) FROM login_attempt") == 0


async def test_a_wrong_password_is_answered_at_once_and_counted_where_others_hold_the_database(
    office: Context, active: Client, browser: Browser
) -> None:
    holder = sqlite3.connect(office.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    start = time.monotonic()
    assert (await browser.log_in(active.address, "wrong")).status_code == 422
    assert time.monotonic() - start < 3
    holder.execute("ROLLBACK")
    holder.close()
    for _try in range(office.settings.limits.login_attempts - 1):
        assert (await browser.log_in(active.address, "wrong")).status_code == 422

    assert (await browser.log_in(active.address)).status_code == 429


async def test_a_right_password_forgets_the_wrong_ones(office: Context, active: Client, browser: Browser) -> None:
    for _number in range(office.settings.limits.login_attempts - 1):
        await browser.log_in(active.address, "wrong")
    await browser.log_in(active.address)
    await browser.send("/logout", {}, await browser.open("/"))

    assert (await browser.log_in(active.address, "wrong")).status_code == 422
    assert (await browser.log_in(active.address)).status_code == 303
