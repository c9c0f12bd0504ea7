"""An account: its header, and the tabs Info, Activity and Mail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui_portal.domain.access import Switch
from tui_portal.domain.errors import NotFound, PortalError
from tui_portal.domain.moments import day_and_month
from tui_portal.domain.staff import Right
from tui_portal.i18n import _
from tui_portal.services.accounts import AccountProfile, ContactCard, EmailSettings, account_profile
from tui_portal.services.wording import state_in_words
from tui_portal.tui import keys
from tui_portal.tui.account_columns import status_words
from tui_portal.tui.keymap import rebind
from tui_portal.tui.screens.address_actions import AddressActions
from tui_portal.tui.screens.contact_actions import ContactActions
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.bars import KeyBar, TitleBar, TooSmall
from tui_portal.tui.widgets.settings_table import SWITCHES, SettingsTable, is_on
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.services.context import Context
    from tui_portal.services.undo import Undone
    from tui_portal.tui.widgets.log_table import LogTab

_SWITCH_KEYS = {"l": Switch.LOGIN.value, "o": Switch.NOTIFY.value, "y": Switch.EMAIL_SYNC.value}
INFO, ACTIVITY, MAIL = TABS = ("info", "activity", "mail")


class ProfileScreen(PlaceScreen):
    """The profile of one account; the cursor begins at a contact or an address (ids) of it, where one is named."""

    BINDINGS = keys.bindings(keys.PROFILE)
    AUTO_FOCUS = "SettingsTable"
    KEY_GROUPS = (keys.INFO, keys.PROFILE, keys.EVERYWHERE)

    def __init__(self, account: int, *, contact: int | None = None, address: int | None = None) -> None:
        super().__init__()
        self.account = account
        self._begin_at = contact, address
        self._others: tuple[str, ...] = ()
        self.profile: AccountProfile | None = None
        self.address_actions = AddressActions(self)
        self.contact_actions = ContactActions(self)
        self._tab = INFO
        self._read = False

    @property
    def settled(self) -> bool:
        return self._read and not self.busy and (self._tab == INFO or self._log_tab(self._tab).settled)

    @property
    def key_groups(self) -> Sequence[keys.KeyGroup]:
        if self._tab == INFO:
            return self.KEY_GROUPS
        from tui_portal.tui.widgets.log_table import READ_ONLY

        return (READ_ONLY, keys.PROFILE, keys.EVERYWHERE)

    @property
    def table(self) -> SettingsTable:
        """The contacts with their switches."""
        return self.query_one(SettingsTable)

    @property
    def account_name(self) -> str:
        """The account's ID and name, as dialogs say it."""
        account = self.profile.account if self.profile else None
        return f"{account.code} {account.name}" if account else ""

    @property
    def is_archived(self) -> bool:
        """Whether nobody can be given access."""
        return self.profile is not None and self.profile.account.archived

    def compose(self) -> ComposeResult:
        yield TooSmall()
        yield TitleBar()
        yield Static(id="profile-head", markup=False)
        with Vertical(id="work"):
            yield SettingsTable(*self._begin_at)
        yield KeyBar(*self.KEY_GROUPS)

    async def on_mount(self) -> None:
        rebind(self)
        await self.show()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_surroundings)

    def read_again(self) -> None:
        """Read the account anew, and the tab in front."""
        start(self, self.show, "profile", newest="profile")
        if self._tab != INFO:
            self._log_tab(self._tab).read_again()

    def show_surroundings(self) -> None:
        """The title line, from what the application knows now."""
        if self.profile is None or not self.stands:
            return
        account = self.profile.account
        place = _("Archived") if account.archived else _("Accounts")
        where = [self.shell.firm_name, place, f"{account.code} {account.name}"]
        notes = self.shell.notes if self.has_class("-wide") else ()
        others = [_("also open: {names}").format(names=_(", ").join(self._others))] if self._others else []
        self.query_one(TitleBar).show(where, [*others, status_words(account), *notes])
        self.query_one("#profile-head", Static).update(self._head())

    def show_others(self, account: int, names: tuple[str, ...]) -> None:
        """Show in the title line who else has the account open."""
        if account == self.account and names != self._others and self.is_attached:
            self._others = names
            self.show_surroundings()

    def contact_of(self, email: EmailSettings) -> ContactCard | None:
        """The contact that an address of this account stands at: the one under the cursor, else the first; None for an unlinked one."""
        here = self.table.contact
        if here is not None and any(e.id == email.id for e in here.emails):
            return here
        contacts = self.profile.contacts if self.profile else ()
        return next((card for card in contacts if any(e.id == email.id for e in card.emails)), None)

    def language_of(self, email: EmailSettings) -> str:
        """The language of the mail to this address."""
        contacts = self.profile.contacts if self.profile else ()
        languages = (c.language for c in contacts if c.language and any(e.id == email.id for e in c.emails))
        return next(languages, self.shell.firm_language)

    def may_write(self) -> bool:
        """Whether this person may change accounts here; the reason is told where not."""
        why = self.shell.lanes.context.why_not(Right.MANAGE_ACCOUNTS)
        if why:
            self.say(why, warning=True)
        return not why

    async def show(self) -> None:
        """Read the account and show it as it is stored."""
        account = self.account
        try:
            profile = await self.shell.lanes.read(account_profile, account)
        except PortalError as error:
            if isinstance(error, NotFound):
                self.table.forget()  # somebody else's now, perhaps: nothing of it stays in sight
            self.say(error.message, warning=True)
            return
        finally:
            self._read = True
        if self.is_attached and account == self.account:
            self.profile = profile
            self.table.show(profile, self.shell.clock())
            self.show_surroundings()

    def action_back(self) -> None:
        if self.shell.lanes.patience.told:
            self.shell.lanes.patience.give_up()
        else:
            self.dismiss(None)

    def action_tab(self, step: int) -> None:
        """Go to the tab beside this one."""
        number = max(0, min(TABS.index(self._tab) + step, len(TABS) - 1))
        if TABS[number] != self._tab:
            self.begin(partial(self._go_to_tab, TABS[number]), "tab", newest="tab")

    def action_step(self, step: int) -> None:
        """Go to the account beside this one in the list that it was opened from."""
        self.begin(partial(self._step, step), "step", newest="step")

    def action_invite(self) -> None:
        email = self._email()
        if email is not None:
            self.address_actions.invite(email)

    def action_preferences(self, email: EmailSettings | None = None) -> None:
        """The notification preferences of the address under the cursor."""
        from tui_portal.tui.screens.preference_actions import open_preferences

        email = email or self._email()
        if email is not None:
            self.begin(partial(open_preferences, self, self.account, email.id), "preferences", newest="dialog")

    def action_all_preferences(self) -> None:
        """Those of all addresses, as a grid."""
        from tui_portal.tui.screens.preference_actions import open_preference_grid

        if self._on_info():
            self.begin(partial(open_preference_grid, self, self.account), "preferences", newest="dialog")

    def action_explain(self, email: EmailSettings | None = None) -> None:
        """Why the address under the cursor can, or can't, log in."""
        email = email or self._email()
        if email is not None:
            self.begin(partial(self._explain, email), "why", newest="dialog")

    def action_row_menu(self) -> None:
        email = self._email()
        if email is not None:
            self.begin(partial(self.address_actions.menu, email), "menu", newest="dialog")

    def action_switch_all(self, name: str) -> None:
        if self._on_info():
            self.begin(partial(self.address_actions.switch_all, Switch(name)), "all", newest="dialog")

    def action_add_contact(self) -> None:
        if self._on_info():
            self.begin(self.contact_actions.add, "contact", newest="dialog")

    def action_edit_contact(self) -> None:
        contact, email = self.table.contact, self.table.email
        if not self._on_info():
            return
        if contact is not None:
            work = partial(self.contact_actions.edit, contact, email.id if email else None)
            self.begin(work, "contact", newest="dialog")
        elif email is not None:
            self.begin(partial(self.contact_actions.adopt, email), "contact", newest="dialog")
        else:
            self._say_nobody()

    def action_unlink_contact(self) -> None:
        contact, email = self.table.contact, self.table.email
        if not self._on_info():
            return
        if contact is not None:
            self.begin(partial(self.contact_actions.unlink, contact), "contact", newest="dialog")
        elif email is not None:
            self.begin(partial(self.contact_actions.delete, email), "contact", newest="dialog")
        else:
            self._say_nobody()

    def action_edit_account(self) -> None:
        from tui_portal.tui.screens.account_form import edit_account

        if self.may_write():
            self.begin(partial(edit_account, self, self.account), "account", newest="dialog")

    def action_copy_address(self) -> None:
        email = self._email()
        if email is not None:
            self.copy(email.address)

    def action_copy_row(self) -> None:
        email = self._email()
        if email is not None:
            words = {True: _("on"), False: _("off")}
            switches = [f"{s.label} {words[is_on(email, s)]}" for s in SWITCHES]
            state = state_in_words(email, self.shell.clock())
            self.copy("\t".join([self.account_name, email.label, email.address, *switches, state]))

    def action_undo(self) -> None:
        from tui_portal.services.undo import undo_last

        self.begin(partial(self._take_back, undo_last), "undo")

    def action_redo(self) -> None:
        from tui_portal.services.undo import redo_last

        self.begin(partial(self._take_back, redo_last), "undo")

    def on_settings_table_switch_pressed(self, event: SettingsTable.SwitchPressed) -> None:
        self.address_actions.press(event)

    def on_settings_table_nobody_pressed(self) -> None:
        self._say_nobody()

    def on_settings_table_menu_asked(self) -> None:
        self.action_row_menu()

    def on_log_tab_entry_opened(self, event: LogTab.EntryOpened) -> None:
        from tui_portal.tui.modals.entry import EntryDialog

        self.app.push_screen(EntryDialog(event.entry))

    async def _go_to_tab(self, name: str) -> None:
        former, self._tab = self._tab, name
        if name != INFO and not self.query(f"#{name}"):
            from tui_portal.tui.widgets.log_table import activity_tab, mail_tab

            await self.query_one("#work").mount(activity_tab() if name == ACTIVITY else mail_tab())
        # The focus moves first: a widget that is hidden with the focus in it leaves the keyboard to nobody.
        self._widget_of(name).display = True
        (self.table if name == INFO else self._log_tab(name).table).focus()
        self._widget_of(former).display = False
        self.query_one(KeyBar).show(self._bar_groups())
        self.show_surroundings()
        if name != INFO:
            await self._log_tab(name).open(self.account)

    async def _step(self, step: int) -> None:
        beside = await self.shell.beside(self.account, step)
        if beside is None:
            self.say(_("There is no further account in the list in this direction."), warning=True)
            return
        self.account, self._read, self._others = beside, False, ()
        self.table.forget()
        await self.show()
        if self._tab != INFO:
            await self._log_tab(self._tab).open(beside)

    async def _explain(self, email: EmailSettings) -> None:
        """The reasons, and the key of this screen that was pressed because they named it."""
        from tui_portal.tui.screens.why_actions import show_why

        key = await show_why(self, self.account, email.id, "".join(_SWITCH_KEYS) + "ipe")
        here = self.table.email
        if here is None or here.id != email.id:
            return
        if key in _SWITCH_KEYS:
            self.table.action_press(_SWITCH_KEYS[key])
        elif key == "i":
            self.action_invite()
        elif key == "p":
            self.action_preferences(here)
        elif key == "e":
            self.action_edit_contact()

    async def _take_back(self, use_case: Callable[[Context], Undone]) -> None:
        try:
            done = await self.shell.lanes.write(use_case)
        except PortalError as error:
            self.say(error.message, warning=True)
        else:
            self.say(done.in_words)
        self.read_again()

    def _on_info(self) -> bool:
        """Whether the Info tab is in front; where it leads there is told where not."""
        if self._tab != INFO:
            self.say(_("This is about an address of the Info tab: [ leads there."), warning=True)
        return self._tab == INFO

    def _email(self) -> EmailSettings | None:
        """The address under the cursor; where there is none, that is told."""
        if not self._on_info():
            return None
        if self.table.email is None:
            self._say_nobody()
        return self.table.email

    def _say_nobody(self) -> None:
        """There is nothing under the cursor to do this to: say what can be done about that."""
        if self.table.contact is None:
            self.say(_("There is no contact here: n finds or makes one."), warning=True)
        else:
            self.say(_("There is no e-mail address here: e edits the contact."), warning=True)

    def _widget_of(self, name: str) -> SettingsTable | LogTab[Any]:
        return self.table if name == INFO else self._log_tab(name)

    def _log_tab(self, name: str) -> LogTab[Any]:
        from tui_portal.tui.widgets.log_table import LogTab

        return self.query_one(f"#{name}", LogTab)

    def _bar_groups(self) -> Sequence[keys.KeyGroup]:
        """What the last line names: on a tab that is only read, the few keys that do something there."""
        if self._tab == INFO:
            return self.KEY_GROUPS
        there = tuple(key for key in keys.PROFILE.keys if key.name in ("tab_before", "tab_after", "back"))
        return (self.key_groups[0], keys.KeyGroup("tab", keys.PROFILE.title, there), keys.EVERYWHERE)

    def _head(self) -> Content:
        """The tabs, and what there is to know of the account."""
        assert self.profile is not None  # noqa: S101 - asked for only when it was read
        account, moment = self.profile.account, self.shell.clock()
        last = _("never") if account.last_login is None else day_and_month(account.last_login, moment)
        facts = [account.type.label, *account.tags, _("last login {date}").format(date=last)]
        facts += [_("responsible: {names}").format(names=_(", ").join(account.staff))] if account.staff else []
        facts += [
            word for word, holds in ((_("test account"), account.test), (_("archived"), account.archived)) if holds
        ]
        titles = {INFO: _("Info"), ACTIVITY: _("Activity"), MAIL: _("Mail")}
        tabs = [plain(f" {titles[name]} ", "bold reverse" if name == self._tab else "") for name in TABS]
        head = Content("").join([Content(" "), *tabs, Content("   ")])
        return head + plain(fit(" · ".join(facts), self.size.width - head.cell_length))
