"""What can be done in the Staff list: add, edit, deactivate or bring back, look at what somebody did."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _, ngettext
from tui_portal.services.staff_members import (
    OwnRight,
    StaffFields,
    StaffRow,
    add_member,
    bring_back,
    change_member,
    deactivate,
    staff_row,
)
from tui_portal.services.staff_rights import why_no_manager
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.screens.list_actions import ListActions


class StaffActions(ListActions):
    """The actions on staff members, one at a time: who it is about is under the cursor."""

    def count_in_words(self, count: int) -> str:
        return ngettext("{n} staff member", "{n} staff members", count).format(n=count)

    def why_not(self, name: str) -> str:
        return why_no_manager(self._screen.shell.lanes.context) if name in ("new_row", "edit_row", "cancel") else ""

    async def more_actions(self) -> None:
        """The menu of all that can be done to the staff member under the cursor."""
        row = await self._row()
        refused = why_no_manager(self._screen.shell.lanes.context)
        nobody = refused or ("" if row else _("nobody is under the cursor"))
        menu = [
            Choice("new_row", "n", _("New staff member"), reason=refused),
            Choice("edit_row", "e", _("Edit: role, rights, language, …"), reason=nobody),
            Choice("cancel", "d", _("Bring back") if row and not row.active else _("Deactivate"), reason=nobody),
            Choice("show_accounts", "a", _("Show the accounts that are theirs"), reason="" if row else nobody),
            Choice("show_log", "l", _("Show what they did"), reason="" if row else nobody),
            Choice("columns", "k", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, row.fields.name if row else ""))
        if chosen is not None:
            await getattr(self, chosen)()

    async def new_row(self) -> None:
        """Add a staff member."""
        from tui_portal.tui.modals.staff import StaffDialog

        if self._is_refused():
            return
        screen, empty = self._screen, StaffFields("", "", "")

        async def save(fields: StaffFields, _seen: StaffFields, _sure: bool) -> int:
            return await screen.shell.lanes.write(add_member, fields)

        async def reload() -> StaffFields:
            return empty

        saved = await screen.app.push_screen_wait(StaffDialog(_("New staff member"), "", empty, save, reload))
        if saved is not None:
            self._say_saved(saved)

    async def edit_row(self) -> None:
        """Edit the staff member under the cursor."""
        from tui_portal.tui.modals.staff import StaffDialog

        if self._is_refused():
            return
        screen, row = self._screen, await self._row()
        if row is None:
            return
        number, lanes = row.id, screen.shell.lanes

        async def save(fields: StaffFields, seen: StaffFields, sure: bool) -> bool:
            return await lanes.write(partial(change_member, seen=seen, sure=sure), number, fields)

        async def reload() -> StaffFields:
            return (await lanes.read(staff_row, number)).fields

        dialog = StaffDialog(_("Edit staff member"), row.fields.name, row.fields, save, reload)
        saved = await screen.app.push_screen_wait(dialog)
        if saved is not None:
            self._say_saved(saved)

    async def cancel(self) -> None:
        """Deactivate the staff member under the cursor after a question, or bring them back."""
        from tui_portal.tui.modals.confirmation import Confirmation

        row = await self._row()
        if self._is_refused() or row is None:
            return
        screen, name = self._screen, row.fields.name
        if row.active:
            question = _("They are not let in any more, and what they have open can change nothing.")
            if row.accounts:
                own = ngettext("{n} account stays theirs.", "{n} accounts stay theirs.", row.accounts)
                question = f"{question} {own.format(n=row.accounts)}"
            asked = Confirmation(_("Deactivate"), name, question, _("Deactivate"))
            if not await screen.app.push_screen_wait(asked):
                return
        try:
            if not row.active:
                await screen.shell.lanes.write(bring_back, row.id)
            elif not await self._deactivate(row):
                return
        except PortalError as error:
            screen.say(error.message, warning=True)
            return
        told = _("{name} is not let in any more; d brings them back") if row.active else _("{name} is back")
        screen.say(told.format(name=name))
        screen.read_again()

    async def _deactivate(self, row: StaffRow) -> bool:
        """Deactivate them; oneself only after another question. Whether it was done."""
        from tui_portal.tui.modals.confirmation import Confirmation

        screen = self._screen
        try:
            await screen.shell.lanes.write(deactivate, row.id)
        except OwnRight as error:
            asked = Confirmation(_("Deactivate yourself?"), row.fields.name, error.message, _("Deactivate"))
            if not await screen.app.push_screen_wait(asked):
                return False
            await screen.shell.lanes.write(partial(deactivate, sure=True), row.id)
        return True

    async def show_accounts(self) -> None:
        """The Accounts list, filtered by the staff member under the cursor."""
        from tui_portal.domain.filters import Key, format_term
        from tui_portal.tui.lists import accounts_source

        row = await self._row()
        if row is not None:
            screen = self._screen
            screen.go_to(accounts_source(archived=False))
            screen.show_view(replace(screen.view, text=format_term(Key.STAFF, [row.fields.login])))

    async def show_log(self) -> None:
        """What the staff member under the cursor did."""
        if self._screen.table.cursor_id is not None:
            self._screen.shell.open_row("staff", self._screen.table.cursor_id)

    async def _row(self) -> StaffRow | None:
        here = self._screen.table.cursor_id
        if here is None:
            return None
        try:
            return await self._screen.shell.lanes.read(staff_row, here)
        except PortalError as error:
            self._screen.say(error.message, warning=True)
            return None

    def _is_refused(self) -> bool:
        """Whether this person may not manage the staff; the reason is told."""
        why = why_no_manager(self._screen.shell.lanes.context)
        if why:
            self._screen.say(why, warning=True)
        return bool(why)

    def _say_saved(self, fields: StaffFields) -> None:
        self._screen.say(_("{name} is saved.").format(name=fields.name))
        self._screen.read_again()
