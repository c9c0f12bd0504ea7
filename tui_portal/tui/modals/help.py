"""The keys that are in force on a screen, from the one registry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from tui_portal.i18n import _
from tui_portal.tui.hanging import hanging, indent_for
from tui_portal.tui.keys import KeyGroup
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import TooSmall
from tui_portal.tui.widgets.hanging_lines import HangingLines


class HelpScreen(ModalScreen[None]):
    """Dismissed with None by esc, `?`, enter or q."""

    AUTO_FOCUS = "#help"
    BINDINGS = [
        Binding("escape,question_mark,f1,enter,q", "dismiss", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, groups: Sequence[KeyGroup]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(" " + _("Keys on this screen") + " ")
        frame.border_subtitle = plain(" " + _("esc closes") + " ")
        with frame:
            yield HangingLines(partial(help_lines, self._groups))

    def action_scroll(self, lines: int) -> None:
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def help_lines(groups: Sequence[KeyGroup], width: int) -> list[Content]:
    """The groups with their keys, in two columns; groups with one title stand together. A key that a group before has taken is
    not told again.
    """
    groups = _without_taken(groups)
    indent = indent_for((f"  {key.shown} " for group in groups for key in group.keys), width)
    lines: list[Content] = []
    for title in dict.fromkeys(group.title for group in groups):
        lines += [Content("")] if lines else []
        lines.append(plain(_(title), "bold"))
        for key in (key for group in groups if group.title == title for key in group.keys):
            lines += hanging(key.shown, _(key.help), indent, width, before="  ")
    return lines


def _without_taken(groups: Sequence[KeyGroup]) -> list[KeyGroup]:
    taken: set[str] = set()
    left = []
    for group in groups:
        kept = tuple(key for key in group.keys if key.shown not in taken)
        taken.update(key.shown for key in kept)
        if kept:
            left.append(group._replace(keys=kept))
    return left
