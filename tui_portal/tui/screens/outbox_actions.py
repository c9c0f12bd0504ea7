"""What can be done in the Outbox: try again now, give up, look at one mail, filter."""

from __future__ import annotations

from tui_portal.i18n import _, ngettext
from tui_portal.services.outbox import MailState
from tui_portal.services.outbox_list import give_up, try_now
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.screens.list_actions import ListActions


class OutboxActions(ListActions):
    """The actions on mails."""

    def count_in_words(self, count: int) -> str:
        return ngettext("{n} mail", "{n} mails", count).format(n=count)

    async def more_actions(self) -> None:
        """The menu of all that can be done to the marked mails, or to the one under the cursor."""
        nothing = "" if self._targets else _("nothing is marked or under the cursor")
        menu = [
            Choice("try_now", "t", _("Try again now"), reason=nothing),
            Choice("cancel", "d", _("Give up: not sent any more"), reason=nothing),
            Choice("columns", "k", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, self.whom))
        if chosen is not None:
            await getattr(self, chosen)()

    async def try_now(self) -> None:
        """Let all targets that wait fall due at once."""
        await self.carry_out(try_now, self._targets)

    async def cancel(self) -> None:
        """Give the targets up, after a question."""
        from tui_portal.tui.modals.confirmation import Confirmation

        if not self._targets:
            self._screen.say(_("nothing is marked or under the cursor"), warning=True)
            return
        question = _(
            "Those that wait are not sent any more; their invitations count as failed, and can be sent again in Pending activation. "
            "A link that was sent before goes on working."
        )
        dialog = Confirmation(_("Give up"), self.whom, question, _("Give up"))
        if await self._screen.app.push_screen_wait(dialog):
            await self.carry_out(give_up, self._targets)

    async def filter_menu(self) -> None:
        """Choose what to filter by; the filter line says the same in text."""
        keys = {MailState.QUEUED: "q", MailState.FAILED: "f", MailState.SENT: "s", MailState.WITHDRAWN: "w"}
        await self.choose_words([(state.value, key, state.label) for state, key in keys.items()])
