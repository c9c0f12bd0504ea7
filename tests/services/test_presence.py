"""Who has an account open: seen by the others, gone when it is left, when it runs out and when the process is no more."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import Clock
from tests.services.firms import colleague, firm_of
from tui_portal.services import presence
from tui_portal.services.context import Context
from tui_portal.services.leases import this_process


def _open_elsewhere(office: Context, carl: Context, account: int, owner: str) -> None:
    assert carl.actor is not None
    office.database.execute(
        "INSERT INTO presence (account_id, staff_id, owner, until) VALUES (?, ?, ?, ?)",
        [account, carl.actor.id, owner, office.clock() + 90],
    )


def test_a_colleague_is_seen_in_the_account_that_they_have_open_until_they_leave(office: Context) -> None:
    first, second = firm_of(office, 2)
    carl = colleague(office)
    assert presence.arrive(carl, first)
    assert presence.others_here(office, first) == ("Carl",)
    assert presence.others_here(carl, first) == ()
    assert presence.arrive(carl, second)
    assert presence.others_here(office, first) == ()
    assert presence.others_here(office, second) == ("Carl",)
    assert presence.leave(carl)
    assert presence.others_here(office, second) == ()


def test_what_is_not_renewed_runs_out_and_is_taken_away(office: Context, clock: Clock) -> None:
    [account] = firm_of(office, 1)
    carl = colleague(office)
    _open_elsewhere(office, carl, account, "elsewhere.example:17:4711")
    assert presence.others_here(office, account) == ("Carl",)
    clock.advance(90)
    assert presence.others_here(office, account) == ()
    presence.arrive(office, account)
    assert office.database.rows("SELECT owner FROM presence") == [(this_process(),)]


def test_a_process_that_crashed_has_nothing_open(office: Context) -> None:
    [account] = firm_of(office, 1)
    carl = colleague(office)
    program = "from tui_portal.services.leases import this_process; print(this_process())"
    owner = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()
    _open_elsewhere(office, carl, account, owner)
    assert presence.others_here(office, account) == ()


def test_an_account_that_is_not_there_is_not_open(office: Context) -> None:
    presence.arrive(office, 17)
    assert office.database.rows("SELECT * FROM presence") == []
