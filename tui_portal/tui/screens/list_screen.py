"""A place that is a list: find line above, the windowed table, the key bar. Every list works the same way."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Awaitable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tui_portal.domain.errors import PortalError, WrongUse
from tui_portal.i18n import _, ngettext
from tui_portal.services.staff_settings import hidden_columns, hide_columns
from tui_portal.tui import keys
from tui_portal.tui.lists import ListSource, ListView
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import KeyBar, PlacesBar, TitleBar, TooSmall
from tui_portal.tui.widgets.columns import Column
from tui_portal.tui.widgets.window_table import WindowTable
from tui_portal.tui.workers import start


class FilterSuggester(Suggester):
    """The rest of the word that is being typed in the find line, taken with the right arrow."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        from tui_portal.domain.filters import complete, word_at

        start, _end = word_at(value, len(value))
        found = [whole for whole in complete(value, len(value)) if whole.startswith(value[start:])]
        return value[:start] + found[0] if found else None


class ListScreen(PlaceScreen):
    """The screen for one `ListSource`. `first` may hold the first rows already, read while the program was starting."""

    BINDINGS = keys.bindings(keys.LIST_SCREEN)
    AUTO_FOCUS = "WindowTable"
    KEY_GROUPS = (keys.LIST_SCREEN, keys.LIST, keys.EVERYWHERE)

    def __init__(self, source: ListSource[Any], first: Future[dict[int, Any]] | None = None) -> None:
        super().__init__()
        self.source = source
        self.view = source.view
        self._first = first
        self._total: int | None = None
        self._asked = 1
        self._answered = 0
        self._hidden: frozenset[str] = frozenset()
        self.busy = False

    @property
    def settled(self) -> bool:
        return self._asked == self._answered

    @property
    def table(self) -> WindowTable[Any]:
        """The list itself."""
        return self.query_one(WindowTable)

    @property
    def targets(self) -> list[int]:
        """What an action is about: the marked things, in no order; without marks the one under the cursor."""
        here = self.table.cursor_id
        return list(self.table.marks) or ([] if here is None else [here])

    def compose(self) -> ComposeResult:
        yield TooSmall()
        yield TitleBar()
        yield PlacesBar(side=False, id="places")
        with Horizontal(id="work"):
            yield PlacesBar(side=True, id="side-bar")
            with Vertical(id="list"):
                with Horizontal(id="find-line"):
                    yield Static("/", id="find-sign", markup=False)
                    yield Input(id="find", compact=True, select_on_focus=False, suggester=FilterSuggester())
                    yield Static(id="list-status", markup=False)
                yield Static(id="filter-words", markup=False)
                yield WindowTable(
                    self.source.columns(self.shell.clock), self._fetch, flexible=self.source.flexible, id="table"
                )
                yield Static(id="empty", markup=False)
        yield KeyBar(*self.KEY_GROUPS)

    async def on_mount(self) -> None:
        if not self.query(Input):
            return  # the application is being left while this place is being made
        self.query_one("#find", Input).cursor_blink = False
        self.show_surroundings()
        start(self, self._show_first, "first rows", newest="list")

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
        self.source, self.view, self._first, self._total = source, source.view, None, None
        self._asked += 1
        self._show_text("")
        self.query_one("#empty", Static).display = False
        self.query_one("#list-status", Static).update("")
        self.table.show_columns(source.columns(self.shell.clock), source.flexible)
        self.table.focus()
        self.show_surroundings()
        start(self, self._show_first, "first rows", newest="list")

    def show_view(self, view: ListView) -> None:
        """Show the same list by another filter or in another order."""
        if view.text != self.view.text:
            self._show_text(view.text)
        self.view = view
        self._ask()

    def read_again(self) -> None:
        """Read the list anew; cursor and scroll stay where they are."""
        start(self, self._show_list, "list", newest="list")

    def action_find(self) -> None:
        self.query_one("#find", Input).focus()

    def action_clear(self) -> None:
        """esc: out of the find line, then the marks, then the filter."""
        find = self.query_one("#find", Input)
        if self.focused is find:
            self.table.focus()
        elif not self.table.clear_marks() and find.value:
            find.value = ""

    def action_turn_order(self) -> None:
        self.show_view(replace(self.view, descending=not self.view.descending))

    def action_sort_menu(self) -> None:
        start(self, self._choose_sort, "sort")

    def action_more_actions(self) -> None:
        self._act("more_actions")

    def action_filter_menu(self) -> None:
        self._act("filter_menu")

    def action_export(self) -> None:
        self._act("export")

    def action_undo(self) -> None:
        self._act("undo")

    def action_redo(self) -> None:
        self._act("redo")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.view = replace(self.view, text=event.value)
        self._ask()

    def on_input_submitted(self) -> None:
        self.table.focus()

    def on_window_table_row_opened(self, event: WindowTable.RowOpened) -> None:
        self.shell.open_row(self.source.place, event.row_id)

    def on_window_table_marks_changed(self) -> None:
        self._show_status()

    def on_window_table_head_clicked(self, event: WindowTable.HeadClicked) -> None:
        if event.name in self.source.sorts:
            turn = event.name == self.view.sort and not self.view.descending
            self.show_view(replace(self.view, sort=event.name, descending=turn))

    def _act(self, name: str) -> None:
        """Do what the list's own actions do under this name, in a worker; a list that has none says so."""
        from tui_portal.tui.screens.account_actions import AccountActions

        if self.source.place not in ("accounts", "archived"):
            self.say(_("There is nothing of the kind to do in this list."), warning=True)
            return
        actions = AccountActions(self, archived=self.source.place == "archived")
        start(self, getattr(actions, name), name)

    def _ask(self) -> None:
        self._asked += 1
        start(self, self._show_list, "list", newest="list")

    async def _choose_sort(self) -> None:
        from tui_portal.tui.modals.menu import Choice, Menu

        sign = " ↓" if self.view.descending else " ↑"
        choices = [
            Choice(name, key, label() + (sign if name == self.view.sort else ""), on=name == self.view.sort)
            for name, (key, label) in self.source.sorts.items()
        ]
        chosen = await self.app.push_screen_wait(Menu(_("Sort by"), choices))
        if chosen is not None:
            turn = chosen == self.view.sort and not self.view.descending
            self.show_view(replace(self.view, sort=chosen, descending=turn))

    @property
    def _columns(self) -> list[Column[Any]]:
        return [c for c in self.source.columns(self.shell.clock) if c.hides not in self._hidden]

    async def choose_columns(self) -> None:
        """A menu in which columns are switched on and off until it is left; kept for this person."""
        from tui_portal.tui.modals.menu import Choice, Menu

        place, here = self.source.place, ""
        while True:
            columns = [c for c in self.source.columns(self.shell.clock) if c.hides]
            menu = [
                Choice(c.hides, str(n), c.title(), on=c.hides not in self._hidden)
                for n, c in enumerate(columns, start=1)
            ]
            chosen = await self.app.push_screen_wait(Menu(_("Columns"), menu, cursor=here))
            if chosen is None:
                return
            here, self._hidden = chosen, self._hidden ^ {chosen}
            self.table.choose_columns(self._columns)
            await self.shell.lanes.write(hide_columns, place, self._hidden)

    async def _show_first(self) -> None:
        """The first lines at once, then the whole order."""
        try:
            await self._show_first_rows()
        except PortalError as error:
            self.say(error.message, warning=True)
        await self._show_list()

    async def _show_first_rows(self) -> None:
        self._hidden = await self.shell.lanes.read(hidden_columns, self.source.place)
        if self._hidden:
            self.table.choose_columns(self._columns)
        limit = max(1, self.app.size.height)
        if self._first is not None:
            rows = await asyncio.wrap_future(self._first)
            ids = array("q", rows)
        else:
            ids = await self.shell.lanes.read(self.source.ids, self.view, limit)
            rows = await self._fetch(list(ids))
        await self.table.show(ids, rows=rows, reset=True)

    async def _show_list(self) -> None:
        """The whole list for what is asked now; a newer question cancels this one."""
        asked, view = self._asked, self.view
        try:
            ids = await self.shell.lanes.read(self.source.ids, view, -1)
            if not view.text:
                self._total = len(ids)
            self.table.highlight(self.source.highlights(view.text))
            await self.table.show(ids, reset=asked != self._answered)
        except WrongUse as error:
            self._show_words(error.message, wrong=True)
        except PortalError as error:
            self.say(error.message, warning=True)
        else:
            self._show_words(self.source.words(view.text))
            self._show_status()
        self._answered = max(self._answered, asked)

    def _show_status(self) -> None:
        count = self.table.count
        total = count if self._total is None else self._total
        parts = [_("{shown} of {total}").format(shown=count, total=total)]
        marks, hidden = len(self.table.marks), self.table.hidden_marks
        if marks and hidden:
            text = ngettext("{n} marked, {hidden} not shown", "{n} marked, {hidden} not shown", marks)
            parts.append(text.format(n=marks, hidden=hidden))
        elif marks:
            parts.append(ngettext("{n} marked", "{n} marked", marks).format(n=marks))
        if self.table.range_begun:
            parts.append(_("v marks to here"))
        parts.append(self._order_words())
        self.query_one("#list-status", Static).update(plain(" · ".join(parts)))
        empty = self.query_one("#empty", Static)
        empty.display = count == 0
        if count == 0:
            nothing = _("Nothing found for “{find}”. esc empties the line and shows everything.")
            empty.update(plain(nothing.format(find=self.view.text) if self.view.text else self.source.empty()))

    def _order_words(self) -> str:
        _key, label = self.source.sorts[self.view.sort]
        sign = "↓" if self.view.descending else "↑"
        return _("by {column} {sign}").format(column=label(), sign=sign)

    def _show_words(self, words: str, *, wrong: bool = False) -> None:
        """The filter in words under the find line; what can't be read is told there, and the list stays as it was."""
        line = self.query_one("#filter-words", Static)
        line.update(plain(words))
        line.set_class(wrong, "-wrong")
        line.display = bool(words)

    def _show_text(self, text: str) -> None:
        find = self.query_one("#find", Input)
        with find.prevent(Input.Changed):
            find.value = text

    def _fetch(self, wanted: list[int]) -> Awaitable[dict[int, Any]]:
        return self.shell.lanes.read(self.source.rows, wanted)
