"""An account: its header and the Info tab with the switches of every e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_portal.domain.access import Switch, UserState
from tui_portal.domain.addresses import Validity, reason_in_words
from tui_portal.domain.errors import PortalError
from tui_portal.domain.moments import day_and_month
from tui_portal.i18n import _, language_name
from tui_portal.services.access import AccessChange, AccessWish, change_access
from tui_portal.services.accounts import AccountProfile, EmailSettings, account_profile
from tui_portal.services.invitations import invite
from tui_portal.tui import keys
from tui_portal.tui.lists import status_words
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import KeyBar, TitleBar, TooSmall
from tui_portal.tui.widgets.settings_table import SettingsTable

if TYPE_CHECKING:
    from tui_portal.tui.modals.invitation import InvitationDialog


class ProfileScreen(PlaceScreen):
    """The profile of one account. What a dialog confirms is what gets done: its address is taken before it opens."""

    BINDINGS = keys.bindings(keys.PROFILE)
    AUTO_FOCUS = "SettingsTable"
    KEY_GROUPS = (keys.INFO, keys.PROFILE, keys.EVERYWHERE)

    def __init__(self, account: int) -> None:
        super().__init__()
        self.account = account
        self._profile: AccountProfile | None = None
        self._read = False

    @property
    def settled(self) -> bool:
        return self._read

    def compose(self) -> ComposeResult:
        yield TooSmall()
        yield TitleBar()
        yield Static(id="profile-head", markup=False)
        with Vertical(id="work"):
            yield SettingsTable()
        yield KeyBar(*self.KEY_GROUPS)

    async def on_mount(self) -> None:
        await self._show()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show_surroundings)

    def read_again(self) -> None:
        """Read the account anew."""
        self.run_worker(self._show(), group="profile", exclusive=True, name="profile")

    def show_surroundings(self) -> None:
        """The title line, from what the application knows now."""
        if self._profile is None:
            return
        account = self._profile.account
        where = [self.shell.firm_name, _("Accounts"), f"{account.code} {account.name}"]
        notes = self.shell.notes if self.has_class("-wide") else ()
        self.query_one(TitleBar).show(where, [status_words(account), *notes])

    def action_back(self) -> None:
        self.dismiss(None)

    def action_invite(self) -> None:
        email = self.query_one(SettingsTable).email
        if email is None:
            self.say(_("There is no e-mail address to invite."), warning=True)
        elif not email.login:
            self.say(
                _("LOGIN is off for {address}: switch it on first (l).").format(address=email.address), warning=True
            )
        elif email.state is UserState.ACTIVE:
            self.say(
                _("{address} is active already and needs no invitation.").format(address=email.address), warning=True
            )
        elif email.validity in (Validity.INVALID, Validity.BOUNCING):
            self._say_invalid(email)
        else:
            self.run_worker(self._invite(email), name="invite")

    def on_settings_table_switch_pressed(self, event: SettingsTable.SwitchPressed) -> None:
        email, switch, on = event.email, event.switch, event.on
        if self._profile is None:
            return
        if on and email.validity is Validity.INVALID:
            self._say_invalid(email)
        elif on and self._profile.account.archived:
            self.say(_("The account is archived: nobody can be given access to it."), warning=True)
        elif switch is Switch.LOGIN:
            self.run_worker(self._switch_login(email, on), name="login")
        else:
            self.run_worker(self._save(email, switch, AccessWish.of(switch, on)), name="switch")

    async def _switch_login(self, email: EmailSettings, on: bool) -> None:
        if on:
            await self._grant(email)
            return
        if email.state is UserState.ACTIVE:
            from tui_portal.tui.modals.confirmation import Confirmation

            question = _(
                "{address} will no longer be able to log in to {account}. Sessions that are open there end at once."
            ).format(address=email.address, account=self._account_name())
            dialog = Confirmation(_("LOGIN off"), email.address, question, _("Take access away"))
            if not await self.app.push_screen_wait(dialog):
                return
        await self._save(email, Switch.LOGIN, AccessWish(login=False))

    async def _grant(self, email: EmailSettings) -> None:
        writable = email.validity is not Validity.BOUNCING
        if not writable:
            await self._save(email, Switch.LOGIN, AccessWish(login=True))
            return
        dialog = self._dialog(email, grants=True)
        choice = await self.app.push_screen_wait(dialog)
        if choice is not None:
            wish = AccessWish(login=True, invite=choice.send, message=choice.message)
            await self._save(email, Switch.LOGIN, wish)

    async def _invite(self, email: EmailSettings) -> None:
        choice = await self.app.push_screen_wait(self._dialog(email, grants=False))
        if choice is None:
            return
        try:
            queued, skipped = await self.shell.lanes.write(invite, [email.id], choice.message)
        except PortalError as error:
            self.say(error.message, warning=True)
            return
        await self._show()
        if queued:
            self.shell.mail_was_queued()
            self.say(_("The invitation to {address} waits in the outbox.").format(address=email.address))
        elif skipped:
            self.say(f"{skipped[0].address}: {skipped[0].reason}", warning=True)

    def _dialog(self, email: EmailSettings, *, grants: bool) -> InvitationDialog:
        from tui_portal.tui.modals.invitation import InvitationDialog

        return InvitationDialog(
            email.address,
            self._account_name(),
            language_name(self._language_of(email)),
            grants=grants,
            active=email.activated,
            most=self.shell.settings.limits.message_characters,
        )

    async def _save(self, email: EmailSettings, switch: Switch, wish: AccessWish) -> None:
        """Save a wish for one address and tell the outcome; the switch shows what is stored, whatever happens."""
        table = self.query_one(SettingsTable)
        table.show_saving(email, switch, True)
        try:
            done = await self.shell.lanes.write(change_access, [self.account], wish, email.id)
        except PortalError as error:
            self.say(error.message, warning=True)
        else:
            self._tell(done, email, switch)
        finally:
            table.show_saving(email, switch, False)
            await self._show()

    def _tell(self, done: AccessChange, email: EmailSettings, switch: Switch) -> None:
        if done.invitations or done.notices:
            self.shell.mail_was_queued()
            self.say(_("LOGIN is on for {address}; the mail waits in the outbox.").format(address=email.address))
        elif done.skipped:
            self.say(f"{done.skipped[0].address}: {done.skipped[0].reason}", warning=True)
        elif done.changed:
            self.say(_("{switch} is saved for {address}.").format(switch=switch.label, address=email.address))
        else:
            self.say(_("{address} had this already: a colleague was quicker.").format(address=email.address))

    async def _show(self) -> None:
        try:
            self._profile = await self.shell.lanes.read(account_profile, self.account)
        except PortalError as error:
            self.say(error.message, warning=True)
            return
        finally:
            self._read = True
        account, moment = self._profile.account, self.shell.clock()
        last = _("never") if account.last_login is None else day_and_month(account.last_login, moment)
        parts = [account.type.label, *account.tags, _("last login {date}").format(date=last)]
        if account.test:
            parts.append(_("test account"))
        if account.archived:
            parts.append(_("archived"))
        self.query_one("#profile-head", Static).update(plain(" " + _("Info") + "   " + " · ".join(parts)))
        self.query_one(SettingsTable).show(self._profile, moment)
        self.show_surroundings()

    def _say_invalid(self, email: EmailSettings) -> None:
        reason = reason_in_words(email.reason)
        self.say(_("{address} is not valid: {reason}.").format(address=email.address, reason=reason), warning=True)

    def _account_name(self) -> str:
        account = self._profile.account if self._profile else None
        return f"{account.code} {account.name}" if account else ""

    def _language_of(self, email: EmailSettings) -> str:
        contacts = self._profile.contacts if self._profile else ()
        languages = (c.language for c in contacts if c.language and any(e.id == email.id for e in c.emails))
        return next(languages, self.shell.firm_language)
