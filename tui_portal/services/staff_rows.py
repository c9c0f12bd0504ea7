"""A staff member's row, read anew: what somebody may is in force at once, also in a terminal that is open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_portal.domain.staff import Right, Role, StaffMember
from tui_portal.services.stored import known

if TYPE_CHECKING:
    from tui_portal.store.database import Database

COLUMNS = "id, login, name, email, role, language, manage_accounts, view_all"


def staff_member(database: Database, row: tuple[Any, ...]) -> StaffMember:
    """The staff member in a row of `COLUMNS`. Raises DatabaseUnusable for a role that no version wrote."""
    number, login, name, email, role, language, manage, view_all = row
    return StaffMember(number, login, name, email, known(database, Role, role), language, bool(manage), bool(view_all))


def as_they_are_now(database: Database, actor: StaffMember) -> StaffMember | None:
    """The staff member as they stand in the database now, None where they are not active any more. A right that they were given
    since `actor` was read counts from the next reading on: what is shown and what may be done stay the same thing.
    """
    now = read_again(database, actor)
    if now is None or now == actor:
        return now
    return replace(
        now,
        role=max(now.role, actor.role, key=list(Role).index),
        manage_accounts=now.may(Right.MANAGE_ACCOUNTS) and actor.may(Right.MANAGE_ACCOUNTS),
        view_all=now.may(Right.VIEW_ALL) and actor.may(Right.VIEW_ALL),
    )


def read_again(database: Database, actor: StaffMember) -> StaffMember | None:
    """The staff member as the database has them, None where they are not active any more."""
    row = database.one(f"SELECT {COLUMNS} FROM staff WHERE id = ? AND active = 1", [actor.id])
    return None if row is None else staff_member(database, row)
