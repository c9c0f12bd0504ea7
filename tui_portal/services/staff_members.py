"""Staff members: listed, added, changed, deactivated, brought back. Nobody is deleted, for the log names them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any

from tui_portal.domain.errors import Conflict, NotAllowed, NotFound, Refused
from tui_portal.domain.staff import Right, Role, StaffMember
from tui_portal.domain.text import safe
from tui_portal.i18n import LANGUAGES, _
from tui_portal.services import activity
from tui_portal.services.contacts import check_name
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.services.staff import owner_address
from tui_portal.services.staff_rights import require_manager
from tui_portal.services.stored import known

# What an operating system takes for a login, and what directories make of it (olga@hansen.example, HANSEN\\olga).
_LOGIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+\\-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class StaffFields:
    """A staff member as somebody wants them to be. The two rights are an employee's; owner and admin have every right."""

    login: str
    name: str
    email: str
    role: Role = Role.EMPLOYEE
    language: str | None = None
    manage_accounts: bool = False
    view_all: bool = True


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One staff member. `accounts` is how many are assigned to them; `last_seen` when the log last heard of them, in seconds
    since 1970.
    """

    id: int
    fields: StaffFields
    active: bool
    accounts: int
    last_seen: int | None

    @property
    def rights(self) -> str:
        """What they may do, in the reader's language."""
        return _member(self.fields).rights


class OwnRight(Refused):
    """Somebody is about to take a right from themselves; it is done when they say that they are sure."""


def staff_list(context: Context) -> list[StaffRow]:
    """All staff members, the active first, by name."""
    return _rows(context, "ORDER BY s.active DESC, s.name COLLATE NOCASE, s.id")


def staff_row(context: Context, staff: int) -> StaffRow:
    """The staff member with this id. Raises NotFound."""
    found = _rows(context, "WHERE s.id = ?", [staff])
    if not found:
        raise NotFound(_("This staff member is not there any more."))
    return found[0]


def find_member(context: Context, login: str) -> StaffRow:
    """The staff member with this login, active or not. Raises NotFound."""
    found = _rows(context, "WHERE s.login = ?", [login])
    if not found:
        raise NotFound(_("{login} is not among the staff of this firm.").format(login=safe(login)))
    return found[0]


def add_member(context: Context, wanted: StaffFields) -> int:
    """A new staff member; their id. Raises NotAllowed, Refused for a login, name, address or language that can't be."""
    actor = require_manager(context)
    wanted = _checked(context, wanted)
    _refuse_owners(actor, wanted.role)
    with context.database.write():
        _refuse_taken(context, wanted.login, None)
        number = context.database.insert(
            """
            INSERT INTO staff (login, name, email, role, language, manage_accounts, view_all, created_at)
            VALUES (:login, :name, :email, :role, :language, :manage_accounts, :view_all, :now)
            """,
            {**_values(wanted), "now": context.clock()},
        )
        out = {**_told(wanted), "active": False}
        with _step(context, number, wanted.name, out, {**out, "active": True}) as done:
            activity.record(context, "staff_added", after={**_told(wanted), "staff": number}, operation=done.id)
    return number


def change_member(
    context: Context, staff: int, wanted: StaffFields, *, seen: StaffFields | None = None, sure: bool = False
) -> bool:
    """Make the staff member with this id be as `wanted`; whether anything changed. It is in force at once, also in a terminal
    that they have open.

    Raises Conflict where a colleague changed them since they were `seen`; Refused for the last owner, and for what can't be;
    OwnRight where the acting person would take a right from themselves and is not `sure`; NotFound, NotAllowed.
    """
    require_manager(context)
    wanted = _checked(context, wanted)
    with context.database.write():
        actor, former = require_manager(context), staff_row(context, staff)
        stored = former.fields
        if seen is not None and stored != seen:
            raise Conflict(
                _("Nothing was saved: a colleague changed {name} meanwhile. Look again.").format(name=safe(stored.name))
            )
        if wanted == stored:
            return False
        _refuse_change(context, actor, former, wanted)
        lost = _rights_lost(stored, wanted) if staff == actor.id else ()
        if lost and not sure:
            raise OwnRight(_("You would take this from yourself: {what}.").format(what=_(", ").join(lost)))
        after = {**_told(wanted), "active": former.active}
        with _step(context, staff, wanted.name, state_of(former), after) as done:
            _put_fields(context, former, wanted, done.id)
    return True


