"""A question that is asked once, with the safe answer in focus."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Button, Static

from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain


class Confirmation(Dialog[bool]):
    """Dismissed with True for yes; with False or None for no."""

    AUTO_FOCUS = "#no"

    def __init__(self, title: str, on_whom: str, question: str, yes: str) -> None:
        super().__init__(title, on_whom)
        self._question = question
        self._yes = yes

    def body(self) -> ComposeResult:
        yield Static(plain(self._question, lines=True), classes="outcome")
        yield buttons(("no", _("Leave as it is"), "default"), ("yes", self._yes, "warning"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
