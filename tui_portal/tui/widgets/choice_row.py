"""One question with a few answers side by side, exactly one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_portal.tui.text import fit

V = TypeVar("V")

_LABEL_CELLS = 12


class ChoiceRow(Widget, Generic[V], can_focus=True):
    """Left and right (or space) choose; `value` is what is chosen."""

    BINDINGS = [
        Binding("left", "choose(-1)", show=False),
        Binding("right", "choose(1)", show=False),
        Binding("space", "choose_next", show=False),
        Binding("up", "screen.go_line(-1)", show=False),
        Binding("down", "screen.go_line(1)", show=False),
    ]
    COMPONENT_CLASSES = {"choice-row--label", "choice-row--chosen", "choice-row--other", "choice-row--here"}

    class Changed(Message):
        """Another answer was chosen."""

    def __init__(
        self,
        label: str,
        answers: Sequence[tuple[V, str]],
        *,
        id: str,  # noqa: A002 - Textual's name for it
        chosen: int = 0,
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._answers = tuple(answers)
        self._chosen = chosen

    @property
    def value(self) -> V:
        """The answer that is chosen."""
        return self._answers[self._chosen][0]

    def set_value(self, value: V) -> None:
        """Choose the answer `value`; nobody is told."""
        self._chosen = next((n for n, (answer, _label) in enumerate(self._answers) if answer == value), self._chosen)
        self.refresh()

    def action_choose(self, step: int) -> None:
        self._set(max(0, min(self._chosen + step, len(self._answers) - 1)))

    def action_choose_next(self) -> None:
        self._set((self._chosen + 1) % len(self._answers))

    def on_click(self, event: events.Click) -> None:
        start = _LABEL_CELLS
        for number, width in enumerate(self._widths()):
            if start <= event.x < start + width:
                self._set(number)
            start += width

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        here = self.has_focus
        base = self.get_component_rich_style("choice-row--here" if here else "choice-row--label")
        segments = [Segment(fit(self._label, _LABEL_CELLS), base)]
        for number, ((_value, label), width) in enumerate(zip(self._answers, self._widths(), strict=True)):
            chosen = number == self._chosen
            name = "chosen" if chosen else "other"
            style = base + self.get_component_rich_style(f"choice-row--{name}", partial=True)
            segments.append(Segment(fit(f"{'(•)' if chosen else '( )'} {label}", width), style))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _widths(self) -> list[int]:
        room = max(0, self.size.width - _LABEL_CELLS)
        needed = [cell_len(label) + 4 for _value, label in self._answers]
        each = room // len(self._answers)
        if max(needed) < each or sum(needed) > room:
            return [each] * len(self._answers)
        over = (room - sum(needed)) // len(needed)
        return [cells + min(over, 2) for cells in needed]

    def _set(self, number: int) -> None:
        if number != self._chosen:
            self._chosen = number
            self.refresh()
            self.post_message(self.Changed())


class CheckRow(Widget, can_focus=True):
    """A question answered by yes or no: `[x]` or `[ ]`, which reads the same without colour."""

    BINDINGS = [
        Binding("space,enter", "turn", show=False),
        Binding("up", "screen.go_line(-1)", show=False),
        Binding("down", "screen.go_line(1)", show=False),
    ]
    COMPONENT_CLASSES = {"choice-row--label", "choice-row--here"}

    class Changed(Message):
        """The answer was turned round."""

    def __init__(self, label: str, *, id: str, value: bool = False) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._label = label
        self.value = value

    def action_turn(self) -> None:
        self.value = not self.value
        self.refresh()
        self.post_message(self.Changed())

    def on_click(self) -> None:
        self.action_turn()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        style = self.get_component_rich_style("choice-row--here" if self.has_focus else "choice-row--label")
        return Strip([Segment(fit(f"{'[x]' if self.value else '[ ]'} {self._label}", self.size.width), style)])
