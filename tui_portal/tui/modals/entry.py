"""An entry of a log in full: when, who, from where, the whole sentence, and what was and what is, line by line."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_portal.i18n import _
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import TooSmall
from tui_portal.tui.widgets.log_table import FullEntry


class EntryDialog(ModalScreen[None]):
    """Dismissed with None by esc, enter, `-` or q. It wraps what is long and scrolls."""

    AUTO_FOCUS = "#help"
    BINDINGS = [
        Binding("escape,enter,minus,q", "dismiss", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, entry: FullEntry) -> None:
        super().__init__()
        self._entry = entry

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(f" {self._entry.title} ")
        frame.border_subtitle = plain(" " + _("esc closes") + " ")
        with frame:
            for label, value in self._entry.facts:
                yield line(label, value)
            yield from self._changes()

    def _changes(self) -> Iterator[Static | Horizontal]:
        for change in self._entry.changes:
            yield Static(plain(change.label, "bold"), classes="entry-head")
            if change.was is not None:
                yield line(_("before"), change.was)
            if change.now is not None:
                yield line(_("after"), change.now)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def line(label: str, value: str) -> Horizontal:
    """A label and what belongs to it, which wraps beside it."""
    return Horizontal(
        Static(plain(label), classes="entry-label"),
        Static(plain(value, lines=True), classes="entry-value"),
        classes="entry-line",
    )
