"""Copies of the clients' mail for the firm's own people (`mail.copies_to`): they wait from the moment in which the client's was
taken, and are tried as long as that would be. What becomes of them changes nothing of the client's mail; that says only which
copy did not arrive, and why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tui_portal.domain.moments import utc
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.handover import Answer, Fate
from tui_portal.services import waits
from tui_portal.services.context import Context


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that is to be handed over: to whom, the message, and a name that sorts with that of the client's mail."""

    id: int
    address: str
    content: bytes
    name: str


def queue(context: Context, mail: int, addresses: Sequence[str], content: bytes | None, why: str = "") -> None:
    """Inside a write transaction: a copy of the `mail` for each of `addresses`. Without `content` it could not be composed, and
    that is told.
    """
    now, state = context.clock(), "failed" if content is None else "queued"
    context.database.execute_many(
        """
        INSERT OR IGNORE INTO outbox_copy (outbox_id, address, content, state, error, next_try_at, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
        [(mail, address, content, state, why, now, now) for address in addresses],
    )
    if content is None:
        for address in addresses:
            _tell(context, mail, address, why)


def take_up(context: Context, owner: str, number: int) -> Copy | None:
    """The copy with this id, None where it is not the `owner`'s any more."""
    row = context.database.one(
        """
        SELECT c.address, c.content, o.created_at, o.id, o.message_id FROM outbox_copy c JOIN outbox o ON o.id = c.outbox_id
        WHERE c.id = ? AND c.state = 'sending' AND c.lease_owner = ?
        """,
        [number, owner],
    )
    if row is None:
        return None
    address, content, queued_at, mail, message_id = row
    return Copy(number, address, bytes(content), f"{name_of(queued_at, mail, message_id)}-copy{number}")


def withdraw(context: Context, owner: str, number: int) -> None:
    """The copy is for somebody who does not stand in the settings any more."""
    with context.database.write():
        context.database.execute(
            """
            UPDATE outbox_copy SET state = 'withdrawn', content = NULL, lease_owner = NULL, lease_until = NULL
            WHERE id = ? AND state = 'sending' AND lease_owner = ?
            """,
            [number, owner],
        )


def name_of(queued_at: int, mail: int, message_id: str) -> str:
    """The name of a mail in a folder: it sorts by time and stays the same."""
    return f"{_stamp(queued_at)}-{mail:08d}-{message_id[1:9]}"


@lru_cache(maxsize=64)
def _stamp(moment: int) -> str:
    """A moment as it stands in names; those that were queued together have the same."""
    return f"{utc(moment):%Y%m%dT%H%M%SZ}"


def record(context: Context, owner: str, outcomes: Sequence[tuple[int, Answer]]) -> list[bool | None]:
    """What became of copies (by id), in one transaction: True for one that was taken, False for one that failed for good, None
    for one that waits or is not the `owner`'s any more.
    """
    with context.database.write():
        return [_record_one(context, owner, number, answer) for number, answer in outcomes]


def record_later(context: Context, owner: str, number: int, words: str, *, give_up: bool = True) -> bool | None:
    """The copy could not be handed over now, in these words: as `record`. Without `give_up` it waits in any case."""
    with context.database.write():
        return _record_one(context, owner, number, Answer(Fate.LATER, words), give_up)


def count_failed(context: Context) -> int:
    """How many copies were given up."""
    return int(
        context.database.value(
            "SELECT count(*) FROM outbox_copy INDEXED BY outbox_copy_by_state WHERE state = 'failed'"
        )
    )


def _record_one(context: Context, owner: str, number: int, answer: Answer, give_up: bool = True) -> bool | None:
    row = context.database.one(
        """
        SELECT outbox_id, address, attempts, created_at FROM outbox_copy WHERE id = ? AND state = 'sending' AND lease_owner = ?
        """,
        [number, owner],
    )
    if row is None:
        return None
    mail, address, attempts, created_at = row
    now, next_try = context.clock(), waits.next_try_at(context, attempts)
    state = {Fate.ACCEPTED: "sent", Fate.LATER: "queued", Fate.REFUSED: "failed"}[answer.fate]
    if state == "queued" and give_up and next_try >= waits.last_try_at(context, created_at):
        state = "failed"
    context.database.execute(
        """
        UPDATE outbox_copy SET state = :state, attempts = attempts + 1, next_try_at = :next_try, error = :words,
            content = CASE WHEN :state = 'queued' THEN content END, sent_at = CASE WHEN :state = 'sent' THEN :now END,
            lease_owner = NULL, lease_until = NULL
        WHERE id = :id
        """,
        {
            "state": state,
            "next_try": next_try,
            "words": "" if state == "sent" else answer.words,
            "now": now,
            "id": number,
        },
    )
    if state == "failed":
        _tell(context, mail, address, answer.words)
    return {"sent": True, "failed": False}.get(state)


def _tell(context: Context, mail: int, address: str, why: str) -> None:
    """Say with the client's mail that a copy of it did not arrive; the mail itself stays sent."""
    words = _("the copy to {address} was not sent: {why}").format(address=safe(address), why=why)
    context.database.execute(
        "UPDATE outbox SET error = CASE WHEN error = '' THEN :words ELSE error || '; ' || :words END WHERE id = :mail "
        "AND state = 'sent'",
        {"words": words, "mail": mail},
    )
