"""The staff: added, changed, deactivated, brought back; the last owner stays; rights are in force at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.services.firms import firm_of
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, NotAllowed, PortalError, Refused
from tui_portal.domain.staff import Right, Role
from tui_portal.services.account_log import log_ids, log_rows
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.staff import identify, who_acts
from tui_portal.services.staff_members import (
    OwnRight,
    StaffFields,
    add_member,
    bring_back,
    change_member,
    deactivate,
    find_member,
    staff_list,
    staff_row,
)
from tui_portal.services.undo import redo_last, undo_last
from tui_portal.store.database import open_database

MAX = StaffFields("max", "Max Admin", "max@hansen-partner.example", Role.ADMIN)
EMMA = StaffFields("emma", "Emma Employee", "emma@hansen-partner.example", Role.EMPLOYEE, "fr", True, False)


def _log(office: Context, count: int) -> list[str]:
    return [row.words for row in log_rows(office, log_ids(office, None, count))]


def test_a_staff_member_is_added_changed_removed_and_brought_back_and_the_log_tells_it(office: Context) -> None:
    emma = add_member(office, EMMA)
    assert staff_row(office, emma).fields == EMMA
    assert identify(office, login="emma").actor is not None
    assert change_member(office, emma, replace(EMMA, role=Role.ADMIN, name="Emma Chief"))
    assert not change_member(office, emma, replace(EMMA, role=Role.ADMIN, name="Emma Chief"))
    assert deactivate(office, emma)
    with pytest.raises(NotAllowed):
        identify(office, login="emma")
    assert not deactivate(office, emma)
    assert [row.fields.login for row in staff_list(office)] == ["olga", "emma"]
    assert bring_back(office, emma)
    assert identify(office, login="emma").actor is not None
    brought, removed, changed, added = _log(office, 4)
    assert brought == "Staff member Emma Chief brought back"
    assert removed == "Staff member Emma Chief deactivated"
    assert changed.startswith("Staff member Emma Chief changed: ")
    assert "role: employee → admin" in changed
    assert "login name: emma" in added
    assert "Manage accounts: yes" in added


@pytest.mark.parametrize("login", ["", " ", "-olga", "a b", "ol\x1bga", "élodie", "x" * 65, "a/b", "a:b", "a\nb"])
def test_a_login_that_no_system_has_is_refused(office: Context, login: str) -> None:
    with pytest.raises(Refused):
        add_member(office, replace(MAX, login=login))


@pytest.mark.parametrize(
    "wanted",
    [replace(MAX, email="max at home"), replace(MAX, email=""), replace(MAX, name=" "), replace(MAX, language="tlh")],
)
def test_what_a_staff_member_cannot_be_is_refused(office: Context, wanted: StaffFields) -> None:
    with pytest.raises(Refused):
        add_member(office, wanted)
    assert len(staff_list(office)) == 1


@pytest.mark.parametrize("login", ["max", "MAX"])
def test_a_login_is_taken_once_also_by_who_is_not_active_any_more(office: Context, login: str) -> None:
    deactivate(office, add_member(office, MAX))
    with pytest.raises(Refused, match="not active"):
        add_member(office, replace(MAX, login=login, name="Max Second"))


def test_only_owners_make_and_change_owners(office: Context) -> None:
    olga = find_member(office, "olga")
    max_ = add_member(office, MAX)
    acting = identify(office, login="max")
    emma = add_member(acting, EMMA)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: add_member(acting, replace(MAX, login="eve", role=Role.OWNER)),
        lambda: change_member(acting, emma, replace(EMMA, role=Role.OWNER)),
        lambda: change_member(acting, max_, replace(MAX, role=Role.OWNER)),
        lambda: change_member(acting, olga.id, replace(olga.fields, name="Olga Other")),
        lambda: deactivate(acting, olga.id),
    )
    for attempt in attempts:
        with pytest.raises(NotAllowed, match="Only an owner"):
            attempt()
    assert change_member(office, emma, replace(EMMA, role=Role.OWNER))


def test_the_last_owner_is_neither_removed_nor_demoted_nor_by_two_at_once(office: Context) -> None:
    olga = find_member(office, "olga")
    attempts: tuple[Callable[[], object], ...] = (
        lambda: deactivate(office, olga.id, sure=True),
        lambda: change_member(office, olga.id, replace(olga.fields, role=Role.ADMIN), sure=True),
    )
    for attempt in attempts:
        with pytest.raises(Refused, match="last owner"):
            attempt()
    second = add_member(office, replace(MAX, role=Role.OWNER))
    begin, outcomes = threading.Barrier(2), list[object]()

    def remove(staff: int) -> None:
        database = open_database(office.database.path)
        begin.wait()
        try:
            outcomes.append(deactivate(replace(office, database=database), staff, sure=True))
        except PortalError as error:
            outcomes.append(error.kind)
        finally:
            database.close()

    threads = [threading.Thread(target=remove, args=[staff]) for staff in (olga.id, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(True) == 1
    owners = [row for row in staff_list(office) if row.active and row.fields.role is Role.OWNER]
    assert len(owners) == 1


def test_nobody_takes_a_right_from_themselves_without_being_told(office: Context) -> None:
    add_member(office, replace(MAX, role=Role.OWNER))
    olga = find_member(office, "olga")
    with pytest.raises(OwnRight, match="yourself"):
        deactivate(office, olga.id)
    lesser = replace(olga.fields, role=Role.EMPLOYEE, view_all=False)
    with pytest.raises(OwnRight, match="the role owner, View all accounts"):
        change_member(office, olga.id, lesser)
    assert change_member(office, olga.id, replace(olga.fields, name="Olga Renamed"))
    assert change_member(office, olga.id, lesser, sure=True)


def test_who_looked_at_an_older_state_is_told(office: Context) -> None:
    max_ = add_member(office, MAX)
    change_member(office, max_, replace(MAX, name="Max Renamed"), seen=MAX)
    with pytest.raises(Conflict):
        change_member(office, max_, replace(MAX, role=Role.EMPLOYEE), seen=MAX)


def test_a_right_that_is_taken_away_is_gone_in_an_open_terminal_and_one_that_is_given_comes(office: Context) -> None:
    emma = add_member(office, EMMA)
    terminal = identify(office, login="emma")
    create_account(terminal, "First", AccountType.COMPANY)
    change_member(office, emma, replace(EMMA, manage_accounts=False))
    with pytest.raises(NotAllowed, match="no right"):
        create_account(terminal, "Second", AccountType.COMPANY)
    now = who_acts(terminal)
    assert now is not None
    assert not now.may(Right.MANAGE_ACCOUNTS)
    change_member(office, emma, EMMA)
    create_account(terminal.acting_as(who_acts(terminal)), "Third", AccountType.COMPANY)
    deactivate(office, emma)
    gone = who_acts(terminal)
    assert gone is not None
    assert not gone.active
    assert "not active" in terminal.acting_as(gone).why_not(Right.MANAGE_ACCOUNTS)


def test_when_somebody_was_last_seen_is_read_from_an_index(office: Context) -> None:
    firm_of(office, 3)
    assert find_member(office, "olga").last_seen == office.clock()
    add_member(office, MAX)
    assert find_member(office, "max").last_seen is None
    plan = office.database.rows(
        "EXPLAIN QUERY PLAN SELECT v.at FROM activity v WHERE v.staff_id = 1 ORDER BY v.id DESC LIMIT 1"
    )
    assert "activity_by_staff" in str(plan)


def test_changes_of_the_staff_are_taken_back_one_by_one_and_done_again(office: Context) -> None:
    emma = add_member(office, EMMA)
    change_member(office, emma, replace(EMMA, login="em", role=Role.ADMIN))
    deactivate(office, emma)
    assert undo_last(office).title == "staff member Emma Employee"
    assert staff_row(office, emma).active
    undo_last(office)
    assert staff_row(office, emma).fields == EMMA
    undo_last(office)
    assert not staff_row(office, emma).active  # nobody is deleted
    for _step in range(3):
        redo_last(office)
    row = staff_row(office, emma)
    assert (row.fields.login, row.fields.role, row.active) == ("em", Role.ADMIN, False)
    assert _log(office, 2)[-1] == "Staff member Emma Employee deactivated"


def test_a_change_of_the_staff_is_not_taken_back_where_that_would_undo_a_colleague_or_take_the_last_owner(
    office: Context,
) -> None:
    max_id = add_member(office, MAX)
    change_member(office, max_id, replace(MAX, role=Role.OWNER))
    admin = identify(office, login="max")
    change_member(admin, max_id, replace(MAX, role=Role.OWNER, name="Max Muster"))
    with pytest.raises(Conflict, match="changed since"):
        undo_last(office)
    undo_last(admin)
    olga = find_member(office, "olga").id
    deactivate(admin, olga)
    assert office.actor is not None
    with pytest.raises(NotAllowed):
        undo_last(office)
    bring_back(admin, olga)
    assert undo_last(office).changed == 1
    assert staff_row(office, max_id).fields.role is Role.ADMIN
