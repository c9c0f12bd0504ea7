"""The outbox: what waits, what failed and why; claiming mail for delivery and taking it up.

Sending is three steps (architecture.md, rule 2): mail is claimed here, handed over with no transaction open, and its fate
recorded by `services/fates.py`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui_portal.domain.errors import NotAllowed
from tui_portal.i18n import _
from tui_portal.mail.handover import smtp_address
from tui_portal.mail.letters import Letter, LetterKind
from tui_portal.services import claims, invitations, mail_templates, password_resets, reminders, status
from tui_portal.services.claims import COPIES, MAILS
from tui_portal.services.context import Context
from tui_portal.services.leases import this_process
from tui_portal.services.stored import known
from tui_portal.services.visibility import accounts_seen, mails_of, mails_seen, seen_by


class MailState(StrEnum):
    """What has become of a mail so far."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return {
            MailState.QUEUED: _("waits"),
            MailState.SENDING: _("being sent"),
            MailState.SENT: _("sent"),
            MailState.FAILED: _("failed"),
            MailState.WITHDRAWN: _("withdrawn"),
        }[self]


@dataclass(frozen=True, slots=True)
class OutboxSummary:
    """The outbox in numbers. `waiting` counts all mail to clients that is still to go, `due` what can be handed over now (copies,
    and reminders that are to be queued first, count as one), `failed` the invitations, notices and password links that could not
    be delivered and have not been sent again since. `next_try_at` is when the next mail or copy falls due, in seconds since 1970.
    `problem` is what stood in the way last, empty where nothing did.
    """

    waiting: int
    failed: int
    due: int
    next_try_at: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail in the outbox. Times are seconds since 1970."""

    id: int
    to: str
    kind: LetterKind
    state: MailState
    attempts: int
    next_try: int | None
    error: str
    queued_at: int
    sent_at: int | None


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A mail that is not to be sent any more: why, and the state it ends in."""

    reason: str
    state: MailState = MailState.WITHDRAWN


def summary(context: Context) -> OutboxSummary:
    """The outbox in numbers, from its indexes: 5 ms with 100,000 waiting mails."""
    database, now = context.database, context.clock()
    with database.read():
        waiting, next_try = database.rows(
            f"""
            SELECT (SELECT count(*) {_WAITING}),
                (SELECT min(at) FROM (SELECT min(next_try_at) AS at {_WAITING} AND next_try_at > :now
                    UNION ALL SELECT min(next_try_at) {COPIES.waiting} AND next_try_at > :now))
            """,
            {"now": now},
        )[0]
        due = _due(context, now) + claims.has_due(context, COPIES, this_process()) + reminders.are_due(context)
        failed = database.value(
            """
            SELECT (SELECT count(*) FROM invitation WHERE state = 'failed')
                + (SELECT count(*) FROM outbox WHERE state = 'failed' AND kind = 'access_notice')
                + (SELECT count(*) FROM outbox o CROSS JOIN password_reset r ON r.id = o.password_reset_id
                   WHERE o.password_reset_id IS NOT NULL AND o.state = 'failed' AND r.state = 'open' AND r.expires_at > ?)
            """,
            [now],
        )
        problem = database.value(
            f"""
            SELECT error FROM (SELECT error {_WAITING} ORDER BY next_try_at DESC, id DESC LIMIT 50) WHERE error <> '' LIMIT 1
            """
        )
    if seen_by(context) is not None:
        waiting = database.value(
            f"SELECT count(*) FROM outbox o WHERE o.state IN ('queued', 'sending'){mails_seen(context)}"
        )
    if problem and seen_by(context) is not None:
        problem = _("the mail server did not take a mail")  # what it said may name somebody whom they may not see
    if waiting and not context.settings.mail.smtp:
        problem = _("no mail server is set")
    problem = mail_templates.template_problem(context) or problem
    return OutboxSummary(waiting, failed, due, next_try, problem or "")


def letters(context: Context, state: MailState | None = None, limit: int = -1) -> list[OutboxRow]:
    """The mails in the order in which they were queued, all of them or those in `state`; at most `limit`, -1 for all."""
    rows = context.database.rows(
        f"""
        SELECT o.id, e.address, o.kind, o.state, o.attempts, CASE WHEN o.state = 'queued' THEN o.next_try_at END, o.error,
            o.created_at, o.sent_at
        FROM outbox o JOIN email_address e ON e.id = o.email_address_id
        WHERE (:state IS NULL OR o.state = :state){mails_seen(context)} ORDER BY o.id LIMIT :limit
        """,
        {"state": state, "limit": limit},
    )
    database = context.database
    return [
        OutboxRow(row[0], row[1], known(database, LetterKind, row[2]), known(database, MailState, row[3]), *row[4:])
        for row in rows
    ]


