"""Staff members, and who of them is acting."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, Refused
from tui_portal.domain.staff import Role, StaffMember
from tui_portal.domain.text import safe, tidy
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.staff_rows import COLUMNS, read_again, staff_member
from tui_portal.store.database import Database


def caller_login() -> str:
    """The login of the operating system's user; under sudo, of the one who called it.

    SUDO_UID is believed: a caller who could fake it already owns the process that the database belongs to, and with it the
    file. USER and its like are never read (interface.md, Who is acting).
    """
    uid = os.getuid()
    called_by = os.environ.get("SUDO_UID", "")
    if called_by.isdigit():
        uid = int(called_by)
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid{uid}"


def find_staff(database: Database, login: str) -> StaffMember | None:
    """The active staff member with this login, or None."""
    row = database.one(f"SELECT {COLUMNS} FROM staff WHERE login = ? AND active = 1", (login,))
    return None if row is None else staff_member(database, row)


def who_acts(context: Context) -> StaffMember | None:
    """The acting staff member as the database has them now; one who was deactivated is not `active`."""
    if context.actor is None:
        return None
    return read_again(context.database, context.actor) or replace(context.actor, active=False)


def identify(context: Context, login: str | None = None, wish: str | None = None) -> Context:
    """The context with the acting staff member in it. `login` is the caller's, `wish` what `--as` names.

    `--as` is honoured only where the settings trust it, or where the caller owns the database file and is not among the
    staff. Raises NotAllowed for everybody who is not known.
    """
    login = login or caller_login()
    caller = find_staff(context.database, login)
    if wish is None or wish == login:
        if caller is None:
            raise NotAllowed(
                _("{login} is not among the staff of this firm. Ask its owner to add you.").format(login=safe(login))
            )
        return context.acting_as(caller)
    owns_file = context.database.path.stat().st_uid == os.getuid()
    if not context.settings.staff.trust_as and (caller is not None or not owns_file):
        raise NotAllowed(_("--as is not allowed here: you act as yourself, {login}.").format(login=safe(login)))
    wished = find_staff(context.database, wish)
    if wished is None:
        raise NotAllowed(_("{login} is not among the staff of this firm.").format(login=safe(wish)))
    return context.acting_as(wished)


def add_owner(database: Database, *, login: str, name: str, email: str, moment: int) -> int:
    """Put the first owner into a database that is being made; the new staff member's id. Raises Refused for what can't be right."""
    login, name, address = login.strip(), tidy(name), owner_address(email)
    if not name or not login:
        raise Refused(_("The owner needs a name and a login."))
    return database.insert(
        "INSERT INTO staff (login, name, email, role, manage_accounts, view_all, created_at) VALUES (?, ?, ?, ?, 1, 1, ?)",
        (login, name, address, Role.OWNER.value, moment),
    )


def owner_address(email: str) -> str:
    """The owner's e-mail address as it is kept. Raises Refused for what is none."""
    check = check_address(email)
    if check.reason and check.validity == "invalid":
        raise Refused(_("{address} is not an e-mail address.").format(address=safe(email)))
    return check.address


def add_firm(database: Database, *, name: str, language: str, moment: int, fixed_now: int | None = None) -> None:
    """Put the firm itself into a database that is being made. Raises Refused without a name."""
    name = tidy(name)
    if not name:
        raise Refused(_("The firm needs a name."))
    if database.value("SELECT count(*) FROM firm"):
        raise DatabaseUnusable(_("This database has a firm already."))
    database.execute(
        "INSERT INTO firm (id, name, language, fixed_now, created_at) VALUES (1, ?, ?, ?, ?)",
        (name, language, fixed_now, moment),
    )
