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
from tui_portal.services.access_grants import Granted, grant
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.operations import OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.request_decisions import REQUESTS_BY_MAILBOX, refuse, requests_for
from tui_portal.services.sets import rows_of
from tui_portal.services.skips import Reason, Skips
from tui_portal.services.visibility import accounts_seen, addresses_of

# What becomes of a mailbox; less than 0 is the Reason why nothing does. Of the approved the one is invited, the other has a
# password and is told, the third can't get mail.
_FIRST, _AGAIN, _APPROVED, _APPROVED_TOLD, _APPROVED_MUTE = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class InvitePreview:
    """What inviting would do now. `first` get their first invitation, `again` another one, whose link takes the place of the
    former once its mail has gone; `recent` of those skipped were invited a short while ago, and can be invited all the same.
    So many `requests` of clients would be approved, `former` of them those of clients who have no access any more; `approved`
    of the people get an invitation by it, `told` a notice. `fingerprint` stands for all that was looked at.
    """

    first: int
    again: int
    recent: int
    skipped: Skips
    fingerprint: int
    requests: int = 0
    former: int = 0
    approved: int = 0
    told: int = 0

    @property
    def invitations(self) -> int:
        """How many invitations there would be."""
        return self.first + self.again + self.approved


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of it: invitations queued, those skipped, when the mails fall due (seconds since 1970), the operation's id;
    requests approved, and notices queued to those of them who have a password already.
    """

    invitations: int
    skipped: Skips
    due: int | None
    operation: int | None
    requests: int = 0
    notices: int = 0

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        parts = [ngettext("{n} invitation", "{n} invitations", self.invitations).format(n=self.invitations)]
        if self.requests:
            text = ngettext("{n} request approved", "{n} requests approved", self.requests)
            parts.insert(0, text.format(n=self.requests))
        if self.notices:
            parts.append(ngettext("{n} notice", "{n} notices", self.notices).format(n=self.notices))
        if self.skipped:
            parts.append(ngettext("{n} skipped", "{n} skipped", len(self.skipped)).format(n=len(self.skipped)))
        if self.operation is not None:
            parts.append(_("u takes it back"))
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class CancelPreview:
    """What cancelling would do now: `open` invitations die, in `waiting` cases with a mail that was not sent yet; `without` have
    none. So many `requests` of clients are refused: whom they ask for keep their invitations to other accounts.
    """

    open: int
    waiting: int
    without: int
    requests: int = 0


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of it: how many invitations were cancelled, how many addresses had none, how many requests were refused."""

    cancelled: int
    without: int
    refused: int = 0

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        text = ngettext("{n} invitation cancelled", "{n} invitations cancelled", self.cancelled)
        parts = [text.format(n=self.cancelled)] if self.cancelled or not self.refused else []
        if self.refused:
            parts.append(ngettext("{n} request refused", "{n} requests refused", self.refused).format(n=self.refused))
        if self.without:
            parts.append(ngettext("{n} had none", "{n} had none", self.without).format(n=self.without))
        if self.cancelled or self.refused:
            parts.append(_("u takes it back"))
        return " · ".join(parts)


def preview_invites(
    context: Context, addresses: Sequence[int], *, recent: bool = False, again: bool = False
) -> InvitePreview:
    """What `send_invites` would do with the mailboxes `addresses` (ids) now, by reading only. With `recent` also those who were
    invited within `limits.reinvite_seconds`, but only with `again` those within `limits.resend_ask_seconds`.
    """
    with context.database.read():
        return _told(
            context, f"WITH fate AS MATERIALIZED ({_fates(context)})", _known(context, addresses, recent, again)
        )


