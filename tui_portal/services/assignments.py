"""Who of the staff is responsible for which account: many accounts assigned to somebody, or taken from them, in one go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.staff_rights import require_manager
from tui_portal.services.tags import check_accounts


@dataclass(frozen=True, slots=True)
class Assigned:
    """What became of it: how many accounts were assigned to `name` (with `taken`: taken from them), how many were so `already`."""

    changed: int
    already: int
    name: str
    taken: bool

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        if self.taken:
            text = ngettext("{n} account taken from {name}", "{n} accounts taken from {name}", self.changed)
        else:
            text = ngettext("{n} account assigned to {name}", "{n} accounts assigned to {name}", self.changed)
        parts = [text.format(n=self.changed, name=safe(self.name))]
        if self.already:
            parts.append(ngettext("{n} was so already", "{n} were so already", self.already).format(n=self.already))
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A staff member to whom accounts can be assigned. `assigned` is how many of the accounts in question are theirs already."""

    id: int
    login: str
    name: str
    active: bool
    assigned: int


def colleagues(context: Context, accounts: Sequence[int]) -> tuple[Colleague, ...]:
    """The staff, by name, with how many of `accounts` (ids) are theirs: the active, and who has any of these."""
    rows = context.database.rows(
        """
        SELECT s.id, s.login, s.name, s.active, (
            SELECT count(*) FROM json_each(?) w CROSS JOIN account_staff x ON x.account_id = w.value AND x.staff_id = s.id) n
        FROM staff s WHERE s.active OR n ORDER BY s.name COLLATE NOCASE, s.id
        """,
        [json.dumps(list(accounts))],
    )
    return tuple(Colleague(number, login, name, bool(active), n) for number, login, name, active, n in rows)


def assign(
    context: Context, accounts: Sequence[int], staff: int, *, take: bool = False, progress: Progress | None = None
) -> Assigned:
    """Make the staff member with the id `staff` responsible for `accounts` (ids), or with `take` no longer so.

    One transaction, with a log entry for each account that changes, taken back by one key. For the owner and admins. `progress`
    hears the share that is done and can stop it. Raises NotAllowed, NotFound, Conflict where an account is not there any more, or
    where accounts are to be assigned to somebody who is not active, Cancelled.
    """
    require_manager(context)
    wanted = sorted(set(accounts))
    with context.database.write(), watched(context, progress, len(wanted)):
        check_accounts(context, wanted)
        found = context.database.one("SELECT name, active FROM staff WHERE id = ?", [staff])
        if found is None:
            raise NotFound(_("This staff member is not there any more."))
        name, active = found
        if not active and not take:
            raise Conflict(_("{name} is not active: bring them back first.").format(name=safe(name)))
        details: dict[str, Any] = {"accounts": len(wanted), "staff": staff, "name": name, "take": take}
        details |= {"account": wanted[0]} if len(wanted) == 1 else {}
        with operation(context, OperationKind.ASSIGN, details) as done:
            changed = _write(context, _WANTED, {"accounts": json.dumps(wanted)}, done, take=take)
    return Assigned(changed, len(wanted) - changed, name, take)


def turn_back(context: Context, last: Operation) -> int:
    """Inside a write transaction: take back an assignment; how many accounts. Raises Conflict where it was changed since."""
    return _repeat(context, last, last, take=not last.details["take"])


def do_again(context: Context, former: Operation, now: Operation) -> int:
    """Inside a write transaction: assign again as `former` did; how many accounts. Raises Conflict."""
    return _repeat(context, former, now, take=bool(former.details["take"]))


def _repeat(context: Context, former: Operation, now: Operation, *, take: bool) -> int:
    require_manager(context)
    known = {"log_from": former.log_from, "log_to": former.log_to}
    wanted = int(context.database.value(f"SELECT count(*) FROM ({_LOGGED})", known))
    changed = _write(context, _LOGGED, known, now, take=take)
    if changed != wanted:
        raise Conflict(_("Nothing was changed in “{title}”: a colleague did so already.").format(title=former.title))
    return changed


def _write(context: Context, accounts: str, parameters: dict[str, Any], now: Operation, *, take: bool) -> int:
    """Write what is not so already for `accounts`, a SELECT of ids; how many."""
    known = {**parameters, "staff": now.details["staff"], "take": take}
    with rows_of(context, "assigned", _DIFFERS.format(accounts=accounts), known):
        if take:
            changed = context.database.execute(
                "DELETE FROM account_staff WHERE staff_id = ? AND account_id IN (SELECT id FROM assigned)",
                [now.details["staff"]],
            )
        else:
            changed = context.database.execute(
                "INSERT INTO account_staff (account_id, staff_id) SELECT id, ? FROM assigned", [now.details["staff"]]
            )
        side = "json_object('staff', :staff, 'name', :name)"
        activity.record_set(
            context,
            "account_taken" if take else "account_assigned",
            "assigned ORDER BY id",
            account="id",
            before=side if take else "'{}'",
            after="'{}'" if take else side,
            operation=now.id,
            parameters={"staff": now.details["staff"], "name": now.details["name"]},
        )
    return changed


_WANTED = "SELECT value FROM json_each(:accounts)"

_LOGGED = """
    SELECT v.account_id FROM activity v
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind IN ('account_assigned', 'account_taken')
"""

_DIFFERS = """
    SELECT a.id FROM account a WHERE a.id IN ({accounts})
        AND :take = EXISTS (SELECT 1 FROM account_staff x WHERE x.account_id = a.id AND x.staff_id = :staff)
"""
