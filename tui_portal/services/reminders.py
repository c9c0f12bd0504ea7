"""Reminders: a further mail with the same link for those who were invited so many days ago and have not come (product.md).

Each of the firm's days is looked at once for an invitation's present mail, whatever comes of it: `reminder_step` says how many
of them are behind it. So there is nothing to look through when nothing is due, and nothing is made up for later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.errors import Conflict
from tui_portal.domain.moments import DAY
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity, invitations, status
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.visibility import addresses_of


@dataclass(frozen=True, slots=True)
class RemindersSwitched:
    """What became of it: open invitations that are reminded of from now on, or not any more, and addresses that have none."""

    changed: int
    without: int
    on: bool

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        if self.without and not self.changed:
            return _("There is no open invitation to remind anybody of.")
        if self.on:
            text = ngettext("Reminders on for {n} invitation", "Reminders on for {n} invitations", self.changed)
        else:
            text = ngettext("No reminders for {n} invitation", "No reminders for {n} invitations", self.changed)
        parts = [text.format(n=self.changed)]
        if self.without:
            text = ngettext("{n} has no open invitation", "{n} have no open invitation", self.without)
            parts.append(text.format(n=self.without))
        return " · ".join(parts)


def queue_due_reminders(context: Context) -> int:
    """Queue a reminder for every invitation whose day has come, one transaction; how many. One look at an index when there is
    none.

    Where several days have passed, because nobody delivered, one mail stands for all of them. What can't be reminded of on its
    day (expired, no mail goes there, reminded of since) waits for its next one. Raises DatabaseBusy.
    """
    if not are_due(context):
        return 0
    known = _known(context)
    with context.database.write(), rows_of(context, "remindable", _REMINDABLE, known):
        context.database.execute(
            "UPDATE invitation SET reminder_step = r.step FROM remindable r WHERE r.id = invitation.id"
        )
        mail = {
            "now": known["now"],
            "language": context.firm_language,
            "host": invitations.mail_host(context),
        }
        return context.database.execute(_QUEUE_REMINDERS, mail)


def are_due(context: Context) -> bool:
    """Whether the day of any reminder has come."""
    if not context.settings.invitations.reminder_days:
        return False
    return bool(context.database.value(f"SELECT EXISTS (SELECT 1 {_DUE})", {"steps": _known(context)["steps"]}))


def set_reminders(
    context: Context, addresses: Sequence[int], on: bool, progress: Progress | None = None
) -> RemindersSwitched:
    """Switch the reminders of the open invitations of `addresses` (ids) on or off. A reminder that waits is not sent once they
    are off; days that have passed while they were off stay behind. Raises NotAllowed, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    asked = sorted(set(addresses_of(context, addresses)))
    with (
        context.database.write(),
        watched(context, progress, 3 * len(addresses)),
        rows_of(context, "switched", _SWITCHED, {"wanted": json.dumps(asked)}),
        operation(context, OperationKind.REMINDERS, {"accounts": len(asked), "on": on}) as done,
    ):
        without = int(context.database.value("SELECT count(*) FROM switched WHERE id IS NULL"))
        changed = _switch_and_tell(context, on, done.id)
    return RemindersSwitched(changed, without, on)


def turn_back(context: Context, last: Operation) -> int:
    """Inside a write transaction: switch the reminders back that an operation has switched; how many. Raises Conflict where
    one was switched since, or is of an invitation that is not open any more.
    """
    return _repeat(context, last, last, on=not last.details["on"])


def do_again(context: Context, former: Operation, now: Operation) -> int:
    """Inside a write transaction: switch the reminders again as `former` did; how many. Raises Conflict."""
    return _repeat(context, former, now, on=bool(former.details["on"]))


def _repeat(context: Context, former: Operation, now: Operation, *, on: bool) -> int:
    known = {"log_from": former.log_from, "log_to": former.log_to}
    with rows_of(context, "switched", _LOGGED, known):
        wanted = int(context.database.value("SELECT count(*) FROM switched"))
        changed = _switch_and_tell(context, on, now.id)
    if changed != wanted:
        raise Conflict(_("Nothing was changed in “{title}”: it was changed since.").format(title=former.title))
    return changed


def _switch_and_tell(context: Context, on: bool, step: int) -> int:
    """Switch what stands in the table `switched`, with a log entry for each; how many."""
    # The log is written first: it looks at what is to be changed.
    activity.record_set(
        context,
        "reminders_switched",
        "switched WHERE reminders <> :on ORDER BY id",
        address="mailbox",
        after="json_object('invitation', id, 'reminders', json(CASE WHEN :on THEN 'true' ELSE 'false' END))",
        operation=step,
        parameters={"on": on},
    )
    return switch(context, "SELECT id FROM switched WHERE reminders <> :on", on)


