"""The notification preferences of a whole account: a line an address, a column a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.strip import Strip
from textual.widget import Widget

from tui_portal.domain.addresses import Validity
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.preferences import PreferenceRow
from tui_portal.tui.text import fit
from tui_portal.tui.widgets.preference_edits import GROUPS, Groups, PreferenceEdits, PreferenceTouched

_SIGN_CELLS = 4
_NARROW = 64


@dataclass(frozen=True, slots=True)
class _Line:
    """A contact's name, or the address with the number `row`."""

    text: str
    row: int = -1


class PreferenceTable(Widget, can_focus=True):
    """The addresses under the names of their contacts. Only what is in sight is painted."""

    BINDINGS = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("left,h", "side(-1)", show=False),
        Binding("right,l", "side(1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "first", show=False),
        Binding("end,G", "last", show=False),
        Binding("space,enter", "switch", show=False),
        Binding("a", "set_row(True)", show=False),
        Binding("n", "set_row(False)", show=False),
        Binding("A", "set_column(True)", show=False),
        Binding("N", "set_column(False)", show=False),
        Binding("c", "copy", show=False),
        Binding("v", "paste", show=False),
        Binding("V", "paste_everywhere", show=False),
        *(Binding(str(n + 1), f"switch({n})", show=False) for n in range(len(GROUPS))),
    ]
    COMPONENT_CLASSES = {
        "preference--head",
        "preference--contact",
        "preference--row",
        "preference--here",
        "preference--dim",
        "preference--on",
        "preference--off",
        "preference--cursor",
        "preference--changed",
        "preference--invalid",
    }

    def __init__(self, edits: PreferenceEdits) -> None:
        super().__init__(id="preferences")
        self._edits = edits
        self._lines: list[_Line] = []
        self._cursor = 0
        self._side = 0
        self._top = 0
        self._copied: Groups | None = None
        self.look_again()

    @property
    def rows(self) -> Sequence[PreferenceRow]:
        """The addresses."""
        return self._edits.stored.rows

    @property
    def row(self) -> PreferenceRow:
        """The address under the cursor."""
        return self.rows[self._cursor]

    @property
    def group(self) -> NotificationGroup:
        """The group under the cursor."""
        return GROUPS[self._side]

    @property
    def place(self) -> int:
        """The number of the address under the cursor, from 1."""
        return self._cursor + 1

    @property
    def whole_height(self) -> int:
        """How many lines it takes to show everything."""
        return len(self._lines) + 1

    def look_again(self) -> None:
        """Show what is stored now; the cursor stays where it is."""
        self._lines = _lines(self.rows)
        self._cursor = max(0, min(self._cursor, len(self.rows) - 1))
        self._keep_in_sight()
        self.refresh()

    def action_move(self, step: int) -> None:
        self._go_to(self._cursor + step)

    def action_page(self, step: int) -> None:
        self._go_to(self._cursor + step * max(1, self.size.height // 2))

    def action_first(self) -> None:
        self._go_to(0)

    def action_last(self) -> None:
        self._go_to(len(self.rows) - 1)

    def action_side(self, step: int) -> None:
        self._side = max(0, min(self._side + step, len(GROUPS) - 1))
        self._touch()

    def action_switch(self, side: int | None = None) -> None:
        self._side = self._side if side is None else side
        self._set([self.row], {self.group: not self._edits.is_on(self.row, self.group)})

    def action_set_row(self, on: bool) -> None:
        self._set([self.row], dict.fromkeys(GROUPS, on))

    def action_set_column(self, on: bool) -> None:
        self._set(self.rows, {self.group: on})

    def action_copy(self) -> None:
        self._copied = self._edits.groups(self.row)
        self._touch(_("Copied: v pastes it on a line, V on all lines."), warning=False)

    def action_paste(self) -> None:
        self._paste([self.row])

    def action_paste_everywhere(self) -> None:
        self._paste(self.rows)

    def on_click(self, event: events.Click) -> None:
        number = self._top + event.y - 1
        if not (event.y > 0 and number < len(self._lines) and self._lines[number].row >= 0):
            return
        self._go_to(self._lines[number].row)
        side = (event.x - self._cells_start) // self._cell
        if event.x >= self._cells_start and side < len(GROUPS):
            self.action_switch(side)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-1)

    def on_resize(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y == 0:
            return Strip(self._paint_head()).adjust_cell_length(
                width, self.get_component_rich_style("preference--head")
            )
        number = self._top + y - 1
        style = self.get_component_rich_style("preference--row")
        if number >= len(self._lines):
            return Strip.blank(width, style)
        line = self._lines[number]
        if line.row >= 0:
            return self._paint_row(line.row)
        return Strip([Segment(fit(f" {line.text}", width), self.get_component_rich_style("preference--contact"))])

    @property
    def _is_narrow(self) -> bool:
        return self.size.width < _NARROW

    @property
    def _cell(self) -> int:
        """How wide a column stands."""
        return 4 if self._is_narrow else 5

    @property
    def _notify(self) -> int:
        """How wide the column stands that says whether NOTIFY is on."""
        return 5 if self._is_narrow else 8

    @property
    def _cells_start(self) -> int:
        """The column where the groups begin."""
        return self.size.width - self._cell * len(GROUPS)

    def _paint_head(self) -> list[Segment]:
        head = self.get_component_rich_style("preference--head")
        here = head + self.get_component_rich_style("preference--cursor", partial=True) if self.has_focus else head
        segments = [Segment(" " * (self._cells_start - self._notify), head)]
        segments.append(Segment(_headed(_("NOTIFY"), self._notify), head))
        for side, group in enumerate(GROUPS):
            segments.append(Segment(_headed(group.short, self._cell)[:-1], here if side == self._side else head))
            segments.append(Segment(" ", head))
        return segments

    def _paint_row(self, number: int) -> Strip:
        row = self.rows[number]
        here = number == self._cursor and self.has_focus
        style = self.get_component_rich_style("preference--here" if here else "preference--row")
        if not row.notify:
            style += self.get_component_rich_style("preference--dim", partial=True)
        sign = "!" if row.validity in (Validity.INVALID, Validity.BOUNCING) else " "
        segments = [
            Segment(" ▸" if here else "  ", style),
            Segment(f"{sign} ", style + self.get_component_rich_style("preference--invalid", partial=True)),
            Segment(fit(row.address, self._cells_start - _SIGN_CELLS - self._notify - 1) + " ", style),
            Segment(_headed(_("on") if row.notify else _("off"), self._notify), style),
        ]
        for side, group in enumerate(GROUPS):
            segments += self._paint_cell(row, group, style, here=here and side == self._side)
        return Strip(segments).adjust_cell_length(self.size.width, style)

    def _paint_cell(self, row: PreferenceRow, group: NotificationGroup, style: Style, *, here: bool) -> list[Segment]:
        on, changed = self._edits.is_on(row, group), self._edits.is_changed(row, group)
        name = "cursor" if here else "off" if not (on and row.notify) else "on"
        text = "[…]" if changed and self._edits.saving else "[x]" if on else "[ ]"
        mark = ("*" if changed else " ") + " " * (self._cell - 4)
        return [
            Segment(text, style + self.get_component_rich_style(f"preference--{name}", partial=True)),
            Segment(mark, style + self.get_component_rich_style("preference--changed", partial=True)),
        ]

    def _set(self, rows: Sequence[PreferenceRow], groups: Groups) -> None:
        if not self._edits.closed:
            for group, on in groups.items():
                self._edits.set_all(rows, [group], on)
        self._touch(self._edits.closed)

    def _paste(self, rows: Sequence[PreferenceRow]) -> None:
        if self._copied is None:
            self._touch(_("Nothing is copied yet: c copies the line under the cursor."))
        else:
            self._set(rows, self._copied)

    def _touch(self, told: str = "", *, warning: bool = True) -> None:
        self.refresh()
        self.post_message(PreferenceTouched(told, warning=warning))

    def _go_to(self, number: int) -> None:
        self._cursor = max(0, min(number, len(self.rows) - 1))
        self._keep_in_sight()
        self._touch()

    def _keep_in_sight(self) -> None:
        """Scroll so that the address and, for the first of a contact, the contact's name are in sight."""
        page = max(1, self.size.height - 1)
        last = next((n for n, line in enumerate(self._lines) if line.row == self._cursor), 0)
        first = last - 1 if last and self._lines[last - 1].row < 0 and page > 1 else last
        self._top = max(last - page + 1, min(self._top, first))
        self._top = max(0, min(self._top, len(self._lines) - page))


def _lines(rows: Sequence[PreferenceRow]) -> list[_Line]:
    """The lines: each run of addresses of the same contacts under their names."""
    lines: list[_Line] = []
    for contact, run in groupby(enumerate(rows), key=lambda pair: pair[1].contact):
        lines.append(_Line(contact or _("Unlinked emails")))
        lines += [_Line("", number) for number, _row in run]
    return lines


def _headed(text: str, width: int) -> str:
    """A head, or what stands under it, cut without a sign where the column is narrow."""
    return set_cell_size(safe(text), width - 1) + " "
