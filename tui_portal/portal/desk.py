"""What the pages share while the server runs: the database's threads, the hashing, the counts, the firm's name."""

from __future__ import annotations

from functools import cached_property

from tui_portal.portal.limits import Attempts, HashDesk
from tui_portal.portal.security import Forms, Site
from tui_portal.services.activation import Visit, visit
from tui_portal.services.context import Context, Lanes


class Desk:
    """Opened when the server starts, closed when it ends. `style` tells one version of the style sheet from another."""

    def __init__(self, context: Context, site: Site, style: str) -> None:
        self.context = context
        self.site = site
        self.style = style
        self.lanes = Lanes(context)
        self.hashes = HashDesk(context.settings.limits)
        self.attempts = Attempts(context.settings.limits, context.clock)
        # Counted apart: who can't log in any more must still be able to ask for another password.
        self.requests = Attempts(context.settings.limits, context.clock)
        self.last_visit = Visit(context.settings.firm.name, context.settings.firm.language or "en", None)

    async def open(self) -> None:
        """Start the thread that reads. Raises DatabaseUnusable."""
        await self.visit("")

    async def close(self) -> None:
        """Wait for what is under way and close the database's connections."""
        self.hashes.close()
        self.lanes.close()

    async def visit(self, session: str) -> Visit:
        """The firm, and who is behind `session`; asked at every request, so that access taken away is gone at once."""
        found = await self.lanes.read(visit, session)
        self.last_visit = Visit(found.firm, found.language, None)
        return found

    @cached_property
    def forms(self) -> Forms:
        """The proofs of forms. Raises DatabaseUnusable while the key file is missing."""
        return Forms(self.context.key)