def choose_own_language(context: Context, language: str) -> bool:
    """Let the acting staff member read everything in `language` from now on; whether it was another one. It is their own: no
    right is needed. Raises Refused for a language that is not spoken here, NotAllowed.
    """
    actor = context.require_staff()
    _refuse_language(language)
    with context.database.write():
        former = staff_row(context, actor.id).fields
        if former.language == language:
            return False
        context.database.execute("UPDATE staff SET language = ? WHERE id = ?", [language, actor.id])
        activity.record(
            context,
            "staff_changed",
            before={"name": former.name, "staff": actor.id, "language": former.language},
            after={"name": former.name, "language": language},
        )
    return True


def deactivate(context: Context, staff: int, *, sure: bool = False) -> bool:
    """End a staff member's access; whether it had not been ended. Their row, accounts and entries stay.

    Raises Refused for the last owner, OwnRight where it is the acting person and they are not `sure`, NotFound, NotAllowed.
    """
    require_manager(context)
    with context.database.write():
        actor, former = require_manager(context), staff_row(context, staff)
        if not former.active:
            return False
        _refuse_owners(actor, former.fields.role)
        _refuse_last_owner(context, former)
        if staff == actor.id and not sure:
            raise OwnRight(_("This is yourself: you would not be let in any more."))
        _step_active(context, former, active=False)
    return True


def bring_back(context: Context, staff: int) -> bool:
    """Let a deactivated staff member in again, with the rights and accounts that they had; whether they were out.

    Raises NotFound, NotAllowed.
    """
    require_manager(context)
    with context.database.write():
        actor, former = require_manager(context), staff_row(context, staff)
        if former.active:
            return False
        _refuse_owners(actor, former.fields.role)
        _step_active(context, former, active=True)
    return True


def state_of(row: StaffRow) -> dict[str, Any]:
    """A staff member as an operation keeps them."""
    return {**_told(row.fields), "active": row.active}


def put_state(context: Context, row: StaffRow, state: Mapping[str, Any], step: int) -> None:
    """Inside a write transaction: make a staff member be as `state_of` said of them, as a part of the operation `step` (an id).

    Raises NotAllowed, and Refused for the last owner and for a login that is another's by now.
    """
    actor = require_manager(context)
    wanted = StaffFields(
        state["login_name"],
        state["name"],
        state["email"],
        Role(state["role"]),
        state["language"],
        bool(state["manage_accounts"]),
        bool(state["view_all"]),
    )
    if wanted != row.fields:
        _refuse_change(context, actor, row, wanted)
        _put_fields(context, row, wanted, step)
    if bool(state["active"]) is not row.active:
        _refuse_owners(actor, wanted.role)
        if row.active:
            _refuse_last_owner(context, row)
        _set_active(context, row, step, active=not row.active)


def _step(
    context: Context, staff: int, name: str, before: dict[str, Any], after: dict[str, Any]
) -> AbstractContextManager[Operation]:
    """The change as an operation, which one key takes back."""
    return operation(context, OperationKind.STAFF, {"staff": staff, "name": name, "before": before, "after": after})


def _step_active(context: Context, former: StaffRow, *, active: bool) -> None:
    state = state_of(former)
    with _step(context, former.id, former.fields.name, state, {**state, "active": active}) as done:
        _set_active(context, former, done.id, active=active)


def _refuse_change(context: Context, actor: StaffMember, former: StaffRow, wanted: StaffFields) -> None:
    _refuse_owners(actor, former.fields.role, wanted.role)
    _refuse_taken(context, wanted.login, former.id)
    if wanted.role is not Role.OWNER:
        _refuse_last_owner(context, former)


def _put_fields(context: Context, former: StaffRow, wanted: StaffFields, step: int) -> None:
    stored = former.fields
    context.database.execute(
        """
        UPDATE staff SET login = :login, name = :name, email = :email, role = :role, language = :language,
            manage_accounts = :manage_accounts, view_all = :view_all WHERE id = :id
        """,
        {**_values(wanted), "id": former.id},
    )
    was, now = _told(stored), _told(wanted)
    differs = [key for key in now if was[key] != now[key]]
    activity.record(
        context,
        "staff_changed",
        before={"name": stored.name, "staff": former.id} | {key: was[key] for key in differs},
        after={"name": wanted.name} | {key: now[key] for key in differs},
        operation=step,
    )


