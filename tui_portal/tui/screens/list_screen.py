"""A place that is a list: find line above, the windowed table, the key bar. Every list works the same way."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from tui_portal.domain.errors import PortalError, WrongUse
from tui_portal.i18n import _
from tui_portal.services.staff_settings import hidden_columns, hide_columns
from tui_portal.tui import keys
from tui_portal.tui.keymap import rebind
from tui_portal.tui.lists import Beginning, ListSource, ListView, data_version, first_rows, whole_order
from tui_portal.tui.long_work import LongWork
from tui_portal.tui.screens.acting import ActingScreen
from tui_portal.tui.screens.acts import actions_of
from tui_portal.tui.screens.list_reading import ListReading
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import KeyBar, PlacesBar, TitleBar, TooSmall
from tui_portal.tui.widgets.columns import Column
from tui_portal.tui.widgets.filter_suggester import FilterSuggester, suggester_of
from tui_portal.tui.widgets.list_status import ListStatus, SteadyLine
from tui_portal.tui.widgets.window_table import WindowTable
from tui_portal.tui.workers import start

_PAUSES = 3  # so many times as long as the order took to read is waited before it is read again for what others do


class ListScreen(ActingScreen):
    """The screen for one `ListSource`. `first` is what was begun to be read while the program was starting."""

    BINDINGS = [
        *keys.bindings(keys.LIST_SCREEN),
        *keys.bindings(keys.PENDING),
        *keys.bindings(keys.OUTBOX),
        *keys.bindings(keys.ACTIVITY),
    ]
    AUTO_FOCUS = "WindowTable"
    KEY_GROUPS = (keys.LIST_SCREEN, keys.LIST, keys.EVERYWHERE)

    def __init__(self, source: ListSource[Any], first: Beginning | None = None) -> None:
        super().__init__()
        self.source = source
        self.view = source.view
        self._first = first
        self._total: int | None = None
        self._count: int | None = None
        self._counted = ""
        self._asked = 1
        self._answered = 0
        self._hidden: frozenset[str] = frozenset()
        self._version = -1
        self._reads = 0
        self._order_is_due = self._reads_order = False
        self._next_order_at = 0.0
        self.work: LongWork | None = None

    @property
    def settled(self) -> bool:
        return self._asked == self._answered and not self.busy

    @property
    def key_groups(self) -> Sequence[keys.KeyGroup]:
        own = {
            "pending": (keys.PENDING,),
            "outbox": (keys.OUTBOX,),
            "activity": (keys.ACTIVITY,),
            "staff": (keys.STAFF,),
        }.get(self.source.place, ())
        return keys.in_place((*own, *self.KEY_GROUPS), self.source.place)

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
                    yield ListStatus()
                yield SteadyLine(id="filter-words", markup=False)
                yield WindowTable(
                    self.source.columns(self.shell.clock), self._fetch, flexible=self.source.flexible, id="table"
                )
                yield Static(id="empty", markup=False)
        yield KeyBar(*self.KEY_GROUPS)

    async def on_mount(self) -> None:
        rebind(self)
        if not self.query(Input):
            return  # the application is being left while this place is being made
        self.query_one("#find", Input).cursor_blink = False
        self.show_surroundings()
        start(self, self._show_first, "first rows", newest="list")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In Pending activation the key that copies a name copies the link."""
        return action != "copy_name" or self.source.place != "pending"

    def on_screen_resume(self) -> None:
        self.show_surroundings()
        if self._total is not None:
            start(self, self._look_again, "list", newest="list")

    def show_surroundings(self) -> None:
        """The title line and the places, from what the application knows now."""
        if not self.stands:
            return
        self.query_one(TitleBar).show([self.shell.firm_name, self.source.title()], self.shell.notes)
        for places in self.query(PlacesBar):
            places.show(self.shell.places, self.source.place, _("Clients"))

    def go_to(self, source: ListSource[Any]) -> None:
        """Show another list in this place's stead."""
        self.source, self.view, self._first, self._total, self._count = source, source.view, None, None, None
        self._asked += 1
        self._show_text("")
        self.query_one("#find", Input).suggester = suggester_of(source.place)
        self.query_one("#empty", Static).display = False
        self.query_one("#list-status", Static).update("")
        self.table.show_columns(source.columns(self.shell.clock), source.flexible)
        self.table.focus()
        self.query_one(KeyBar).show(self.key_groups)
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

    def follow(self, changed: bool) -> None:
        """Called every so often, with whether somebody has written: the lines in sight are read again at once, the order beside
        the keys, and the less often the longer it takes.
        """
        if changed:
            self._order_is_due = True
            start(self, self._reread, "lines", newest="lines")
        if self._order_is_due and self.settled and not self._reads_order and time.monotonic() >= self._next_order_at:
            start(self, self._follow_order, "order")

    def action_find(self) -> None:
        self.query_one("#find", Input).focus()

    def action_clear(self) -> None:
        """esc: stop what is being saved; out of the find line, then the marks, then the filter."""
        find, patience = self.query_one("#find", Input), self.shell.lanes.patience
        if self.work is not None:
            self.work.stop()
        elif patience.told:
            patience.give_up()
        elif self.focused is find:
            self.table.focus()
        elif not self.table.clear_marks() and find.value:
            find.value = ""

    def action_turn_order(self) -> None:
        self.show_view(replace(self.view, descending=not self.view.descending))

    def action_sort_menu(self) -> None:
        from tui_portal.tui.screens.sort_menu import choose_sort

        self.begin(partial(choose_sort, self), "sort")

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

    def act(self, name: str) -> None:
        """Do what the list's own actions do under this name, in a worker; a list that has none says so."""
        actions = actions_of(self)
        work = getattr(actions, name, None)
        why = actions.why_not(name)
        if why:
            self.say(why, warning=True)
        elif work is None:
            self.say(_("There is nothing of the kind to do in this list."), warning=True)
        else:
            self.begin(work, name)

    def _ask(self) -> None:
        self._asked += 1
        start(self, self._show_list, "list", newest="list")

    @property
    def columns(self) -> list[Column[Any]]:
        """The columns that this person has chosen, whether they fit or not."""
        return [c for c in self.source.columns(self.shell.clock) if c.hides not in self._hidden]

    async def choose_columns(self) -> None:
        """A menu in which columns are switched on and off until it is left; kept for this person."""
        from tui_portal.tui.screens.columns_menu import switch_columns

        async def keep(hidden: frozenset[str]) -> None:
            self._hidden = hidden
            self.table.choose_columns(self.columns)
            await self.shell.lanes.write(hide_columns, self.source.place, hidden)

        await switch_columns(self.app, self.source.columns(self.shell.clock), self._hidden, keep)

    async def _show_first(self) -> None:
        """The first lines at once, then the whole order."""
        try:
            await self._show_first_rows()
        except PortalError as error:
            self.say(error.message, warning=True)
        await self._show_list(begun=True)

    async def _show_first_rows(self) -> None:
        self._hidden = await self.shell.lanes.read(hidden_columns, self.source.place)
        if self._hidden:
            self.table.choose_columns(self.columns)
        limit = max(1, self.app.size.height)
        if self._first is not None:
            rows = await asyncio.wrap_future(self._first.rows)
            ids = array("q", rows)
        else:
            ids = await self.shell.lanes.read(self.source.ids, self.view, limit, None)
            rows = await self._fetch(list(ids))
        await self.table.show(ids, rows=rows, reset=True)

    async def _look_again(self) -> None:
        """Read the list anew where anything has changed since it was read, here or elsewhere."""
        if not self.settled or self._version != await self.shell.lanes.read(data_version):
            await self._show_list()

    async def _show_list(self, *, begun: bool = False) -> None:
        """The whole list for what is asked now; a new answer is shown from its first lines on, unless it has `begun` already.

        A newer question cancels this one.
        """
        asked, view, reading = self._asked, self.view, ListReading(self.shell.lanes)
        new = asked != self._answered
        self._reads += 1
        self._order_is_due = False
        begins = new and not begun
        # What is looked for in every line is counted beside, while the first lines are being found.
        beside = begins and bool(view.text)
        ask = partial(
            reading.count if beside else reading.read, whole_order, self.source, view, reading.is_stale, reading.tell
        )
        try:
            self.table.highlight(self.source.highlights(view.text))
            seen = await reading.read(data_version) if beside else None
            beginning = None
            if begins:
                beginning = reading.read(first_rows, self.source, view, self.table.page_rows)
            # Where it is not known how many there are, the lane goes on with the whole while the first lines are being painted.
            whole = ask() if view.text != self._counted else None
            first = await beginning if beginning is not None else None
            if first:
                await self.table.show(array("q", first), rows=first, reset=True)
                self._show_beginning(view)
            if first and whole is not None:
                count = await reading.count_before(whole)
                if count is not None:
                    self._show_count(count, view)
            version, ids = await (whole or self._take_order() or ask())
            self._version = version if seen is None else seen
            await self.table.show(ids, rows=first, reset=new and not first)
        except WrongUse as error:
            self._show_words(error.message, wrong=True)
        except PortalError as error:
            self.say(error.message, warning=True)
        else:
            self._show_whole(view)
        finally:
            reading.give_up()
        self._answered = max(self._answered, asked)
        self.call_after_refresh(self.shell.begin_writing)

    def _take_order(self) -> Awaitable[tuple[int, array[int]]] | None:
        """The order that was begun to be read, once."""
        first, self._first = self._first, None
        return None if first is None else asyncio.wrap_future(first.order)

    async def _reread(self) -> None:
        try:
            await self.table.reread()
        except PortalError as error:
            self.say(error.message, warning=True)

    async def _follow_order(self) -> None:
        """Read the order after somebody has written; given up where it is read for another reason meanwhile."""
        self._reads_order, self._order_is_due = True, False
        began, reads, view, lanes = time.monotonic(), self._reads, self.view, self.shell.lanes
        try:
            version = await lanes.read(data_version)
            _version, ids = await lanes.count(whole_order, self.source, view, lambda: self._reads != reads)
            if self._reads == reads:
                self._version = version
                await self.table.show(ids)
                self._show_whole(view)
        except PortalError as error:
            if self._reads == reads:
                self.say(error.message, warning=True)
        finally:
            self._reads_order = False
            self._next_order_at = time.monotonic() + _PAUSES * (time.monotonic() - began)

    def _show_beginning(self, view: ListView) -> None:
        """The first lines are there; how many there are is known already where only the order is another."""
        if view.text != self._counted:
            self._count = None
        self._show_words(self.source.words(view.text))
        self._show_status()

    def _show_whole(self, view: ListView) -> None:
        """The whole list is there."""
        self._show_words(self.source.words(view.text))
        self._show_count(self.table.count, view)

    def _show_count(self, count: int, view: ListView) -> None:
        """So many lines has the list."""
        self._count, self._counted = count, view.text
        if not view.text:
            self._total = count
        self._show_status()

    def _show_status(self) -> None:
        table, count = self.table, self._count
        self.query_one(ListStatus).show(
            count,
            count if self._total is None else self._total,
            self._order_words(),
            marks=len(table.marks),
            hidden=table.hidden_marks,
            range_begun=table.range_begun,
        )
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
        line = self.query_one("#filter-words", SteadyLine)
        line.tell(words)
        line.set_class(wrong, "-wrong")
        line.display = bool(words)

    def _show_text(self, text: str) -> None:
        find = self.query_one("#find", Input)
        with find.prevent(Input.Changed):
            find.value = text
            find.cursor_position = len(text)

    def _fetch(self, wanted: list[int]) -> Awaitable[dict[int, Any]]:
        return self.shell.lanes.read(self.source.rows, wanted)
