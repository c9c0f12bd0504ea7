"""What became of mail that was handed over, or could not be: recorded in one transaction, for one mail or for several.

A function that takes the `owner` records only what is still its own; it returns the state that the mail has now, or None where
it was not the `owner`'s any more.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.links import without_tokens
from tui_portal.mail.handover import Answer, Fate
from tui_portal.mail.letters import LetterKind
from tui_portal.services import activity, copies, waits
from tui_portal.services.address_checks import mark_bounced
from tui_portal.services.context import Context
from tui_portal.services.outbox import MailState


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the server said to the mail `number`, and the copy that is to follow it where it was taken: empty where nobody gets
    one, None where it could not be composed, for the reason `no_copy`.
    """

    number: int
    answer: Answer
    copy: bytes | None = b""
    no_copy: str = ""


def record(
    context: Context, owner: str, outcomes: Sequence[Outcome], copies_to: Sequence[str] = ()
) -> list[MailState | None]:
    """What became of several mails, in one transaction; the copies of those that were taken wait for delivery from now on."""
    with context.database.write():
        taken = _sent(context, owner, [each.number for each in outcomes if each.answer.fate is Fate.ACCEPTED])
        for each in outcomes:
            if each.number in taken and each.copy != b"":
                copies.queue(context, each.number, copies_to, each.copy, each.no_copy)
        return [
            (MailState.SENT if each.number in taken else None)
            if each.answer.fate is Fate.ACCEPTED
            else _not_sent(context, owner, each.number, each.answer)
            for each in outcomes
        ]


def record_sent(context: Context, owner: str, number: int) -> MailState | None:
    """The server took it. An invitation is sent now, and its former link dies now (product.md, Invitations)."""
    with context.database.write():
        return MailState.SENT if _sent(context, owner, [number]) else None


def record_failed(
    context: Context, owner: str, number: int, words: str, *, no_such_mailbox: bool = False
) -> MailState | None:
    """It was refused for good, in these words. A former link of the invitation goes on working.

    With `no_such_mailbox` the address is marked: nothing more is sent to it (product.md, E-mail validation).
    """
    with context.database.write():
        return _failed(context, owner, number, words, no_such_mailbox)


def record_later(context: Context, owner: str, number: int, words: str, *, give_up: bool = True) -> MailState | None:
    """It could not be handed over now: back to the queue, each wait twice as long as the one before.

    With `give_up` it fails where the next try would come after `limits.retry_days` or after its link has expired.
    """
    with context.database.write():
        return _later(context, owner, number, words, give_up)


def _not_sent(context: Context, owner: str, number: int, answer: Answer) -> MailState | None:
    words = without_tokens(answer.words)  # a server that does not like the link in it may say so
    if answer.fate is Fate.LATER:
        return _later(context, owner, number, words)
    return _failed(context, owner, number, words, answer.no_such_mailbox)


def _sent(context: Context, owner: str, numbers: Sequence[int]) -> set[int]:
    """The ids of those of the mails `numbers` that were still the `owner`'s; they were taken."""
    now = context.clock()
    rows = context.database.rows(
        f"""
        UPDATE outbox SET state = 'sent', error = '', sent_at = :now, attempts = attempts + 1, lease_owner = NULL,
            lease_until = NULL
        WHERE id IN (SELECT value FROM json_each(:ids)) AND state = 'sending' AND lease_owner = :owner
        RETURNING id, {", ".join(_ABOUT)}
        """,
        {"now": now, "ids": json.dumps(numbers), "owner": owner},
    )
    mails = {row[0]: dict(zip(_ABOUT, row[1:], strict=True)) for row in rows}
    invitations = sorted(number for number, mail in mails.items() if mail["kind"] == LetterKind.INVITATION)
    if invitations:
        _send_invitations(context, {"ids": json.dumps(invitations)}, now)
    for number in sorted(mails.keys() - invitations):
        _log_sent(context, mails[number], now)
    return set(mails)


