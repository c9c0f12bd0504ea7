"""Undo and redo: the acting person's last change taken back as one, or done again; all of it or nothing (product.md, House rules).

What was written stands in the log. An operation is taken back by sets, a statement for each table, so that a bulk run of ten
thousand accounts is taken back as fast as it was done.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity, archive, assignments, edits, invitations, status, tags
from tui_portal.services.access import hold_until, write_pairs
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, again, last_undoable, next_redoable
from tui_portal.services.progress import Progress, watched
from tui_portal.services.request_decisions import answer_again, reopen
from tui_portal.services.sets import rows_of
from tui_portal.services.undo_invitations import restore_withdrawn, take_back_queued
from tui_portal.services.undo_refusals import refuse_when_out_of_sight, refuse_when_restored_since

_NAMED = 3  # so many addresses are named in a refusal, the rest by number


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back, or done again: its title, how many settings, tags or accounts changed, how many invitations and
    notices were taken out of the queue (by redo: queued), how many former invitations work again, how many requests of clients
    wait again.
    """

    title: str
    changed: int
    mails: int = 0
    restored: int = 0
    redone: bool = False
    reopened: int = 0

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        head = _("Done again: {title}") if self.redone else _("Taken back: {title}")
        parts = [head.format(title=self.title)]
        if self.mails and self.redone:
            parts.append(ngettext("{n} mail queued", "{n} mails queued", self.mails).format(n=self.mails))
        elif self.mails:
            parts.append(ngettext("{n} mail withdrawn", "{n} mails withdrawn", self.mails).format(n=self.mails))
        if self.restored:
            text = ngettext("{n} former invitation works again", "{n} former invitations work again", self.restored)
            parts.append(text.format(n=self.restored))
        if self.reopened:
            text = ngettext("{n} request waits again", "{n} requests wait again", self.reopened)
            parts.append(text.format(n=self.reopened))
        return " · ".join(parts)


def undo_last(context: Context, progress: Progress | None = None) -> Undone:
    """Take back the acting person's last change of switches, tags or archive that was not taken back yet.

    Switches go back to what they were; invitations and notices that still wait are withdrawn; where an open invitation was
    sent again, the former link works as before. Raises NotFound where there is nothing to take back, and Conflict with the
    reason, and nothing written, where a colleague has changed one of the settings since, a mail has gone already, or a client
    has activated or logged in since. Raises NotAllowed, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        last = last_undoable(context)
        if last is None:
            raise NotFound(_("There is nothing to take back."))
        refuse_when_out_of_sight(context, last)
        refuse_when_restored_since(context, last)
        with watched(context, progress, last.log_to - last.log_from):
            done = _UNDO[last.kind](context, last)
        after = {"operation": last.id, "kind": last.kind.value}
        activity.record(context, "operation_undone", after=after, **edits.about(context, last))
        context.database.execute(
            "UPDATE operation SET undone_at = ?, undone_log = (SELECT max(id) FROM activity) WHERE id = ?",
            [context.clock(), last.id],
        )
    return done


def redo_last(context: Context, progress: Progress | None = None) -> Undone:
    """Do again what the acting person took back last, unless they changed anything since.

    Invitations are queued anew, those of a bulk run with a new time to take them back. Raises NotFound, Conflict, NotAllowed,
    Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        former = next_redoable(context)
        if former is None:
            raise NotFound(_("There is nothing to do again."))
        refuse_when_out_of_sight(context, former)
        refuse_when_restored_since(context, former)
        with watched(context, progress, former.log_to - former.log_from), again(context, former) as now:
            done = _REDO[former.kind](context, former, now)
            after = {"operation": former.id, "kind": former.kind.value}
            activity.record(context, "operation_redone", after=after, **edits.about(context, former))
    return done


def _undo_access(context: Context, last: Operation) -> Undone:
    _refuse_when_mail_has_gone(context, last)
    with rows_of(context, "pair", _ENTRIES.format(old="after", new="before"), _range(last)):
        _refuse_when_changed_since(context, last)
        _refuse_when_seen_since(context, last)
        withdrawn, restored = take_back_queued(context, last)
        changed = write_pairs(context, last.id)
        lost = "SELECT DISTINCT email_address_id AS id FROM pair WHERE new_login < old_login"
        invitations.withdraw_forsaken(context, lost, operation=last.id)
        restored += restore_withdrawn(context, last)
    return Undone(last.title, changed, withdrawn, restored, reopened=reopen(context, last))


