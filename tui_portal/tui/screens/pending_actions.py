"""What can be done in Pending activation: invite or cancel the selected, copy a link, ask why, filter, export, undo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_portal.domain.accounts import account_number
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services.exports import export_pending
from tui_portal.services.pending import PendingRow, PendingState, pending_rows
from tui_portal.services.reminders import any_on, set_reminders
from tui_portal.services.resends import (
    Invited,
    InvitePreview,
    cancel_invites,
    preview_cancels,
    preview_invites,
    send_invites,
)
from tui_portal.services.results import results_of
from tui_portal.services.saved_messages import SavedMessage, remove_message, save_message, saved_messages
from tui_portal.tui.long_work import LongWork
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.screens.invite_again import may_invite_again
from tui_portal.tui.screens.list_actions import ListActions

if TYPE_CHECKING:
    from tui_portal.services.context import Context
    from tui_portal.tui.modals.resend import InviteWish
    from tui_portal.tui.screens.list_screen import ListScreen

_SHOWN_RESULTS = 300


class PendingActions(ListActions):
    """The actions on pending mailboxes."""

    def __init__(self, screen: ListScreen) -> None:
        super().__init__(screen)
        self._here = screen.table.cursor_id

    def count_in_words(self, count: int) -> str:
        return ngettext("{n} address", "{n} addresses", count).format(n=count)

    async def more_actions(self) -> None:
        """The menu of all that can be done to the marked mailboxes, or to the one under the cursor."""
        nothing = self._refusal()
        one = "" if len(self._targets) == 1 else _("only one at a time")
        menu = [
            Choice("resend", "i", _("Send invitations: first ones and resends; approve requests"), reason=nothing),
            Choice("cancel", "d", _("Cancel invitations, refuse requests"), reason=nothing),
            Choice("switch_reminders", "R", _("Reminders on or off"), reason=nothing),
            Choice("copy_link", "c", _("Copy link"), reason=nothing or one),
            Choice("explain", "w", _("Why can, or can't, they log in?"), reason=one),
            Choice("export", "x", _("Export what the list shows")),
            Choice("columns", "k", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, self.whom))
        if chosen is not None:
            await getattr(self, chosen)()

    async def resend(self) -> None:
        """Invite all targets, for the first time or again."""
        from tui_portal.tui.modals.resend import ResendDialog

        screen, shell, targets = self._screen, self._screen.shell, self._targets
        if self._is_refused():
            return
        again = await may_invite_again(screen, targets, self.whom)
        if again is None:
            return

        async def preview(recent: bool) -> InvitePreview:
            return await shell.lanes.count(_preview, targets, recent, again)

        async def save(wish: InviteWish, foreseen: InvitePreview, work: LongWork) -> Invited:
            def send(context: Context) -> Invited:
                chosen = {"recent": wish.recent, "again": again, "reminders": wish.reminders}
                return send_invites(context, targets, wish.message, **chosen, expected=foreseen, progress=work.progress)

            return await shell.lanes.write(send)

        most = shell.settings.limits.message_characters
        done = await screen.app.push_screen_wait(ResendDialog(self.whom, preview, save, _Messages(screen), most=most))
        if done is None:
            return
        shell.mail_was_queued()
        screen.read_again()
        screen.say(done.in_words)
        if done.operation is not None and done.skipped:
            await self._show_results(done.in_words, done.operation)

    async def cancel(self) -> None:
        """Cancel the open invitations of all targets, after saying how many links die; what a client asked for is refused."""
        from tui_portal.tui.modals.confirmation import Confirmation

        screen, lanes = self._screen, self._screen.shell.lanes
        if self._is_refused():
            return
        foreseen = await lanes.count(preview_cancels, self._targets)
        if not (foreseen.open or foreseen.requests):
            screen.say(_("There is no open invitation to cancel."), warning=True)
            return
        parts = []
        if foreseen.requests:
            text = ngettext(
                "{n} request of a client is refused: they see that on their page. An invitation to another account stays.",
                "{n} requests of clients are refused: they see that on their pages. Invitations to other accounts stay.",
                foreseen.requests,
            )
            parts.append(text.format(n=foreseen.requests))
        if foreseen.open:
            text = ngettext("{n} link dies at once.", "{n} links die at once.", foreseen.open)
            parts.append(text.format(n=foreseen.open))
        if foreseen.waiting:
            text = ngettext("{n} mail that waits is not sent.", "{n} mails that wait are not sent.", foreseen.waiting)
            parts.append(text.format(n=foreseen.waiting))
        if foreseen.without:
            text = ngettext("{n} of the selected has none.", "{n} of the selected have none.", foreseen.without)
            parts.append(text.format(n=foreseen.without))
        title = _("Cancel invitations")
        if foreseen.open:
            parts.append(_("LOGIN stays as it is: they can be invited again."))
        if foreseen.requests:
            title = _("Refuse and cancel") if foreseen.open else _("Refuse requests")
        dialog = Confirmation(title, self.whom, " ".join(parts), title)
        if await screen.app.push_screen_wait(dialog):
            await self.carry_out(cancel_invites, self._targets)

    async def switch_reminders(self) -> None:
        """Remind nobody of the targets any more; where none of them is reminded, remind them again."""
        if self._is_refused():
            return
        on = not await self._screen.shell.lanes.read(any_on, self._targets)
        await self.carry_out(set_reminders, self._targets, on)

    async def copy_link(self) -> None:
        """Show the link of the mailbox under the cursor."""
        from tui_portal.tui.screens.link_actions import copy_link_of

        if self._here is not None:
            await copy_link_of(self._screen, self._here)

    async def explain(self) -> None:
        """Why the mailbox under the cursor can, or can't, log in to the first of its accounts."""
        from tui_portal.tui.screens.why_actions import show_why

        row = await self._row()
        account = account_number(row.accounts[0][0]) if row is not None and row.accounts else None
        if row is not None and account is not None:
            await show_why(self._screen, account, row.id)

    async def filter_menu(self) -> None:
        """Choose what to filter by; the filter line says the same in text."""
        await self.choose_words(
            [
                ("to_approve", "a", PendingState.TO_APPROVE.label),
                ("never", "n", _("Never invited")),
                ("queued", "q", PendingState.QUEUED.label),
                ("sent<7d", "s", _("Invited within 7 days")),
                ("sent>7d", "o", _("Invited more than 7 days ago")),
                ("failed", "f", PendingState.FAILED.label),
                ("expired", "e", PendingState.EXPIRED.label),
                ("cancelled", "c", PendingState.CANCELLED.label),
                ("invalid", "i", _("The address can't get mail")),
            ]
        )

    async def export(self) -> None:
        """Write what the list shows to a file that is asked for."""
        view = self._screen.view

        def write(context: Context, path: Path) -> int:
            return export_pending(context, view.text, view.sort, view.descending, path)

        await self.write_list("pending", write)

    async def _show_results(self, title: str, operation: int) -> None:
        from tui_portal.tui.modals.results import ResultList

        lines = await self._screen.shell.lanes.count(_results, operation)
        listed = ResultList.of_results(title, lines[:_SHOWN_RESULTS], whole=len(lines) <= _SHOWN_RESULTS)
        await self._screen.app.push_screen_wait(listed)

    async def _row(self) -> PendingRow | None:
        if self._here is None:
            return None
        rows = await self._screen.shell.lanes.read(pending_rows, [self._here])
        return rows[0] if rows else None

    def _refusal(self) -> str:
        """Why nothing can be done, empty where it can."""
        if not self._targets:
            return _("nobody is marked or under the cursor")
        return self._screen.shell.lanes.context.why_not(Right.MANAGE_ACCOUNTS)

    def _is_refused(self) -> bool:
        reason = self._refusal()
        if reason:
            self._screen.say(reason, warning=True)
        return bool(reason)


class _Messages:
    """The firm's saved messages, as the dialog asks for them."""

    def __init__(self, screen: ListScreen) -> None:
        self._lanes = screen.shell.lanes

    async def messages(self) -> Sequence[SavedMessage]:
        return await self._lanes.read(saved_messages)

    async def save(self, name: str, message: str) -> object:
        return await self._lanes.write(save_message, name, message)

    async def remove(self, name: str) -> None:
        await self._lanes.write(remove_message, name)


def _preview(context: Context, targets: Sequence[int], recent: bool, again: bool) -> InvitePreview:
    return preview_invites(context, targets, recent=recent, again=again)


def _results(context: Context, operation: int) -> list[Any]:
    return [line for some in results_of(context, operation) for line in some]
