"""LOGIN on: the invitation with its personalized message. Granting and inviting are two things (product.md)."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Static, TextArea
from textual.widgets.button import ButtonVariant

from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain


@dataclass(frozen=True, slots=True)
class InvitationChoice:
    """What was decided: whether the mail goes now, and the personalized message in it."""

    send: bool
    message: str


class InvitationDialog(Dialog[InvitationChoice]):
    """Dismissed with an InvitationChoice, or with None where nothing is to change.

    `grants`: LOGIN is being switched on, so that there is a Not now; else only the mail is at stake. `active`: the user
    has a password already and gets a notice.
    """

    AUTO_FOCUS = "#message"
    BINDINGS = [
        Binding("alt+s", "send", show=False),
        Binding("alt+n", "not_now", show=False),
    ]

    def __init__(self, address: str, account: str, language: str, *, grants: bool, active: bool, most: int) -> None:
        title = _("LOGIN on") if grants else _("Send invitation")
        super().__init__(title, _("{address} in {account}").format(address=address, account=account))
        self._language = language
        self._grants = grants
        self._active = active
        self._most = most

    def body(self) -> ComposeResult:
        yield Static(plain(self._outcome(), lines=True), classes="outcome")
        yield Static(id="message-head", markup=False)
        message = TextArea(id="message", compact=True, tab_behavior="focus", show_line_numbers=False)
        message.cursor_blink = False
        yield message
        choices: list[tuple[str, str, ButtonVariant]] = [("send", _("Send"), "primary")]
        if self._grants:
            choices.append(("not-now", _("Not now"), "default"))
        yield buttons(*choices, ("cancel", _("Cancel"), "default"))
        yield Static(plain(self._keys()), classes="hint")

    def on_resize(self) -> None:
        self.call_after_refresh(self._count)

    def on_text_area_changed(self) -> None:
        self._count()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "send":
            self.action_send()
        elif event.button.id == "not-now":
            self.action_not_now()
        else:
            self.action_leave()

    def action_send(self) -> None:
        if self._length() <= self._most:
            self.dismiss(InvitationChoice(True, self.query_one(TextArea).text))

    def action_not_now(self) -> None:
        if self._grants:
            self.dismiss(InvitationChoice(False, ""))

    def _outcome(self) -> str:
        if self._active:
            return _("This person has a password already. A mail tells them of the account they may see now.")
        sent = _("A mail with a link is sent, in {language}. Through the link the person chooses a password.").format(
            language=self._language
        )
        if not self._grants:
            return sent
        return sent + " " + _("Not now gives access without a mail: pending, not invited.")

    def _keys(self) -> str:
        if self._grants:
            return _("tab to the buttons   alt+s send   alt+n not now   esc nothing changes")
        return _("tab to the buttons   alt+s send   esc nothing is sent")

    def _length(self) -> int:
        return len(self.query_one(TextArea).text)

    def _count(self) -> None:
        count = _("{count} / {most}").format(count=self._length(), most=self._most)
        head = self.query_one("#message-head", Static)
        too_long = self._length() > self._most
        head.set_class(too_long, "-warning")
        words = _("Personalized message (optional)")
        if too_long:
            words = _("The message is too long")
        room = max(1, self.query_one("#dialog").content_size.width - len(words) - len(count))
        head.update(plain(f"{words}{' ' * room}{count}"))
        self.query_one("#send", Button).disabled = too_long
