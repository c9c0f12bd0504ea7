"""Invite selected mailboxes: a message, and in numbers what will be sent and who is left out (product.md, Pending activation)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Static, TextArea

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _, ngettext
from tui_portal.services.resends import Invited, InvitePreview
from tui_portal.tui.long_work import LOOK_SECONDS, LongWork
from tui_portal.tui.modals.dialog import buttons
from tui_portal.tui.modals.message import MessageDialog
from tui_portal.tui.modals.saved_messages import Messages, pick_message
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.choice_row import CheckRow
from tui_portal.tui.workers import start

Preview = Callable[[bool], Awaitable[InvitePreview]]
Save = Callable[["InviteWish", InvitePreview, LongWork], Awaitable[Invited]]


@dataclass(frozen=True, slots=True)
class InviteWish:
    """What was chosen: the message, whether those are invited as well who were a short while ago, and whether those who don't
    come are reminded.
    """

    message: str
    recent: bool
    reminders: bool


class ResendDialog(MessageDialog[Invited]):
    """Dismissed with what was done, or with None. What can't be sent is told, and the dialog keeps what was typed."""

    AUTO_FOCUS = "#message"
    BINDINGS = [
        Binding("alt+s", "send", show=False, priority=True),
        Binding("alt+m", "choose_message", show=False, priority=True),
        Binding("alt+v", "show_skipped", show=False, priority=True),
    ]

    def __init__(self, on_whom: str, preview: Preview, save: Save, messages: Messages, *, most: int) -> None:
        super().__init__(_("Send invitations"), on_whom, most=most)
        self._preview = preview
        self._save = save
        self._messages = messages
        self._foreseen: InvitePreview | None = None
        self._work: LongWork | None = None

    def body(self) -> ComposeResult:
        yield from self.message_field()
        yield CheckRow(_("Also those who were invited a short while ago"), id="recent")
        yield CheckRow(_("No reminders"), id="no-reminders")
        yield Static(id="outcome", markup=False)
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("cancel", _("Cancel"), "default"), ("send", _("Send"), "primary"))
        yield Static(
            plain(_("alt+s send   alt+m saved messages   alt+v skipped   esc nothing is sent")), classes="hint"
        )

    def message_heading(self) -> str:
        return _("Message (optional)")

    def on_mount(self) -> None:
        self._look_ahead()

    @on(CheckRow.Changed)
    def _look_ahead(self) -> None:
        self._foreseen = None
        start(self, self._do_look_ahead, "preview", newest="preview")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "send":
            self.action_send()
        else:
            self.action_leave()

    def tell_waiting(self, sentence: str) -> None:
        """The outcome tells how far the work is."""

    def action_leave(self) -> None:
        if self._work is not None:
            self._work.stop()
        else:
            super().action_leave()

    def action_send(self) -> None:
        if self.too_long:
            self.tell(
                _("The message is too long: nothing was sent. Shorten it to {most} characters.").format(most=self._most)
            )
        elif self._foreseen is None:
            self.tell(_("Still counting; send when the numbers are there."))
        elif not (self._foreseen.invitations or self._foreseen.requests):
            self.tell(_("There is nobody to invite."))
        elif self._work is None:
            self._work = LongWork(self.patience)
            start(self, partial(self._do_send, self._foreseen, self._work), "send")

    def action_choose_message(self) -> None:
        """Begin with one of the firm's saved messages, or save what is typed as one."""
        start(self, self._choose_message, "message", newest="aside")

    def action_show_skipped(self) -> None:
        if self._foreseen is not None and self._foreseen.skipped:
            from tui_portal.tui.modals.results import ResultList

            self.app.push_screen(ResultList.of_skipped(self._foreseen.skipped))

    async def _choose_message(self) -> None:
        try:
            chosen = await pick_message(self.app, self._messages, self.message, self.tell)
        except PortalError as error:
            self.tell(error.message)
            return
        if chosen is not None:
            message = self.query_one(TextArea)
            message.text = chosen
            message.move_cursor(message.document.end)

    async def _do_look_ahead(self) -> None:
        try:
            self._foreseen = await self._preview(self._wish.recent)
        except PortalError as error:
            self.tell(error.message)
            return
        self._show(outcome_in_words(self._foreseen))

    @property
    def _wish(self) -> InviteWish:
        recent, no_reminders = (self.query_one(name, CheckRow).value for name in ("#recent", "#no-reminders"))
        return InviteWish(self.message, recent, not no_reminders)

    async def _do_send(self, foreseen: InvitePreview, work: LongWork) -> None:
        timer = self.set_interval(LOOK_SECONDS, lambda: self._show([work.in_words]))
        try:
            done = await work.outcome(self._save(self._wish, foreseen, work))
        except PortalError as error:
            self.tell(error.message)
            start(self, self._do_look_ahead, "preview", newest="preview")
        else:
            self.dismiss(done)
        finally:
            self._work = None
            timer.stop()

    def _show(self, lines: Sequence[str]) -> None:
        self.query_one("#outcome", Static).update(plain("\n".join(lines), lines=True))


def approval_in_words(foreseen: InvitePreview) -> list[str]:
    """What will be approved, and what comes of it; nothing where nobody was asked for."""
    if not foreseen.requests:
        return []
    told = ngettext("{n} notice", "{n} notices", foreseen.told).format(n=foreseen.told)
    mails = [ngettext("{n} invitation", "{n} invitations", foreseen.approved).format(n=foreseen.approved)]
    text = ngettext(
        "Will approve {n} request of clients and send {what}.",
        "Will approve {n} requests of clients and send {what}.",
        foreseen.requests,
    )
    what = _(", ").join(mails + ([told] if foreseen.told else []))
    lines = [text.format(n=foreseen.requests, what=what)]
    if foreseen.former:
        text = ngettext(
            "{n} of them is from somebody who has no access any more.",
            "{n} of them are from people who have no access any more.",
            foreseen.former,
        )
        lines.append(text.format(n=foreseen.former))
    lines.append(_("Without a message, the mail has what the client wrote."))
    return lines


def outcome_in_words(foreseen: InvitePreview) -> list[str]:
    """What will happen, in numbers."""
    parts = []
    if foreseen.first:
        text = ngettext("{n} first invitation", "{n} first invitations", foreseen.first)
        parts.append(text.format(n=foreseen.first))
    if foreseen.again:
        text = ngettext("{n} again, with a new link", "{n} again, each with a new link", foreseen.again)
        parts.append(text.format(n=foreseen.again))
    lines = approval_in_words(foreseen)
    if parts or not lines:
        lines.append(
            _("Will send {what}.").format(what=_(", ").join(parts)) if parts else _("There is nobody to invite.")
        )
    if foreseen.skipped:
        reasons = _(", ").join(f"{reason} ({count})" for reason, count in foreseen.skipped.reasons)
        text = ngettext(
            "Skipped {n} (alt+v shows): {reasons}", "Skipped {n} (alt+v shows): {reasons}", len(foreseen.skipped)
        )
        lines.append(text.format(n=len(foreseen.skipped), reasons=reasons))
    return lines
