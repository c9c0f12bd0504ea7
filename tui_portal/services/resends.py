"""Invitations to selected mailboxes of Pending activation: foreseen in numbers, sent or cancelled as one, taken back as one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.errors import Conflict
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services import invitations, status
from tui_portal.services.access import hold_until
from tui_portal.services.context import Context
from tui_portal.services.operations import OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.skips import Reason, Skips

_FIRST, _AGAIN = 1, 2  # what becomes of a mailbox; less than 0 is the Reason why nothing does


@dataclass(frozen=True, slots=True)
class InvitePreview:
    """What inviting would do now. `first` get their first invitation, `again` another one, whose link takes the place of the
    former once its mail has gone; `recent` of those skipped were invited a short while ago, and can be invited all the same.
    `fingerprint` stands for all that was looked at.
    """

    first: int
    again: int
    recent: int
    skipped: Skips
    fingerprint: int

    @property
    def invitations(self) -> int:
        """How many mails there would be."""
        return self.first + self.again


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of it: invitations queued, those skipped, when the mails fall due (seconds since 1970), the operation's id."""

    invitations: int
    skipped: Skips
    due: int | None
    operation: int | None

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        parts = [ngettext("{n} invitation", "{n} invitations", self.invitations).format(n=self.invitations)]
        if self.skipped:
            parts.append(ngettext("{n} skipped", "{n} skipped", len(self.skipped)).format(n=len(self.skipped)))
        if self.invitations:
            parts.append(_("u takes it back"))
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """What cancelling would do now: `open` invitations die, in `waiting` cases with a mail that was not sent yet; `without` have
    none.
    """

    open: int
    waiting: int
    without: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of it: how many invitations were cancelled, how many addresses had none."""

    cancelled: int
    without: int

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        text = ngettext("{n} invitation cancelled", "{n} invitations cancelled", self.cancelled)
        parts = [text.format(n=self.cancelled)]
        if self.without:
            parts.append(ngettext("{n} had none", "{n} had none", self.without).format(n=self.without))
        if self.cancelled:
            parts.append(_("u takes it back"))
        return " · ".join(parts)


def preview_invites(context: Context, addresses: Sequence[int], *, recent: bool = False) -> InvitePreview:
    """What `send_invites` would do with the mailboxes `addresses` (ids) now, by reading only. With `recent` also those who were
    invited within `limits.reinvite_seconds`.
    """
    with context.database.read():
        return _told(context, f"WITH fate AS MATERIALIZED ({_FATES})", _known(context, addresses, recent))


def send_invites(
    context: Context,
    addresses: Sequence[int],
    message: str = "",
    *,
    recent: bool = False,
    expected: InvitePreview | None = None,
    progress: Progress | None = None,
) -> Invited:
    """Invite the mailboxes `addresses` (ids), for the first time or again; one transaction, taken back by one key.

    The mails of several wait for `limits.hold_seconds`. `expected` is what was foreseen: where it would come to anything else
    now, nothing is written. Raises NotAllowed, Refused, Conflict, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    text = invitations.check_message(context, message)
    details = {"what": "invited", "accounts": len(addresses), "message": text}
    due = hold_until(context, True)
    with (
        context.database.write(),
        watched(context, progress, 4 * len(addresses)),
        rows_of(context, "fate", _FATES, _known(context, addresses, recent)),
    ):
        plan = _told(context, "", {})
        if expected is not None and plan != expected:
            raise Conflict(_("Nothing was sent: meanwhile some of these addresses have changed. Look again."))
        with operation(context, OperationKind.INVITE, details) as done:
            chosen = "SELECT id FROM fate WHERE fate > 0"
            queued = invitations.queue_for(context, chosen, None, text, due=due, operation=done.id)
            if plan.skipped:
                context.database.execute("UPDATE operation SET skipped = ? WHERE id = ?", [plan.skipped.text, done.id])
    return Invited(queued, plan.skipped, due if queued else None, done.id if queued else None)


