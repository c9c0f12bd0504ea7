"""A menu: each choice has its key; one that can't be done is dimmed, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.text import fit


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu. `key` is one character; `on` marks what is in force; `reason` says why it can't be chosen."""

    name: str
    key: str
    label: str
    on: bool = False
    reason: str = ""


class MenuList(Widget, can_focus=True):
    """The choices, moved through by arrow, chosen by enter or by their keys."""

    BINDINGS = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("home", "move(-999)", show=False),
        Binding("end", "move(999)", show=False),
        Binding("enter", "choose", show=False),
    ]
    COMPONENT_CLASSES = {"menu--row", "menu--cursor", "menu--dim", "menu--key"}

    class Chosen(Message):
        """A choice was made."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    def __init__(self, choices: Sequence[Choice], cursor: str = "") -> None:
        super().__init__(id="menu")
        self.choices = tuple(choices)
        named = (n for n, c in enumerate(self.choices) if (c.name == cursor if cursor else c.on))
        self._cursor = next(named, 0)
        self._told = ""

    def on_mount(self) -> None:
        self.styles.height = len(self.choices) + 1

    def action_move(self, step: int) -> None:
        self._cursor = max(0, min(self._cursor + step, len(self.choices) - 1))
        self._told = ""
        self.refresh()
        container = self.screen.query_one("#dialog")
        container.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)

    def action_choose(self) -> None:
        self._choose(self._cursor)

    def on_key(self, event: events.Key) -> None:
        for number, choice in enumerate(self.choices):
            if event.character is not None and choice.key == event.character:
                event.stop()
                self._choose(number)
                return

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self.choices):
            self._choose(event.y)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = self.get_component_rich_style("menu--row")
        if y >= len(self.choices):
            dim = self.get_component_rich_style("menu--dim")
            return Strip([Segment(fit(self._told, width), dim)], width)
        choice = self.choices[y]
        style = self.get_component_rich_style("menu--cursor") if y == self._cursor else row
        key = self.get_component_rich_style("menu--key", partial=True)
        dim = self.get_component_rich_style("menu--dim", partial=True)
        label = choice.label if not choice.reason else f"{choice.label} ({choice.reason})"
        text = fit(label, width - 8)
        return Strip(
            [
                Segment(" • " if choice.on else "   ", style),
                Segment(f"{choice.key:<2} ", style + key),
                Segment(text, style + dim if choice.reason else style),
                Segment("  ", style),
            ]
        ).adjust_cell_length(width, style)

    def _choose(self, number: int) -> None:
        self._cursor = number
        choice = self.choices[number]
        if choice.reason:
            self._told = _("Not now: {reason}").format(reason=choice.reason)
            self.refresh()
        else:
            self.post_message(self.Chosen(choice))


class Menu(Dialog[str]):
    """Dismissed with the name of the choice, or with None. The cursor begins on the choice named `cursor`, else on what is
    in force.
    """

    AUTO_FOCUS = "#menu"

    def __init__(self, title: str, choices: Sequence[Choice], on_whom: str = "", cursor: str = "") -> None:
        super().__init__(title, on_whom)
        self._choices = choices
        self._cursor = cursor

    def body(self) -> ComposeResult:
        yield MenuList(self._choices, self._cursor)

    def on_mount(self) -> None:
        longest = max((cell_len(c.label) + cell_len(c.reason) for c in self._choices), default=0)
        self.query_one("#dialog").styles.width = max(40, min(76, longest + 16))

    def on_menu_list_chosen(self, event: MenuList.Chosen) -> None:
        self.dismiss(event.choice.name)