def _set_active(context: Context, former: StaffRow, step: int, *, active: bool) -> None:
    context.database.execute("UPDATE staff SET active = ? WHERE id = ?", [int(active), former.id])
    kind = "staff_returned" if active else "staff_deactivated"
    after = {"name": former.fields.name, "login_name": former.fields.login, "staff": former.id}
    activity.record(context, kind, after=after, operation=step)


def _refuse_owners(actor: StaffMember, *roles: Role) -> None:
    if Role.OWNER in roles and actor.role is not Role.OWNER:
        raise NotAllowed(_("Only an owner makes or changes owners."))


def _refuse_last_owner(context: Context, former: StaffRow) -> None:
    if former.fields.role is not Role.OWNER or not former.active:
        return
    others = "SELECT EXISTS (SELECT 1 FROM staff WHERE role = 'owner' AND active = 1 AND id <> ?)"
    if not context.database.value(others, [former.id]):
        raise Refused(_("{name} is the last owner: make another one first.").format(name=safe(former.fields.name)))


def _refuse_taken(context: Context, login: str, staff: int | None) -> None:
    row = context.database.one(
        "SELECT name, active FROM staff WHERE lower(login) = lower(?) AND id IS NOT ?", [login, staff]
    )
    if row is None:
        return
    text = (
        _("{login} is the login of {name} already.")
        if row[1]
        else _("{login} is the login of {name}, who is not active: bring them back, or choose another login.")
    )
    raise Refused(text.format(login=safe(login), name=safe(row[0])))


def _rights_lost(stored: StaffFields, wanted: StaffFields) -> Sequence[str]:
    """What somebody may do no more by the change, in words; the role first."""
    titles = {Right.MANAGE_ACCOUNTS: _("Manage accounts"), Right.VIEW_ALL: _("View all accounts")}
    was, now = _member(stored), _member(wanted)
    lost = [title for right, title in titles.items() if was.may(right) and not now.may(right)]
    order = (Role.EMPLOYEE, Role.ADMIN, Role.OWNER)
    if order.index(wanted.role) < order.index(stored.role):
        lost.insert(0, _("the role {role}").format(role=stored.role.label))
    return lost


def _member(fields: StaffFields) -> StaffMember:
    return StaffMember(0, **asdict(fields))


def _checked(context: Context, wanted: StaffFields) -> StaffFields:
    """The fields as they are kept. Raises Refused."""
    login = wanted.login.strip()
    if not _LOGIN.fullmatch(login):
        raise Refused(
            _("{login} is no login: letters, digits and _ . @ + - are taken, 64 at most.").format(
                login=safe(login[:80])
            )
        )
    if wanted.language is not None:
        _refuse_language(wanted.language)
    return StaffFields(
        login,
        check_name(context, safe(wanted.name)),
        owner_address(wanted.email),
        wanted.role,
        wanted.language,
        wanted.manage_accounts,
        wanted.view_all,
    )


def _refuse_language(language: str) -> None:
    if language not in LANGUAGES:
        raise Refused(_("{language} is not one of the languages.").format(language=safe(language)))


def _values(fields: StaffFields) -> dict[str, Any]:
    return {
        **asdict(fields),
        "role": fields.role.value,
        "manage_accounts": int(fields.manage_accounts),
        "view_all": int(fields.view_all),
    }


def _told(fields: StaffFields) -> dict[str, Any]:
    """The fields as the log keeps them."""
    values = asdict(fields) | {"role": fields.role.value, "login_name": fields.login}
    del values["login"]
    return values


def _rows(context: Context, rest: str, parameters: Sequence[object] = ()) -> list[StaffRow]:
    rows = context.database.rows(
        f"""
        SELECT s.id, s.login, s.name, s.email, s.role, s.language, s.manage_accounts, s.view_all, s.active,
            (SELECT count(*) FROM account_staff x WHERE x.staff_id = s.id),
            (SELECT v.at FROM activity v WHERE v.staff_id = s.id ORDER BY v.id DESC LIMIT 1)
        FROM staff s {rest}
        """,
        parameters,
    )
    return [
        StaffRow(
            row[0],
            StaffFields(
                login=row[1],
                name=row[2],
                email=row[3],
                role=known(context.database, Role, row[4]),
                language=row[5],
                manage_accounts=bool(row[6]),
                view_all=bool(row[7]),
            ),
            bool(row[8]),
            row[9],
            row[10],
        )
        for row in rows
    ]
