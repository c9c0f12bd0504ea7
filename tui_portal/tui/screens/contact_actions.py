"""What is done to the contacts of an account: found, made, edited, unlinked; unlinked e-mails; changes of address led to their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui_portal.domain.errors import PortalError
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services.accounts import ContactCard, EmailSettings
from tui_portal.services.address_changes import AddressChange, ChangeStep, finish_change, give_up_change
from tui_portal.services.address_notes import AddressNotes, address_notes
from tui_portal.services.contact_edits import ContactSaved, foresee_contact, save_contact
from tui_portal.services.contact_links import (
    FoundContact,
    delete_unlinked,
    find_contacts,
    link_contact,
    unlink_contact,
    who_loses_access,
)
from tui_portal.services.contact_plans import AddressEdit, ContactEdit, stored_contact
from tui_portal.services.email_fields import add_email_field, email_fields, rename_email_field
from tui_portal.tui.modals.menu import Choice, Menu

if TYPE_CHECKING:
    from tui_portal.tui.modals.contact import ContactDesk
    from tui_portal.tui.screens.profile import ProfileScreen


class ContactActions:
    """The actions on the contacts of the profile in front."""

    def __init__(self, screen: ProfileScreen) -> None:
        self._screen = screen

    def choices(self, email: EmailSettings) -> list[Choice]:
        """What the menu of an address offers about its contact."""
        screen, change = self._screen, self._change_of(email)
        found: list[Choice] = []
        why = screen.shell.lanes.context.why_not(Right.MANAGE_ACCOUNTS)
        if change is not None and change.step is ChangeStep.FINISH:
            found.append(Choice("finish", "f", _("Last step: end the access of {old}").format(old=change.old_address)))
        elif change is not None and change.step is ChangeStep.DONE:
            found.append(Choice("finish", "f", _("Close the change of address: it is done")))
        if change is not None:
            found.append(Choice("give_up", "g", _("Give the change up: both addresses stay as they are")))
        if screen.contact_of(email) is None:
            found.append(Choice("adopt", "a", _("Link to a contact")))
            found.append(Choice("delete", "d", _("Delete: everything goes off here")))
        else:
            found.append(Choice("edit", "e", _("Edit address and contact")))
            found.append(Choice("remove", "d", _("Remove from contact")))
            found.append(Choice("unlink", "u", _("Unlink the contact from this account")))
        return [replace(choice, reason=why) for choice in found]

    async def do(self, name: str, email: EmailSettings) -> None:
        """Do what was chosen in the menu of an address."""
        contact = self._screen.contact_of(email)
        change = self._change_of(email)
        if name == "finish" and change is not None:
            await self.finish(change)
        elif name == "give_up" and change is not None:
            await self._run(
                give_up_change, change.id, told=_("The change is given up; both addresses stay as they are.")
            )
        elif name == "adopt":
            await self.adopt(email)
        elif name == "delete":
            await self.delete(email)
        elif contact is not None and name == "edit":
            await self.edit(contact, email.id)
        elif contact is not None and name == "remove":
            await self.remove(contact, email)
        elif contact is not None and name == "unlink":
            await self.unlink(contact)

    async def add(self) -> None:
        """Link a contact that is there already, or make a new one."""
        from tui_portal.tui.modals.contact_finder import ContactFinder

        screen = self._screen
        if not screen.may_write():
            return
        choice = await screen.app.push_screen_wait(ContactFinder(_("Add a contact"), screen.account_name, self._find))
        if choice is None:
            return
        if choice.contact is not None:
            await self._run(
                link_contact, screen.account, choice.contact, told=_("Linked; nothing is switched on by it.")
            )
            screen.table.go_to_contact(choice.contact)
            return
        name, address = ("", choice.text) if "@" in choice.text else (choice.text, "")
        labels = await screen.shell.lanes.read(email_fields)
        lines = (AddressEdit(None, labels[0] if labels else _("Email"), address),) if address else ()
        await self._open(_("New contact"), ContactEdit(name, lines), None, labels)

    async def edit(self, contact: ContactCard, address: int | None = None) -> None:
        """Edit a contact; the field of the mailbox `address` has the focus."""
        screen, lanes = self._screen, self._screen.shell.lanes
        if not screen.may_write():
            return
        try:
            stored = await lanes.read(stored_contact, contact.id)
            labels = await lanes.read(email_fields)
        except PortalError as error:
            screen.say(error.message, warning=True)
            return
        await self._open(_("Edit contact"), stored.as_edit, contact.id, labels, address)

    async def remove(self, contact: ContactCard, email: EmailSettings) -> None:
        """Take an address off its contact, after saying what becomes of its access."""
        screen, lanes = self._screen, self._screen.shell.lanes
        if not screen.may_write():
            return
        try:
            stored = await lanes.read(stored_contact, contact.id)
        except PortalError as error:
            screen.say(error.message, warning=True)
            return
        edit = stored.as_edit
        lines = tuple(line for line in edit.addresses if line.id != email.id)
        there = next((a for a in stored.addresses if a.id == email.id), None)
        alone = there.alone if there is not None else ()
        used = any(s.any for s in alone)
        title = _("Remove {address}").format(address=email.address)
        close = await self._ask_close(
            title, contact.name, [email.address] if used else [], access=any(s.login for s in alone)
        )
        if close is None:
            return
        wanted = ContactEdit(edit.name, lines, edit.company, edit.phone, edit.language, edit.version, close)
        await self._run(save_contact, contact.id, wanted, told=_("{address} is removed.").format(address=email.address))

    async def unlink(self, contact: ContactCard) -> None:
        """Take a contact off the account, after saying who loses access."""
        screen = self._screen
        if not screen.may_write():
            return
        try:
            losing = await screen.shell.lanes.read(who_loses_access, screen.account, contact.id)
        except PortalError as error:
            screen.say(error.message, warning=True)
            return
        title = _("Unlink {name}").format(name=contact.name)
        access = any(s.login for a in losing for s in a.alone if s.account == screen.account)
        close = await self._ask_close(title, screen.account_name, [a.address for a in losing], access=access)
        if close is None:
            return
        lanes = screen.shell.lanes

        async def do() -> str:
            done = await lanes.write(_unlink, screen.account, contact.id, close)
            parts = [_("{name} is unlinked.").format(name=done.name)]
            if done.left:
                text = ngettext(
                    "{n} address stays under Unlinked emails.", "{n} addresses stay under Unlinked emails.", done.left
                )
                parts.append(text.format(n=done.left))
            return " ".join(parts)

        await self._tell(do)

    async def delete(self, email: EmailSettings) -> None:
        """Delete an unlinked e-mail."""
        from tui_portal.tui.modals.confirmation import Confirmation

        screen = self._screen
        if not screen.may_write():
            return
        question = _("Every switch of {address} goes off in {account}, and it is listed here no more.")
        words = question.format(address=email.address, account=screen.account_name)
        dialog = Confirmation(_("Delete unlinked e-mail"), email.address, words, _("Delete"))
        if await screen.app.push_screen_wait(dialog):
            told = _("{address} is deleted from this account.").format(address=email.address)
            await self._run(delete_unlinked, screen.account, email.id, told=told)

    async def adopt(self, email: EmailSettings) -> None:
        """Give an unlinked e-mail to a contact: one of the account's, any other, or a new one."""
        screen = self._screen
        if not screen.may_write() or screen.profile is None:
            return
        choices = [
            Choice(str(card.id), key, card.name) for key, card in zip(_LETTERS, screen.profile.contacts, strict=False)
        ]
        choices.append(Choice("new", "+", _("A new contact")))
        title = _("Link {address} to").format(address=email.address)
        chosen = await screen.app.push_screen_wait(Menu(title, choices, screen.account_name))
        if chosen is None:
            return
        labels = await screen.shell.lanes.read(email_fields)
        line = AddressEdit(None, labels[0] if labels else _("Email"), email.address)
        if chosen == "new":
            await self._open(_("New contact"), ContactEdit("", (line,)), None, labels)
            return
        edit = (await screen.shell.lanes.read(stored_contact, int(chosen))).as_edit
        wanted = ContactEdit(edit.name, (*edit.addresses, line), edit.company, edit.phone, edit.language, edit.version)
        told = _("{address} belongs to {name} now.").format(address=email.address, name=edit.name)
        await self._run(save_contact, int(chosen), wanted, told=told)

    async def finish(self, change: AddressChange) -> None:
        """The last step of a change of address."""
        from tui_portal.tui.modals.confirmation import Confirmation

        screen = self._screen
        if not screen.may_write():
            return
        if change.step is not ChangeStep.DONE:
            question = _(
                "{new} is active. LOGIN goes off for {old}, in every account of {name}; its sessions end at once."
            ).format(new=change.new_address, old=change.old_address, name=change.name)
            dialog = Confirmation(_("Change of address"), change.name, question, _("End the old access"))
            if not await screen.app.push_screen_wait(dialog):
                return
        told = _("The change from {old} to {new} is done.").format(old=change.old_address, new=change.new_address)
        await self._run(finish_change, change.id, told=told)

    async def _ask_close(self, title: str, on_whom: str, losing: Sequence[str], *, access: bool) -> bool | None:
        """Whether switches that are on go off, which takes `access` away or only mail; None to leave it all as it is."""
        from tui_portal.tui.modals.confirmation import Confirmation

        app = self._screen.app
        if not losing:
            question = _("Nobody loses access by it.")
            return False if await app.push_screen_wait(Confirmation(title, on_whom, question, title)) else None
        names = _(", ").join(losing)
        off = _("Switch everything off: they lose access: {names}") if access else _("Switch everything off: {names}")
        choices = [
            Choice("keep", "k", _("Keep what is on, under Unlinked emails: {names}").format(names=names)),
            Choice("close", "o", off.format(names=names)),
        ]
        chosen = await app.push_screen_wait(Menu(title, choices, on_whom))
        return None if chosen is None else chosen == "close"

    async def _open(
        self, title: str, edit: ContactEdit, contact: int | None, labels: Sequence[str], first: int | None = None
    ) -> None:
        from tui_portal.tui.modals.contact import ContactDialog

        screen = self._screen
        dialog = ContactDialog(title, screen.account_name, edit, labels, self._desk(contact), first=first)
        saved = await screen.app.push_screen_wait(dialog)
        if saved is not None:
            if saved.invitations or saved.notices:
                screen.shell.mail_was_queued()
            screen.say(saved.in_words)
            await screen.show()
            if contact is None:
                screen.table.go_to_contact(saved.contact)

    def _desk(self, contact: int | None) -> ContactDesk:
        from tui_portal.tui.modals.contact import ContactDesk

        screen, lanes = self._screen, self._screen.shell.lanes

        async def foresee(edit: ContactEdit) -> Sequence[str]:
            return await lanes.read(foresee_contact, contact, edit)

        async def save(edit: ContactEdit) -> ContactSaved:
            return await lanes.write(save_contact, contact, edit, () if contact else (screen.account,))

        async def reload() -> ContactEdit:
            return ContactEdit("", ()) if contact is None else (await lanes.read(stored_contact, contact)).as_edit

        async def notes(typed: str) -> AddressNotes:
            return await lanes.read(address_notes, typed, contact, screen.account)

        async def labels() -> Sequence[str]:
            return await lanes.read(email_fields)

        async def add_label(label: str) -> object:
            return await lanes.write(add_email_field, label)

        async def rename_label(label: str, new: str) -> object:
            return await lanes.write(rename_email_field, label, new)

        return ContactDesk(foresee, save, reload, notes, labels, add_label, rename_label)

    async def _find(self, text: str) -> Sequence[FoundContact]:
        return await self._screen.shell.lanes.read(find_contacts, text, self._screen.account)

    async def _run(self, use_case: Any, *arguments: object, told: str) -> None:
        """Do something and tell that it is done, or why not."""

        async def do() -> str:
            await self._screen.shell.lanes.write(use_case, *arguments)
            return told

        await self._tell(do)

    async def _tell(self, do: Any) -> None:
        screen = self._screen
        try:
            screen.say(await do())
        except PortalError as error:
            screen.say(error.message, warning=True)
        await screen.show()

    def _change_of(self, email: EmailSettings) -> AddressChange | None:
        profile = self._screen.profile
        changes = profile.changes if profile else ()
        return next((change for change in changes if email.id in (change.old, change.new)), None)


def _unlink(context: Any, account: int, contact: int, close: bool) -> Any:
    return unlink_contact(context, account, contact, close=close)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
