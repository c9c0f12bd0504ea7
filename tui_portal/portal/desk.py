"""What the pages share while the server runs: the database's threads, the hashing, the counts, the firm's name."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar

from tui_portal.domain.errors import DatabaseUnusable, PortalError
from tui_portal.portal.limits import Attempts, HashDesk
from tui_portal.portal.security import Forms, Site
from tui_portal.services.activation import Visit, visit
from tui_portal.services.context import Context, Lanes

T = TypeVar("T")

_log = logging.getLogger("tui_portal.portal")


class Desk:
    """Opened when the server starts, closed when it ends. `style` tells one version of the style sheet from another."""

    def __init__(self, context: Context, site: Site, style: str) -> None:
        self.context = context
        self.site = site
        self.style = style
        self.lanes = Lanes(context)
        self.hashes = HashDesk(context.settings.limits)
        self.attempts = Attempts(context.settings.limits, context.clock)
        self._errands: set[asyncio.Task[None]] = set()
        # Counted apart: who can't log in any more must still be able to ask for another password.
        self.requests = Attempts(context.settings.limits, context.clock)
        self.last_visit = Visit(context.settings.firm.name, context.settings.firm.language or "en", None)

    async def open(self) -> None:
        """Start the threads that read and write: one that can't is told now. Raises DatabaseUnusable."""
        await self.visit("")
        await self.lanes.write(visit, "")

    async def close(self) -> None:
        """Wait for what is under way and close the database's connections."""
        await self.finish()
        self.hashes.close()
        self.lanes.close()

    async def visit(self, session: str) -> Visit:
        """The firm, and who is behind `session`; asked at every request, so that access taken away is gone at once."""
        found = await self.lanes.read(_visit_with_key, session)
        self.last_visit = Visit(found.firm, found.language, None)
        return found

    def later(self, errand: Coroutine[Any, Any, None]) -> None:
        """Do something that no answer waits for: not this one, and not the next one on the same connection."""
        task = asyncio.get_running_loop().create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._done)

    async def finish(self) -> None:
        """Wait until everything that was put off is done."""
        while self._errands:
            await asyncio.wait(set(self._errands))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._errands.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, PortalError):
            _log.error("%s", error.message)
        elif error is not None:
            _log.error("What was to be done after an answer ended in an error", exc_info=error)

    @cached_property
    def forms(self) -> Forms:
        """The proofs of forms. Raises DatabaseUnusable while the key file is missing."""
        return Forms(self.context.key)


def _visit_with_key(context: Context, session: str) -> Visit:
    # The key asks the database, which only a lane may do; the event loop finds it made, or hears from its file why it is not.
    with suppress(DatabaseUnusable):
        _made = context.key
    return visit(context, session)
