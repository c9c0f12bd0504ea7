"""What can be done in the Outbox: try again now, give up, look at one mail, filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _, ngettext
from tui_portal.services.outbox import MailState
from tui_portal.services.outbox_list import give_up, try_now
from tui_portal.services.undo import redo_last, undo_last
from tui_portal.tui.modals.menu import Choice, Menu

if TYPE_CHECKING:
    from tui_portal.tui.screens.list_screen import ListScreen


class OutboxActions:
    """The actions of the list in front. What an action is about is taken before its dialog opens."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._targets = screen.targets

    async def more_actions(self) -> None:
        """The menu of all that can be done to the marked mails, or to the one under the cursor."""
        nothing = "" if self._targets else _("nothing is marked or under the cursor")
        menu = [
            Choice("try_now", "t", _("Try again now"), reason=nothing),
            Choice("cancel", "d", _("Give up: not sent any more"), reason=nothing),
            Choice("columns", "k", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, self._whom))
        if chosen is not None:
            await getattr(self, chosen)()

    async def columns(self) -> None:
        """Choose the columns of this list."""
        await self._screen.choose_columns()

    async def try_now(self) -> None:
        """Let all targets that wait fall due at once."""
        await self._do(try_now, self._targets)

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
        dialog = Confirmation(_("Give up"), self._whom, question, _("Give up"))
        if await self._screen.app.push_screen_wait(dialog):
            await self._do(give_up, self._targets)

    async def filter_menu(self) -> None:
        """Choose what to filter by; the filter line says the same in text."""
        screen, on = self._screen, set(self._screen.view.text.split())
        menu = [
            Choice(state.value, state.value[0] if n else "q", state.label, on=state.value in on) for n, state in _STATES
        ]
        menu.append(Choice("", "x", _("Show everything again"), reason="" if on else _("there is no filter")))
        chosen = await screen.app.push_screen_wait(Menu(_("Filter"), menu))
        if chosen is None:
            return
        kept = [word for word in screen.view.text.split() if word not in set(MailState)] if chosen else []
        new = [*kept, *([chosen] if chosen and chosen not in on else [])]
        screen.show_view(replace(screen.view, text=" ".join(new)))

    async def undo(self) -> None:
        """Take back the last thing that this person did."""
        await self._do(undo_last)

    async def redo(self) -> None:
        """Do again what was taken back last."""
        await self._do(redo_last)

    async def _do(self, use_case: Callable[..., Any], *arguments: object) -> None:
        screen = self._screen
        try:
            done = await screen.shell.lanes.write(use_case, *arguments)
        except PortalError as error:
            screen.say(error.message, warning=True)
            return
        screen.shell.mail_was_queued()
        screen.read_again()
        screen.say(done.in_words)

    @property
    def _whom(self) -> str:
        count, hidden = len(self._targets), self._screen.table.hidden_marks
        text = ngettext("{n} mail", "{n} mails", count).format(n=count)
        return text + (" · " + _("{n} of them not shown").format(n=hidden) if hidden else "")


_STATES = tuple(enumerate((MailState.QUEUED, MailState.FAILED, MailState.SENT, MailState.WITHDRAWN)))
