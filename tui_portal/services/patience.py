"""A write that waits for somebody else's: tried again for a while, told, given up where the person asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from tui_portal.domain.errors import Cancelled, DatabaseBusy
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.context import Context

T = TypeVar("T")

TRY_MILLISECONDS = 500  # so long SQLite waits for somebody else's lock before it is told, or tried again
_TOLD_AFTER = 0.9  # seconds


class Patience:
    """How the writes of one face wait for others who write to the same database. `tell` is called on the thread that waits, with
    a sentence about for whom, every so often, and with an empty one when there is no more waiting.
    """

    def __init__(self) -> None:
        self.tell: Callable[[str], object] = lambda _sentence: None
        self.told = ""
        self._given_up_at = 0.0

    def give_up(self) -> None:
        """Let what waits now wait no longer, and what stands in line behind it; what is being written already goes on."""
        self._given_up_at = time.monotonic()

    def carry_out(self, context: Context, asked: float, use_case: Callable[..., T], *arguments: object) -> T:
        """The outcome of a use case that writes and that was asked for at the monotonic moment `asked`: from then on it is
        tried again for `limits.write_seconds`, so that whoever waits in line waits within the same time.

        Raises DatabaseBusy, and Cancelled where it was given up; in both cases nothing was changed.
        """
        last = asked + max(context.settings.limits.write_seconds, TRY_MILLISECONDS / 1000)
        try:
            while True:
                if self._given_up_at > asked:
                    raise Cancelled(_("Stopped; nothing was changed."))
                if time.monotonic() > last:
                    raise DatabaseBusy(_("The database was busy for too long. Nothing was changed; try again."))
                with suppress(DatabaseBusy):
                    return use_case(context, *arguments)
                if time.monotonic() - asked > _TOLD_AFTER:
                    self.told = waiting_in_words(context)
                    self.tell(self.told)
        finally:
            if self.told:
                self.told = ""
                self.tell("")


def waiting_in_words(context: Context) -> str:
    """The sentence for who waits: for whom, as far as that can be told."""
    from tui_portal.store.holders import writer_of

    writer = writer_of(context.database.path)
    if writer is None:
        return _("Somebody else is writing to the database: waiting for them… esc gives up")
    login, process = writer
    words = _("{name} (process {number}) is writing to the database: waiting for them… esc gives up")
    return words.format(name=safe(login), number=process)
