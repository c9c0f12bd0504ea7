"""A mail as its recipient will read it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_portal.i18n import _
from tui_portal.services.invitation_previews import MailPreview
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import TooSmall


class MailDialog(ModalScreen[None]):
    """Dismissed with None by esc, enter, `-` or q. It scrolls."""

    AUTO_FOCUS = "#help"
    BINDINGS = [
        Binding("escape,enter,minus,q", "dismiss", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, preview: MailPreview) -> None:
        super().__init__()
        self._mail = preview

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(" " + _("The mail to {who}").format(who=self._mail.to) + " ")
        frame.border_subtitle = plain(" " + _("esc closes") + " ")
        with frame:
            yield Static(plain(_("To: {who}").format(who=self._mail.to)))
            yield Static(plain(_("Subject: {subject}").format(subject=self._mail.subject)), classes="mail-subject")
            yield Static(plain(self._mail.text.rstrip(), lines=True))

    def action_scroll(self, step: int) -> None:
        self.query_one("#help", VerticalScroll).scroll_relative(y=step, animate=False)
