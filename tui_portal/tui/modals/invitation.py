"""LOGIN on: the invitation with its personalized message. Granting and inviting are two things (product.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Static, TextArea
from textual.widgets.button import ButtonVariant

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _
from tui_portal.services.invitation_previews import MailPreview
from tui_portal.services.saved_messages import SavedMessage
from tui_portal.tui.modals.dialog import buttons
from tui_portal.tui.modals.message import MessageDialog
from tui_portal.tui.text import plain


@dataclass(frozen=True, slots=True)
class InvitationChoice:
    """What was decided: whether the mail goes now, and the personalized message in it."""

    send: bool
    message: str


class Desk(Protocol):
    """What the dialog asks of the services; each raises PortalError."""

    async def preview(self, message: str) -> MailPreview:
        """The mail that would be sent with `message`."""

    async def messages(self) -> Sequence[SavedMessage]:
        """The firm's saved messages."""

    async def save(self, name: str, message: str) -> object:
        """Keep a message under a name."""

    async def remove(self, name: str) -> None:
        """Delete a saved message."""


class InvitationDialog(MessageDialog[InvitationChoice]):
    """Dismissed with an InvitationChoice once `do` has carried it out, or with None where nothing is to change. What `do`
    refuses is told, and the dialog keeps what was typed.

    `grants`: LOGIN is being switched on, so that there is a Not now; else only the mail is at stake. `active`: the user
    has a password already and gets a notice.
    """

    AUTO_FOCUS = "#message"
    BINDINGS = [
        Binding("alt+s", "send", show=False, priority=True),
        Binding("alt+n", "not_now", show=False, priority=True),
        Binding("alt+m", "choose_message", show=False, priority=True),
        Binding("alt+p", "show_mail", show=False, priority=True),
    ]

    def __init__(
        self,
        address: str,
        account: str,
        language: str,
        do: Callable[[InvitationChoice], Awaitable[object]],
        desk: Desk,
        *,
        grants: bool,
        active: bool,
        most: int,
    ) -> None:
        title = _("LOGIN on") if grants else _("Send invitation")
        super().__init__(title, _("{address} in {account}").format(address=address, account=account), most=most)
        self._language = language
        self._do = do
        self._desk = desk
        self._grants = grants
        self._active = active

    def body(self) -> ComposeResult:
        yield Static(plain(self._outcome(), lines=True), classes="outcome")
        yield from self.message_field()
        yield Static(id="told", classes="warning", markup=False)
        choices: list[tuple[str, str, ButtonVariant]] = [("send", _("Send"), "primary")]
        if self._grants:
            choices.append(("not-now", _("Not now"), "default"))
        yield buttons(*choices, ("cancel", _("Cancel"), "default"))
        yield Static(plain(self._keys()), classes="hint")

    def message_heading(self) -> str:
        return _("Personalized message (optional)")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "send":
            self.action_send()
        elif event.button.id == "not-now":
            self.action_not_now()
        else:
            self.action_leave()

    def action_send(self) -> None:
        if self.too_long:
            self.tell(
                _("The message is too long: nothing was sent. Shorten it to {most} characters.").format(most=self._most)
            )
        else:
            self.carry_out(partial(self._try, InvitationChoice(True, self.message)), "send")

    def action_not_now(self) -> None:
        if self._grants:
            self.carry_out(partial(self._try, InvitationChoice(False, "")), "not now")

    def action_choose_message(self) -> None:
        """Begin with one of the firm's saved messages, or save what is typed as one."""
        self.carry_out(self._choose_message, "message")

    def action_show_mail(self) -> None:
        """Show the mail as it would be sent now."""
        self.carry_out(self._show_mail, "mail")

    async def _choose_message(self) -> None:
        from tui_portal.tui.modals.saved_messages import pick_message

        try:
            chosen = await pick_message(self.app, self._desk, self.message, partial(self.tell, warning=False))
        except PortalError as error:
            self.tell(error.message)
            return
        if chosen is not None:
            message = self.query_one(TextArea)
            message.text = chosen
            message.move_cursor(message.document.end)

    async def _show_mail(self) -> None:
        from tui_portal.tui.modals.mail import MailDialog

        try:
            preview = await self._desk.preview(self.message)
        except PortalError as error:
            self.tell(error.message)
        else:
            await self.app.push_screen_wait(MailDialog(preview))

    async def _try(self, choice: InvitationChoice) -> None:
        try:
            await self._do(choice)
        except PortalError as error:
            self.tell(error.message)
        else:
            self.dismiss(choice)

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
            return _("alt+s send  alt+n not now  alt+m messages  alt+p the mail  esc leave")
        return _("alt+s send   alt+m saved messages   alt+p the mail   esc nothing is sent")
