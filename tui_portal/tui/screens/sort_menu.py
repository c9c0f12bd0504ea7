"""In which order a list stands, chosen from a menu with one key a column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_portal.i18n import _
from tui_portal.tui.modals.menu import Choice, Menu

if TYPE_CHECKING:
    from tui_portal.tui.screens.list_screen import ListScreen


async def choose_sort(screen: ListScreen) -> None:
    """Let the column be chosen; that of the present order turns it round. In a worker."""
    view = screen.view
    sign = " ↓" if view.descending else " ↑"
    choices = [
        Choice(name, key, label() + (sign if name == view.sort else ""), on=name == view.sort)
        for name, (key, label) in screen.source.sorts.items()
    ]
    chosen = await screen.app.push_screen_wait(Menu(_("Sort by"), choices))
    if chosen is not None:
        turn = chosen == view.sort and not view.descending
        screen.show_view(replace(view, sort=chosen, descending=turn))
