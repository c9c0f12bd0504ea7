"""Which columns a list shows, switched on and off in a menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual.app import App

from tui_portal.i18n import _
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.widgets.columns import Column


async def switch_columns(
    app: App[Any],
    columns: Sequence[Column[Any]],
    hidden: frozenset[str],
    keep: Callable[[frozenset[str]], Awaitable[None]],
) -> None:
    """Show the menu until it is left; `keep` hears of every change, with the names of the hidden ones. In a worker."""
    here = ""
    while True:
        menu = [
            Choice(c.hides, str(n), c.title(), on=c.hides not in hidden)
            for n, c in enumerate((c for c in columns if c.hides), start=1)
        ]
        chosen = await app.push_screen_wait(Menu(_("Columns"), menu, cursor=here))
        if chosen is None:
            return
        here, hidden = chosen, hidden ^ {chosen}
        await keep(hidden)
