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
from tui_portal.services.login_attempts import Tries, blocked_until, count_attempt, tries_of

ADDRESS = "p0.0@crowd.example"


@pytest.fixture
def mailbox(office: Context) -> int:
    activated(office, firm_of(office, 1)[0], ADDRESS)
    return find_address(office, ADDRESS)


def test_ten_wrong_passwords_make_a_pause_that_every_process_sees_and_time_ends(
    office: Context, mailbox: int, clock: Clock
) -> None:
    other = replace(open_context(office.database.path, office.settings), clock=clock)
    begun = clock()
    for number in range(10):
        assert blocked_until(other, mailbox) is None
        assert count_attempt(office if number % 2 else other, mailbox)
        clock.advance(10)

    assert tries_of(other, ADDRESS) == Tries(mailbox, 10, begun)
    assert blocked_until(other, mailbox) == begun + office.settings.limits.login_pause_seconds
    clock.moment = begun + office.settings.limits.login_pause_seconds
    assert blocked_until(office, mailbox) is None
    assert tries_of(office, ADDRESS) == Tries(mailbox)
    count_attempt(office, mailbox)
    assert tries_of(office, ADDRESS) == Tries(mailbox, 1, clock())
    other.database.close()


def test_a_right_password_forgets_them(office: Context, mailbox: int) -> None:
    for _try in range(10):
        count_attempt(office, mailbox)
    found = find_login(office, ADDRESS)
    assert found is not None

    log_in(office, *found)

    assert blocked_until(office, mailbox) is None
    assert office.database.value("SELECT count(*) FROM login_attempt") == 0


def test_an_address_that_is_not_known_here_is_not_counted_here(office: Context, mailbox: int) -> None:
    assert tries_of(office, "nobody@crowd.example") is None
    assert count_attempt(office, 999)
    assert office.database.value("SELECT count(*) FROM login_attempt") == 0


def test_what_others_hold_is_not_waited_for(office: Context, mailbox: int) -> None:
    before = everything(office)
    holder = sqlite3.connect(office.database.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    start = time.monotonic()

    assert not count_attempt(office, mailbox)

    assert time.monotonic() - start < 2
    holder.execute("ROLLBACK")
    holder.close()
    assert everything(office) == before
    # Whatever comes after waits for others as ever.
    assert office.database.value("PRAGMA busy_timeout") == 5000
    assert count_attempt(office, mailbox)


def test_where_nothing_can_be_written_nothing_is_counted(office: Context, mailbox: int) -> None:
    reading = open_context(office.database.path, office.settings, read_only=True)

    assert not count_attempt(reading, mailbox)

    reading.database.close()


def test_reading_is_one_step_in_an_index(office: Context, mailbox: int) -> None:
    plan = office.database.rows(
        "EXPLAIN QUERY PLAN SELECT first_at FROM login_attempt WHERE email_address_id = ? AND tries >= ? AND first_at > ?",
        [mailbox, 10, 0],
    )
    assert [row[3] for row in plan] == ["SEARCH login_attempt USING INTEGER PRIMARY KEY (rowid=?)"]
