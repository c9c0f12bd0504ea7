"""A staff member added or edited: login, name, address, role, rights, language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Input, Static

from tui_portal.domain.errors import PortalError
from tui_portal.domain.staff import Role
from tui_portal.i18n import LANGUAGES, _, pgettext
from tui_portal.services.staff_members import OwnRight, StaffFields
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.choice_row import CheckRow, ChoiceRow
from tui_portal.tui.widgets.field_row import FieldRow


class StaffDialog(Dialog[StaffFields]):
    """Dismissed with the fields once `save(fields, seen, sure)` has taken them, or with None. `reload` awaits what is stored
    now.
    """

    AUTO_FOCUS = "#login"
    BINDINGS = [
        Binding("alt+s", "save", show=False, priority=True),
        Binding("left", "nothing", show=False),
        Binding("right", "nothing", show=False),
    ]

    def __init__(
        self,
        title: str,
        on_whom: str,
        fields: StaffFields,
        save: Callable[[StaffFields, StaffFields, bool], Awaitable[object]],
        reload: Callable[[], Awaitable[StaffFields]],
    ) -> None:
        super().__init__(title, on_whom)
        self._seen = fields
        self._save = save
        self._reload = reload
        self._asked_to_leave = False
        self._sure_of: StaffFields | None = None

    def body(self) -> ComposeResult:
        seen = self._seen
        yield FieldRow(pgettext("name of a staff member", "Login"), seen.login, id="login")
        yield FieldRow(_("Name"), seen.name, id="name")
        yield FieldRow(_("E-mail"), seen.email, id="email")
        roles = [(role, role.label) for role in Role]
        yield ChoiceRow(_("Role"), roles, id="role", chosen=list(Role).index(seen.role))
        languages = [(None, pgettext("language", "any")), *((language, language) for language in LANGUAGES)]
        chosen = [value for value, _label in languages].index(seen.language)
        yield ChoiceRow(_("Language"), languages, id="language", chosen=chosen)
        yield CheckRow(
            _("Manage accounts: changes accounts, contacts and settings"), id="manage", value=seen.manage_accounts
        )
        yield CheckRow(_("View all accounts, not only those assigned to them"), id="view", value=seen.view_all)
        yield Static(id="rights", classes="hint-lines", markup=False)
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("cancel", _("Cancel"), "default"), ("save", _("Save"), "primary"))
        yield Static(plain(_("alt+s save   esc leaves")), classes="hint")

    def on_mount(self) -> None:
        self._tell_rights()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_leave()

    @on(Input.Changed)
    @on(ChoiceRow.Changed)
    @on(CheckRow.Changed)
    def _changed(self) -> None:
        self._asked_to_leave = False
        self._tell_rights()

    def action_nothing(self) -> None:
        """Left and right belong to the fields, not to the way between them."""

    def action_leave(self) -> None:
        """esc: where something was changed, only the second one leaves."""
        if self.under_way:
            return
        if self._fields != self._seen and not self._asked_to_leave:
            self._asked_to_leave = True
            self._tell(_("esc again leaves, and what was typed is gone."))
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        self.carry_out(partial(self._try, self._fields), "save")

    async def _try(self, fields: StaffFields) -> None:
        try:
            await self._save(fields, self._seen, self._sure_of == fields)
        except OwnRight as error:
            self._sure_of = fields
            self._tell(f"{error.message} " + _("Save again does it."))
        except PortalError as error:
            self._tell(error.message)
            await self._look_again()
        else:
            self.dismiss(fields)

    async def _look_again(self) -> None:
        """Where a colleague was quicker, the next Save is on top of theirs, but only of what was not touched here."""
        try:
            stored = await self._reload()
        except PortalError:
            return
        mine, seen = self._fields, self._seen
        for name in ("login", "name", "email"):
            if getattr(mine, name) == getattr(seen, name):
                self.query_one(f"#{name}", Input).value = getattr(stored, name)
        for name in ("role", "language"):
            if getattr(mine, name) == getattr(seen, name):
                self.query_one(f"#{name}", ChoiceRow).set_value(getattr(stored, name))
        if mine.manage_accounts == seen.manage_accounts:
            self.query_one("#manage", CheckRow).value = stored.manage_accounts
        if mine.view_all == seen.view_all:
            self.query_one("#view", CheckRow).value = stored.view_all
        self._seen = stored

    def _tell(self, sentence: str) -> None:
        self.query_one("#told", Static).update(plain(sentence))

    def _tell_rights(self) -> None:
        role = self.query_one("#role", ChoiceRow).value
        words = {
            Role.OWNER: _("An owner may do everything, and alone makes or changes owners."),
            Role.ADMIN: _("An admin may do everything, but for making or changing owners."),
            Role.EMPLOYEE: _("An employee may do what the two boxes say."),
        }
        self.query_one("#rights", Static).update(plain(words[role]))

    @property
    def _fields(self) -> StaffFields:
        login, name, email = (self.query_one(f"#{part}", Input).value for part in ("login", "name", "email"))
        role: Role = self.query_one("#role", ChoiceRow).value
        language: str | None = self.query_one("#language", ChoiceRow).value
        manage, view = (self.query_one(f"#{part}", CheckRow).value for part in ("manage", "view"))
        return StaffFields(login, name, email, role, language, manage, view)
