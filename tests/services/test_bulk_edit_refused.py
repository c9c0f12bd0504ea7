"""Bulk edit that is refused, stopped or met by a fault: told, and nothing is written."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.services.firms import WELCOME, everything, firm_of
from tui_portal.config import LimitSettings, Settings
from tui_portal.domain.errors import Cancelled, Conflict, DatabaseBusy, DatabaseUnusable, NotAllowed
from tui_portal.services.access import AccessWish, change_access, preview_access
from tui_portal.services.context import Context


def test_what_a_colleague_changed_between_preview_and_save_is_told_and_nothing_is_written(office: Context) -> None:
    accounts = firm_of(office, 3)
    foreseen = preview_access(office, accounts, WELCOME)
    change_access(office, accounts[:1], AccessWish(login=True))
    before = everything(office)

    with pytest.raises(Conflict, match="settings to change: 2 instead of 3"):
        change_access(office, accounts, WELCOME, expected=foreseen)

    assert everything(office) == before


def test_a_colleague_s_change_that_leaves_the_numbers_is_told_too(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], AccessWish(login=True))
    foreseen = preview_access(office, accounts, AccessWish(login=True))
    change_access(office, accounts[:1], AccessWish(login=False))
    change_access(office, accounts[1:], AccessWish(login=True))

    with pytest.raises(Conflict, match="a colleague changed some of these addresses"):
        change_access(office, accounts, AccessWish(login=True), expected=foreseen)


def test_an_account_that_is_gone_at_save_is_told(office: Context) -> None:
    accounts = firm_of(office, 2)
    foreseen = preview_access(office, accounts, WELCOME)
    with office.database.write():
        office.database.execute("DELETE FROM account WHERE id = ?", [accounts[0]])

    with pytest.raises(Conflict, match="1 of the accounts is not there any more"):
        change_access(office, accounts, WELCOME, expected=foreseen)


def test_time_that_passes_between_preview_and_save_changes_nothing(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], WELCOME)
    clock.advance(3590)
    foreseen = preview_access(office, accounts, WELCOME)
    clock.advance(20)

    assert change_access(office, accounts, WELCOME, expected=foreseen).invitations == foreseen.invitations == 1


def test_progress_is_told_and_ends_at_one(office: Context) -> None:
    often = replace(office, settings=Settings(limits=LimitSettings(progress_steps=500)))
    accounts = firm_of(office, 20)
    shares: list[float] = []

    def watch(share: float) -> bool:
        shares.append(share)
        return False

    change_access(often, accounts, WELCOME, progress=watch)

    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[0] < 0.2
    assert max(shares[:-1]) < 1
    assert shares[-1] == 1


@pytest.mark.parametrize("looks", [1, 2, 5, 20, "last"])
def test_a_bulk_run_that_is_stopped_has_changed_nothing(office: Context, looks: int | str) -> None:
    often = replace(office, settings=Settings(limits=LimitSettings(progress_steps=500)))
    accounts = firm_of(office, 20)
    before = everything(office)
    seen: list[float] = []

    def stop(share: float) -> bool:
        seen.append(share)
        return share == 1 if looks == "last" else len(seen) >= int(looks)

    with pytest.raises(Cancelled, match="nothing was changed"):
        change_access(often, accounts, WELCOME, progress=stop)

    assert everything(office) == before
    assert change_access(office, accounts, WELCOME).changed == 20


def test_only_those_with_the_right_may_and_nothing_is_written_read_only(office: Context) -> None:
    accounts = firm_of(office, 2)
    assert office.actor is not None
    clerk = replace(office.actor, role="employee", manage_accounts=False)

    with pytest.raises(NotAllowed):
        change_access(office.acting_as(clerk), accounts, WELCOME)


def test_a_full_disk_leaves_everything_as_it_was_and_says_so(office: Context) -> None:
    accounts = firm_of(office, 40, addresses=3)
    before = everything(office)
    pages = office.database.value("PRAGMA page_count")
    office.database.rows(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(DatabaseUnusable, match="is full"):
        change_access(office, accounts, replace(WELCOME, message="x" * 4000))

    office.database.rows("PRAGMA max_page_count = 1000000")
    assert everything(office) == before
    assert change_access(office, accounts, WELCOME).invitations == 120


def test_a_database_that_somebody_else_holds_is_told(office: Context, database_path: Path) -> None:
    accounts = firm_of(office, 2)
    before = everything(office)
    office.database.execute("PRAGMA busy_timeout = 20")
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(database_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(DatabaseBusy, match="Nothing was changed; try again"):
            change_access(office, accounts, WELCOME)
        assert everything(office) == before
        holder.kill()

    assert change_access(office, accounts, WELCOME).changed == 2


_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
input()
"""
