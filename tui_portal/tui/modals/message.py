"""A dialog with a message in it: counted as it is typed, kept when something fails, never lost without a word."""

from __future__ import annotations

from typing import TypeVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Static, TextArea

from tui_portal.domain.text import tidy_message
from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.text import fit, plain

T = TypeVar("T")

_LINES, _LEAST_LINES = 6, 3
_LOW = 22


class MessageDialog(Dialog[T]):
    """What the dialogs with a personalized message share. `most` is how many characters it may have."""

    def __init__(self, title: str, on_whom: str, *, most: int) -> None:
        super().__init__(title, on_whom)
        self._most = most
        self._asked_to_leave = False

    def message_heading(self) -> str:
        """What stands above the message."""
        raise NotImplementedError

    def message_field(self) -> ComposeResult:
        """The message with its counter."""
        yield Static(id="message-head", markup=False)
        message = TextArea(id="message", compact=True, tab_behavior="focus", show_line_numbers=False)
        message.cursor_blink = False
        yield message

    @property
    def message(self) -> str:
        """What was typed."""
        return self.query_one(TextArea).text

    @property
    def too_long(self) -> bool:
        """Whether the message, as it would be kept, has too many characters."""
        return self._length > self._most

    @property
    def _length(self) -> int:
        return len(tidy_message(self.message))

    def tell(self, sentence: str, *, warning: bool = True) -> None:
        """Say what stands in the way, or else what was done, in the dialog's line for that."""
        told = self.query_one("#told", Static)
        told.set_class(warning, "warning")
        told.update(plain(sentence))
        if sentence:
            self.call_after_refresh(told.scroll_visible, animate=False)

    def on_resize(self) -> None:
        self.query_one(TextArea).styles.height = _LINES if self.app.size.height >= _LOW else _LEAST_LINES
        self.call_after_refresh(self._count)

    def on_text_area_changed(self) -> None:
        self._asked_to_leave = False
        self.tell("")
        self._count()

    def action_leave(self) -> None:
        """esc: where a message was typed, only the second one leaves."""
        if self.under_way:
            return
        if self._length and not self._asked_to_leave:
            self._asked_to_leave = True
            self.tell(_("esc again leaves, and the message is gone."))
        else:
            self.dismiss(None)

    def _count(self) -> None:
        count = _("{count} / {most}").format(count=self._length, most=self._most)
        words = _("The message is too long") if self.too_long else self.message_heading()
        head = self.query_one("#message-head", Static)
        head.set_class(self.too_long, "-warning")
        width = self.query_one("#dialog").content_size.width - 1  # a scroll bar may come
        head.update(plain(fit(words, max(0, width - cell_len(count) - 1)) + " " + count))
