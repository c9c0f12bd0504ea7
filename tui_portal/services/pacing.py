"""Delivery limits: at most so many mails a minute, to all and to one recipient domain (`[limits]` of the settings).

Every hand-over takes a place for a minute, which is a lease of its own: all processes that deliver see it, and any 60 seconds
have at most as many. What finds no place goes back into the queue until it is its turn.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.services.claims import COPIES, MAILS, Queue
from tui_portal.services.context import Context

_SECONDS = 60
_PLACES = "place:"  # what the names of these leases begin with; then the domain, the queue, the mail and the moment


@dataclass(frozen=True, slots=True)
class Turn:
    """When a mail that found no place is to be tried: not before `at` (seconds since 1970). `domain` is the one that has too
    much mail, empty where there is too much altogether.
    """

    at: int
    domain: str


class Places:
    """The places of one run of a delivering process, which remembers for when it has sent mail back."""

    def __init__(self, context: Context, owner: str) -> None:
        self._context = context
        self._owner = owner
        self._for_all = context.settings.limits.mails_per_minute
        self._for_domain = context.settings.limits.domain_per_minute
        self._booked: dict[str, deque[int]] = {}

    def take(self, queue: Queue, number: int, domain: str) -> Turn | None:
        """Take a place for a mail to `domain` (in its ASCII form): None where there was one, else when to come back."""
        if not (self._for_all or self._for_domain):
            return None
        now, database = self._context.clock(), self._context.database
        with database.write():
            database.execute("DELETE FROM lease WHERE name >= ? AND name < ? AND until <= ?", [*_range(""), now])
            # No place is taken for longer than that: the clock was set back.
            database.execute(
                "UPDATE lease SET until = ? WHERE name >= ? AND name < ? AND until > ?",
                [now + _SECONDS, *_range(""), now + _SECONDS],
            )
            turn = self._turn(domain)
            if turn is None:
                database.execute(
                    "INSERT OR REPLACE INTO lease (name, owner, until) VALUES (?, ?, ?)",
                    [f"{_PLACES}{domain}:{queue.table}:{number}:{now}", self._owner, now + _SECONDS],
                )
        return turn

    def put_off(self, turn: Turn, queue: Queue, numbers: Sequence[int]) -> set[int]:
        """Put those of the mails `numbers` of the `queue` that wait for the same places back into the queue, as they were but for their next
        try, each for when it is its turn, so that they do not all come back at once. Which they were.
        """
        database = self._context.database
        with database.write():
            late = [
                number
                for (number,) in database.rows(
                    f"""
                    SELECT q.id FROM {queue.table} q
                    WHERE q.id IN (SELECT value FROM json_each(:numbers)) AND q.state = 'sending' AND q.lease_owner = :owner
                      AND (:domain = '' OR substr({_ADDRESS[queue]}, -length(:domain) - 1) = '@' || :domain)
                    ORDER BY q.next_try_at, q.id
                    """,
                    {"numbers": json.dumps(list(numbers)), "owner": self._owner, "domain": turn.domain},
                )
            ]
            database.execute_many(
                f"""
                UPDATE {queue.table} SET state = 'queued', next_try_at = ?, lease_owner = NULL, lease_until = NULL WHERE id = ?
                """,
                [(self._book(turn), number) for number in late],
            )
        return set(late)

    def _turn(self, domain: str) -> Turn | None:
        """Inside a write transaction: None where a place is free, else when one will be, by the tighter of the limits."""
        turns = [
            Turn(taken[0], named)
            for named, limit in (("", self._for_all), (domain, self._for_domain))
            if limit and len(taken := self._taken(named, limit)) == limit
        ]
        return max(turns, key=lambda turn: turn.at, default=None)

    def _taken(self, domain: str, limit: int) -> list[int]:
        """Until when places are taken, in the order in which they will be free; the last `limit` of them."""
        rows = self._context.database.rows(
            "SELECT until FROM lease WHERE name >= ? AND name < ? ORDER BY until DESC LIMIT ?", [*_range(domain), limit]
        )
        return [until for (until,) in reversed(rows)]

    def _book(self, turn: Turn) -> int:
        """When the next place is free that this run has not given away: each is free again a minute after it was taken."""
        limit = self._for_domain if turn.domain else self._for_all
        free = self._booked.setdefault(turn.domain, deque())
        free.extend([] if free else self._taken(turn.domain, limit))
        while free[0] < turn.at:
            free.append(free.popleft() + _SECONDS)
        free.append(free[0] + _SECONDS)
        return free.popleft()


# The address that a mail of the queue `q` goes to.
_ADDRESS = {
    MAILS: "(SELECT canonical FROM email_address e WHERE e.id = q.email_address_id)",
    COPIES: "lower(q.address)",
}


def _range(domain: str) -> tuple[str, str]:
    """From where to where the names of the places of `domain` go, or those of all domains."""
    return (f"{_PLACES}{domain}:", f"{_PLACES}{domain};") if domain else (_PLACES, "place;")