def _redo_access(context: Context, former: Operation, now: Operation) -> Undone:
    wish = former.details
    with (
        rows_of(context, "pair", _ENTRIES.format(old="before", new="after"), _range(former)),
        rows_of(context, "invited", _INVITED, _range(former)),
    ):
        _refuse_when_changed_since(context, former)
        changed = write_pairs(context, now.id)
        lost = "SELECT DISTINCT email_address_id AS id FROM pair WHERE new_login < old_login"
        invitations.withdraw_forsaken(context, lost, operation=now.id)
        due = hold_until(context, wish["accounts"] > 1 or wish["hold"])
        mails = invitations.queue_for(context, _STILL_INVITABLE, None, wish["message"], due=due, operation=now.id)
        if wish["invite"]:
            gained = "SELECT account_id, email_address_id FROM pair WHERE new_login > old_login"
            mails += invitations.queue_access_notices(context, gained, wish["message"], due=due)
    return Undone(former.title, changed, mails, redone=True)


def _undo_archive(context: Context, last: Operation) -> Undone:
    changed = archive.turn_back(context, last)
    restored = restore_withdrawn(context, last)
    return Undone(last.title, changed, restored=restored)


def _redo_archive(context: Context, former: Operation, now: Operation) -> Undone:
    return Undone(former.title, archive.do_again(context, former, now), redone=True)


def _undo_edit(context: Context, last: Operation) -> Undone:
    _refuse_when_mail_has_gone(context, last)
    with rows_of(context, "pair", _ENTRIES.format(old="after", new="before"), _range(last)):
        _refuse_when_seen_since(context, last)
    withdrawn, restored = take_back_queued(context, last)
    with _nobody_left_behind(context, last):
        changed = edits.turn_back(context, last)
    invitations.withdraw_forsaken(context, _TOUCHED, _range(last), last.id)
    restored += restore_withdrawn(context, last)
    return Undone(last.title, changed, withdrawn, restored, reopened=reopen(context, last))


def _redo_edit(context: Context, former: Operation, now: Operation) -> Undone:
    with _nobody_left_behind(context, former):
        changed = edits.do_again(context, former)
    invitations.withdraw_forsaken(context, _TOUCHED, _range(former), now.id)
    mails = 0
    for message, address in context.database.rows(_MAILED, _range(former)):
        invitable = f"{_STILL_INVITABLE} AND e.id = :address"
        with rows_of(context, "invited", _INVITED, _range(former)):
            mails += invitations.queue_for(context, invitable, {"address": address}, message, operation=now.id)
    gained = _GAINED.format(**_range(former))
    mails += invitations.queue_access_notices(context, gained, "", operation=now.id)
    answer_again(context, former, now.id)
    return Undone(former.title, changed, mails, redone=True)


@contextmanager
def _nobody_left_behind(context: Context, done: Operation) -> Iterator[None]:
    """Inside it an edit is taken back or done again. Raises Conflict where that takes an address out of an account in which
    somebody else has switched it since, and would leave it there as an unlinked e-mail without a word.
    """
    contacts = {"contacts": json.dumps(edits.contacts_of(context, done))}
    with rows_of(context, "held", _HELD, contacts):
        yield
        rows = context.database.rows(_LEFT_BEHIND, _range(done))
        _refuse(rows, done, _("the settings of {who} were changed since"))


def _undo_invite(context: Context, last: Operation) -> Undone:
    _refuse_when_mail_has_gone(context, last)
    rows = context.database.rows(_INVITED_SINCE, _range(last))
    _refuse(rows, last, _("{who} was invited again since"))
    withdrawn, restored = take_back_queued(context, last)
    return Undone(last.title, withdrawn, withdrawn, restored)


def _redo_invite(context: Context, former: Operation, now: Operation) -> Undone:
    with rows_of(context, "invited", _INVITED, _range(former)):
        due = hold_until(context, True)
        message, reminders = former.details["message"], former.details.get("reminders", True)
        mails = invitations.queue_for(
            context, _STILL_INVITABLE, None, message, due=due, operation=now.id, reminders=reminders
        )
    return Undone(former.title, mails, mails, redone=True)


def _undo_cancel(context: Context, last: Operation) -> Undone:
    restored, reopened = restore_withdrawn(context, last), reopen(context, last)
    if not (restored or reopened):
        raise Conflict(_("Nothing was changed in “{title}”: it was changed since.").format(title=last.title))
    return Undone(last.title, restored, restored=restored, reopened=reopened)


def _redo_cancel(context: Context, former: Operation, now: Operation) -> Undone:
    changed = invitations.withdraw(context, _CANCELLED, _range(former), now.id)
    changed += answer_again(context, former, now.id)
    return Undone(former.title, changed, redone=True)


