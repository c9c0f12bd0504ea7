"""A long change that can be watched and stopped: SQLite itself calls back every so often, no row costs a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui_portal.domain.errors import Cancelled, DatabaseUnusable
from tui_portal.i18n import _
from tui_portal.services.context import Context

Progress = Callable[[float], bool]  # takes the share that is done, from 0 to 1; answers True to stop

# Instructions of SQLite for an entry in the log, measured: half of a change goes into finding what it is about.
_INSTRUCTIONS = 400
_NEARLY = 0.99
# Instructions between two looks whether a question is still asked: four milliseconds. Each look waits for the interpreter.
_LOOK_STEPS = 200_000


@contextmanager
def answering(context: Context, stale: Callable[[], bool]) -> Iterator[None]:
    """Read inside for as long as somebody waits for it: once `stale` says True, it ends with DatabaseUnusable."""
    with context.database.watched(_LOOK_STEPS, stale):
        yield


@contextmanager
def watched(context: Context, progress: Progress | None, entries: int) -> Iterator[None]:
    """Inside a write transaction: tell `progress` how far a change with about so many `entries` in the log is, until it says to stop.

    Raises Cancelled then; the transaction is taken back. The share is an estimate that never goes back, 1 only at the end.
    """
    if progress is None:
        yield
        return
    steps = max(1, context.settings.limits.progress_steps)
    whole = max(1, entries) * _INSTRUCTIONS
    looks, stopped = 0, False

    def stops() -> bool:
        nonlocal looks, stopped
        looks += 1
        stopped = stopped or progress(min(_NEARLY, looks * steps / whole))
        return stopped

    if progress(0.0):
        raise Cancelled(_("Stopped; nothing was changed."))
    try:
        with context.database.watched(steps, stops):
            yield
    except DatabaseUnusable:
        if not stopped:
            raise
        raise Cancelled(_("Stopped; nothing was changed.")) from None
    if progress(1.0):
        raise Cancelled(_("Stopped; nothing was changed."))
