"""Staff members, and who of them is acting."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_portal.config import Settings
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, Refused
from tui_portal.domain.staff import Role, StaffMember
from tui_portal.domain.text import safe, tidy
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.staff_rows import COLUMNS, read_again, staff_member

if TYPE_CHECKING:
    from tui_portal.store.database import Database

_MOST_DIGITS = 10  # of a user's number


def caller_id(database: Path | None = None) -> int:
    """The number of the operating system's user; under sudo, of the one who called it.

    SUDO_UID is believed of root's process and of one that `database` (its path) belongs to: who could fake it there can do to
    the file whatever they like. Elsewhere anybody may have set it. USER and its like are never read (interface.md, Who is
    acting).
    """
    own, called_by = os.getuid(), os.environ.get("SUDO_UID", "")
    is_number = called_by.isascii() and called_by.isdigit() and len(called_by) <= _MOST_DIGITS
    if is_number and (own == 0 or database is None or _belongs_to(database) in (own, None)):
        return int(called_by)
    return own


def caller_login(database: Path | None = None) -> str:
    """The login of `caller_id`."""
    number = caller_id(database)
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid{number}"


def is_root_stepped_down(database: Path | None = None) -> bool:
    """Whether root had sudo start this process as another user: the one who may change the settings as well."""
    return os.getuid() != 0 and caller_id(database) == 0


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
    staff; root, having stepped down to its owner, counts as such. Raises NotAllowed for everybody who is not known.
    """
    path = context.database.path
    login = login or caller_login(path)
    caller = find_staff(context.database, login)
    if wish is None or wish == login:
        if caller is None:
            raise NotAllowed(
                _("{login} is not among the staff of this firm. Ask its owner to add you.").format(login=safe(login))
            )
        return context.acting_as(caller)
    owner = _belongs_to(path)
    owns_file = caller_id(path) == owner or (is_root_stepped_down(path) and os.getuid() == owner)
    if not _trusts_as(context.settings, owner) and (caller is not None or not owns_file):
        raise NotAllowed(_("--as is not allowed here: you act as yourself, {login}.").format(login=safe(login)))
    wished = find_staff(context.database, wish)
    if wished is None:
        raise NotAllowed(_("{login} is not among the staff of this firm.").format(login=safe(wish)))
    return context.acting_as(wished)


def _trusts_as(settings: Settings, owner: int | None) -> bool:
    """Whether the settings let anybody act as anybody. A file of somebody else's than root's or the owner's of the database says
    nothing of the sort: its writer would let themselves in.
    """
    return settings.staff.trust_as and (settings.source is None or _belongs_to(settings.source) in (0, owner))


def _belongs_to(file: Path) -> int | None:
    """The number of the user whom a file belongs to; None where there is none."""
    try:
        return file.stat().st_uid
    except OSError:
        return None


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
    from tui_portal.domain.addresses import check_address

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
