"""The seven groups of one e-mail address, each with its switch."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding
from textual.strip import Strip
from textual.widget import Widget

from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.preferences import PreferenceRow
from tui_portal.tui.cells import shortened
from tui_portal.tui.text import fit
from tui_portal.tui.widgets.preference_edits import GROUPS, PreferenceEdits, PreferenceTouched, toggle

_MOST_LABEL_CELLS = 34


class PreferenceList(Widget, can_focus=True):
    """One line a group: its number, `*` where it is not saved yet, its switch, its name and what it is about."""

    BINDINGS = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("home,g", "move(-99)", show=False),
        Binding("end,G", "move(99)", show=False),
        Binding("space,enter", "switch", show=False),
        Binding("a", "set_all(True)", show=False),
        Binding("n", "set_all(False)", show=False),
        *(Binding(str(n + 1), f"switch({n})", show=False) for n in range(len(GROUPS))),
    ]
    COMPONENT_CLASSES = {
        "preference--row",
        "preference--here",
        "preference--dim",
        "preference--on",
        "preference--off",
        "preference--cursor",
        "preference--changed",
    }

    def __init__(self, edits: PreferenceEdits) -> None:
        super().__init__(id="preferences")
        self._edits = edits
        self.cursor = 0

    @property
    def row(self) -> PreferenceRow:
        """The address."""
        return self._edits.stored.rows[0]

    @property
    def group(self) -> NotificationGroup:
        """The group under the cursor."""
        return GROUPS[self.cursor]

    def on_mount(self) -> None:
        self.styles.height = len(GROUPS)

    def action_move(self, step: int) -> None:
        self.cursor = max(0, min(self.cursor + step, len(GROUPS) - 1))
        self._touch()

    def action_switch(self, number: int | None = None) -> None:
        if number is not None:
            self.cursor = number
        if not self._edits.closed:
            self._edits.set(self.row, self.group, not self._edits.is_on(self.row, self.group))
        self._touch(self._edits.closed)

    def action_set_all(self, on: bool) -> None:
        if not self._edits.closed:
            self._edits.set_all([self.row], GROUPS, on)
        self._touch(self._edits.closed)

    def on_click(self, event: events.Click) -> None:
        if event.y < len(GROUPS):
            self.action_switch(event.y)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(GROUPS):
            return Strip.blank(width, self.get_component_rich_style("preference--row"))
        group, row = GROUPS[y], self.row
        here = y == self.cursor and self.has_focus
        style = self.get_component_rich_style("preference--here" if here else "preference--row")
        on, changed = self._edits.is_on(row, group), self._edits.is_changed(row, group)
        name = "cursor" if here else "on" if on else "off"
        labels = min(max(cell_len(g.label) for g in GROUPS), _MOST_LABEL_CELLS)
        parts = [
            ("▸" if here else str(y + 1), "" if here else "dim"),
            ("*" if changed else " ", "changed"),
            (toggle(on, saving=changed and self._edits.saving), name),
            (" " + fit(group.label, labels) + " ", ""),
        ]
        room = width - sum(cell_len(text) for text, _name in parts)
        parts.append((shortened(group.explanation, room), "dim"))
        return Strip([Segment(text, self._styled(style, part)) for text, part in parts]).adjust_cell_length(
            width, style
        )

    def _styled(self, style: Style, name: str) -> Style:
        return style + self.get_component_rich_style(f"preference--{name}", partial=True) if name else style

    def _touch(self, told: str = "") -> None:
        self.refresh()
        self.post_message(PreferenceTouched(told))