_UNDO: dict[OperationKind, Callable[[Context, Operation], Undone]] = {
    OperationKind.ACCESS: _undo_access,
    OperationKind.TAGS: lambda context, last: Undone(last.title, tags.turn_back(context, last)),
    OperationKind.ARCHIVE: _undo_archive,
    OperationKind.ACTIVATE: _undo_archive,
    OperationKind.EDIT: _undo_edit,
    OperationKind.INVITE: _undo_invite,
    OperationKind.CANCEL: _undo_cancel,
    OperationKind.ASSIGN: lambda context, last: Undone(last.title, assignments.turn_back(context, last)),
}
_REDO: dict[OperationKind, Callable[[Context, Operation, Operation], Undone]] = {
    OperationKind.ACCESS: _redo_access,
    OperationKind.TAGS: lambda context, former, now: Undone(
        former.title, tags.do_again(context, former, now), redone=True
    ),
    OperationKind.ARCHIVE: _redo_archive,
    OperationKind.ACTIVATE: _redo_archive,
    OperationKind.EDIT: _redo_edit,
    OperationKind.INVITE: _redo_invite,
    OperationKind.CANCEL: _redo_cancel,
    OperationKind.ASSIGN: lambda context, former, now: Undone(
        former.title, assignments.do_again(context, former, now), redone=True
    ),
}


def _refuse_when_mail_has_gone(context: Context, last: Operation) -> None:
    rows = context.database.rows(
        """
        SELECT e.address FROM outbox o JOIN email_address e ON e.id = o.email_address_id
        WHERE o.id > :mail_from AND o.id <= :mail_to AND o.state IN ('sending', 'sent') ORDER BY o.id
        """,
        _range(last),
    )
    _refuse(rows, last, _("the mail to {who} has gone already"))


def _refuse_when_changed_since(context: Context, last: Operation) -> None:
    """What somebody changed after this operation, unless that was taken back in turn; and what is not as it is to be left."""
    rows = context.database.rows(_CHANGED_SINCE, _range(last))
    _refuse(rows, last, _("the settings of {who} were changed since"))


def _refuse_when_seen_since(context: Context, last: Operation) -> None:
    rows = context.database.rows(_SEEN_SINCE, _range(last))
    _refuse(rows, last, _("{who} has logged in since"))
    rows = context.database.rows(_INVITED_SINCE, _range(last))
    _refuse(rows, last, _("{who} was invited again since"))


def _refuse(rows: list[tuple[str]], last: Operation, reason: str) -> None:
    """Raise Conflict for the addresses in `rows`, if any."""
    if not rows:
        return
    who = ", ".join(safe(address) for (address,) in rows[:_NAMED])
    more = len(rows) - _NAMED
    if more > 0:
        who = ngettext("{who} and {n} more", "{who} and {n} more", more).format(who=who, n=more)
    why = reason.format(who=who)
    raise Conflict(_("Nothing was changed in “{title}”: {why}.").format(title=last.title, why=why))


def _range(operation: Operation) -> dict[str, int]:
    """The operation as named parameters."""
    return {
        "operation": operation.id,
        "undone": operation.undone,
        "log_from": operation.log_from,
        "log_to": operation.log_to,
        "mail_from": operation.mail_from,
        "mail_to": operation.mail_to,
    }


# The settings that an operation changed: as they are now, and as they are to be. Only the switches that it changed move.
_ENTRIES = """
    SELECT p.*, (old_login, old_notify, old_sync) <> (new_login, new_notify, new_sync) AS changed FROM (
        SELECT v.account_id, v.email_address_id, coalesce(s.login, 0) AS old_login, coalesce(s.notify, 0) AS old_notify,
            coalesce(s.email_sync, 0) AS old_sync,
            coalesce(v.{new} ->> '$.login', s.login, 0) AS new_login,
            coalesce(v.{new} ->> '$.notify', s.notify, 0) AS new_notify,
            coalesce(v.{new} ->> '$.email_sync', s.email_sync, 0) AS new_sync,
            (coalesce(v.{old} ->> '$.login', s.login, 0), coalesce(v.{old} ->> '$.notify', s.notify, 0),
                coalesce(v.{old} ->> '$.email_sync', s.email_sync, 0))
                = (coalesce(s.login, 0), coalesce(s.notify, 0), coalesce(s.email_sync, 0)) AS as_left
        FROM activity v
        LEFT JOIN contact_settings s ON s.account_id = v.account_id AND s.email_address_id = v.email_address_id
        WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'access_changed' ORDER BY v.id
    ) p
"""

