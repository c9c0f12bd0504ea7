"""Invitations when an operation is taken back: those that it queued are withdrawn, those that it replaced or withdrew work as
before."""

from __future__ import annotations

from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation
from tui_portal.services.sets import rows_of


def take_back_queued(context: Context, operation: Operation) -> tuple[int, int]:
    """Inside a write transaction: withdraw the mails of `operation` that wait, and the invitations that it made; where it sent
    an open one again, put that back as it was. Returns how many mails, and how many former invitations work again.
    """
    database, known = context.database, _known(context, operation)
    mails = database.execute(
        "UPDATE outbox SET state = 'withdrawn' WHERE id > :mail_from AND id <= :mail_to AND state = 'queued'", known
    )
    with rows_of(context, "taken", _QUEUED_BY, known):
        database.execute(_WITHDRAW_REMINDERS)
        database.execute(
            """
            UPDATE invitation SET state = 'withdrawn', closed_at = :now WHERE id IN (SELECT id FROM taken WHERE state IS NULL)
            """,
            known,
        )
        activity.record_set(
            context,
            "invitation_withdrawn",
            "taken WHERE state IS NULL ORDER BY id",
            address="mailbox",
            before="json_object('invitation', id)",
            operation=operation.id,
        )
        restored = _restore(context, "taken WHERE state IS NOT NULL", operation)
    return mails, restored


def restore_withdrawn(context: Context, operation: Operation) -> int:
    """Inside a write transaction: the invitations that `operation` withdrew are open again, as far as their mailbox has no
    newer one and may log in; how many.
    """
    with rows_of(context, "taken", _WITHDRAWN_BY, _known(context, operation)):
        return _restore(context, "taken", operation)


def _restore(context: Context, rows: str, operation: Operation) -> int:
    """Put the invitations in `rows` back to what they were: generation, state, and the mail that waited for them."""
    database = context.database
    with rows_of(context, "former", _FORMER.format(rows=rows)):
        restored = database.execute(_RESTORE)
        if restored:
            database.execute("UPDATE outbox SET state = 'queued' WHERE id IN (SELECT waiting FROM former)")
            activity.record_set(
                context,
                "invitation_restored",
                "former ORDER BY id",
                address="mailbox",
                after="json_object('invitation', id, 'generation', generation, 'state', state)",
                operation=operation.id,
            )
    return restored


def _known(context: Context, operation: Operation) -> dict[str, int]:
    return {
        "now": context.clock(),
        "log_from": operation.log_from,
        "log_to": operation.log_to,
        "mail_from": operation.mail_from,
        "mail_to": operation.mail_to,
    }


# The invitations that an operation queued and that are open still, with what they were before; `state` is null for new ones.
_QUEUED_BY = """
    SELECT i.id, v.email_address_id AS mailbox, v.before ->> '$.state' AS state, v.before ->> '$.generation' AS generation,
        v.before ->> '$.live_generation' AS live_generation, v.before ->> '$.failure' AS failure,
        v.before ->> '$.expires_at' AS expires_at, v.before ->> '$.staff' AS staff, v.before ->> '$.user' AS user,
        v.before -> '$.reminding' AS reminding
    FROM activity v CROSS JOIN invitation i ON i.id = v.after ->> '$.invitation'
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'invitation_queued'
      AND i.state IN ('queued', 'sent', 'failed') AND i.generation = v.after ->> '$.generation'
    ORDER BY i.id
"""

_WITHDRAWN_BY = """
    SELECT i.id, i.email_address_id AS mailbox, v.before ->> '$.state' AS state, i.generation, i.live_generation, i.failure,
        i.expires_at, i.invited_by_staff_id AS staff, i.invited_by_user_id AS user,
        json_array(i.reminders, i.reminded, i.reminded_at, i.reminder_step) AS reminding
    FROM activity v CROSS JOIN invitation i ON i.id = v.before ->> '$.invitation'
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'invitation_withdrawn' AND i.state = 'withdrawn'
      AND NOT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = i.email_address_id)
      AND NOT EXISTS (SELECT 1 FROM invitation n
          WHERE n.email_address_id = i.email_address_id AND n.state IN ('queued', 'sent', 'failed'))
      AND EXISTS (SELECT 1 FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
          WHERE s.email_address_id = i.email_address_id AND s.login = 1 AND a.archived = 0)
    ORDER BY i.id
"""

# What an invitation is to be again. One that waited for its mail then has met the fate of that mail meanwhile: it may have been
# in hand when it was overtaken. `waiting` is the mail that is to wait again.
_FORMER = """
    SELECT f.*, o.message, CASE WHEN o.state = 'withdrawn' AND f.state = 'queued' THEN o.id END AS waiting,
        CASE WHEN f.state = 'queued' AND o.state IN ('sent', 'failed') THEN o.state ELSE f.state END AS now_state,
        CASE WHEN f.state = 'queued' AND o.state = 'sent' THEN o.sent_at END AS sent_at,
        CASE WHEN f.state = 'queued' AND o.state = 'failed' THEN o.error ELSE f.failure END AS why
    FROM (SELECT * FROM {rows}) f LEFT JOIN outbox o ON o.id = (
        SELECT max(id) FROM outbox WHERE invitation_id = f.id AND generation = f.generation AND kind = 'invitation')
"""

# They wait beside the mails of the operation, and are about the invitations that it queued.
_WITHDRAW_REMINDERS = """
    UPDATE outbox INDEXED BY outbox_by_invitation SET state = 'withdrawn'
    WHERE state = 'queued' AND kind = 'reminder' AND invitation_id IN (SELECT id FROM taken)
"""

_RESTORE = """
    UPDATE invitation SET state = f.now_state, closed_at = NULL, generation = f.generation,
        live_generation = CASE WHEN f.sent_at IS NOT NULL THEN f.generation ELSE f.live_generation END,
        message = coalesce(f.message, invitation.message), failure = f.why, expires_at = f.expires_at,
        sent_at = coalesce(f.sent_at, invitation.sent_at), invited_by_staff_id = f.staff, invited_by_user_id = f.user,
        reminders = coalesce(f.reminding ->> '$[0]', reminders), reminded = coalesce(f.reminding ->> '$[1]', 0),
        reminded_at = f.reminding ->> '$[2]', reminder_step = coalesce(f.reminding ->> '$[3]', 0)
    FROM former f WHERE f.id = invitation.id
"""
