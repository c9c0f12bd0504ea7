"""Queues of mail and whose turn it is: what waits is claimed with a lease, by one process at a time.

There are two, of the same columns: the clients' mails and the copies of them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tui_portal.services.context import Context
from tui_portal.services.leases import is_gone, lives_here

_ANSWERS = 12  # how many answers of a server one hand-over waits for, with a new connection and a login


@dataclass(frozen=True, slots=True)
class Queue:
    """A table with mail, and the index of what waits in it, which is named in every query: SQLite would take the one on the state
    and sort the whole queue for every batch.
    """

    table: str

    @property
    def waiting(self) -> str:
        """What follows the columns of a SELECT of everything that is still to go."""
        return f"FROM {self.table} INDEXED BY {self.table}_waiting WHERE state IN ('queued', 'sending')"


MAILS = Queue("outbox")
COPIES = Queue("outbox_copy")

# A mail whose time has run out stays with a process of this machine that lives: it may be handing it over at this moment, and
# the clock may have been set forward.
CLAIMABLE = """
    (next_try_at <= :until AND (state = 'queued' OR lease_owner IN (SELECT value FROM json_each(:gone))
        OR (lease_until <= :now AND lease_owner NOT IN (SELECT value FROM json_each(:here)))))
"""

_OURS = "id IN (SELECT value FROM json_each(:ids)) AND state = 'sending' AND lease_owner = :owner"


def claim(context: Context, queue: Queue, owner: str, until: int, held: Collection[int] = ()) -> list[int]:
    """Make mails that fell due up to the moment `until` the `owner`'s for a while; their ids, the longest due first.

    Claimed are mails that wait, and those whose former owner's time has run out or whose process is no more, but none of those
    that the owner holds already. At most `limits.claim_batch`; empty when nothing is left.
    """
    wanted = {
        "owner": owner,
        "held": json.dumps(list(held)),
        "lease": context.clock() + lease_seconds(context),
        "batch": context.settings.limits.claim_batch,
        **known(context, queue, owner, until),
    }
    with context.database.write():
        rows = context.database.rows(
            f"""
            UPDATE {queue.table} SET state = 'sending', lease_owner = :owner, lease_until = :lease WHERE id IN (
                SELECT id {queue.waiting} AND {CLAIMABLE} AND id NOT IN (SELECT value FROM json_each(:held))
                ORDER BY next_try_at, id LIMIT :batch)
            RETURNING next_try_at, id
            """,
            wanted,
        )
    return [number for _due_at, number in sorted(rows)]


def renew(context: Context, queue: Queue, owner: str, numbers: Collection[int]) -> None:
    """Make the claim on `numbers` last as long as a new one."""
    until = context.clock() + lease_seconds(context)
    with context.database.write():
        context.database.execute(
            f"UPDATE {queue.table} SET lease_until = :until WHERE {_OURS}",
            {"until": until, "ids": json.dumps(list(numbers)), "owner": owner},
        )


def release(context: Context, queue: Queue, owner: str, numbers: Collection[int]) -> None:
    """Put claimed mails that were not tried back into the queue, as they were."""
    with context.database.write():
        context.database.execute(
            f"UPDATE {queue.table} SET state = 'queued', lease_owner = NULL, lease_until = NULL WHERE {_OURS}",
            {"ids": json.dumps(list(numbers)), "owner": owner},
        )


def put_off(context: Context, queue: Queue, words: str) -> None:
    """The server takes nothing from anybody: all that is due waits a while, and says why."""
    limits, now = context.settings.limits, context.clock()
    with context.database.write():
        context.database.execute(
            f"""
            UPDATE {queue.table} SET next_try_at = ?, error = ?
            WHERE state = 'queued' AND id IN (SELECT id {queue.waiting} AND next_try_at <= ?)
            """,
            [now + max(1, limits.retry_first_seconds), words, now],
        )


def has_due(context: Context, queue: Queue, owner: str = "") -> bool:
    """Whether any mail can be claimed now."""
    wanted = known(context, queue, owner, context.clock())
    return bool(context.database.value(f"SELECT EXISTS (SELECT 1 {queue.waiting} AND {CLAIMABLE})", wanted))


def count_waiting(context: Context, queue: Queue) -> int:
    """How many mails are still to go."""
    return int(context.database.value(f"SELECT count(*) {queue.waiting}"))


def known(context: Context, queue: Queue, owner: str, until: int) -> dict[str, Any]:
    """What `CLAIMABLE` asks for, for the `owner` who wants what fell due up to the moment `until`."""
    rows = context.database.rows(
        f"SELECT DISTINCT lease_owner FROM {queue.table} INDEXED BY {queue.table}_by_state WHERE state = 'sending'"
    )
    others = [other for (other,) in rows if other != owner]
    gone = [other for other in others if is_gone(other)]
    here = [other for other in others if lives_here(other)]
    return {"until": until, "now": context.clock(), "gone": json.dumps(gone), "here": json.dumps(here)}


def lease_seconds(context: Context) -> int:
    """How long a claim holds: `limits.lease_seconds` beyond the longest that one hand-over can take."""
    return context.settings.limits.lease_seconds + handover_seconds(context)


def handover_seconds(context: Context) -> int:
    """The longest that one hand-over can take: each answer of the server is waited for only so long."""
    return _ANSWERS * context.settings.limits.smtp_seconds
