"""How long mail that could not be handed over waits, and for how long it is tried: of a client's mail and of a copy alike."""

from __future__ import annotations

from tui_portal.domain.moments import DAY
from tui_portal.services.context import Context

_MOST_DOUBLINGS = 30


def next_try_at(context: Context, attempts: int) -> int:
    """When mail that was tried so often before is tried next: each wait twice as long as the one before, up to a limit."""
    limits = context.settings.limits
    wait = min(limits.retry_first_seconds << min(attempts, _MOST_DOUBLINGS), limits.retry_most_seconds)
    return context.clock() + max(1, wait)


def last_try_at(context: Context, queued_at: int, expires_at: int | None = None) -> int:
    """From when on mail that was queued at `queued_at` is not tried any more: after some days, or when its link has expired."""
    last = queued_at + context.settings.limits.retry_days * DAY
    return last if expires_at is None else min(last, expires_at)
