"""What can be done in the Outbox: try again now, give up, look at one mail, filter."""

from __future__ import annotations

from tui_portal.i18n import _, ngettext
from tui_portal.services.outbox_list import filter_words, give_up, try_now
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.screens.list_actions import ListActions

# The keys of the filter menu; `x` is taken by the choice that shows everything again.
_FILTER_KEYS = {
    "queued": "q",
    "sending": "h",
    "sent": "s",
    "failed": "f",
    "withdrawn": "w",
    "invitation": "i",
    "reminder": "r",
    "access_notice": "a",
    "password_reset": "p",
    "password_changed": "c",
}


class OutboxActions(ListActions):
    """The actions on mails."""

    def count_in_words(self, count: int) -> str:
        return ngettext("{n} mail", "{n} mails", count).format(n=count)

    async def more_actions(self) -> None:
        """The menu of all that can be done to the marked mails, or to the one under the cursor."""
        one = "" if len(self._targets) == 1 else _("only one at a time")
        nothing = "" if self._targets else _("nothing is marked or under the cursor")
        refused = self.why_not("cancel") or nothing
        menu = [
            Choice("show", "o", _("Show the mail"), reason=nothing or one),
            Choice("try_now", "t", _("Try again now"), reason=refused),
            Choice("cancel", "d", _("Give up: not sent any more"), reason=refused),
            Choice("columns", "k", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, self.whom))
        if chosen is not None:
            await getattr(self, chosen)()

    async def show(self) -> None:
        """Show the mail itself."""
        self._screen.shell.open_row("outbox", self._targets[0])

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
            "Those that wait are not sent any more; their invitations count as failed, and can be sent again in Pending activation; "
            "who was only to be reminded stays invited. A link that was sent before goes on working."
        )
        dialog = Confirmation(_("Give up"), self.whom, question, _("Give up"))
        if await self._screen.app.push_screen_wait(dialog):
            await self.carry_out(give_up, self._targets)

    async def filter_menu(self) -> None:
        """Choose what to filter by; the filter line says the same in text."""
        states, kinds = await self._screen.shell.lanes.count(filter_words)
        menu = [(w.word, _FILTER_KEYS[w.word], f"{w.label} ({w.count})") for w in (*states, *kinds)]
        of_states = {w.word for w in states}
        await self.choose_words(menu, lambda word: word in of_states)