def send_invites(
    context: Context,
    addresses: Sequence[int],
    message: str = "",
    *,
    recent: bool = False,
    again: bool = False,
    reminders: bool = True,
    expected: InvitePreview | None = None,
    progress: Progress | None = None,
) -> Invited:
    """Invite the mailboxes `addresses` (ids), for the first time or again, and approve what clients asked for them; one
    transaction, taken back by one key.

    `recent` and `again` are those of `preview_invites`; without `reminders` nobody is reminded of these invitations. The mails
    of several wait for `limits.hold_seconds`. `expected` is what was foreseen: where it would come to anything else now,
    nothing is written. Raises NotAllowed, Refused, Conflict, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    text = invitations.check_message(context, message)
    due = hold_until(context, True)
    with (
        context.database.write(),
        watched(context, progress, 4 * len(addresses)),
        rows_of(context, "fate", _fates(context), _known(context, addresses, recent, again)),
    ):
        plan = _told(context, "", {})
        if expected is not None and plan != expected:
            raise Conflict(_("Nothing was sent: meanwhile some of these addresses have changed. Look again."))
        details = {"accounts": len(addresses), "message": text, "reminders": reminders}
        granted = Granted(0, 0, 0)
        if plan.requests:
            # Contacts are made by it: taken back row by row.
            with edit(context, "requests_approved", **details) as changing:
                number = changing.operation.id
                asked = [one for some in requests_for(context, addresses).values() for one in some]
                granted = grant(context, asked, text, changing=changing, due=due, reminders=reminders)
                queued = _queue(context, plan, text, due, number, reminders=reminders)
        else:
            with operation(context, OperationKind.INVITE, {"what": "invited", **details}) as done:
                number = done.id
                queued = _queue(context, plan, text, due, number, reminders=reminders)
    queued += granted.invitations
    mailed = bool(queued or granted.notices)
    changed = mailed or bool(granted.requests)
    return Invited(
        *(queued, plan.skipped, due if mailed else None, number if changed else None),
        granted.requests,
        granted.notices,
    )


def _queue(context: Context, plan: InvitePreview, text: str, due: int, operation: int, *, reminders: bool) -> int:
    """Inside a write transaction: invite those in the table `fate` who need no approval, and keep who is left out; how many."""
    chosen = f"SELECT id FROM fate WHERE fate IN ({_FIRST}, {_AGAIN})"
    queued = invitations.queue_for(context, chosen, None, text, due=due, operation=operation, reminders=reminders)
    if plan.skipped:
        context.database.execute("UPDATE operation SET skipped = ? WHERE id = ?", [plan.skipped.text, operation])
    return queued


def preview_cancels(context: Context, addresses: Sequence[int]) -> CancelPreview:
    """What `cancel_invites` would do now, by reading only."""
    cancels = _CANCELS.format(seen=accounts_seen(context, "r.account_id"))
    row = context.database.one(cancels, {"wanted": json.dumps(sorted(set(addresses_of(context, addresses))))})
    assert row is not None  # noqa: S101 - a SELECT of aggregates has one row
    return CancelPreview(*(int(value or 0) for value in row))


def cancel_invites(context: Context, addresses: Sequence[int], progress: Progress | None = None) -> Withdrawn:
    """Withdraw the open invitations of `addresses` (ids): the links die at once, waiting mail is not sent, LOGIN stays. For whom
    a client asked, that is refused, and nothing else. One key takes it back. Raises NotAllowed, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    addresses = addresses_of(context, addresses)
    with context.database.write(), watched(context, progress, 2 * len(addresses)):
        before = preview_cancels(context, addresses)
        asked = requests_for(context, addresses)
        details = {"what": "cancelled" if before.open or not asked else "refused", "accounts": len(addresses)}
        wanted = {"wanted": json.dumps(sorted(set(addresses) - set(asked)))}
        with operation(context, OperationKind.CANCEL, details) as done:
            count = invitations.withdraw(context, "SELECT value AS id FROM json_each(:wanted)", wanted, done.id)
            refused = refuse(context, list(asked), done.id)
    return Withdrawn(count, before.without, refused)


def _known(context: Context, addresses: Sequence[int], recent: bool, again: bool) -> dict[str, Any]:
    seconds, hour = context.settings.limits.reinvite_seconds, 3600
    return {
        "wanted": json.dumps(sorted(set(addresses_of(context, addresses))), separators=(",", ":")),
        "recent": recent,
        "again": again,
        "since": context.clock() - seconds,
        "just": context.clock() - context.settings.limits.resend_ask_seconds,
        "reason": Reason.RECENT_HOUR if seconds == hour else Reason.RECENT,
    }


