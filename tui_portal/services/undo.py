"""Undo and redo: the acting person's last change taken back as one, or done again; all of it or nothing (product.md, House rules).

What was written stands in the log. An operation is taken back by sets, a statement for each table, so that a bulk run of ten
thousand accounts is taken back as fast as it was done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity, archive, assignments, edits, invitations, reminders, staff_steps, status, tags
from tui_portal.services.access import hold_until, write_pairs
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, again, last_undoable, next_redoable
from tui_portal.services.progress import Progress, watched
from tui_portal.services.request_decisions import answer_again, reopen
from tui_portal.services.sets import rows_of
from tui_portal.services.undo_invitations import restore_withdrawn, take_back_queued
from tui_portal.services.undo_refusals import (
    nobody_left_behind,
    refuse_when_changed_since,
    refuse_when_invited_since,
    refuse_when_mail_has_gone,
    refuse_when_out_of_sight,
    refuse_when_restored_since,
    refuse_when_seen_since,
)


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
    """Take back the acting person's last change that was not taken back yet.

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
    refuse_when_mail_has_gone(context, last)
    with rows_of(context, "pair", _ENTRIES.format(old="after", new="before"), last.parameters):
        refuse_when_changed_since(context, last)
        refuse_when_seen_since(context, last)
        withdrawn, restored = take_back_queued(context, last)
        changed = write_pairs(context, last.id)
        lost = "SELECT DISTINCT email_address_id AS id FROM pair WHERE new_login < old_login"
        invitations.withdraw_forsaken(context, lost, operation=last.id)
        restored += restore_withdrawn(context, last)
    return Undone(last.title, changed, withdrawn, restored, reopened=reopen(context, last))


def _redo_access(context: Context, former: Operation, now: Operation) -> Undone:
    wish = former.details
    with (
        rows_of(context, "pair", _ENTRIES.format(old="before", new="after"), former.parameters),
        rows_of(context, "invited", _INVITED, former.parameters),
    ):
        refuse_when_changed_since(context, former)
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
    return Undone(last.title, changed, restored=restore_withdrawn(context, last))


def _undo_edit(context: Context, last: Operation) -> Undone:
    refuse_when_mail_has_gone(context, last)
    with rows_of(context, "pair", _ENTRIES.format(old="after", new="before"), last.parameters):
        refuse_when_seen_since(context, last)
    withdrawn, restored = take_back_queued(context, last)
    with nobody_left_behind(context, last):
        changed = edits.turn_back(context, last)
    invitations.withdraw_forsaken(context, _TOUCHED, last.parameters, last.id)
    restored += restore_withdrawn(context, last)
    return Undone(last.title, changed, withdrawn, restored, reopened=reopen(context, last))


def _redo_edit(context: Context, former: Operation, now: Operation) -> Undone:
    with nobody_left_behind(context, former):
        changed = edits.do_again(context, former)
    invitations.withdraw_forsaken(context, _TOUCHED, former.parameters, now.id)
    mails = 0
    for message, address in context.database.rows(_MAILED, former.parameters):
        invitable = f"{_STILL_INVITABLE} AND e.id = :address"
        with rows_of(context, "invited", _INVITED, former.parameters):
            mails += invitations.queue_for(context, invitable, {"address": address}, message, operation=now.id)
    gained = _GAINED.format(**former.parameters)
    mails += invitations.queue_access_notices(context, gained, "", operation=now.id)
    answer_again(context, former, now.id)
    return Undone(former.title, changed, mails, redone=True)


def _undo_invite(context: Context, last: Operation) -> Undone:
    refuse_when_mail_has_gone(context, last)
    refuse_when_invited_since(context, last)
    withdrawn, restored = take_back_queued(context, last)
    return Undone(last.title, withdrawn, withdrawn, restored)


def _redo_invite(context: Context, former: Operation, now: Operation) -> Undone:
    with rows_of(context, "invited", _INVITED, former.parameters):
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
    changed = invitations.withdraw(context, _CANCELLED, former.parameters, now.id)
    changed += answer_again(context, former, now.id)
    return Undone(former.title, changed, redone=True)


_Undo = Callable[[Context, Operation], Undone]
_Redo = Callable[[Context, Operation, Operation], Undone]


def _back(turn_back: Callable[[Context, Operation], int]) -> _Undo:
    return lambda context, last: Undone(last.title, turn_back(context, last))


def _once_more(do_again: Callable[[Context, Operation, Operation], int]) -> _Redo:
    return lambda context, former, now: Undone(former.title, do_again(context, former, now), redone=True)


_UNDO: dict[OperationKind, _Undo] = {
    OperationKind.ACCESS: _undo_access,
    OperationKind.TAGS: _back(tags.turn_back),
    OperationKind.ARCHIVE: _undo_archive,
    OperationKind.ACTIVATE: _undo_archive,
    OperationKind.EDIT: _undo_edit,
    OperationKind.INVITE: _undo_invite,
    OperationKind.CANCEL: _undo_cancel,
    OperationKind.ASSIGN: _back(assignments.turn_back),
    OperationKind.STAFF: _back(staff_steps.turn_back),
    OperationKind.REMINDERS: _back(reminders.turn_back),
}
_REDO: dict[OperationKind, _Redo] = {
    OperationKind.ACCESS: _redo_access,
    OperationKind.TAGS: _once_more(tags.do_again),
    OperationKind.ARCHIVE: _once_more(archive.do_again),
    OperationKind.ACTIVATE: _once_more(archive.do_again),
    OperationKind.EDIT: _redo_edit,
    OperationKind.INVITE: _redo_invite,
    OperationKind.CANCEL: _redo_cancel,
    OperationKind.ASSIGN: _once_more(assignments.do_again),
    OperationKind.STAFF: _once_more(staff_steps.do_again),
    OperationKind.REMINDERS: _once_more(reminders.do_again),
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

_CANCELLED = """
    SELECT email_address_id AS id FROM activity
    WHERE id > :log_from AND id <= :log_to AND kind = 'invitation_withdrawn'
"""
