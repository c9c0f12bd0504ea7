"""The outbox: what waits, what failed and why; claiming mail for delivery and taking it up.

Sending is three steps (architecture.md, rule 2): mail is claimed here, handed over with no transaction open, and its fate
recorded by `services/fates.py`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui_portal.domain.errors import NotAllowed
from tui_portal.i18n import _
from tui_portal.mail.handover import smtp_address
from tui_portal.mail.letters import Letter, LetterKind
from tui_portal.services import invitations, password_resets, status
from tui_portal.services.context import Context
from tui_portal.services.leases import is_gone
from tui_portal.services.stored import known

_ANSWERS = 6  # how many answers of a server one hand-over waits for


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
    """The outbox in numbers. `waiting` counts all mail that is still to go, `due` what can be handed over now, `failed` the
    invitations, notices and password links that could not be delivered and have not been sent again since. `next_try_at` is
    when the next mail falls due, in seconds since 1970. `problem` is what stood in the way last, empty where nothing did.
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
                (SELECT min(next_try_at) {_WAITING} AND next_try_at > ?)
            """,
            [now],
        )[0]
        due = _due(context, now)
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
    if waiting and not context.settings.mail.smtp:
        problem = _("no mail server is set")
    return OutboxSummary(waiting, failed, due, next_try, problem or "")


def letters(context: Context, state: MailState | None = None, limit: int = -1) -> list[OutboxRow]:
    """The mails in the order in which they were queued, all of them or those in `state`; at most `limit`, -1 for all."""
    rows = context.database.rows(
        """
        SELECT o.id, e.address, o.kind, o.state, o.attempts, CASE WHEN o.state = 'queued' THEN o.next_try_at END, o.error,
            o.created_at, o.sent_at
        FROM outbox o JOIN email_address e ON e.id = o.email_address_id
        WHERE :state IS NULL OR o.state = :state ORDER BY o.id LIMIT :limit
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
    return int(
        context.database.value("SELECT count(*) FROM outbox WHERE :state IS NULL OR state = :state", {"state": state})
    )


def count_waiting(context: Context) -> int:
    """How many mails are still to go."""
    return int(context.database.value(f"SELECT count(*) {_WAITING}"))


def has_due(context: Context) -> bool:
    """Whether any mail can be claimed now."""
    wanted = {"until": context.clock(), "now": context.clock(), "gone": _gone_owners(context)}
    return bool(context.database.value(f"SELECT EXISTS (SELECT 1 {_WAITING} AND {_CLAIMABLE})", wanted))


def claim(context: Context, owner: str, until: int) -> list[int]:
    """Make mails that fell due up to the moment `until` the `owner`'s for a while; their ids, the longest due first.

    Claimed are mails that wait, and those whose former owner's time has run out or whose process is no more. At most
    `limits.claim_batch`; empty when nothing is left.
    """
    now = context.clock()
    wanted = {
        "owner": owner,
        "now": now,
        "until": until,
        "gone": _gone_owners(context),
        "lease": now + lease_seconds(context),
        "batch": context.settings.limits.claim_batch,
    }
    with context.database.write():
        rows = context.database.rows(
            f"""
            UPDATE outbox SET state = 'sending', lease_owner = :owner, lease_until = :lease WHERE id IN (
                SELECT id {_WAITING} AND {_CLAIMABLE} ORDER BY next_try_at, id LIMIT :batch)
            RETURNING next_try_at, id
            """,
            wanted,
        )
    return [number for _due_at, number in sorted(rows)]


def renew(context: Context, owner: str, numbers: Sequence[int]) -> int:
    """Make the claim on `numbers` last as long as a new one; the moment at which it runs out."""
    until = context.clock() + lease_seconds(context)
    with context.database.write():
        context.database.execute(
            f"UPDATE outbox SET lease_until = ? WHERE {_OURS}", [until, json.dumps(list(numbers)), owner]
        )
    return until


def release(context: Context, owner: str, numbers: Sequence[int]) -> None:
    """Put claimed mails that were not tried back into the queue, as they were."""
    with context.database.write():
        context.database.execute(
            f"UPDATE outbox SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE {_OURS}",
            [json.dumps(list(numbers)), owner],
        )


def try_all_now(context: Context) -> None:
    """Let every waiting mail fall due at once, whatever its next try was to be. Raises NotAllowed when read-only."""
    if context.read_only:
        raise NotAllowed(_("This is read-only: nothing can be changed."))
    with context.database.write():
        context.database.execute(
            "UPDATE outbox SET next_try_at = ? WHERE state = 'queued' AND next_try_at > ?", [context.clock()] * 2
        )


def lease_seconds(context: Context) -> int:
    """How long a claim holds: `limits.lease_seconds` beyond the longest that one hand-over can take."""
    return context.settings.limits.lease_seconds + handover_seconds(context)