def _send_invitations(context: Context, mails: dict[str, Any], now: int) -> None:
    """A mail of a generation that was overtaken meanwhile leaves the invitation waiting for the newer mail."""
    context.database.execute(
        """
        UPDATE invitation SET sent_at = :now, live_generation = max(live_generation, m.generation),
            state = CASE WHEN invitation.generation = m.generation THEN 'sent' ELSE state END,
            failure = CASE WHEN invitation.generation = m.generation THEN '' ELSE failure END
        FROM (SELECT invitation_id, max(generation) AS generation FROM outbox
              WHERE id IN (SELECT value FROM json_each(:ids)) GROUP BY invitation_id) m
        WHERE invitation.id = m.invitation_id AND state IN ('queued', 'sent', 'failed')
        """,
        {**mails, "now": now},
    )
    activity.record_set(
        context,
        "invitation_sent",
        "outbox WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id",
        address="email_address_id",
        after="json_object('invitation', invitation_id, 'generation', generation)",
        parameters=mails,
    )


def _log_sent(context: Context, mail: dict[str, Any], now: int) -> None:
    if mail["password_reset_id"] is not None:
        _log_reset(context, "password_reset_sent", mail)
    elif mail["kind"] == LetterKind.REMINDER:
        context.database.execute(
            "UPDATE invitation SET reminded = reminded + 1, reminded_at = ? WHERE id = ? AND generation = ?",
            [now, mail["invitation_id"], mail["generation"]],
        )
        _log_invitation(context, "invitation_reminded", mail)
    elif mail["kind"] == LetterKind.PASSWORD_CHANGED:
        activity.record(context, "password_notice_sent", address=mail["email_address_id"])
    else:
        activity.record(context, "access_notice_sent", account=mail["account_id"], address=mail["email_address_id"])


def _failed(context: Context, owner: str, number: int, words: str, no_such_mailbox: bool) -> MailState | None:
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
        if mail["kind"] != LetterKind.REMINDER or state is MailState.FAILED:
            _fail_invitation(context, mail, reason)
    return state


def _later(context: Context, owner: str, number: int, words: str, give_up: bool = True) -> MailState | None:
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
    next_try = waits.next_try_at(context, attempts)
    if give_up and next_try >= waits.last_try_at(context, created, expires):
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
        [next_try, words, number],
    )
    return MailState.QUEUED


def record_bounced(context: Context, number: int, words: str, *, no_such_mailbox: bool) -> bool:
    """Inside a write transaction: a server that had taken the mail could not deliver it, in these words. Like a refusal at the
    hand-over, for the mail with this id and for what it was about, as far as that waits for nothing newer.

    A mail has one end: False, and nothing changed, where it has failed or was withdrawn already. One that is still to be tried
    again, because nobody knew that it was taken, is not.
    """
    words = without_tokens(words)
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


def _close(
    context: Context,
    owner: str,
    number: int,
    state: MailState,
    words: str = "",
    *,
    attempts: int = 1,
) -> dict[str, Any] | None:
    """Inside a write transaction: give the mail its last state; what it was about, or None where it is not ours any more."""
    rows = context.database.rows(
        f"""
        UPDATE outbox SET state = ?, error = ?, attempts = attempts + ?, lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND state = 'sending' AND lease_owner = ? RETURNING {", ".join(_ABOUT)}
        """,
        [state, words, attempts, number, owner],
    )
    return dict(zip(_ABOUT, rows[0], strict=True)) if rows else None


# The columns of a mail that say what it was about.
_ABOUT = ("kind", "invitation_id", "generation", "password_reset_id", "email_address_id", "account_id")


def _fail_invitation(context: Context, mail: dict[str, Any], words: str, was: tuple[str, ...] = ("queued",)) -> None:
    """Inside a write transaction: the invitation failed where it `was` in one of these states, unless it was withdrawn, used or
    sent again meanwhile. A password link that did not arrive stays open: nobody has it, and the next one takes its place.
    """
    if mail["password_reset_id"] is not None:
        _log_reset(context, "password_reset_failed", mail, words)
    if mail["invitation_id"] is None:
        return
    if mail["kind"] == LetterKind.REMINDER:  # the invitation itself was delivered
        _log_invitation(context, "reminder_failed", mail, words)
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
