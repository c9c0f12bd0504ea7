"""What became of a mail that was handed over, or could not be: recorded in one transaction each.

A function that takes the `owner` records only what is still its own; it returns the state that the mail has now, or None where
it was not the `owner`'s any more.
"""

from __future__ import annotations

import json
from typing import Any

from tui_portal.domain.moments import DAY
from tui_portal.services import activity
from tui_portal.services.address_checks import mark_bounced
from tui_portal.services.context import Context
from tui_portal.services.outbox import MailState


def record_sent(context: Context, owner: str, number: int) -> MailState | None:
    """The server took it. An invitation is sent now, and its former link dies now (product.md, Invitations)."""
    now = context.clock()
    with context.database.write():
        mail = _close(context, owner, number, MailState.SENT, sent_at=now)
        if mail is None:
            return None
        if mail["password_reset_id"] is not None:
            _log_reset(context, "password_reset_sent", mail)
            return MailState.SENT
        if mail["invitation_id"] is None:
            activity.record(context, "access_notice_sent", account=mail["account_id"], address=mail["email_address_id"])
            return MailState.SENT
        # A mail of a generation that was overtaken meanwhile leaves the invitation waiting for the newer mail.
        context.database.execute(
            """
            UPDATE invitation SET sent_at = :now, live_generation = max(live_generation, :generation),
                state = CASE WHEN generation = :generation THEN 'sent' ELSE state END,
                failure = CASE WHEN generation = :generation THEN '' ELSE failure END
            WHERE id = :id AND state IN ('queued', 'sent', 'failed')
            """,
            {"now": now, "generation": mail["generation"], "id": mail["invitation_id"]},
        )
        _log_invitation(context, "invitation_sent", mail)
    return MailState.SENT


def record_failed(
    context: Context, owner: str, number: int, words: str, *, no_such_mailbox: bool = False
) -> MailState | None:
    """It was refused for good, in these words. A former link of the invitation goes on working.

    With `no_such_mailbox` the address is marked: nothing more is sent to it (product.md, E-mail validation).
    """
    with context.database.write():
        mail = _close(context, owner, number, MailState.FAILED, words)
        if mail is None:
            return None
        _fail_invitation(context, mail, words)
        if no_such_mailbox:
            mark_bounced(context, mail["email_address_id"], words)
    return MailState.FAILED


def record_unwanted(context: Context, owner: str, number: int, state: MailState, reason: str) -> MailState | None:
    """It is not to be sent any more. Where its invitation is still open and would wait for nothing, it failed."""
    with context.database.write():
        mail = _close(context, owner, number, state, reason, attempts=0)
        if mail is None:
            return None
        _fail_invitation(context, mail, reason)
    return state


def record_later(context: Context, owner: str, number: int, words: str, *, give_up: bool = True) -> MailState | None:
    """It could not be handed over now: back to the queue, each wait twice as long as the one before.

    With `give_up` it fails where the next try would come after `limits.retry_days` or after its link has expired.
    """
    limits, now = context.settings.limits, context.clock()
    with context.database.write():
        row = context.database.one(
            """
            SELECT o.attempts, o.created_at, coalesce(i.expires_at, r.expires_at) FROM outbox o
            LEFT JOIN invitation i ON i.id = o.invitation_id LEFT JOIN password_reset r ON r.id = o.password_reset_id
            WHERE o.id = ? AND o.state = 'sending' AND o.lease_owner = ?
            """,
            [number, owner],
        )
        if row is None:
            return None
        attempts, created, expires = row
        wait = max(1, min(limits.retry_first_seconds << min(attempts, 30), limits.retry_most_seconds))
        last = created + limits.retry_days * DAY
        if give_up and now + wait >= (last if expires is None else min(last, expires)):
            mail = _close(context, owner, number, MailState.FAILED, words)
            if mail is not None:
                _fail_invitation(context, mail, words)
            return MailState.FAILED
        context.database.execute(
            """
            UPDATE outbox SET state = 'queued', attempts = attempts + 1, next_try_at = ?, error = ?, lease_owner = NULL,
                lease_until = NULL
            WHERE id = ?
            """,
            [now + wait, words, number],
        )
    return MailState.QUEUED


