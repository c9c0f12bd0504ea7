"""Wrong passwords for an address that is known here, kept where every process and `Why?` see them.

They are counted by the place that they come from, and together over all browsers that were never logged in with the address. After
some of them each further try waits, longer every time; nobody is ever shut out: a browser that was logged in before is a place of
its own, and a new password by mail ends every wait. Addresses that are not known here are counted by the pages alone
(portal/limits.py).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tui_portal.config import LimitSettings
from tui_portal.services.asides import write_aside
from tui_portal.services.context import Context

ANYWHERE = ""  # the place that stands for all browsers that were never logged in
_MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class Tally:
    """Wrong passwords: how many, and when the last one came, in seconds since 1970."""

    tries: int = 0
    last: int = 0

    def together(self, other: Tally) -> Tally:
        """Both in one."""
        return Tally(self.tries + other.tries, max(self.last, other.last))

    def waits_until(self, limits: LimitSettings, free: int) -> int:
        """The moment from which on another password is looked at; 0 while there were fewer than `free`."""
        if self.tries < free:
            return 0
        pause = limits.login_first_pause_seconds << min(self.tries - free, _MOST_DOUBLINGS)
        return self.last + min(pause, limits.login_pause_seconds)


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong passwords of late for a mailbox (`address`, its id), by the place that they came from."""

    address: int
    tallies: Mapping[str, Tally] = field(default_factory=dict)


def free_tries(limits: LimitSettings, place: str) -> int:
    """How many wrong passwords for one address come from `place` before the next one waits."""
    return limits.login_attempts if place else limits.login_attempts_anywhere


def tries_of(context: Context, canonical: str, places: Collection[str]) -> Tries | None:
    """What was counted from these places for the mailbox with this canonical address; None where no such address is known here."""
    rows = context.database.rows(
        """
        SELECT e.id, t.place, t.tries, t.last_at FROM email_address e
        LEFT JOIN login_attempt t ON t.email_address_id = e.id AND t.last_at > :oldest
            AND t.place IN (SELECT value FROM json_each(:places))
        WHERE e.canonical = :canonical
        """,
        {"canonical": canonical, "places": json.dumps(list(places)), "oldest": _oldest(context)},
    )
    if not rows:
        return None
    return Tries(rows[0][0], {place: Tally(tries, last) for _id, place, tries, last in rows if tries is not None})


def blocked_until(context: Context, address: int) -> int | None:
    """The moment until which some place has to wait with its next password for the mailbox with this id; None where none has."""
    limits = context.settings.limits
    rows = context.database.rows(
        "SELECT place, tries, last_at FROM login_attempt WHERE email_address_id = ? AND last_at > ?",
        [address, _oldest(context)],
    )
    waits = [Tally(tries, last).waits_until(limits, free_tries(limits, place)) for place, tries, last in rows]
    latest = max(waits, default=0)
    return latest if latest > context.clock() else None


def count_attempt(context: Context, address: int, places: Collection[str]) -> bool:
    """Count a wrong password from these places for the mailbox with this id; whether it was written: it gives way to others who
    write.
    """
    return write_aside(
        context,
        """
        INSERT INTO login_attempt (email_address_id, place, tries, last_at)
        SELECT e.id, p.value, 1, :now FROM email_address e CROSS JOIN json_each(:places) p WHERE e.id = :address
        ON CONFLICT (email_address_id, place) DO UPDATE SET
            tries = CASE WHEN last_at > :oldest THEN tries + 1 ELSE 1 END, last_at = :now
        """,
        {"address": address, "places": json.dumps(list(places)), "now": context.clock(), "oldest": _oldest(context)},
    )


def forget_attempts(context: Context, address: int) -> None:
    """Inside a write transaction: the person has shown who they are; what was counted for this mailbox is gone, and with it what is
    too old to count for any other.
    """
    context.database.execute(
        "DELETE FROM login_attempt WHERE email_address_id = ? OR last_at <= ?", [address, _oldest(context)]
    )


def _oldest(context: Context) -> int:
    """Tries whose last one was at this moment or before count no more."""
    return context.clock() - context.settings.limits.login_forget_seconds