def handover_seconds(context: Context) -> int:
    """The longest that one hand-over can take: each answer of the server is waited for only so long."""
    return _ANSWERS * context.settings.limits.smtp_seconds


def take_up(context: Context, owner: str, number: int) -> Letter | Unwanted | None:
    """The letter for a claimed mail, from what holds now; Unwanted where it should not go out any more, None where it is
    not the `owner`'s any more. Raises DatabaseUnusable without the key.
    """
    row = context.database.one(_LETTER, {"id": number, "owner": owner})
    if row is None:
        return None
    found: dict[str, Any] = dict(zip(_LETTER_NAMES, row, strict=True))
    unwanted = _why_unwanted(context, found)
    if unwanted is not None:
        return unwanted
    kind = known(context.database, LetterKind, found["kind"])
    # Which accounts somebody may see is nothing that a mail about their password has to tell.
    names = [] if kind is LetterKind.PASSWORD_RESET else json.loads(found["accounts"])
    most = context.settings.limits.mail_accounts
    return Letter(
        kind=kind,
        address=smtp_address(found["address"], found["canonical"]),
        name=found["recipient_name"],
        language=found["language"],
        accounts=tuple(names[:most]),
        more_accounts=len(names[most:]),
        message=found["message"],
        link=_link(context, kind, found),
        expires_at=found["expires_at"],
        message_id=found["message_id"],
        queued_at=found["created_at"],
        asked_by_firm=bool(found["asked_by_firm"]),
    )


def _link(context: Context, kind: LetterKind, found: dict[str, Any]) -> str:
    if kind is LetterKind.INVITATION:
        return invitations.link_for(context, found["invitation_id"], found["generation"], found["canonical"])
    if kind is LetterKind.PASSWORD_RESET:
        reset, mailbox, password = found["password_reset_id"], found["canonical"], found["password_hash"]
        return password_resets.link_for(context, reset, mailbox, password)
    return f"{context.settings.firm.portal_url.rstrip('/')}/login"


def _why_unwanted(context: Context, found: dict[str, Any]) -> Unwanted | None:
    invitation, reset = found["invitation_id"] is not None, found["password_reset_id"] is not None
    if invitation and not (found["open"] and found["newest"]):
        return Unwanted(_("the invitation was withdrawn, used, or sent again"))
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
    wanted = {"until": now, "now": now, "gone": _gone_owners(context)}
    return int(
        context.database.value(
            f"""
            SELECT (SELECT count(*) {_WAITING} AND next_try_at <= :until)
                - (SELECT count(*) FROM outbox WHERE state = 'sending' AND next_try_at <= :until AND NOT {_CLAIMABLE})
            """,
            wanted,
        )
    )


def _gone_owners(context: Context) -> str:
    """The owners of mail in hand that are no more, as JSON."""
    owners = context.database.rows("SELECT DISTINCT lease_owner FROM outbox WHERE state = 'sending'")
    return json.dumps([owner for (owner,) in owners if is_gone(owner)])


# Named, because the other index on the state would be taken and the whole queue sorted for every batch.
_WAITING = "FROM outbox INDEXED BY outbox_waiting WHERE state IN ('queued', 'sending')"

_CLAIMABLE = """
    (next_try_at <= :until AND (state = 'queued' OR lease_until <= :now OR lease_owner IN (SELECT value FROM json_each(:gone))))
"""

_OURS = "id IN (SELECT value FROM json_each(?)) AND state = 'sending' AND lease_owner = ?"

# What `_LETTER` finds, in its order.
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
    "password_reset_id",
    "reset_open",
    "asked_by_firm",
    "expires_at",
    "pending",
    "active",
    "password_hash",
    "accounts",
)

# A claimed mail with what decides whether it is still wanted. A notice without an account is about all of them.
_LETTER = f"""
    SELECT o.kind, e.address, e.canonical, {status.WRITABLE}, o.recipient_name, o.language, o.message, o.message_id,
        o.created_at, o.invitation_id, o.generation, i.state IN ('queued', 'sent', 'failed'), i.generation = o.generation,
        r.id, r.state = 'open', r.requested_by_staff_id IS NOT NULL, coalesce(i.expires_at, r.expires_at), {status.IS_PENDING},
        u.id IS NOT NULL, u.password_hash,
        (SELECT json_group_array(name) FROM (
            SELECT a.name FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0
              AND (o.account_id IS NULL OR a.id = o.account_id)
            ORDER BY a.search_key, a.id))
    FROM outbox o JOIN email_address e ON e.id = o.email_address_id LEFT JOIN invitation i ON i.id = o.invitation_id
    LEFT JOIN password_reset r ON r.id = o.password_reset_id LEFT JOIN user u ON u.email_address_id = e.id
    WHERE o.id = :id AND o.state = 'sending' AND o.lease_owner = :owner
"""
