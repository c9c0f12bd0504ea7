"""An account made or edited: name, type, tags, whether it is the firm's test account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Button, Input, Static

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, PortalError
from tui_portal.i18n import _
from tui_portal.services.account_edits import AccountFields
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.choice_row import CheckRow, ChoiceRow
from tui_portal.tui.widgets.field_row import FieldRow


class AccountDialog(Dialog[int]):
    """Dismissed with the account's id once `save` has taken the fields, or with None. `reload` awaits what is stored now."""

    AUTO_FOCUS = "#name"
    BINDINGS = [
        Binding("alt+s", "save", show=False, priority=True),
        Binding("left", "nothing", show=False),
        Binding("right", "nothing", show=False),
    ]

    def __init__(
        self,
        title: str,
        on_whom: str,
        fields: AccountFields,
        tags: Sequence[str],
        save: Callable[[AccountFields], Awaitable[int]],
        reload: Callable[[], Awaitable[AccountFields]],
    ) -> None:
        super().__init__(title, on_whom)
        self._seen = fields
        self._tags = tags
        self._save = save
        self._reload = reload
        self._asked_to_leave = False

    def body(self) -> ComposeResult:
        yield FieldRow(_("Name"), self._seen.name, id="name")
        kinds = [(kind, kind.label) for kind in AccountType]
        yield ChoiceRow(_("Type"), kinds, id="type", chosen=list(AccountType).index(self._seen.type))
        yield FieldRow(_("Tags"), ", ".join(self._seen.tags), id="tags")
        known = _("Tags are separated by commas. Known: {tags}").format(tags=", ".join(self._tags) or "—")
        yield Static(plain(known), classes="hint-lines")
        yield CheckRow(_("This is the firm's test account"), id="test", value=self._seen.test)
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("cancel", _("Cancel"), "default"), ("save", _("Save"), "primary"))
        yield Static(plain(_("alt+s save   esc leaves")), classes="hint")

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

    async def _try(self, fields: AccountFields) -> None:
        try:
            account = await self._save(fields)
        except Conflict as error:
            self._tell(error.message)
            await self._merge()
        except PortalError as error:
            self._tell(error.message)
        else:
            self.dismiss(account)

    async def _merge(self) -> None:
        """A colleague was quicker: what was not touched here becomes theirs, and the next Save is on top of it."""
        try:
            stored = await self._reload()
        except PortalError as error:
            self._tell(error.message)
            return
        mine, seen = self._fields, self._seen
        if mine.name == seen.name:
            self.query_one("#name", Input).value = stored.name
        if mine.tags == seen.tags:
            self.query_one("#tags", Input).value = ", ".join(stored.tags)
        if mine.type is seen.type:
            self.query_one("#type", ChoiceRow).set_value(stored.type)
        if mine.test == seen.test:
            self.query_one("#test", CheckRow).value = stored.test
        self._seen = stored

    def _tell(self, sentence: str) -> None:
        self.query_one("#told", Static).update(plain(sentence))

    @property
    def _fields(self) -> AccountFields:
        typed = self.query_one("#tags", Input).value
        tags = tuple(tag.strip() for tag in typed.split(",") if tag.strip())
        kind: AccountType = self.query_one("#type", ChoiceRow).value
        name, test = self.query_one("#name", Input).value, self.query_one("#test", CheckRow).value
        return AccountFields(name, kind, tags, test, self._seen.version)
