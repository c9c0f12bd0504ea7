"""What every dialog shares: a frame that says what and on whom, the outcome in words before the buttons, a value at the end."""

from __future__ import annotations

from typing import TypeVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button
from textual.widgets.button import ButtonVariant

from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import TooSmall

T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """A dialog that is dismissed with a value, or with None when it is left by esc."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, on_whom: str = "") -> None:
        super().__init__()
        self._heading = title
        self._on_whom = on_whom

    def body(self) -> ComposeResult:
        """The widgets of the dialog; the last of them is its row of buttons."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="dialog", can_focus=False)
        frame.border_title = plain(f" {self._heading} ")
        frame.border_subtitle = plain(f" {self._on_whom} ") if self._on_whom else None
        with frame:
            yield from self.body()

    def action_go_line(self, step: int) -> None:
        """Move the focus to the line below or above, to what stands at the same place in it."""
        lines: dict[DOMNode, list[Widget]] = {}
        for widget in self.focus_chain:
            line = widget.parent if isinstance(widget.parent, Horizontal) else widget
            lines.setdefault(line, []).append(widget)
        order = list(lines.values())
        here = next((n for n, line in enumerate(order) if self.focused in line), None)
        if here is None or self.focused is None or not 0 <= here + step < len(order):
            return
        place = min(order[here].index(self.focused), len(order[here + step]) - 1)
        order[here + step][place].focus()

    def action_leave(self) -> None:
        self.dismiss(None)


def buttons(*choices: tuple[str, str, ButtonVariant]) -> Horizontal:
    """A row of buttons from (id, label, variant)."""
    return Horizontal(
        *(Button(plain(label), id=name, variant=variant, compact=True) for name, label, variant in choices),
        classes="buttons",
    )