def record_bounced(context: Context, number: int, words: str, *, no_such_mailbox: bool) -> bool:
    """Inside a write transaction: a server that had taken the mail could not deliver it, in these words. Like a refusal at the
    hand-over, for the mail with this id and for what it was about, as far as that waits for nothing newer.

    A mail has one end: False, and nothing changed, where it has failed or was withdrawn already. One that is still to be tried
    again, because nobody knew that it was taken, is not.
    """
    rows = context.database.rows(
        f"""
        UPDATE outbox SET state = 'failed', error = ?, lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND state IN ('queued', 'sending', 'sent') RETURNING {", ".join(_ABOUT)}
        """,
        [words, number],
    )
    if not rows:
        return False
    mail = dict(zip(_ABOUT, rows[0], strict=True))
    _fail_invitation(context, mail, words, was=("queued", "sent"))
    if no_such_mailbox:
        mark_bounced(context, mail["email_address_id"], words)
    return True


def record_copy_failed(context: Context, number: int, words: str) -> None:
    """A copy of a mail that was sent did not go out; the mail itself stays sent, and says so."""
    with context.database.write():
        context.database.execute("UPDATE outbox SET error = ? WHERE id = ? AND state = 'sent'", [words, number])


def put_off(context: Context, words: str) -> None:
    """The server takes nothing from anybody: all that is due waits a while, and says why."""
    limits, now = context.settings.limits, context.clock()
    with context.database.write():
        context.database.execute(
            """
            UPDATE outbox SET next_try_at = ?, error = ?
            WHERE state = 'queued' AND id IN (
                SELECT id FROM outbox INDEXED BY outbox_waiting WHERE state IN ('queued', 'sending') AND next_try_at <= ?)
            """,
            [now + max(1, limits.retry_first_seconds), words, now],
        )


def _close(
    context: Context,
    owner: str,
    number: int,
    state: MailState,
    words: str = "",
    *,
    sent_at: int | None = None,
    attempts: int = 1,
) -> dict[str, Any] | None:
    """Inside a write transaction: give the mail its last state; what it was about, or None where it is not ours any more."""
    rows = context.database.rows(
        f"""
        UPDATE outbox SET state = ?, error = ?, sent_at = ?, attempts = attempts + ?, lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND state = 'sending' AND lease_owner = ? RETURNING {", ".join(_ABOUT)}
        """,
        [state, words, sent_at, attempts, number, owner],
    )
    return dict(zip(_ABOUT, rows[0], strict=True)) if rows else None


# The columns of a mail that say what it was about.
_ABOUT = ("invitation_id", "generation", "password_reset_id", "email_address_id", "account_id")


def _fail_invitation(context: Context, mail: dict[str, Any], words: str, was: tuple[str, ...] = ("queued",)) -> None:
    """Inside a write transaction: the invitation failed where it `was` in one of these states, unless it was withdrawn, used or
    sent again meanwhile. A password link that did not arrive stays open: nobody has it, and the next one takes its place.
    """
    if mail["password_reset_id"] is not None:
        _log_reset(context, "password_reset_failed", mail, words)
    if mail["invitation_id"] is None:
        return
    failed = context.database.execute(
        """
        UPDATE invitation SET state = 'failed', failure = ?
        WHERE id = ? AND generation = ? AND state IN (SELECT value FROM json_each(?))
        """,
        [words, mail["invitation_id"], mail["generation"], json.dumps(was)],
    )
    if failed:
        _log_invitation(context, "invitation_failed", mail, words)


def _log_invitation(context: Context, kind: str, mail: dict[str, Any], words: str = "") -> None:
    after = {"invitation": mail["invitation_id"], "generation": mail["generation"]}
    if words:
        after["why"] = words
    activity.record(context, kind, address=mail["email_address_id"], after=after)


def _log_reset(context: Context, kind: str, mail: dict[str, Any], words: str = "") -> None:
    after = {"reset": mail["password_reset_id"]}
    if words:
        after["why"] = words
    activity.record(context, kind, address=mail["email_address_id"], after=after)
