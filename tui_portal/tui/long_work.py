"""A change that may take long: how far it is, in words, and how it is stopped."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable
from typing import TypeVar

from tui_portal.domain.errors import Cancelled
from tui_portal.i18n import _
from tui_portal.services.patience import Patience

T = TypeVar("T")

LOOK_SECONDS = 0.1  # so often what is shown of it is looked at again


class LongWork:
    """One change under way. `progress` is handed to the use case, and called by the thread that writes; `patience` is how that
    thread waits for others.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._share = 0.0
        self._begun = False
        self._stop = threading.Event()
        self._given_up = asyncio.Event()

    def progress(self, share: float) -> bool:
        """Takes the share that is done, from when the database is this change's own; tells whether to stop."""
        # First told, then asked: `stop` does it the other way round, so that one of the two sides sees the other.
        self._begun, self._share = True, share
        return self._stop.is_set()

    def stop(self) -> None:
        """Have all of it taken back, as far as it is not done; what still waits for somebody else's lock is given up at once."""
        self._stop.set()
        if not self._begun:
            self._given_up.set()
            self._patience.give_up()

    async def outcome(self, change: Awaitable[T]) -> T:
        """What `change` comes to. Raises Cancelled where it was stopped; leaving the application stops it as well."""
        writing = asyncio.ensure_future(change)
        writing.add_done_callback(_hear)
        leaving = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait({writing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            self.stop()
            raise
        finally:
            leaving.cancel()
        if writing.done():
            return writing.result()
        raise Cancelled(_("Stopped; nothing was changed."))

    @property
    def in_words(self) -> str:
        """How far it is, and how to stop it."""
        if self._stop.is_set():
            return _("Stopping: all of it is taken back…")
        if not self._begun and self._patience.told:
            return self._patience.told
        return _("Saving… {percent} %   esc takes all of it back").format(percent=round(100 * self._share))


def _hear(writing: asyncio.Future[T]) -> None:
    """Nobody may be waiting any more for what went wrong."""
    if not writing.cancelled():
        writing.exception()
