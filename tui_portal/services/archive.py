"""Archive accounts, which closes the portal for them, and activate them again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.domain.errors import Conflict
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity, invitations
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.tags import check_accounts


@dataclass(frozen=True, slots=True)
class ArchiveChange:
    """What became of it: how many accounts were archived (or activated again), how many were so `already`, how many
    invitations were withdrawn and sessions ended because their mailbox has no account left to see.
    """

    changed: int
    already: int
    withdrawn: int = 0
    sessions: int = 0
    archived: bool = True

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        if self.archived:
            text = ngettext(
                "{n} account archived: the portal is closed for it",
                "{n} accounts archived: the portal is closed for them",
                self.changed,
            )
        else:
            text = ngettext(
                "{n} account activated again: those with LOGIN on may log in",
                "{n} accounts activated again: those with LOGIN on may log in",
                self.changed,
            )
        parts = [text.format(n=self.changed)]
        if self.withdrawn:
            told = ngettext("{n} invitation withdrawn", "{n} invitations withdrawn", self.withdrawn)
            parts.append(told.format(n=self.withdrawn))
        if self.sessions:
            parts.append(ngettext("{n} session ended", "{n} sessions ended", self.sessions).format(n=self.sessions))
        if self.already:
            parts.append(ngettext("{n} was so already", "{n} were so already", self.already).format(n=self.already))
        return " · ".join(parts)


def archive(context: Context, accounts: Sequence[int], *, progress: Progress | None = None) -> ArchiveChange:
    """Archive `accounts` (ids): nobody may log in to them any more. The switches stay as they are.

    Mailboxes that are left with no account lose their open invitation and their sessions. One transaction; `progress` hears the
    share that is done and can stop it. Raises NotAllowed, Conflict where an account is not there any more, Cancelled.
    """
    return _change(context, accounts, OperationKind.ARCHIVE, progress)


def activate_again(context: Context, accounts: Sequence[int], *, progress: Progress | None = None) -> ArchiveChange:
    """Take `accounts` (ids) out of the archive: who has LOGIN on may log in again. Nobody is invited by it.

    `progress` as above. Raises NotAllowed, Conflict where an account is not there any more, Cancelled.
    """
    return _change(context, accounts, OperationKind.ACTIVATE, progress)


def turn_back(context: Context, last: Operation) -> int:
    """Inside a write transaction: take back an operation of either kind; how many accounts. Raises Conflict where an account
    is not as the operation left it.
    """
    return _repeat(context, last, last, archived=last.kind is OperationKind.ACTIVATE)


def do_again(context: Context, former: Operation, now: Operation) -> int:
    """Inside a write transaction: do again what `former` did; how many accounts. Raises Conflict."""
    return _repeat(context, former, now, archived=former.kind is OperationKind.ARCHIVE)


def _change(context: Context, accounts: Sequence[int], kind: OperationKind, progress: Progress | None) -> ArchiveChange:
    context.require(Right.MANAGE_ACCOUNTS)
    wanted, archived = sorted(set(accounts)), kind is OperationKind.ARCHIVE
    details = {"accounts": len(wanted)} | ({"account": wanted[0]} if len(wanted) == 1 else {})
    select = (
        "SELECT a.id FROM json_each(:accounts) j CROSS JOIN account a ON a.id = j.value WHERE a.archived <> :archived"
    )
    with context.database.write(), watched(context, progress, len(wanted)):
        check_accounts(context, wanted)
        with (
            operation(context, kind, details) as done,
            rows_of(context, "turned", select, {"accounts": json.dumps(wanted), "archived": archived}),
        ):
            changed, withdrawn, sessions = _write(context, done, archived=archived)
    return ArchiveChange(changed, len(wanted) - changed, withdrawn, sessions, archived)


def _repeat(context: Context, former: Operation, now: Operation, *, archived: bool) -> int:
    select = """
        SELECT a.id FROM activity v CROSS JOIN account a ON a.id = v.account_id
        WHERE v.id > :log_from AND v.id <= :log_to AND v.kind IN ('account_archived', 'account_activated')
    """
    with rows_of(context, "turned", select, {"log_from": former.log_from, "log_to": former.log_to}):
        differs = context.database.value(
            "SELECT count(*) FROM turned CROSS JOIN account a ON a.id = turned.id WHERE a.archived = ?", [archived]
        )
        if differs:
            raise Conflict(
                _("Nothing was changed in “{title}”: a colleague did so already.").format(title=former.title)
            )
        return _write(context, now, archived=archived)[0]


def _write(context: Context, now: Operation, *, archived: bool) -> tuple[int, int, int]:
    """Turn the accounts in the table `turned`: how many, and the invitations withdrawn and sessions ended by it."""
    changed = context.database.execute(
        "UPDATE account SET archived = ?, version = version + 1 WHERE id IN (SELECT id FROM turned)", [archived]
    )
    activity.record_set(
        context,
        "account_archived" if archived else "account_activated",
        "turned ORDER BY id",
        account="id",
        before=f"""'{{"archived":{"false" if archived else "true"}}}'""",
        after=f"""'{{"archived":{"true" if archived else "false"}}}'""",
        operation=now.id,
    )
    if not archived:
        return changed, 0, 0
    closed = """
        SELECT DISTINCT s.email_address_id AS id FROM turned CROSS JOIN contact_settings s ON s.account_id = turned.id
        WHERE s.login = 1
    """
    return (changed, *invitations.withdraw_forsaken(context, closed, operation=now.id))