# Those who were invited, unless somebody has invited them since.
_INVITED = """
    SELECT v.email_address_id AS id FROM activity v
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'invitation_queued' AND NOT EXISTS (
        SELECT 1 FROM invitation i WHERE i.email_address_id = v.email_address_id
        AND i.state IN ('queued', 'sent', 'failed') AND i.generation IS NOT v.before ->> '$.generation')
"""

_STILL_INVITABLE = f"""
    SELECT e.id FROM invited CROSS JOIN email_address e ON e.id = invited.id WHERE {status.WRITABLE} AND {status.IS_PENDING}
"""

# An operation that was taken back counts for nothing; where this one is done again, an older one may have been so before it.
_CHANGED_SINCE = """
    SELECT DISTINCT e.address FROM pair p CROSS JOIN email_address e ON e.id = p.email_address_id
    WHERE NOT p.as_left OR EXISTS (
        SELECT 1 FROM activity v LEFT JOIN operation o ON o.id = v.operation_id
        WHERE v.account_id = p.account_id AND v.id > :log_to AND v.kind = 'access_changed'
          AND v.email_address_id = p.email_address_id AND v.operation_id IS NOT :operation AND o.undone_at IS NULL
          AND NOT (:undone AND coalesce(o.id < :operation, 0)))
    ORDER BY e.canonical
"""

# Those who gained LOGIN or an invitation and have logged in after it. Entries of the log come in the order of time.
_SEEN_SINCE = """
    WITH seen AS MATERIALIZED (
        SELECT u.email_address_id AS id FROM activity v CROSS JOIN user u ON u.id = v.user_id
        WHERE v.id > :log_to AND v.kind IN ('user_logged_in', 'user_activated')
    )
    SELECT DISTINCT e.address FROM seen CROSS JOIN email_address e ON e.id = seen.id
    WHERE seen.id IN (SELECT email_address_id FROM pair WHERE new_login < old_login)
       OR seen.id IN (SELECT email_address_id FROM activity
            WHERE id > :log_from AND id <= :log_to AND kind = 'invitation_queued')
    ORDER BY e.canonical
"""

_INVITED_SINCE = """
    SELECT DISTINCT e.address FROM activity v
    CROSS JOIN invitation i ON i.id = v.after ->> '$.invitation' AND i.generation > v.after ->> '$.generation'
    CROSS JOIN email_address e ON e.id = v.email_address_id
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'invitation_queued'
    ORDER BY e.canonical
"""

# What an edit was about: the mailboxes whose switches it changed, those that it wrote to, and who gained LOGIN by it.
_TOUCHED = """
    SELECT DISTINCT email_address_id AS id FROM activity
    WHERE id > :log_from AND id <= :log_to AND kind = 'access_changed'
"""

_MAILED = """
    SELECT message, email_address_id FROM outbox WHERE id > :mail_from AND id <= :mail_to AND kind = 'invitation' ORDER BY id
"""

_GAINED = """
    SELECT account_id, email_address_id FROM activity
    WHERE id > {log_from} AND id <= {log_to} AND kind = 'access_changed' AND after ->> '$.login' = 1
      AND email_address_id IN (
        SELECT email_address_id FROM outbox WHERE id > {mail_from} AND id <= {mail_to} AND kind = 'access_notice')
"""

# The addresses of contacts in their accounts; and those of them that are there no more with a switch that was set meanwhile.
_HELD = """
    SELECT ac.account_id, ce.email_address_id FROM json_each(:contacts) j
    CROSS JOIN account_contact ac ON ac.contact_id = j.value CROSS JOIN contact_email ce ON ce.contact_id = j.value
"""

_LEFT_BEHIND = """
    SELECT DISTINCT e.address FROM held h
    CROSS JOIN contact_settings s ON s.account_id = h.account_id AND s.email_address_id = h.email_address_id
    CROSS JOIN email_address e ON e.id = h.email_address_id
    WHERE (s.login OR s.notify OR s.email_sync)
      AND NOT EXISTS (
        SELECT 1 FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
        WHERE ce.email_address_id = h.email_address_id AND ac.account_id = h.account_id)
      AND EXISTS (
        SELECT 1 FROM activity v LEFT JOIN operation o ON o.id = v.operation_id
        WHERE v.account_id = h.account_id AND v.id > :log_to AND v.kind = 'access_changed'
          AND v.email_address_id = h.email_address_id AND v.operation_id IS NOT :operation AND o.undone_at IS NULL)
    ORDER BY e.canonical
"""

_CANCELLED = """
    SELECT email_address_id AS id FROM activity
    WHERE id > :log_from AND id <= :log_to AND kind = 'invitation_withdrawn'
"""
