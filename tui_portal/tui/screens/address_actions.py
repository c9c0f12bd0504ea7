"""What is done to the e-mail addresses of an account: the switches, the invitation, the row's menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from tui_portal.domain.access import Switch, UserState
from tui_portal.domain.addresses import Validity, reason_in_words
from tui_portal.domain.errors import PortalError, Refused
from tui_portal.domain.moments import day_and_month
from tui_portal.domain.staff import Right, Role
from tui_portal.i18n import _, language_name, ngettext
from tui_portal.services.access import AccessChange, AccessWish, change_access, preview_access
from tui_portal.services.accounts import EmailSettings
from tui_portal.services.context import Context
from tui_portal.services.invitations import Skipped, invite
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.screens.invitation_desk import InvitationDesk
from tui_portal.tui.screens.invite_again import may_invite_again
from tui_portal.tui.widgets.settings_table import SettingsTable, is_on
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.tui.modals.invitation import InvitationChoice, InvitationDialog
    from tui_portal.tui.screens.profile import ProfileScreen


class AddressActions:
    """The actions on the addresses of the profile in front. What a dialog confirms is what gets done: its address is taken
    before it opens.
    """

    def __init__(self, screen: ProfileScreen) -> None:
        self._screen = screen

    def press(self, event: SettingsTable.SwitchPressed) -> None:
        """A switch was pressed: ask what there is to ask, then save it."""
        screen, email, switch, on = self._screen, event.email, event.switch, event.on
        if screen.profile is None or not screen.may_write():
            self._give_up(event)
        elif on and email.validity is Validity.INVALID:
            self._say_invalid(email)
            self._give_up(event)
        elif on and screen.is_archived:
            self._say_archived()
            self._give_up(event)
        elif switch is Switch.LOGIN:
            screen.begin(partial(self._switch_login, event), "login")
        else:
            start(screen, partial(self._save, event, AccessWish.of(switch, on)), "switch")

    def invite(self, email: EmailSettings) -> None:
        """Send the invitation, or say why it can't be."""
        reason = self.why_not_invited(email)
        if reason:
            self._screen.say(_("{what}.").format(what=_(": ").join([email.address, reason])), warning=True)
        elif self._screen.may_write():
            self._screen.begin(partial(self._invite, email), "invite")

    @property
    def _refused(self) -> str:
        """Why this person may change nothing, empty where they may."""
        return self._screen.shell.lanes.context.why_not(Right.MANAGE_ACCOUNTS)

    def why_not_invited(self, email: EmailSettings) -> str:
        """Why this address gets no invitation now, empty where it can."""
        if self._screen.is_archived:
            return _("the account is archived")
        if not email.login:
            return _("LOGIN is off: switch it on first (l)")
        if email.state is UserState.ACTIVE:
            return _("active already, needs no invitation")
        if not email.writable:
            return _("no mail can go there")
        return ""

    async def switch_all(self, switch: Switch) -> None:
        """One switch for all addresses of the account, after a confirmation that says in numbers what will happen."""
        from tui_portal.tui.modals.confirmation import Confirmation

        screen = self._screen
        if screen.profile is None or not screen.may_write():
            return
        linked = [email for contact in screen.profile.contacts for email in contact.emails]
        able = [email for email in linked if email.validity is not Validity.INVALID]
        on = any(not is_on(email, switch) for email in able)
        wish, lanes = AccessWish.of(switch, on), screen.shell.lanes
        foreseen = await lanes.read(preview_access, [screen.account], wish)
        title = (_("{switch} on for all") if on else _("{switch} off for all")).format(switch=switch.label)
        if not foreseen.changed:
            reasons = _(", ").join(f"{reason} ({count})" for reason, count in foreseen.reasons)
            screen.say(_("Nothing would change.") + (f" {reasons}" if reasons else ""), warning=True)
            return
        text = ngettext("{n} address is switched.", "{n} addresses are switched.", foreseen.changed)
        parts = [text.format(n=foreseen.changed)]
        if switch is Switch.LOGIN and on:
            parts.append(_("Nobody is invited by it: m in the list, or i on each of them."))
        if foreseen.withdrawn:
            text = ngettext("{n} open invitation dies.", "{n} open invitations die.", foreseen.withdrawn)
            parts.append(text.format(n=foreseen.withdrawn))
        if switch is Switch.LOGIN and not on:
            parts.append(_("Sessions that are open there end at once."))
        kept = 0 if on else sum(is_on(email, switch) for email in screen.profile.unlinked)
        if kept:
            text = ngettext("{n} unlinked e-mail stays on.", "{n} unlinked e-mails stay on.", kept)
            parts.append(text.format(n=kept))
        parts += [_("{what}.").format(what=_(": ").join([reason, str(count)])) for reason, count in foreseen.reasons]
        dialog = Confirmation(title, screen.account_name, " ".join(parts), title)
        if not await screen.app.push_screen_wait(dialog):
            return
        try:
            done = await lanes.write(change_access, [screen.account], wish)
        except PortalError as error:
            screen.say(error.message, warning=True)
        else:
            text = ngettext("{n} setting changed.", "{n} settings changed.", done.changed)
            screen.say(text.format(n=done.changed) + " " + _("u takes it back"))
        screen.read_again()

    async def menu(self, email: EmailSettings) -> None:
        """The row's menu (⋮): everything that can be done to this address, with the reason where it can't."""
        screen = self._screen
        chosen = await screen.app.push_screen_wait(Menu(email.address, self._choices(email), screen.account_name))
        if chosen is None:
            return
        if chosen in ("link", "reset") and not screen.may_write():
            return
        if chosen == "invite":
            self.invite(email)
        elif chosen == "preferences":
            screen.action_preferences(email)
        elif chosen == "link":
            from tui_portal.tui.screens.link_actions import copy_link_of

            await copy_link_of(screen, email.id)
            screen.read_again()
        elif chosen == "reset":
            from tui_portal.tui.screens.link_actions import reset_password_of

            await reset_password_of(screen, email.id, email.address)
        elif chosen == "why":
            screen.action_explain(email)
        elif chosen in ("suppress", "release", "unbounce"):
            await self._change_mail(email, chosen)
        else:
            await screen.contact_actions.do(chosen, email)

    def _choices(self, email: EmailSettings) -> list[Choice]:
        screen = self._screen
        moment, actor = screen.shell.clock(), screen.shell.lanes.context.actor
        sent = _("Send invitation")
        if email.invite_sent is not None and not email.activated:
            date = day_and_month(email.invite_sent, moment)
            sent = _("Send invitation again (last: {date})").format(date=date)
        link = "" if email.invite_state and not email.activated else _("there is no open invitation")
        if actor is None or actor.role not in (Role.OWNER, Role.ADMIN):
            link = _("only the owner and admins")
        reset = "" if email.activated and email.login else _("no password was chosen yet")
        if email.activated and not email.login:
            reset = _("LOGIN is off")
        choices = [
            Choice("invite", "i", sent, reason=self._refused or self.why_not_invited(email)),
            Choice("preferences", "p", _("Notification preferences")),
            Choice("link", "c", _("Copy link"), reason=self._refused or link),
            Choice("reset", "r", _("Reset password"), reason=self._refused or reset),
            Choice("why", "w", _("Why can, or can't, they log in?")),
            *screen.contact_actions.choices(email),
        ]
        if email.validity is Validity.BOUNCING:
            choices.append(
                Choice("unbounce", "b", _("Try mail again: the refusal is cleared up"), reason=self._refused)
            )
        if email.suppressed:
            choices.append(Choice("release", "s", _("Let mail go there again"), reason=self._refused))
        else:
            choices.append(Choice("suppress", "s", _("Send no mail there any more"), reason=self._refused))
        return choices

    async def _change_mail(self, email: EmailSettings, chosen: str) -> None:
        from tui_portal.services.address_checks import clear_bounce, suppress_address

        screen, lanes = self._screen, self._screen.shell.lanes
        try:
            if chosen == "unbounce":
                await lanes.write(clear_bounce, email.id)
                told = _("Mail to {address} is tried again.")
            else:
                await lanes.write(suppress_address, email.id, chosen == "suppress")
                told = (
                    _("No mail goes to {address} any more.") if chosen == "suppress" else _("Mail may go to {address}.")
                )
        except PortalError as error:
            screen.say(error.message, warning=True)
        else:
            screen.say(told.format(address=email.address))
        screen.read_again()

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

        question = lost.format(address=email.address, account=self._screen.account_name)
        dialog = Confirmation(_("LOGIN off"), email.address, question, _("Take access away"))
        answer: bool | None = await self._screen.app.push_screen_wait(dialog)
        return bool(answer)

    async def _grant(self, event: SettingsTable.SwitchPressed) -> None:
        screen, email = self._screen, event.email
        if not email.writable:
            await self._save(event, AccessWish(login=True))
            return
        changes: list[AccessChange] = []

        async def grant(choice: InvitationChoice) -> None:
            wish = AccessWish(login=True, invite=choice.send, message=choice.message)
            changes.append(await screen.shell.lanes.write(change_access, [screen.account], wish, email.id))

        await screen.app.push_screen_wait(self._dialog(email, grant, grants=True))
        for change in changes:
            self._tell(change, email, Switch.LOGIN, on=not email.activated)
        self._give_up(event)
        await screen.show()

    async def _invite(self, email: EmailSettings) -> None:
        screen = self._screen
        again = await may_invite_again(screen, [email.id], email.address)
        if again is None:
            return

        def send_one(context: Context, message: str) -> tuple[int, tuple[Skipped, ...]]:
            return invite(context, [email.id], message, again=again)

        async def send(choice: InvitationChoice) -> None:
            queued, skipped = await screen.shell.lanes.write(send_one, choice.message)
            if not queued and skipped:
                raise Refused(_(": ").join([skipped[0].address, skipped[0].reason]))

        if await screen.app.push_screen_wait(self._dialog(email, send, grants=False)) is not None:
            screen.shell.mail_was_queued()
            screen.say(_("The invitation to {address} waits in the outbox.").format(address=email.address))
        await screen.show()

    def _dialog(
        self, email: EmailSettings, do: Callable[[InvitationChoice], Awaitable[object]], *, grants: bool
    ) -> InvitationDialog:
        from tui_portal.tui.modals.invitation import InvitationDialog

        screen = self._screen
        return InvitationDialog(
            email.address,
            screen.account_name,
            language_name(screen.language_of(email)),
            do,
            InvitationDesk(screen.shell.lanes, screen.account, email.id, grants=grants),
            grants=grants,
            active=email.activated,
            most=screen.shell.settings.limits.message_characters,
        )

    async def _save(self, event: SettingsTable.SwitchPressed, wish: AccessWish) -> None:
        """Save a wish for one address and tell the outcome; the switch shows what is stored, whatever happens."""
        screen = self._screen
        try:
            done = await screen.shell.lanes.write(change_access, [screen.account], wish, event.email.id)
        except PortalError as error:
            self._give_up(event)  # before it is told: who presses again turns round what is stored
            screen.say(error.message, warning=True)
        else:
            self._tell(done, event.email, event.switch)
            self._give_up(event)
        await screen.show()

    def _give_up(self, event: SettingsTable.SwitchPressed) -> None:
        """The switch is not being saved any more."""
        if self._screen.is_attached:
            self._screen.table.end_saving(event.email, event.switch)

    def _tell(self, done: AccessChange, email: EmailSettings, switch: Switch, *, on: bool = False) -> None:
        """Say what became of it; `on`: the person would need an invitation now."""
        screen = self._screen
        if done.invitations or done.notices:
            screen.shell.mail_was_queued()
            screen.say(_("LOGIN is on for {address}; the mail waits in the outbox.").format(address=email.address))
        elif done.skipped:
            screen.say(_(": ").join([done.skipped[0].address, done.skipped[0].reason]), warning=True)
        elif done.withdrawn:
            screen.say(_("LOGIN is off for {address}; the open invitation is withdrawn.").format(address=email.address))
        elif done.changed and switch is Switch.LOGIN and on and email.writable:
            screen.say(_("LOGIN is on for {address}, nobody is invited yet: i sends it.").format(address=email.address))
        elif done.changed:
            screen.say(_("{switch} is saved for {address}.").format(switch=switch.label, address=email.address))
        else:
            screen.say(_("{address} had this already: a colleague was quicker.").format(address=email.address))

    def _say_archived(self) -> None:
        self._screen.say(_("The account is archived: nobody can be given access to it."), warning=True)

    def _say_invalid(self, email: EmailSettings) -> None:
        reason = reason_in_words(email.reason)
        self._screen.say(
            _("{address} is not valid: {reason}.").format(address=email.address, reason=reason), warning=True
        )
