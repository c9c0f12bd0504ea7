"""What can be shown of a database at the first look, before everything that writes is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tui_portal.config import Settings
from tui_portal.domain.moments import now
from tui_portal.services.context import Context
from tui_portal.services.staff import identify
from tui_portal.store.glance import Glance

if TYPE_CHECKING:
    from tui_portal.store.database import Database


@contextmanager
def glancing(path: Path, settings: Settings, *, read_only: bool, wish: str | None) -> Iterator[Context]:
    """A context that only reads, with the caller acting as `identify` would have it; for as long as the block lasts.

    Raises PortalError wherever the database is not as it was left, is held by somebody, or has nobody by this name: the sentence
    is for nobody, for what is wrong is found out and said when the database is opened.
    """
    glance = Glance(path, read_only=read_only)
    try:
        # It has all that reading use cases ask of a database, and nothing else.
        database = cast("Database", glance)
        fixed = glance.value("SELECT fixed_now FROM firm")
        clock = now if fixed is None else lambda: int(fixed)
        yield identify(Context(database, settings, clock), wish=wish)
    finally:
        glance.close()
