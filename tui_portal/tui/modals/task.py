"""How to do something, step by step, in the keys that are in force."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tui_portal.i18n import _
from tui_portal.tui.hanging import hanging
from tui_portal.tui.keymap import key_changes
from tui_portal.tui.tasks import Task, told
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import TooSmall
from tui_portal.tui.widgets.hanging_lines import HangingLines

_INDENT = 3


class TaskPage(ModalScreen[None]):
    """Dismissed with None by esc, enter, `-` or q."""

    AUTO_FOCUS = "#help"
    BINDINGS = [
        Binding("escape,enter,minus,q", "dismiss", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, task: Task) -> None:
        super().__init__()
        self._told = task

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(f" {_(self._told.title)} ")
        frame.border_subtitle = plain(" " + _("esc closes") + " ")
        with frame:
            yield HangingLines(self._lines)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#help").scroll_relative(y=lines, animate=False)

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for number, step in enumerate(self._told.steps, start=1):
            lines += [Content("")] if lines else []
            lines += hanging(f"{number}", told(step, key_changes(self)), _INDENT, width)
        return lines
