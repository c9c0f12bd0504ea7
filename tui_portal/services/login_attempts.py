"""Tries to log in with an address that is known here, kept where every process and `Why?` see them.

Too many within `limits.login_pause_seconds` make a pause that ends by time; a right password ends it at once. Addresses that
are not known here are counted by the pages alone (portal/limits.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.services.asides import write_aside
from tui_portal.services.context import Context


@dataclass(frozen=True, slots=True)
class Tries:
    """The wrong passwords of late for a mailbox (`address`, its id): how many since the moment `since`, in seconds since 1970."""

    address: int
    count: int = 0
    since: int = 0


def tries_of(context: Context, canonical: str) -> Tries | None:
    """What was counted for the mailbox with this canonical address, or None where no such address is known here."""
    row = context.database.one(
        """
        SELECT e.id, coalesce(t.tries, 0), coalesce(t.first_at, 0) FROM email_address e
        LEFT JOIN login_attempt t ON t.email_address_id = e.id AND t.first_at > ? WHERE e.canonical = ?
        """,
        [_oldest(context), canonical],
    )
    return None if row is None else Tries(*row)


def blocked_until(context: Context, address: int) -> int | None:
    """The moment at which the pause of the mailbox with this id ends; None where it may log in."""
    limits = context.settings.limits
    first = context.database.value(
        "SELECT first_at FROM login_attempt WHERE email_address_id = ? AND tries >= ? AND first_at > ?",
        [address, limits.login_attempts, _oldest(context)],
    )
    return None if first is None else int(first) + limits.login_pause_seconds


def count_attempt(context: Context, address: int) -> bool:
    """Count a wrong password for the mailbox with this id; whether it was written: it gives way to others who write."""
    return write_aside(
        context,
        """
        INSERT INTO login_attempt (email_address_id, tries, first_at) SELECT id, 1, :now FROM email_address WHERE id = :address
        ON CONFLICT (email_address_id) DO UPDATE SET
            tries = CASE WHEN first_at > :oldest THEN tries + 1 ELSE 1 END,
            first_at = CASE WHEN first_at > :oldest THEN first_at ELSE :now END
        """,
        {"address": address, "now": context.clock(), "oldest": _oldest(context)},
    )


def forget_attempts(context: Context, address: int) -> None:
    """Inside a write transaction: the person has shown who they are; what was counted for this mailbox is gone."""
    context.database.execute("DELETE FROM login_attempt WHERE email_address_id = ?", [address])


def _oldest(context: Context) -> int:
    """Tries that began at this moment or before count no more."""
    return context.clock() - context.settings.limits.login_pause_seconds