def switch(context: Context, chosen: str, on: bool) -> int:
    """Inside a write transaction: switch the reminders of the invitations `chosen`, a SELECT of ids, on or off; how many."""
    return context.database.execute(
        f"""
        UPDATE invitation SET reminders = :on, reminder_step = CASE WHEN :on AND sent_at IS NOT NULL THEN {_STEP}
            ELSE reminder_step END
        WHERE id IN ({chosen})
        """,
        {"on": on, "steps": _known(context)["steps"]},
    )


def any_on(context: Context, addresses: Sequence[int]) -> bool:
    """Whether any open invitation of `addresses` (ids) is reminded of."""
    return bool(
        context.database.value(
            "SELECT EXISTS (SELECT 1 FROM json_each(?) w CROSS JOIN invitation i ON i.email_address_id = w.value "
            "AND i.state IN ('queued', 'sent', 'failed') WHERE i.reminders)",
            [json.dumps(list(addresses_of(context, addresses)))],
        )
    )


def next_reminder(context: Context, sent_at: int | None, step: int, expires_at: int | None) -> int | None:
    """When an invitation that was sent, and so many of whose days are behind it, is reminded of next; None: not any more."""
    ages = _ages(context)[step:]
    if sent_at is None or not ages:
        return None
    moment = sent_at + ages[0]
    return moment if expires_at is None or moment < expires_at else None


def _ages(context: Context) -> list[int]:
    """How old an invitation is at each of its reminders, in seconds; never so young that it counts as invited just now."""
    least = context.settings.limits.reinvite_seconds
    return [max(days * DAY, least) for days in sorted(set(context.settings.invitations.reminder_days))]


def _known(context: Context) -> dict[str, Any]:
    """`steps` are the moments up to which an invitation must have been sent for its first, second, … reminder to be due."""
    now = context.clock()
    return {"now": now, "steps": json.dumps([now - age for age in _ages(context)])}


# Whose next day has come. The index is named: it holds none whose last day is behind it.
_DUE = """
    FROM json_each(:steps) d CROSS JOIN invitation i INDEXED BY invitation_to_remind
        ON i.reminder_step = d.key AND i.sent_at <= d.value
    WHERE i.state = 'sent' AND i.reminders = 1"""

# How many of the days are behind an invitation.
_STEP = "(SELECT count(*) FROM json_each(:steps) WHERE value >= sent_at)"

# `wanted` tells whether a mail goes out. The firm may have chosen other days since the last reminder: one day is used once.
_REMINDABLE = f"""
    SELECT i.id, i.email_address_id AS mailbox, i.generation, i.message, {_STEP} AS step,
        (i.expires_at IS NULL OR i.expires_at > :now) AND {status.WRITABLE} AND {status.IS_PENDING}
        AND (i.reminded_at IS NULL OR i.reminded_at - i.sent_at < :now - (
            SELECT min(value) FROM json_each(:steps) WHERE value >= i.sent_at))
        AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.state IN ('queued', 'sending')) AS wanted
    FROM (SELECT i.* {_DUE}) i CROSS JOIN email_address e ON e.id = i.email_address_id
"""

_QUEUE_REMINDERS = f"""
    INSERT INTO outbox (kind, email_address_id, invitation_id, generation, recipient_name, language, message, message_id,
        next_try_at, created_at)
    SELECT 'reminder', r.mailbox, r.id, r.generation, coalesce(c.name, ''), coalesce(c.language, :language), r.message,
        {invitations.MESSAGE_ID}, :now, :now
    FROM remindable r {invitations.FIRST_CONTACT.format(mailbox="r.mailbox")} WHERE r.wanted ORDER BY r.id
"""

_SWITCHED = """
    SELECT i.id, w.value AS mailbox, i.reminders FROM json_each(:wanted) w
    LEFT JOIN invitation i ON i.email_address_id = w.value AND i.state IN ('queued', 'sent', 'failed')
"""

_LOGGED = """
    SELECT i.id, v.email_address_id AS mailbox, i.reminders FROM activity v
    LEFT JOIN invitation i ON i.id = v.after ->> '$.invitation' AND i.state IN ('queued', 'sent', 'failed')
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'reminders_switched'
"""
