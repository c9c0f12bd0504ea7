"""A firm whose owner is the one who runs the tests, and the program opened on it in a real terminal."""

from __future__ import annotations

from pathlib import Path

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.services.staff_settings import keep_tour


def own_office(path: Path, firm: str = "Hansen", settings: Settings | None = None) -> Context:
    """A new firm in the file `path`, whose owner knows the tour."""
    login = caller_login()
    context = create_firm(
        path, settings or Settings(), firm=firm, owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    office = identify(context, login)
    keep_tour(office)
    return office


def opened(office: Context, *words: str, size: tuple[int, int] = (80, 24)) -> PtyTerminal:
    """The program on the firm's file."""
    return PtyTerminal("--database", str(office.database.path), *words, size=size)
