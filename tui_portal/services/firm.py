"""Making a firm's database."""

from __future__ import annotations

from pathlib import Path

from tui_portal.config import Settings
from tui_portal.domain.moments import Clock, now
from tui_portal.services.context import Context, create_context
from tui_portal.services.staff import add_firm, add_owner
from tui_portal.store.database import Database


def create_firm(
    path: Path,
    settings: Settings,
    *,
    firm: str,
    owner_login: str,
    owner_name: str,
    owner_email: str,
    language: str = "en",
    clock: Clock = now,
) -> Context:
    """A new database at `path` with the firm and its owner, and its key file beside it.

    Raises DatabaseUnusable where there is a file already or the folder can't be written, Refused for names or an address
    that can't be right; nothing is left behind then.
    """
    moment = clock()

    def build(database: Database) -> None:
        with database.write():
            add_firm(database, name=firm, language=language, moment=moment)
            add_owner(database, login=owner_login, name=owner_name, email=owner_email, moment=moment)

    return create_context(path, settings, build)
