"""Edit login, notify, email sync of many accounts: three choices, an invitation, and in numbers what will happen (product.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Static

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _, ngettext
from tui_portal.services.access import AccessChange, AccessPreview, AccessWish
from tui_portal.tui.long_work import LOOK_SECONDS, LongWork
from tui_portal.tui.modals.dialog import buttons
from tui_portal.tui.modals.message import MessageDialog
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.choice_row import CheckRow, ChoiceRow
from tui_portal.tui.workers import start

_WIDE_ENOUGH = 80  # cells; on a narrower screen the answers are one word each

Preview = Callable[[AccessWish], Awaitable[AccessPreview]]
Save = Callable[[AccessWish, AccessPreview, Callable[[float], bool]], Awaitable[AccessChange]]


class BulkEditDialog(MessageDialog[AccessChange]):
    """Dismissed with what was done, or with None where nothing was. What fails to be saved is told, and the dialog stays."""

    AUTO_FOCUS = "#login"
    BINDINGS = [Binding("alt+s", "save", show=False, priority=True), Binding("v", "show_skipped", show=False)]

    def __init__(self, on_whom: str, preview: Preview, save: Save, *, most: int) -> None:
        super().__init__(_("Edit login, notify, email sync"), on_whom, most=most)
        self._preview = preview
        self._save = save
        self._foreseen: AccessPreview | None = None
        self._work: LongWork | None = None

    def body(self) -> ComposeResult:
        answers = [(None, _("Leave as it is")), (True, _("Enable for all")), (False, _("Disable for all"))]
        if self.app.size.width < _WIDE_ENOUGH:
            answers = [(None, _("Leave")), (True, _("Enable")), (False, _("Disable"))]
        yield ChoiceRow(_("Login"), answers, id="login")
        yield ChoiceRow(_("Notify"), answers, id="notify")
        yield ChoiceRow(_("Email sync"), answers, id="sync")
        yield CheckRow(_("Send invitations"), id="invite")
        yield from self.message_field()
        yield Static(id="outcome", markup=False)
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("cancel", _("Cancel"), "default"), ("save", _("Save"), "primary"))

    def message_heading(self) -> str:
        return _("Message (optional)")

    def on_mount(self) -> None:
        self._look_ahead()

    def on_choice_row_changed(self) -> None:
        self._look_ahead()

    def on_check_row_changed(self) -> None:
        self._look_ahead()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_leave()

    def tell_waiting(self, sentence: str) -> None:
        """The outcome tells how far the work is."""

    def action_leave(self) -> None:
        if self._work is not None:
            self._work.stop()
        else:
            super().action_leave()

    def action_save(self) -> None:
        if self.too_long:
            self.tell(
                _("The message is too long: nothing was saved. Shorten it to {most} characters.").format(
                    most=self._most
                )
            )
        elif self._foreseen is None:
            self.tell(_("Still counting what would change; save when the numbers are there."))
        elif self._work is None:
            start(self, partial(self._do_save, self._wish, self._foreseen), "save")

    def action_show_skipped(self) -> None:
        if self._foreseen is not None and self._foreseen.skipped:
            from tui_portal.tui.modals.results import ResultList

            self.app.push_screen(ResultList.of_skipped(self._foreseen.skipped))

    @property
    def _wish(self) -> AccessWish:
        login, notify, sync = (self.query_one(f"#{name}", ChoiceRow).value for name in ("login", "notify", "sync"))
        invite = self.query_one(CheckRow).value
        message = self.message if invite else ""
        # Held for a while whatever the number of accounts, since the result promises that u takes it back.
        return AccessWish(login, notify, sync, invite, message, hold=True)

    def _look_ahead(self) -> None:
        self._foreseen = None
        self.query_one("#outcome", Static).update(plain(_("Counting what would change…")))
        start(self, self._do_look_ahead, "preview", newest="preview")

    async def _do_look_ahead(self) -> None:
        wish = self._wish
        try:
            foreseen = await self._preview(wish)
        except PortalError as error:
            self.tell(error.message)
            return
        self._foreseen = foreseen
        self.tell("")
        self.query_one("#outcome", Static).update(plain("\n".join(outcome_in_words(wish, foreseen)), lines=True))

    async def _do_save(self, wish: AccessWish, foreseen: AccessPreview) -> None:
        work = self._work = LongWork(self.patience)
        timer = self.set_interval(LOOK_SECONDS, self._show_progress)
        try:
            change = await work.outcome(self._save(wish, foreseen, work.progress))
        except PortalError as error:
            self.tell(error.message)
            self._foreseen = None
            start(self, self._foresee_again, "preview", newest="preview")
        else:
            self.dismiss(change)
        finally:
            self._work = None
            timer.stop()

    async def _foresee_again(self) -> None:
        """After a failed save: the numbers as they are now, with the reason left standing."""
        try:
            self._foreseen = await self._preview(self._wish)
        except PortalError:
            return
        words = outcome_in_words(self._wish, self._foreseen)
        self.query_one("#outcome", Static).update(plain("\n".join(words), lines=True))

    def _show_progress(self) -> None:
        if self._work is not None:
            self.query_one("#outcome", Static).update(plain(self._work.in_words))


def outcome_in_words(wish: AccessWish, foreseen: AccessPreview) -> list[str]:
    """What will happen, in numbers: mailboxes switched, invitations and notices sent, those skipped and why."""
    lines = []
    if foreseen.changed:
        text = ngettext("Will change {n} setting", "Will change {n} settings", foreseen.changed)
        parts = [text.format(n=foreseen.changed)]
        if foreseen.invitations:
            text = ngettext("send {n} invitation", "send {n} invitations", foreseen.invitations)
            parts.append(text.format(n=foreseen.invitations))
        if foreseen.notices:
            text = ngettext("tell {n} active user", "tell {n} active users", foreseen.notices)
            parts.append(text.format(n=foreseen.notices))
        lines.append(_("{what}.").format(what=_(", ").join(parts)))
    elif foreseen.invitations:
        text = ngettext("Will send {n} invitation.", "Will send {n} invitations.", foreseen.invitations)
        lines.append(text.format(n=foreseen.invitations))
    elif wish == AccessWish(hold=True):
        lines.append(_("Nothing is chosen yet."))
    else:
        lines.append(_("Nothing would change: everything is so already."))
    if foreseen.skipped_count:
        reasons = _(", ").join(f"{reason} ({count})" for reason, count in foreseen.reasons)
        text = ngettext("Skipped {n} (v shows): {reasons}", "Skipped {n} (v shows): {reasons}", foreseen.skipped_count)
        lines.append(text.format(n=foreseen.skipped_count, reasons=reasons))
    return lines
