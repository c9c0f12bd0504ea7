"""What can be done in every list, and how it is done: one thing at a time, told while it lasts, stopped by esc."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_portal.domain.errors import PortalError, Refused, WrongUse
from tui_portal.domain.moments import whole_date
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services.context import Context
from tui_portal.services.files import named_file, offered_file
from tui_portal.services.undo import redo_last, undo_last
from tui_portal.tui.long_work import LOOK_SECONDS, LongWork
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.modals.prompt import Prompt
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.tui.screens.list_screen import ListScreen
    from tui_portal.tui.widgets.columns import Column

# The actions by keys that change something; in a menu each is told for itself.
_CHANGES = frozenset(
    {"new_row", "edit_row", "resend", "cancel", "try_now", "copy_link", "switch_reminders", "undo", "redo"}
)
_SOON_SECONDS = 0.2  # what is done by then is told without telling first how far it is


class ListActions:
    """The actions of one list. What an action is about is taken before its dialog opens."""

    def __init__(self, screen: ListScreen) -> None:
        self._screen = screen
        self._targets = screen.targets

    def count_in_words(self, count: int) -> str:
        """So many of what the list holds."""
        raise NotImplementedError

    def why_not(self, name: str) -> str:
        """Why the action of this name can't be done by this person, empty where it can."""
        return self._screen.shell.lanes.context.why_not(Right.MANAGE_ACCOUNTS) if name in _CHANGES else ""

    async def columns(self) -> None:
        """Choose the columns of this list."""
        await self._screen.choose_columns()

    async def copy_name(self) -> None:
        """Copy what the line under the cursor is called: what stands in the column that is never left out."""
        await self._copy(lambda column: not column.width)

    async def copy_row(self) -> None:
        """Copy the line under the cursor, its columns apart by tabs."""
        await self._copy(lambda column: bool(column.title()))

    async def _copy(self, wanted: Callable[[Column[Any]], bool]) -> None:
        row = self._screen.table.cursor_row
        if row is not None:
            self._screen.copy("\t".join(one.cell(row).text for one in self._screen.columns if wanted(one)))

    async def undo(self) -> None:
        """Take back the last thing that this person did."""
        await self.carry_out(undo_last)

    async def redo(self) -> None:
        """Do again what was taken back last."""
        await self.carry_out(redo_last)

    async def choose_words(
        self, words: list[tuple[str, str, str]], kind_of: Callable[[str], object] = lambda _word: None
    ) -> None:
        """A filter menu of (word, key, label): the word that is chosen takes the place of the others of its kind in the filter
        line.
        """
        screen, typed = self._screen, self._screen.view.text.split()
        menu = [Choice(word, key, label, on=word in typed) for word, key, label in words]
        menu.append(Choice("", "x", _("Show everything again"), reason="" if typed else _("there is no filter")))
        chosen = await screen.app.push_screen_wait(Menu(_("Filter"), menu))
        if chosen is None:
            return
        known = {word for word, _key, _label in words if kind_of(word) == kind_of(chosen)}
        kept = [word for word in typed if word not in known] if chosen else []
        new = [*kept, *([chosen] if chosen and chosen not in typed else [])]
        screen.show_view(replace(screen.view, text=" ".join(new)))

    async def write_list(self, name: str, write: Callable[[Context, Path], int]) -> None:
        """Write what the list shows to a file that is asked for."""
        count = self._screen.table.count
        question = ngettext("Write {n} line to", "Write {n} lines to", count).format(n=count)
        await self.write_file(name, write, question)

    async def write_file(self, name: str, write: Callable[[Context, Path], int], question: str) -> None:
        """Ask for a file and `write` it; what goes wrong is told in the dialog."""
        screen = self._screen

        async def do(answer: str) -> None:
            if not answer.strip():
                raise WrongUse(_("A file name is needed."))
            await screen.shell.lanes.count(write, _path(answer))

        context = screen.shell.lanes.context
        path = offered_file(context, f"{name}-{whole_date(screen.shell.clock())}.csv")
        prompt = Prompt(_("Export"), question, _("Export"), do, answer=str(path))
        answer = await screen.app.push_screen_wait(prompt)
        if answer is not None:
            screen.say(_("Written to {path}.").format(path=named_file(context, _path(answer))))

    async def carry_out(self, use_case: Callable[..., Any], *arguments: object, asked_by_dialog: bool = False) -> None:
        """Run a use case that tells in words what it did; one at a time, so that a hurried second press does not go further.

        A dialog that asked for it hears at once what is refused at once, and does not wait for the rest.
        """
        screen = self._screen
        if screen.work is not None:
            if asked_by_dialog:
                raise Refused(_("Something else is being saved."))
            return
        work = screen.work = LongWork(screen.shell.lanes.patience)

        def change(context: Context) -> Any:
            return use_case(context, *arguments, progress=work.progress)

        doing = asyncio.ensure_future(work.outcome(screen.shell.lanes.write(change)))
        try:
            done, _under_way = await asyncio.wait({doing}, timeout=_SOON_SECONDS)
        except asyncio.CancelledError:
            screen.work = None
            doing.cancel()
            raise
        error = doing.exception() if done else None
        if asked_by_dialog and isinstance(error, PortalError):
            screen.work = None
            raise error
        start(screen, partial(self._finish, work, doing), "work")

    async def _finish(self, work: LongWork, doing: asyncio.Future[Any]) -> None:
        """Tell how far the work is until it is done, then what became of it."""
        screen = self._screen
        if not doing.done():
            screen.say(work.in_words)
        timer = screen.set_interval(LOOK_SECONDS, lambda: screen.say(work.in_words))
        try:
            done = await doing
        except PortalError as error:
            screen.say(error.message, warning=True)
        else:
            screen.shell.mail_was_queued()
            screen.read_again()
            screen.say(done.in_words)
        finally:
            timer.stop()
            screen.work = None

    @property
    def whom(self) -> str:
        """How many it is about, and how many of them the filter hides."""
        count, hidden = len(self._targets), self._screen.table.hidden_marks
        text = self.count_in_words(count)
        return text + (" · " + _("{n} of them not shown").format(n=hidden) if hidden else "")


def _path(answer: str) -> Path:
    """The file that was named. Raises WrongUse for a home directory that is nobody's."""
    try:
        return Path(answer.strip()).expanduser()
    except RuntimeError:
        raise WrongUse(_("There is no home directory for {path}.").format(path=safe(answer))) from None
