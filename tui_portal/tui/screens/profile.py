"""An account: its header and the Info tab with the switches of every e-mail address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui_portal.domain.access import Switch, UserState
from tui_portal.domain.addresses import Validity, reason_in_words
from tui_portal.domain.errors import PortalError, Refused
from tui_portal.domain.moments import day_and_month
from tui_portal.domain.staff import Right
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
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.tui.modals.invitation import InvitationChoice, InvitationDialog


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
        start(self, self._show, "profile", newest="profile")

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
        elif self._is_archived:
            self._say_archived()
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
        elif self._may_write():
            start(self, partial(self._invite, email), "invite")

    def on_settings_table_switch_pressed(self, event: SettingsTable.SwitchPressed) -> None:
        email, switch, on = event.email, event.switch, event.on
        if self._profile is None or not self._may_write():
            self._give_up(event)
        elif on and email.validity is Validity.INVALID:
            self._say_invalid(email)
            self._give_up(event)
        elif on and self._is_archived:
            self._say_archived()
            self._give_up(event)
        elif switch is Switch.LOGIN:
            start(self, partial(self._switch_login, event), "login")
        else:
            start(self, partial(self._save, event, AccessWish.of(switch, on)), "switch")

    async def _switch_login(self, event: SettingsTable.SwitchPressed) -> None:
        if event.on:
            await self._grant(event)
        elif await self._may_take_away(event.email):
            await self._save(event, AccessWish(login=False))
        else:
            self._give_up(event)

    async def _may_take_away(self, email: EmailSettings) -> bool:
        """Ask once where somebody loses something: an active user their way in, an invited one their invitation."""
        if email.state is UserState.ACTIVE:
            lost = _(
                "{address} will no longer be able to log in to {account}. Sessions that are open there end at once."
            )
        elif email.invite_state is not None:
            lost = _(
                "{address} was given access to {account}, and an invitation is open. With LOGIN off in the last account it "
                "is withdrawn: its link dies."
            )
        else:
            return True
        from tui_portal.tui.modals.confirmation import Confirmation

        question = lost.format(address=email.address, account=self._account_name())
        dialog = Confirmation(_("LOGIN off"), email.address, question, _("Take access away"))
        answer: bool | None = await self.app.push_screen_wait(dialog)
        return bool(answer)

    async def _grant(self, event: SettingsTable.SwitchPressed) -> None:
        email = event.email
        if email.validity is Validity.BOUNCING:
            await self._save(event, AccessWish(login=True))
            return
        changes: list[AccessChange] = []

        async def grant(choice: InvitationChoice) -> None:
            wish = AccessWish(login=True, invite=choice.send, message=choice.message)
            changes.append(await self.shell.lanes.write(change_access, [self.account], wish, email.id))

        await self.app.push_screen_wait(self._dialog(email, grant, grants=True))
        for change in changes:
            self._tell(change, email, Switch.LOGIN)
        self._give_up(event)
        await self._show()

    async def _invite(self, email: EmailSettings) -> None:
        async def send(choice: InvitationChoice) -> None:
            queued, skipped = await self.shell.lanes.write(invite, [email.id], choice.message)
            if not queued and skipped:
                raise Refused(f"{skipped[0].address}: {skipped[0].reason}")

        if await self.app.push_screen_wait(self._dialog(email, send, grants=False)) is not None:
            self.shell.mail_was_queued()
            self.say(_("The invitation to {address} waits in the outbox.").format(address=email.address))
        await self._show()

    def _dialog(
        self, email: EmailSettings, do: Callable[[InvitationChoice], Awaitable[object]], *, grants: bool
    ) -> InvitationDialog:
        from tui_portal.tui.modals.invitation import InvitationDialog

        return InvitationDialog(
            email.address,
            self._account_name(),
            language_name(self._language_of(email)),
            do,
            grants=grants,
            active=email.activated,
            most=self.shell.settings.limits.message_characters,
        )

    async def _save(self, event: SettingsTable.SwitchPressed, wish: AccessWish) -> None:
        """Save a wish for one address and tell the outcome; the switch shows what is stored, whatever happens."""
        try:
            done = await self.shell.lanes.write(change_access, [self.account], wish, event.email.id)
        except PortalError as error:
            self.say(error.message, warning=True)
        else:
            self._tell(done, event.email, event.switch)
        self._give_up(event)
        await self._show()

    def _give_up(self, event: SettingsTable.SwitchPressed) -> None:
        """The switch is not being saved any more."""
        if self.is_attached:
            self.query_one(SettingsTable).end_saving(event.email, event.switch)

    def _may_write(self) -> bool:
        """Whether this person may change accounts here; the reason is told where not."""
        try:
            self.shell.lanes.context.require(Right.MANAGE_ACCOUNTS)
        except PortalError as error:
            self.say(error.message, warning=True)
            return False
        return True

    def _tell(self, done: AccessChange, email: EmailSettings, switch: Switch) -> None:
        if done.invitations or done.notices:
            self.shell.mail_was_queued()
            self.say(_("LOGIN is on for {address}; the mail waits in the outbox.").format(address=email.address))
        elif done.skipped:
            self.say(f"{done.skipped[0].address}: {done.skipped[0].reason}", warning=True)
        elif done.withdrawn:
            self.say(_("LOGIN is off for {address}; the open invitation is withdrawn.").format(address=email.address))
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
        if not self.is_attached:
            return
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

    @property
    def _is_archived(self) -> bool:
        return self._profile is not None and self._profile.account.archived

    def _say_archived(self) -> None:
        self.say(_("The account is archived: nobody can be given access to it."), warning=True)

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
