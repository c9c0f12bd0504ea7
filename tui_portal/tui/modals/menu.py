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

from tui_portal.domain.text import search_key
from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.text import fit, plain


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu. `key` is one character, or empty where there are more lines than keys; `on` marks what is in force;
    `reason` says why it can't be chosen.
    """

    name: str
    key: str
    label: str
    on: bool = False
    reason: str = ""


class MenuList(Widget, can_focus=True):
    """The choices, moved through by arrow, chosen by enter or by their keys. With / they are found by what is typed."""

    BINDINGS = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("home", "move(-9999)", show=False),
        Binding("end", "move(9999)", show=False),
        Binding("enter", "choose", show=False),
    ]
    COMPONENT_CLASSES = {"menu--row", "menu--cursor", "menu--dim", "menu--key"}

    class Chosen(Message):
        """A choice was made."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

    class Found(Message):
        """What is looked for has changed; `text` is None where nothing is looked for."""

        def __init__(self, text: str | None, count: int) -> None:
            super().__init__()
            self.text = text
            self.count = count

    def __init__(self, choices: Sequence[Choice], cursor: str = "") -> None:
        super().__init__(id="menu")
        self._all = tuple(choices)
        self.choices = self._all
        self._typed: str | None = None
        named = (n for n, c in enumerate(self.choices) if (c.name == cursor if cursor else c.on))
        self._cursor = next(named, 0)
        self._told = ""

    def on_mount(self) -> None:
        self.styles.height = len(self.choices) + 1
        self.call_after_refresh(self._show_cursor)

    def action_move(self, step: int) -> None:
        self._cursor = max(0, min(self._cursor + step, len(self.choices) - 1))
        self._told = ""
        self.refresh()
        self._show_cursor()

    def action_choose(self) -> None:
        if self.choices:
            self._choose(self._cursor)

    def on_key(self, event: events.Key) -> None:
        if self._typed is not None:
            self._type(event)
            return
        for number, choice in enumerate(self.choices):
            if event.character is not None and choice.key == event.character:
                event.stop()
                self._choose(number)
                return
        if event.character == "/":
            event.stop()
            self._find("")

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self.choices):
            self._choose(event.y)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        row = self.get_component_rich_style("menu--row")
        if y >= len(self.choices):
            dim = self.get_component_rich_style("menu--dim")
            return Strip([Segment(fit(self._told if y == len(self.choices) else "", width), dim)], width)
        choice = self.choices[y]
        style = self.get_component_rich_style("menu--cursor") if y == self._cursor else row
        key = self.get_component_rich_style("menu--key", partial=True)
        dim = self.get_component_rich_style("menu--dim", partial=True)
        label = choice.label if not choice.reason else f"{choice.label} ({choice.reason})"
        text = fit(label, width - 8)
        return Strip(
            [
                Segment(" • " if choice.on else "   ", style),
                Segment(f"{choice.key if self._typed is None else '':<2} ", style + key),
                Segment(text, style + dim if choice.reason else style),
                Segment("  ", style),
            ]
        ).adjust_cell_length(width, style)

    def _type(self, event: events.Key) -> None:
        """A key while something is looked for: letters add to it, backspace takes one back, esc ends it."""
        typed = self._typed or ""
        if event.key == "escape":
            self._find(None)
        elif event.key == "backspace":
            self._find(typed[:-1] if typed else None)
        elif event.is_printable and event.character is not None:
            self._find(typed + event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def _find(self, typed: str | None) -> None:
        self._typed, self._cursor, self._told = typed, 0, ""
        words = search_key(typed or "").split()
        self.choices = tuple(c for c in self._all if all(word in search_key(c.label) for word in words))
        self.refresh()
        self._show_cursor()
        self.post_message(self.Found(typed, len(self.choices)))

    def _show_cursor(self) -> None:
        frame = self.screen.query_one("#dialog")
        frame.scroll_to_region(Region(0, self._cursor, 1, 1), animate=False, force=True)

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
        if any(not c.key for c in self._choices):
            self._tell(_("/ finds one of {n}").format(n=len(self._choices)))

    def on_menu_list_found(self, event: MenuList.Found) -> None:
        """Tell in the frame what is looked for."""
        if event.text is None:
            self._tell(_("/ finds one of {n}").format(n=len(self._choices)))
        else:
            words = _("/ {text}   {found} of {n}")
            self._tell(words.format(text=event.text, found=event.count, n=len(self._choices)))

    def _tell(self, words: str) -> None:
        told = f"{self._on_whom} · {words}" if self._on_whom else words
        self.query_one("#dialog").border_subtitle = plain(f" {told} ")

    def on_menu_list_chosen(self, event: MenuList.Chosen) -> None:
        self.dismiss(event.choice.name)