def count_letters(context: Context, state: MailState | None = None) -> int:
    """How many mails there are, or are in `state`."""
    counted = f"SELECT count(*) FROM outbox o WHERE (:state IS NULL OR state = :state){mails_seen(context)}"
    return int(context.database.value(counted, {"state": state}))


def count_waiting(context: Context) -> int:
    """How many mails are still to go."""
    return claims.count_waiting(context, MAILS)


def has_due(context: Context) -> bool:
    """Whether any mail or copy can be claimed now, or a reminder is to be queued."""
    owner = this_process()
    return any(claims.has_due(context, queue, owner) for queue in (MAILS, COPIES)) or reminders.are_due(context)


def claim(context: Context, owner: str, until: int, held: Collection[int] = ()) -> list[int]:
    """Make mails that fell due up to the moment `until` the `owner`'s, as `claims.claim`; their ids."""
    return claims.claim(context, MAILS, owner, until, held)


def release(context: Context, owner: str, numbers: Collection[int]) -> None:
    """Put claimed mails that were not tried back into the queue, as they were."""
    claims.release(context, MAILS, owner, numbers)


def try_all_now(context: Context) -> None:
    """Let every waiting mail fall due at once, whatever its next try was to be. Raises NotAllowed when read-only."""
    if context.read_only:
        raise NotAllowed(_("This is read-only: nothing can be changed."))
    with context.database.write():
        for queue in (MAILS, COPIES):
            context.database.execute(
                f"UPDATE {queue.table} SET next_try_at = ? WHERE state = 'queued' AND next_try_at > ?",
                [context.clock()] * 2,
            )


def take_up(context: Context, owner: str, number: int) -> Letter | Unwanted | None:
    """The letter for a claimed mail, from what holds now; Unwanted where it should not go out any more, None where it is
    not the `owner`'s any more. Raises DatabaseUnusable without the key.
    """
    return take_up_all(context, owner, [number]).get(number)


def take_up_all(context: Context, owner: str, numbers: Sequence[int]) -> dict[int, Letter | Unwanted]:
    """The same for several mails, by their ids, in one query; those that are not the `owner`'s any more are left out."""
    ours = f"{_LETTERS.format(seen='')} WHERE o.state = 'sending' AND o.lease_owner = :owner"
    rows = context.database.rows(ours, {"ids": json.dumps(list(numbers)), "owner": owner})
    return {row[0]: _taken_up(context, dict(zip(_LETTER_NAMES, row[1:], strict=True))) for row in rows}


def letter_to_read(context: Context, number: int, instead: str) -> Letter | None:
    """The letter for any mail, from what holds now, with the words `instead` of a link that is the reader's alone; None where
    there is no such mail.
    """
    letters_seen = _LETTERS.format(seen=accounts_seen(context))
    rows = context.database.rows(letters_seen, {"ids": json.dumps(list(mails_of(context, [number])))})
    if not rows:
        return None
    found = dict(zip(_LETTER_NAMES, rows[0][1:], strict=True))
    kind, about_link = known(context.database, LetterKind, found["kind"]), ("invitation_id", "password_reset_id")
    secret = any(found[name] is not None for name in about_link)
    return _letter(context, kind, found, instead if secret else _link(context, kind, found))


def _taken_up(context: Context, found: dict[str, Any]) -> Letter | Unwanted:
    unwanted = _why_unwanted(context, found)
    if unwanted is not None:
        return unwanted
    kind = known(context.database, LetterKind, found["kind"])
    return _letter(context, kind, found, _link(context, kind, found))


def _letter(context: Context, kind: LetterKind, found: dict[str, Any], link: str) -> Letter:
    # Which accounts somebody may see is nothing that a mail about their password has to tell.
    about_password = kind in (LetterKind.PASSWORD_RESET, LetterKind.PASSWORD_CHANGED)
    names = [] if about_password else json.loads(found["accounts"])
    most = context.settings.limits.mail_accounts
    return Letter(
        kind=kind,
        address=smtp_address(found["address"], found["canonical"]),
        name=found["recipient_name"],
        language=found["language"],
        accounts=tuple(names[:most]),
        more_accounts=len(names[most:]),
        message=found["message"],
        link=link,
        expires_at=found["expires_at"],
        message_id=found["message_id"],
        queued_at=found["created_at"],
        asked_by_firm=bool(found["asked_by_firm"]),
        invited_at=found["invited_at"] if kind is LetterKind.REMINDER else None,
    )


