"""A place that is a list: find line above, the windowed table, the key bar. Every list works the same way."""

from __future__ import annotations

from collections.abc import Awaitable
from concurrent.futures import Future
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _
from tui_portal.tui import keys
from tui_portal.tui.lists import ListSource
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import KeyBar, PlacesBar, TitleBar, TooSmall
from tui_portal.tui.widgets.window_table import WindowTable


class ListScreen(PlaceScreen):
    """The screen for one `ListSource`. `first` may hold the first rows already, read while the program was starting."""

    BINDINGS = keys.bindings(keys.LIST_SCREEN)
    AUTO_FOCUS = "WindowTable"
    KEY_GROUPS = (keys.LIST, keys.LIST_SCREEN, keys.EVERYWHERE)

    def __init__(self, source: ListSource[Any], first: Future[dict[int, Any]] | None = None) -> None:
        super().__init__()
        self.source = source
        self._first = first
        self._find = ""
        self._total: int | None = None
        self._asked = 1
        self._answered = 0

    @property
    def settled(self) -> bool:
        return self._asked == self._answered

    @property
    def table(self) -> WindowTable[Any]:
        """The list itself."""
        return self.query_one(WindowTable)

    def compose(self) -> ComposeResult:
        yield TooSmall()
        yield TitleBar()
        yield PlacesBar(side=False, id="places")
        with Horizontal(id="work"):
            yield PlacesBar(side=True, id="side-bar")
            with Vertical(id="list"):
                with Horizontal(id="find-line"):
                    yield Static("/", id="find-sign", markup=False)
                    yield Input(id="find", compact=True, select_on_focus=False)
                    yield Static(id="list-status", markup=False)
                yield WindowTable(
                    self.source.columns(self.shell.clock), self._fetch, flexible=self.source.flexible, id="table"
                )
                yield Static(id="empty", markup=False)
        yield KeyBar(*self.KEY_GROUPS)

    async def on_mount(self) -> None:
        find = self.query_one("#find", Input)
        find.cursor_blink = False
        self.show_surroundings()
        self.run_worker(self._show_first(), group="list", exclusive=True, name="first rows")

    def on_screen_resume(self) -> None:
        self.show_surroundings()
        if self._total is not None:
            self.read_again()

    def show_surroundings(self) -> None:
        """The title line and the places, from what the application knows now."""
        self.query_one(TitleBar).show([self.shell.firm_name, self.source.title()], self.shell.notes)
        for places in self.query(PlacesBar):
            places.show(self.shell.places, self.source.place, _("Clients"))

    def go_to(self, source: ListSource[Any]) -> None:
        """Show another list in this place's stead."""
        self.source, self._first, self._find, self._total = source, None, "", None
        self._asked += 1
        find = self.query_one("#find", Input)
        with find.prevent(Input.Changed):
            find.value = ""
        self.query_one("#empty", Static).display = False
        self.query_one("#list-status", Static).update("")
        self.table.show_columns(source.columns(self.shell.clock), source.flexible)
        self.table.focus()
        self.show_surroundings()
        self.run_worker(self._show_first(), group="list", exclusive=True, name="first rows")

    def read_again(self) -> None:
        """Read the list anew; cursor and scroll stay where they are."""
        self.run_worker(self._show_list(reset=False), group="list", exclusive=True, name="list")

    def action_find(self) -> None:
        self.query_one("#find", Input).focus()

    def action_empty_find(self) -> None:
        find = self.query_one("#find", Input)
        if self.focused is find:
            self.table.focus()
        elif find.value:
            find.value = ""

    def on_input_changed(self, event: Input.Changed) -> None:
        self._find = event.value
        self._asked += 1
        self.run_worker(self._show_list(reset=True), group="list", exclusive=True, name="list")

    def on_input_submitted(self) -> None:
        self.table.focus()

    def on_window_table_row_opened(self, event: WindowTable.RowOpened) -> None:
        self.shell.open_row(self.source.place, event.row_id)

    async def _show_first(self) -> None:
        """The first lines at once, then the whole order."""
        limit, asked = max(1, self.app.size.height), self._asked
        if self._first is not None:
            import asyncio

            rows = await asyncio.wrap_future(self._first)
            from array import array

            ids = array("q", rows)
        else:
            ids = await self.shell.lanes.read(self.source.ids, self._find, limit)
            rows = await self._fetch(list(ids))
        await self.table.show(ids, whole=False, rows=rows, reset=True)
        self._answered = asked
        await self._show_list(reset=False)

    async def _show_list(self, *, reset: bool) -> None:
        """The whole list for what the find line says now; a newer question cancels this one."""
        asked = self._asked
        try:
            ids = await self.shell.lanes.read(self.source.ids, self._find, -1)
            if not self._find:
                self._total = len(ids)
            await self.table.show(ids, reset=reset)
        except PortalError as error:
            self.say(error.message, warning=True)
            return
        finally:
            self._answered = max(self._answered, asked)
        self._show_status()

    def _show_status(self) -> None:
        count = self.table.count
        total = count if self._total is None else self._total
        parts = [_("{shown} of {total}").format(shown=count, total=total), self.source.order()]
        self.query_one("#list-status", Static).update(plain(" · ".join(parts)))
        empty = self.query_one("#empty", Static)
        empty.display = count == 0
        if count == 0:
            nothing = _("Nothing found for “{find}”. esc empties the line and shows everything.").format(
                find=self._find
            )
            empty.update(plain(nothing if self._find else self.source.empty()))

    def _fetch(self, wanted: list[int]) -> Awaitable[dict[int, Any]]:
        return self.shell.lanes.read(self.source.rows, wanted)
