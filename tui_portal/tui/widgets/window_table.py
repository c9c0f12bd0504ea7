"""A list of any length that only ever holds the rows in sight.

The table knows the ids of all rows, in order, as one array of 8 bytes each; the rows themselves are fetched for the lines
on the screen and a page around them, and painted line by line (performance.md).
"""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_portal.tui import keys
from tui_portal.tui.keymap import rebind
from tui_portal.tui.lines import titles
from tui_portal.tui.widgets.columns import Column, fitting
from tui_portal.tui.widgets.window_lines import STYLES, painted
from tui_portal.tui.workers import start

R = TypeVar("R")

_KEPT_ROWS = 2000
_WHEEL_LINES = 3


class WindowTable(Widget, Generic[R], can_focus=True):
    """The windowed list. `fetch` awaits the rows for ids, in their order; what is gone is left out of its answer."""

    BINDINGS = keys.bindings(keys.LIST)
    COMPONENT_CLASSES = {f"window-table--{name}" for name in STYLES}

    class RowOpened(Message):
        """Enter was pressed on a row."""

        def __init__(self, table: Widget, row_id: int) -> None:
            super().__init__()
            self.table = table
            self.row_id = row_id

    class HeadClicked(Message):
        """The title of a column that can be sorted by was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class MarksChanged(Message):
        """Rows were marked or are marked no more, or a range was begun or ended."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        fetch: Callable[[list[int]], Awaitable[dict[int, R]]],
        *,
        flexible: int,
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._flexible = flexible
        self._fetch = fetch
        self._ids: array[int] = array("q")
        self._rows: dict[int, R] = {}
        self._strips: dict[tuple[int, bool, bool, bool], Strip] = {}
        self._marks: set[int] = set()
        self._hidden = 0
        self._shown: dict[int, Strip] = {}
        self._match: Callable[[str], list[tuple[int, int]]] | None = None
        self._anchor: int | None = None
        self._top = 0
        self._cursor = 0
        self._shown_columns: list[tuple[Column[R], int]] = []

    def on_mount(self) -> None:
        rebind(self)

    @property
    def count(self) -> int:
        """How many rows the list has, as far as it is known."""
        return len(self._ids)

    @property
    def cursor_id(self) -> int | None:
        """The id of the row under the cursor."""
        return self._ids[self._cursor] if self._ids else None

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor."""
        found = self.cursor_id
        return None if found is None else self._rows.get(found)

    @property
    def marks(self) -> frozenset[int]:
        """The ids that are marked. Marks are things, not rows: they stay through sorting, filtering and refresh."""
        return frozenset(self._marks)

    @property
    def hidden_marks(self) -> int:
        """How many of the marked ids the list does not show now."""
        return self._hidden

    @property
    def range_begun(self) -> bool:
        """Whether `v` was pressed once and waits for the other end."""
        return self._anchor is not None

    @property
    def page_rows(self) -> int:
        """How many rows are in sight."""
        return max(1, self.size.height - 1)

    def choose_columns(self, columns: Sequence[Column[R]]) -> None:
        """Show the same list with these columns."""
        self._columns = tuple(columns)
        self._lay_out()
        self.refresh()

    def show_columns(self, columns: Sequence[Column[R]], flexible: int) -> None:
        """Begin another list with these columns; it is empty until `show`."""
        self._columns, self._flexible = tuple(columns), flexible
        self._ids, self._rows = array("q"), {}
        self._marks, self._hidden, self._anchor = set(), 0, None  # the ids of another list are other things
        self._top = self._cursor = 0
        self._lay_out()
        self.refresh()

    def highlight(self, match: Callable[[str], list[tuple[int, int]]] | None) -> None:
        """Mark what `match` finds in a text from now on: (start, end) of each place."""
        if (match, self._match) != (None, None):
            self._strips.clear()
        self._match = match

    async def show(self, ids: array[int], *, rows: dict[int, R] | None = None, reset: bool = False) -> None:
        """Show the list of `ids`. The cursor stays on its row and the row on its line, unless `reset` asks for the start.

        `rows` are fresh rows; those in sight that are not among them are fetched. Only lines that change are painted.
        """
        found = dict(rows or {})
        while True:
            cursor, top = (0, self._clamped_top(0, 0, len(ids))) if reset else self._same_place(ids)
            missing = [n for n in ids[top : top + self.page_rows] if n not in found]
            if not missing:
                break
            fetched = await self._fetch(missing)
            found.update(fetched)
            if not fetched or reset:
                break
            # Keys that were pressed meanwhile have moved the cursor: look again.
        if ids is not self._ids and ids != self._ids:
            self._ids = ids
            self._count_hidden()
        self._top, self._cursor = top, cursor
        self._take(found)
        self._fetch_around()

    def _same_place(self, ids: array[int]) -> tuple[int, int]:
        """Cursor and first row in sight for a new list of `ids`, so that the row under the cursor keeps its line."""
        here, cursor = self.cursor_id, self._cursor
        if here is None:
            cursor = 0
        elif not (cursor < len(ids) and ids[cursor] == here):
            try:
                cursor = ids.index(here)
            except ValueError:
                cursor = max(0, min(cursor, len(ids) - 1))
        return cursor, self._clamped_top(cursor - (self._cursor - self._top), cursor, len(ids))

    async def reread(self) -> None:
        """Fetch the rows in sight again, and paint those that changed."""
        asked = self._in_sight
        found = await self._fetch(list(asked))
        # A key that was pressed meanwhile may have brought others into sight, which are as fresh.
        kept = {n: self._rows[n] for n in self._in_sight if n in self._rows and n not in asked}
        self._take(kept | found)
        self._fetch_around()

    @property
    def _in_sight(self) -> array[int]:
        return self._ids[self._top : self._top + self.page_rows]

    def _take(self, rows: dict[int, R]) -> None:
        """Have these rows and no others, and paint the lines that change by it."""
        former, self._rows = self._rows, rows
        for key in [key for key in self._strips if former.get(key[0]) != rows.get(key[0])]:
            del self._strips[key]
        self._paint_changes()

    def _paint_changes(self) -> None:
        """Ask for the lines that are to look other than they do; for all at once where those are most of them."""
        lines = range(1, self.page_rows + 1)
        changed = [y for y in lines if self._shown.get(y) != self._line(y)]
        if len(changed) * 2 > len(lines):
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _count_hidden(self) -> None:
        self._hidden = len(self._marks.difference(self._ids)) if self._marks else 0

    async def action_move(self, step: int) -> None:
        await self._go_to(self._cursor + step)

    async def action_page(self, step: int) -> None:
        await self._go_to(self._cursor + step * self.page_rows, top=self._top + step * self.page_rows)

    async def action_first(self) -> None:
        await self._go_to(0)

    async def action_last(self) -> None:
        await self._go_to(len(self._ids) - 1)

    def action_open(self) -> None:
        found = self.cursor_id
        if found is not None:
            self.post_message(self.RowOpened(self, found))

    async def action_mark(self) -> None:
        here = self.cursor_id
        if here is not None:
            self._marks ^= {here}
            self._repaint_cursor()
            self.post_message(self.MarksChanged())
            await self._go_to(self._cursor + 1)

    async def action_mark_all(self) -> None:
        """Mark all that the list shows; where all are marked already, none of them."""
        shown = set(self._ids)
        self._marks = self._marks - shown if shown <= self._marks else self._marks | shown
        self._marks_changed()

    def action_mark_range(self) -> None:
        """Begin a range at the cursor, or mark from where it began to here."""
        here = self.cursor_id
        if here is None:
            return
        if self._anchor is None or self._anchor not in self._ids:
            self._anchor = here
        else:
            first, last = sorted((self._ids.index(self._anchor), self._cursor))
            self._marks.update(self._ids[first : last + 1])
            self._anchor = None
        self._marks_changed()

    async def step_from(self, row_id: int, step: int) -> int | None:
        """Move the cursor to the row `step` lines below (or above) the one with the id `row_id`; its id, or None where the
        list ends, or holds no such row.
        """
        try:
            number = self._cursor if self.cursor_id == row_id else self._ids.index(row_id)
        except ValueError:
            return None
        if not 0 <= number + step < len(self._ids):
            return None
        await self._go_to(number + step)
        return self.cursor_id

    def clear_marks(self) -> bool:
        """Give up a range that was begun, else all marks; whether there was anything to give up."""
        if self._anchor is not None:
            self._anchor = None
        elif self._marks:
            self._marks.clear()
            self._hidden = 0
        else:
            return False
        self._marks_changed()
        return True

    def _marks_changed(self) -> None:
        self.refresh()
        self.post_message(self.MarksChanged())

    async def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        await self._go_to(self._cursor + _WHEEL_LINES)

    async def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        await self._go_to(self._cursor - _WHEEL_LINES)

    async def on_click(self, event: events.Click) -> None:
        line = event.y - 1
        if line < 0:
            self._click_head(event.x - 2)
        if 0 <= line < len(self._ids) - self._top:
            again = self._top + line == self._cursor
            await self._go_to(self._top + line)
            if again:
                self.action_open()

    async def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self._top = self._clamped_top(self._top, self._cursor, len(self._ids))
        await self._fetch_missing(self._top, self.page_rows)
        self.refresh()

    def _click_head(self, x: int) -> None:
        for column, width in self._shown_columns:
            if 0 <= x <= width and column.name:
                self.post_message(self.HeadClicked(column.name))
            x -= width + 1

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._strips.clear()

    def on_focus(self) -> None:
        self._repaint_cursor()

    def on_blur(self) -> None:
        self._repaint_cursor()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            style = self._style("head")
            return Strip([Segment(titles(self._shown_columns), style)], width).adjust_cell_length(width, style)
        self._shown[y] = self._line(y)
        return self._shown[y]

    def _line(self, y: int) -> Strip:
        """What line `y` is to look like, from 1 below the titles."""
        number = self._top + y - 1
        if number >= len(self._ids) or self._ids[number] not in self._rows:
            return Strip.blank(self.size.width, self._style("row"))
        here = self._ids[number]
        key = (here, number == self._cursor, self.has_focus, here in self._marks)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._paint(self._rows[here], key[1], key[3])
        return strip

    def _paint(self, row: R, under_cursor: bool, marked: bool) -> Strip:
        base = ("cursor" if self.has_focus else "here") if under_cursor else "row"
        strip = painted(row, self._shown_columns, self._style, base, marked=marked, match=self._match)
        return strip.adjust_cell_length(self.size.width, self._style(base))

    def _style(self, name: str, *, partial: bool = False) -> Style:
        return self.get_component_rich_style(f"window-table--{name}", partial=partial)

    def _lay_out(self) -> None:
        """Which columns fit, and how wide each is."""
        self._shown_columns = fitting(self._columns, self.size.width - 2, self._flexible)
        self._strips.clear()

    async def _go_to(self, number: int, *, top: int | None = None) -> None:
        number = max(0, min(number, len(self._ids) - 1))
        new_top = self._clamped_top(self._top if top is None else top, number, len(self._ids))
        if (number, new_top) == (self._cursor, self._top):
            return
        ids = self._ids
        await self._fetch_missing(new_top, self.page_rows)
        if ids is not self._ids:
            # The list was read anew meanwhile: the key is about what it shows now.
            await self._go_to(number)
            return
        before, scrolled = self._cursor, new_top != self._top
        self._cursor, self._top = number, new_top
        if scrolled:
            self.refresh()
            self._fetch_around()
        else:
            self.refresh(self._line_region(before - new_top), self._line_region(number - new_top))

    def _clamped_top(self, top: int, cursor: int, count: int) -> int:
        """The first row in sight nearest to `top` that keeps the cursor in sight and leaves no empty lines."""
        top = max(cursor - self.page_rows + 1, min(top, cursor))
        return max(0, min(top, count - self.page_rows))

    def _fetch_around(self) -> None:
        """Have the pages before and after this one ready, so that the next step needs no wait."""
        first, end = max(0, self._top - self.page_rows), self._top + 2 * self.page_rows
        if any(n not in self._rows for n in self._ids[first:end]):
            start(self, partial(self._fetch_missing, first, end - first), "around", newest="around", quiet=True)

    async def _fetch_missing(self, start: int, count: int) -> None:
        if not (missing := [n for n in self._ids[start : start + count] if n not in self._rows]):
            return
        found = await self._fetch(missing)
        if len(self._rows) > _KEPT_ROWS:
            near = set(self._ids[max(0, start - count) : start + 2 * count])
            self._rows = {n: row for n, row in self._rows.items() if n in near}
            self._strips.clear()
        self._rows.update(found)

    def _line_region(self, line: int) -> Region:
        return Region(0, line + 1, self.size.width, 1)

    def _repaint_cursor(self) -> None:
        self.refresh(self._line_region(self._cursor - self._top))