def _link(context: Context, kind: LetterKind, found: dict[str, Any]) -> str:
    if kind in (LetterKind.INVITATION, LetterKind.REMINDER):
        return invitations.link_for(context, found["invitation_id"], found["generation"], found["canonical"])
    if kind is LetterKind.PASSWORD_RESET:
        reset, mailbox, password = found["password_reset_id"], found["canonical"], found["password_hash"]
        return password_resets.link_for(context, reset, mailbox, password)
    page = "forgot" if kind is LetterKind.PASSWORD_CHANGED else "login"
    return f"{context.settings.firm.portal_url.rstrip('/')}/{page}"


def _why_unwanted(context: Context, found: dict[str, Any]) -> Unwanted | None:
    invitation, reset = found["invitation_id"] is not None, found["password_reset_id"] is not None
    if invitation and not (found["open"] and found["newest"]):
        return Unwanted(_("the invitation was withdrawn, used, or sent again"))
    if found["kind"] == LetterKind.REMINDER and not found["remindable"]:
        return Unwanted(_("nobody is to be reminded of this invitation any more"))
    if reset and not found["reset_open"]:
        return Unwanted(_("the link was used or closed, or another one was asked for"))
    if not found["writable"]:
        return Unwanted(_("the address can't get mail"))
    if not (found["pending"] if invitation else found["active"] and found["accounts"] != "[]"):
        return Unwanted(_("LOGIN is off"))
    if found["expires_at"] is not None and found["expires_at"] <= context.clock():
        late = _("the link expired before the mail could be sent")
        late = late if reset else _("the invitation expired before the mail could be sent")
        return Unwanted(late, MailState.FAILED)
    return None


def _due(context: Context, now: int) -> int:
    """How many mails can be claimed: all that wait and are due, less those that somebody has in hand."""
    wanted = claims.known(context, MAILS, this_process(), now)
    return int(
        context.database.value(
            f"""
            SELECT (SELECT count(*) {_WAITING} AND next_try_at <= :until)
                - (SELECT count(*) FROM outbox WHERE state = 'sending' AND next_try_at <= :until AND NOT {claims.CLAIMABLE})
            """,
            wanted,
        )
    )


_WAITING = MAILS.waiting

# What `_LETTERS` finds after the id, in its order.
_LETTER_NAMES = (
    "kind",
    "address",
    "canonical",
    "writable",
    "recipient_name",
    "language",
    "message",
    "message_id",
    "created_at",
    "invitation_id",
    "generation",
    "open",
    "newest",
    "remindable",
    "invited_at",
    "password_reset_id",
    "reset_open",
    "asked_by_firm",
    "expires_at",
    "pending",
    "active",
    "password_hash",
    "accounts",
)

# Claimed mails with what decides whether they are still wanted. A notice without an account is about all of them.
_LETTERS = f"""
    SELECT o.id, o.kind, e.address, e.canonical, {status.WRITABLE}, o.recipient_name, o.language, o.message, o.message_id,
        o.created_at, o.invitation_id, o.generation, i.state IN ('queued', 'sent', 'failed'), i.generation = o.generation,
        i.state = 'sent' AND i.reminders, i.sent_at, r.id, r.state = 'open', r.requested_by_staff_id IS NOT NULL,
        coalesce(i.expires_at, r.expires_at), {status.IS_PENDING}, u.id IS NOT NULL, u.password_hash,
        (SELECT json_group_array(name) FROM (
            SELECT a.name FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0
              AND (o.account_id IS NULL OR a.id = o.account_id){{seen}}
            ORDER BY a.search_key, a.id))
    FROM json_each(:ids) w CROSS JOIN outbox o ON o.id = w.value JOIN email_address e ON e.id = o.email_address_id
    LEFT JOIN invitation i ON i.id = o.invitation_id
    LEFT JOIN password_reset r ON r.id = o.password_reset_id LEFT JOIN user u ON u.email_address_id = e.id
"""