def preview_cancels(context: Context, addresses: Sequence[int]) -> CancelPreview:
    """What `cancel_invites` would do now, by reading only."""
    row = context.database.one(_CANCELS, {"wanted": json.dumps(sorted(set(addresses)))})
    assert row is not None  # noqa: S101 - a SELECT of aggregates has one row
    return CancelPreview(*(int(value or 0) for value in row))


def cancel_invites(context: Context, addresses: Sequence[int], progress: Progress | None = None) -> Withdrawn:
    """Withdraw the open invitations of `addresses` (ids): the links die at once, waiting mail is not sent, LOGIN stays. One key
    takes it back. Raises NotAllowed, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    wanted = {"wanted": json.dumps(sorted(set(addresses)))}
    details = {"what": "cancelled", "accounts": len(addresses)}
    with context.database.write(), watched(context, progress, 2 * len(addresses)):
        before = preview_cancels(context, addresses)
        with operation(context, OperationKind.CANCEL, details) as done:
            count = invitations.withdraw(context, "SELECT value AS id FROM json_each(:wanted)", wanted, done.id)
    return Withdrawn(count, before.without)


def _known(context: Context, addresses: Sequence[int], recent: bool) -> dict[str, Any]:
    seconds, hour = context.settings.limits.reinvite_seconds, 3600
    return {
        "wanted": json.dumps(sorted(set(addresses)), separators=(",", ":")),
        "recent": recent,
        "since": context.clock() - seconds,
        "reason": Reason.RECENT_HOUR if seconds == hour else Reason.RECENT,
    }


def _told(context: Context, fates: str, parameters: dict[str, Any]) -> InvitePreview:
    row = context.database.one(f"{fates} {_NUMBERS}", parameters)
    assert row is not None  # noqa: S101 - a SELECT of aggregates has one row
    first, again, late, prints, text, counts = row
    found = sorted((Reason(reason), count) for reason, count in json.loads(counts))
    return InvitePreview(int(first), int(again), int(late), Skips(text, tuple(found)), int(prints))


# What becomes of each mailbox. Those whose invitation was queued or sent a short while ago were meant already, as a rule.
_FATES = f"""
    SELECT e.id, e.address, e.canonical, e.reason AS detail, coalesce(i.generation, 0) AS generation, CASE
        WHEN u.id IS NOT NULL THEN {Reason.ACTIVE:d}
        WHEN NOT {status.IS_PENDING} THEN {Reason.LOGIN_OFF:d}
        WHEN e.validity = 'invalid' THEN {Reason.INVALID:d}
        WHEN NOT {status.WRITABLE} THEN {Reason.UNWRITABLE:d}
        WHEN i.id IS NULL THEN {_FIRST}
        WHEN NOT :recent AND i.state IN ('queued', 'sent') AND (i.created_at > :since OR i.sent_at > :since OR EXISTS (
            SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.generation = i.generation AND o.created_at > :since))
            THEN :reason
        ELSE {_AGAIN} END AS fate
    FROM json_each(:wanted) w CROSS JOIN email_address e ON e.id = w.value
    LEFT JOIN user u ON u.email_address_id = e.id LEFT JOIN invitation i ON {status.OPEN_INVITATION}
"""

_NUMBERS = f"""
    SELECT total(fate = {_FIRST}), total(fate = {_AGAIN}),
        total(fate IN ({Reason.RECENT:d}, {Reason.RECENT_HOUR:d})), coalesce(sum(id * (fate + 11) + generation), 0),
        (SELECT json_group_array(json_array(address, NULL, fate, detail)) FROM (
            SELECT * FROM fate WHERE fate < 0 ORDER BY canonical)),
        (SELECT json_group_array(json_array(fate, n)) FROM (
            SELECT fate, count(*) AS n FROM fate WHERE fate < 0 GROUP BY fate))
    FROM fate
"""

_CANCELS = f"""
    SELECT total(i.id IS NOT NULL), total(EXISTS (
            SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state IN ('queued', 'sending'))),
        total(i.id IS NULL)
    FROM json_each(:wanted) w CROSS JOIN email_address e ON e.id = w.value LEFT JOIN invitation i ON {status.OPEN_INVITATION}
"""
