"""Wrong passwords, counted where every process sees them."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.services.firms import activated, everything, firm_of
from tui_portal.services.access import find_address
from tui_portal.services.activation import find_login, log_in
from tui_portal.services.context import Context, open_context
from tui_portal.services.login_attempts import ANYWHERE, Tally, Tries, blocked_until, count_attempt, tries_of

ADDRESS = "p0.0@crowd.example"
PLACES = ("here", ANYWHERE)


@pytest.fixture
def mailbox(office: Context) -> int:
    activated(office, firm_of(office, 2)[0], ADDRESS)
    return find_address(office, ADDRESS)


def test_after_ten_wrong_passwords_a_place_waits_longer_each_time_and_every_process_sees_it(
    office: Context, mailbox: int, clock: Clock
) -> None:
    other, limits = replace(open_context(office.database.path, office.settings), clock=clock), office.settings.limits
    for number in range(10):
        assert blocked_until(other, mailbox) is None
        assert count_attempt(office if number % 2 else other, mailbox, PLACES)
        clock.advance(10)
    last = clock() - 10

    assert tries_of(other, ADDRESS, PLACES) == Tries(mailbox, {"here": Tally(10, last), ANYWHERE: Tally(10, last)})
    assert tries_of(other, ADDRESS, ["elsewhere"]) == Tries(mailbox)
    assert blocked_until(other, mailbox) == last + limits.login_first_pause_seconds
    waits = []
    for _try in range(8):
        clock.moment = blocked_until(office, mailbox) or clock()
        assert blocked_until(office, mailbox) is None
        count_attempt(office, mailbox, PLACES)
        waits.append((blocked_until(office, mailbox) or 0) - clock())
    assert waits == [30, 60, 120, 240, 300, 300, 300, 300]
    clock.advance(limits.login_forget_seconds)
    assert tries_of(office, ADDRESS, PLACES) == Tries(mailbox)
    count_attempt(office, mailbox, PLACES)
    assert tries_of(office, ADDRESS, PLACES) == Tries(mailbox, dict.fromkeys(PLACES, Tally(1, clock())))
    other.database.close()


def test_from_everywhere_it_takes_more_of_them(office: Context, mailbox: int) -> None:
    limits = office.settings.limits
    for number in range(limits.login_attempts_anywhere):
        assert blocked_until(office, mailbox) is None
        count_attempt(office, mailbox, (f"place {number}", ANYWHERE))

    assert blocked_until(office, mailbox) == office.clock() + limits.login_first_pause_seconds
    # A browser that was logged in before is counted for itself.
    assert tries_of(office, ADDRESS, ["known"]) == Tries(mailbox)


def test_what_is_too_old_to_count_goes_with_the_next_login_of_anybody(
    office: Context, mailbox: int, clock: Clock
) -> None:
    count_attempt(office, find_address(office, "p1.0@crowd.example"), PLACES)
    clock.advance(office.settings.limits.login_forget_seconds)
    found = find_login(office, ADDRESS)
    assert found is not None

    log_in(office, *found)

    assert office.database.value("SELECT count(*) FROM login_attempt") == 0


def test_a_right_password_forgets_them(office: Context, mailbox: int) -> None:
    for _try in range(10):
        count_attempt(office, mailbox, PLACES)
    found = find_login(office, ADDRESS)
    assert found is not None

    log_in(office, *found)

    assert blocked_until(office, mailbox) is None
    assert office.database.value("SELECT count(*) FROM login_attempt") == 0


def test_an_address_that_is_not_known_here_is_not_counted_here(office: Context, mailbox: int) -> None:
    assert tries_of(office, "nobody@crowd.example", PLACES) is None
    assert count_attempt(office, 999, PLACES)
    assert office.database.value("SELECT count(*) FROM login_attempt") == 0


def test_what_others_hold_is_not_waited_for(office: Context, mailbox: int) -> None:
    before = everything(office)
    holder = sqlite3.connect(office.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    start = time.monotonic()

    assert not count_attempt(office, mailbox, PLACES)

    assert time.monotonic() - start < 2
    holder.execute("ROLLBACK")
    holder.close()
    assert everything(office) == before
    # Whatever comes after waits for others as ever.
    assert office.database.value("PRAGMA busy_timeout") == 5000
    assert count_attempt(office, mailbox, PLACES)


def test_where_nothing_can_be_written_nothing_is_counted(office: Context, mailbox: int) -> None:
    reading = open_context(office.database.path, office.settings, read_only=True)

    assert not count_attempt(reading, mailbox, PLACES)

    reading.database.close()


def test_reading_is_one_step_in_an_index(office: Context, mailbox: int) -> None:
    plan = office.database.rows(
        "EXPLAIN QUERY PLAN SELECT place, tries, last_at FROM login_attempt WHERE email_address_id = ? AND last_at > ?",
        [mailbox, 0],
    )
    assert [row[3] for row in plan] == ["SEARCH login_attempt USING PRIMARY KEY (email_address_id=?)"]
