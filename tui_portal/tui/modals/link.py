"""The link of an invitation, shown whole so that it can be copied in any terminal."""

from __future__ import annotations

from rich.cells import chop_cells
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Button, Static

from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import fit, plain


class LinkLines(Widget):
    """A link over whole lines from the first cell to the last, with nothing in between and nothing beside it: what is selected
    there with the terminal's own means is the link and nothing else.
    """

    COMPONENT_CLASSES = {"link--text"}

    def __init__(self, link: str) -> None:
        super().__init__(id="link")
        self._link = link

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._lines(width)
        text = lines[y] if y < len(lines) else ""
        return Strip([Segment(fit(text, width), self.get_component_rich_style("link--text"))], width)

    def _lines(self, width: int) -> list[str]:
        return chop_cells(self._link, max(1, width))


class LinkDialog(Dialog[None]):
    """Shows a link and puts it on the clipboard. `until` is the day after which it is dead, empty where it never expires."""

    AUTO_FOCUS = "#close"
    BINDINGS = [Binding("enter", "leave", show=False)]

    def __init__(self, link: str, address: str, until: str = "") -> None:
        super().__init__(_("Link of the invitation"), address)
        self._link = link
        self._until = until

    def body(self) -> ComposeResult:
        yield LinkLines(self._link)
        yield Static(plain(self._words(), lines=True), classes="outcome")
        yield buttons(("close", _("Close"), "primary"))

    def on_mount(self) -> None:
        self.query_one("#dialog").add_class("-link")
        self.app.copy_to_clipboard(self._link)

    def on_button_pressed(self, _event: Button.Pressed) -> None:
        self.action_leave()

    def _words(self) -> str:
        works = _("It works once, until {date}.").format(date=self._until) if self._until else _("It works once.")
        warning = _("Whoever has this link can choose the password: give it to nobody but this person.")
        copied = _("It is on the clipboard too, where the terminal allows that (OSC 52).")
        logged = _("The activity log says that you copied it.")
        return f"{warning} {works}\n{copied} {logged}"
