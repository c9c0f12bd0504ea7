"""A mail as its recipient will read it; one of the outbox with what became of it above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_portal.domain.moments import local
from tui_portal.i18n import _, pgettext
from tui_portal.services.invitation_previews import MailPreview
from tui_portal.services.outbox import MailState
from tui_portal.services.shown_mail import ShownMail
from tui_portal.tui.modals.entry import line
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
            yield from self.head()
            yield Static(plain(_("Subject: {subject}").format(subject=self._mail.subject)), classes="mail-subject")
            yield Static(plain(self._mail.text.rstrip(), lines=True))

    def head(self) -> Iterator[Static | Horizontal]:
        """What stands above the subject."""
        yield Static(plain(_("To: {who}").format(who=self._mail.to)))

    def action_scroll(self, step: int) -> None:
        self.query_one("#help", VerticalScroll).scroll_relative(y=step, animate=False)


class OutboxMailDialog(MailDialog):
    """A mail of the outbox: what became of it, then the mail itself."""

    def __init__(self, shown: ShownMail) -> None:
        row = shown.row
        to = f"{row.name} <{row.to}>" if row.name else row.to
        super().__init__(MailPreview(to, shown.subject, shown.text or shown.problem))
        self._shown = shown

    def head(self) -> Iterator[Static | Horizontal]:
        for label, value in facts_of(self._shown):
            if value:
                yield line(label, value)
        yield Static(plain(_note(self._shown)), classes="mail-note")
        for label, value in (
            (pgettext("sender of a mail", "From"), self._shown.sender),
            (_("To"), self._mail.to),
            (_("Date"), _moment(self._shown.row.queued_at)),
        ):
            if value:
                yield line(label, value)


def facts_of(shown: ShownMail) -> Sequence[tuple[str, str]]:
    """What became of the mail, line by line; a line without a value has nothing to say."""
    row = shown.row
    return (
        (_("State"), _(", ").join([row.kind.label, row.state.label])),
        (_("Sent"), _moment(row.sent_at)),
        (_("Tries"), str(row.attempts) if row.attempts else ""),
        (_("The server said"), row.error),
        (_("Next try"), _moment(row.next_try)),
        (_("Link"), row.link),
        (_("Message-ID"), shown.message_id),
        (_("Copies"), "\n".join(copy.in_words for copy in shown.copies)),
    )


def _note(shown: ShownMail) -> str:
    if shown.row.state in (MailState.QUEUED, MailState.SENDING):
        return _("As it will be sent, if nothing changes:")
    return _("As it would be written today:")


def _moment(moment: int | None) -> str:
    return "" if moment is None else f"{local(moment):%Y-%m-%d %H:%M:%S %Z}"