def _fates(context: Context) -> str:
    return _FATES.format(seen=accounts_seen(context, "r.account_id"))


def _told(context: Context, fates: str, parameters: dict[str, Any]) -> InvitePreview:
    row = context.database.one(f"{fates} {_NUMBERS}", parameters)
    assert row is not None  # noqa: S101 - a SELECT of aggregates has one row
    first, again, late, prints, text, counts, *asked = row
    found = sorted((Reason(reason), count) for reason, count in json.loads(counts))
    return InvitePreview(int(first), int(again), int(late), Skips(text, tuple(found)), int(prints), *map(int, asked))


# Whether the open invitation `i` was queued or sent since a moment; such people were meant already, as a rule.
_INVITED_SINCE = """(i.state IN ('queued', 'sent') AND (i.created_at > {since} OR i.sent_at > {since} OR EXISTS (
    SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.generation = i.generation AND o.kind = 'invitation'
    AND o.created_at > {since})))"""

# What becomes of each mailbox.
_FATES = f"""
    SELECT e.id, e.address, e.canonical, e.reason AS detail, coalesce(i.generation, 0) AS generation,
        coalesce(q.requests, 0) AS requests, coalesce(q.former, 0) AS former, coalesce(q.print, 0) AS print, CASE
        WHEN q.mailbox IS NOT NULL AND e.validity = 'invalid' THEN {Reason.INVALID:d}
        WHEN q.mailbox IS NOT NULL AND NOT {status.WRITABLE} THEN {_APPROVED_MUTE}
        WHEN q.mailbox IS NOT NULL THEN iif(u.id IS NULL, {_APPROVED}, {_APPROVED_TOLD})
        WHEN u.id IS NOT NULL THEN {Reason.ACTIVE:d}
        WHEN NOT {status.IS_PENDING} THEN {Reason.LOGIN_OFF:d}
        WHEN e.validity = 'invalid' THEN {Reason.INVALID:d}
        WHEN NOT {status.WRITABLE} THEN {Reason.UNWRITABLE:d}
        WHEN i.id IS NULL THEN {_FIRST}
        WHEN {_INVITED_SINCE.format(since=":just")} THEN CASE WHEN :again THEN {_AGAIN} ELSE :reason END
        WHEN NOT :recent AND {_INVITED_SINCE.format(since=":since")} THEN :reason
        ELSE {_AGAIN} END AS fate
    FROM json_each(:wanted) w CROSS JOIN email_address e ON e.id = w.value
    LEFT JOIN user u ON u.email_address_id = e.id LEFT JOIN invitation i ON {status.OPEN_INVITATION}
    LEFT JOIN ({REQUESTS_BY_MAILBOX}) q ON q.mailbox = e.id
"""

_NUMBERS = f"""
    SELECT total(fate = {_FIRST}), total(fate = {_AGAIN}),
        total(fate IN ({Reason.RECENT:d}, {Reason.RECENT_HOUR:d})), coalesce(sum(id * (fate + 11) + generation + print), 0),
        (SELECT json_group_array(json_array(address, NULL, fate, detail)) FROM (
            SELECT * FROM fate WHERE fate < 0 ORDER BY canonical)),
        (SELECT json_group_array(json_array(fate, n)) FROM (
            SELECT fate, count(*) AS n FROM fate WHERE fate < 0 GROUP BY fate)),
        total(requests) FILTER (WHERE fate > 0), total(former) FILTER (WHERE fate > 0), total(fate = {_APPROVED}),
        total(fate = {_APPROVED_TOLD})
    FROM fate
"""

_CANCELS = f"""
    SELECT total(i.id IS NOT NULL), total(EXISTS (
            SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state IN ('queued', 'sending'))),
        total(i.id IS NULL AND q.mailbox IS NULL), coalesce(sum(q.requests), 0)
    FROM json_each(:wanted) w CROSS JOIN email_address e ON e.id = w.value
    LEFT JOIN ({REQUESTS_BY_MAILBOX}) q ON q.mailbox = e.id
    LEFT JOIN invitation i ON {status.OPEN_INVITATION} AND q.mailbox IS NULL
"""
