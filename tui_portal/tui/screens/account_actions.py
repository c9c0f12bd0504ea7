"""What can be done in the Accounts list: the filter menu, more actions, export, undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_portal.domain.errors import WrongUse
from tui_portal.domain.filters import NOBODY, choices, terms_of, with_term, without_key
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services.access import AccessChange, AccessPreview, AccessWish, change_access, preview_access
from tui_portal.services.archive import activate_again, archive
from tui_portal.services.assignments import assign, colleagues
from tui_portal.services.context import Context
from tui_portal.services.exports import export_accounts, export_results
from tui_portal.services.results import AddressResult, results_of
from tui_portal.services.staff_rights import why_no_manager
from tui_portal.services.tags import change_tags, tag_names
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.modals.prompt import Prompt
from tui_portal.tui.screens.list_actions import ListActions

if TYPE_CHECKING:
    from tui_portal.tui.screens.list_screen import ListScreen

_SHOWN_RESULTS = 300
_MOST_DAYS = 9999
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SOON_SECONDS = 0.2  # what is done by then is told without telling first how far it is


class AccountActions(ListActions):
    """The actions of one Accounts list. What an action is about is taken before its dialog opens."""

    def __init__(self, screen: ListScreen, *, archived: bool) -> None:
        super().__init__(screen)
        self._archived = archived

    def count_in_words(self, count: int) -> str:
        return ngettext("{n} account", "{n} accounts", count).format(n=count)

    async def more_actions(self) -> None:
        """The menu of all that can be done to the marked accounts, or to the one under the cursor."""
        context = self._screen.shell.lanes.context
        none = "" if self._targets else _("no account is marked or under the cursor")
        nothing = context.why_not(Right.MANAGE_ACCOUNTS) or none
        unassignable = why_no_manager(context) or none
        closed = nothing or (_("the accounts are archived") if self._archived else "")
        menu = [
            Choice("bulk_edit", "e", _("Edit login, notify, email sync"), reason=closed),
            Choice("add_tags", "t", _("Add tags"), reason=nothing),
            Choice("remove_tags", "T", _("Remove tags"), reason=nothing),
            Choice("archive", "a", _("Archive: closes the portal for the account"), reason=closed)
            if not self._archived
            else Choice("activate_again", "a", _("Activate again"), reason=nothing),
            Choice("assign_staff", "r", _("Assign to staff…"), reason=unassignable),
            Choice("take_from_staff", "R", _("Take from staff…"), reason=unassignable),
            Choice("export", "x", _("Export what the list shows")),
            Choice("save_view", "s", _("Save this filter under a name")),
            Choice("columns", "c", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, self.whom))
        if chosen is not None:
            await getattr(self, chosen)()

    async def new_row(self) -> None:
        """Make an account, and open it."""
        from tui_portal.tui.screens.account_form import edit_account

        saved = await edit_account(self._screen, None)
        if saved is not None:
            self._screen.shell.open_row("accounts", saved)

    async def edit_row(self) -> None:
        """Edit the account under the cursor."""
        from tui_portal.tui.screens.account_form import edit_account

        if self._screen.table.cursor_id is not None:
            await edit_account(self._screen, self._screen.table.cursor_id)

    async def bulk_edit(self) -> None:
        """Edit login, notify, email sync of all targets."""
        from tui_portal.tui.modals.bulk_edit import BulkEditDialog

        shell, targets = self._screen.shell, self._targets

        async def preview(wish: AccessWish) -> AccessPreview:
            return await shell.lanes.count(preview_access, targets, wish)

        async def save(wish: AccessWish, foreseen: AccessPreview, progress: Callable[[float], bool]) -> AccessChange:
            def change(context: Any) -> AccessChange:
                return change_access(context, targets, wish, expected=foreseen, progress=progress)

            return await shell.lanes.write(change)

        dialog = BulkEditDialog(self.whom, preview, save, most=shell.settings.limits.message_characters)
        change = await self._screen.app.push_screen_wait(dialog)
        if change is None:
            return
        self._screen.read_again()
        if change.invitations or change.notices:
            shell.mail_was_queued()
        self._screen.say(change_in_words(change))
        if change.operation is not None:
            await self._show_results(change, change.operation)

    async def _show_results(self, change: AccessChange, operation: int) -> None:
        """What became of each address; of very many the first, an export has all of them."""
        from tui_portal.tui.modals.results import ResultList

        shell = self._screen.shell
        lines, whole = await shell.lanes.count(_first_results, operation)
        title = change_in_words(change)
        listed = ResultList.of_results(title, lines, whole=whole)
        if await self._screen.app.push_screen_wait(listed) == "export":
            await self.write_file("result", partial(export_results_of, operation=operation), _("Write the result to"))

    async def add_tags(self) -> None:
        """Add tags to all targets."""
        await self._change_tags(_("Add tags"), add=True)

    async def remove_tags(self) -> None:
        """Take tags off all targets."""
        await self._change_tags(_("Remove tags"), add=False)

    async def assign_staff(self) -> None:
        """Make a staff member responsible for all targets."""
        await self._choose_staff(_("Assign to staff"), take=False)

    async def take_from_staff(self) -> None:
        """Make a staff member no longer responsible for all targets."""
        await self._choose_staff(_("Take from staff"), take=True)

    async def _choose_staff(self, title: str, *, take: bool) -> None:
        screen, targets = self._screen, self._targets
        menu = []
        for n, colleague in enumerate(await screen.shell.lanes.read(colleagues, targets)):
            own = ngettext("{n} of these is theirs", "{n} of these are theirs", colleague.assigned)
            told = f" · {own.format(n=colleague.assigned)}" if colleague.assigned else ""
            reason = "" if colleague.active or take else _("not active")
            if colleague.assigned == (0 if take else len(targets)):
                reason = reason or (_("none of these is theirs") if take else _("all of these are theirs already"))
            label = f"{colleague.name} ({colleague.login}){told}"
            menu.append(Choice(str(colleague.id), _LETTERS[n : n + 1], label, reason=reason))
        chosen = await screen.app.push_screen_wait(Menu(title, menu, self.whom))
        if chosen is not None:
            await self.carry_out(partial(assign, take=take), targets, int(chosen))

    async def archive(self) -> None:
        """Archive all targets, after a question."""
        from tui_portal.tui.modals.confirmation import Confirmation

        question = ngettext(
            "The portal is closed for this account: nobody can log in to it. Its switches stay as they are. u takes it back.",
            "The portal is closed for these {n} accounts: nobody can log in to them. Their switches stay as they are. "
            "u takes it back.",
            len(self._targets),
        ).format(n=len(self._targets))
        if await self._screen.app.push_screen_wait(Confirmation(_("Archive"), self.whom, question, _("Archive"))):
            await self.carry_out(archive, self._targets)

    async def activate_again(self) -> None:
        """Take all targets out of the archive."""
        await self.carry_out(activate_again, self._targets)

    async def export(self) -> None:
        """Write what the list shows to a file that is asked for."""
        view = self._screen.view

        def write(context: Context, path: Path) -> int:
            return export_accounts(context, view.text, view.sort, view.descending, self._archived, path)

        await self.write_list("accounts", write)

    async def filter_menu(self) -> None:
        """Choose what to filter by, then its value; the filter line says the same in text."""
        from tui_portal.services.saved_views import saved_views

        screen = self._screen
        keys = choices()
        views = await screen.shell.lanes.read(saved_views, screen.source.place)
        text = screen.view.text
        menu = [Choice(c.key, _LETTERS[n], c.label, on=bool(terms_of(text, c.key))) for n, c in enumerate(keys)]
        menu.append(Choice("views", "v", _("Saved filters"), reason="" if views else _("none is saved yet")))
        menu.append(
            Choice("save", "s", _("Save this filter under a name"), reason="" if text else _("there is no filter"))
        )
        menu.append(Choice("clear", "x", _("Show everything again"), reason="" if text else _("there is no filter")))
        chosen = await screen.app.push_screen_wait(Menu(_("Filter"), menu))
        if chosen == "clear":
            screen.show_view(replace(screen.view, text=""))
        elif chosen == "save":
            await self.save_view()
        elif chosen == "views":
            await self._choose_view([(v.name, v.filter, v.sort) for v in views])
        elif chosen is not None:
            await self._choose_value(next(c for c in keys if c.key == chosen))

    async def save_view(self) -> None:
        """Save the filter and the order under a name."""
        from tui_portal.services.saved_views import save_view

        screen, view = self._screen, self._screen.view
        order = f"{view.sort}:desc" if view.descending else view.sort

        async def save(name: str) -> None:
            await screen.shell.lanes.write(save_view, screen.source.place, name, view.text, order)

        prompt = Prompt(_("Save this filter"), view.text or _("everything"), _("Save"), save)
        name = await screen.app.push_screen_wait(prompt)
        if name is not None:
            screen.say(_("Saved as {name}.").format(name=name))

    async def _choose_value(self, choice: Any) -> None:
        screen, text = self._screen, self._screen.view.text
        values = list(choice.values)
        if choice.key == "tag":
            values = [(name, name) for name in await screen.shell.lanes.read(tag_names)]
        elif choice.key == "staff":
            staff = await screen.shell.lanes.read(colleagues, ())
            values = [(NOBODY, _("Nobody")), *((one.login, one.name) for one in staff)]
        now = terms_of(text, choice.key)
        menu = [Choice("", "-", _("any"), on=not now)]
        menu += [Choice(value, _LETTERS[n : n + 1], label, on=value in now) for n, (value, label) in enumerate(values)]
        chosen = await screen.app.push_screen_wait(Menu(choice.label, menu))
        if chosen is None:
            return
        if chosen.endswith("N"):
            await self._ask_days(choice, chosen)
        else:
            new = with_term(text, choice.key, chosen) if chosen else without_key(text, choice.key)
            screen.show_view(replace(screen.view, text=new))

    async def _ask_days(self, choice: Any, value: str) -> None:
        """A value that holds a number of days."""
        screen = self._screen

        async def take(answer: str) -> None:
            if not (answer.isascii() and answer.isdigit() and 0 < int(answer) <= _MOST_DAYS):
                raise WrongUse(_("A number of days is needed, from 1 to {most}.").format(most=_MOST_DAYS))

        days = await screen.app.push_screen_wait(
            Prompt(choice.label, _("How many days?"), _("Filter"), take, answer="30")
        )
        if days is not None:
            text = with_term(screen.view.text, choice.key, value.replace("N", days + "d"))
            screen.show_view(replace(screen.view, text=text))

    async def _choose_view(self, views: Sequence[tuple[str, str, str]]) -> None:
        menu = [Choice(name, _LETTERS[n : n + 1], name) for n, (name, _text, _order) in enumerate(views)]
        chosen = await self._screen.app.push_screen_wait(Menu(_("Saved filters"), menu))
        for name, text, order in views:
            if name == chosen:
                sort, _colon, direction = order.partition(":")
                view = replace(self._screen.view, text=text, descending=direction == "desc")
                self._screen.show_view(replace(view, sort=sort) if sort in self._screen.source.sorts else view)

    async def _change_tags(self, title: str, *, add: bool) -> None:
        screen, targets = self._screen, self._targets
        known = await screen.shell.lanes.read(tag_names)

        async def change(answer: str) -> None:
            names = [name.strip() for name in answer.split(",") if name.strip()]
            if not names:
                raise WrongUse(_("A tag is needed; several are separated by commas."))
            wished = partial(change_tags, add=names) if add else partial(change_tags, remove=names)
            await self.carry_out(wished, targets, asked_by_dialog=True)

        question = _("Tags, separated by commas. Known: {tags}").format(tags=", ".join(known) or "—")
        await screen.app.push_screen_wait(Prompt(title, question, title, change, on_whom=self.whom))


def export_results_of(context: Context, path: Path, *, operation: int) -> int:
    """Write the result of an operation; how many lines."""
    return export_results(context, operation, path)


def _first_results(context: Context, operation: int) -> tuple[list[AddressResult], bool]:
    """The first results of an operation, and whether these are all."""
    lines: list[AddressResult] = []
    for some in results_of(context, operation):
        lines += some
        if len(lines) > _SHOWN_RESULTS:
            return lines[:_SHOWN_RESULTS], False
    return lines, True


def change_in_words(change: AccessChange) -> str:
    """What a bulk edit did, in one line."""
    parts = [ngettext("{n} setting changed", "{n} settings changed", change.changed).format(n=change.changed)]
    if change.invitations:
        parts.append(ngettext("{n} invitation", "{n} invitations", change.invitations).format(n=change.invitations))
    if change.notices:
        parts.append(ngettext("{n} notice", "{n} notices", change.notices).format(n=change.notices))
    if change.skipped_count:
        parts.append(ngettext("{n} skipped", "{n} skipped", change.skipped_count).format(n=change.skipped_count))
    if change.changed or change.invitations or change.notices or change.withdrawn:
        parts.append(_("u takes it back"))
    return " · ".join(parts)
