"""Which contacts belong to an account: found, linked, unlinked; and the e-mails that are left when one is gone."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui_portal.domain.accounts import account_code
from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe, search_key, tidy
from tui_portal.i18n import _
from tui_portal.services import activity, invitations, visibility
from tui_portal.services.contact_edits import link
from tui_portal.services.contact_plans import StoredAddress, stored_contact
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.switches import Switches, set_switches

_FOUND = 50


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact that was found: their addresses, the accounts they are linked to (id, name), whether this one is among them."""

    id: int
    name: str
    addresses: tuple[str, ...]
    accounts: tuple[tuple[int, str], ...]
    linked: bool


@dataclass(frozen=True, slots=True)
class Unlinked:
    """What became of unlinking: settings that changed, invitations withdrawn, addresses that stay as unlinked e-mails."""

    name: str
    changed: int
    withdrawn: int
    left: int


def find_contacts(context: Context, text: str, account: int) -> list[FoundContact]:
    """The contacts that `text` may mean: all its words in the name, or it in an address; those whose name begins so first.

    At most 50; without a text nobody.
    """
    words = search_key(text).split()
    if not words:
        return []
    database = context.database
    like = [f"%{_escaped(word)}%" for word in words]
    asked = " AND ".join("c.search_key LIKE ? ESCAPE '\\'" for _word in words)
    address = f"%{_escaped(tidy(text).casefold())}%"
    with database.read():
        numbers = [
            number
            for (number,) in database.rows(
                f"""
                SELECT id FROM (
                    SELECT c.id, c.search_key FROM contact c WHERE {asked}
                    UNION
                    SELECT c.id, c.search_key FROM email_address e CROSS JOIN contact_email ce ON ce.email_address_id = e.id
                    CROSS JOIN contact c ON c.id = ce.contact_id
                    WHERE e.canonical LIKE ? ESCAPE '\\' OR e.address LIKE ? ESCAPE '\\'
                ) c WHERE 1{visibility.contacts_seen(context)} ORDER BY search_key NOT LIKE ? ESCAPE '\\', search_key, id LIMIT {_FOUND}
                """,
                [*like, address, address, f"{_escaped(words[0])}%"],
            )
        ]
        seen = visibility.accounts_seen(context, each=True)
        rows = database.rows(_CONTACTS.format(seen=seen), {"ids": json.dumps(numbers), "account": account})
    found = {
        number: FoundContact(
            number,
            name,
            tuple(json.loads(addresses)),
            tuple((n, shown) for n, shown in json.loads(accounts)),
            bool(linked),
        )
        for number, name, addresses, accounts, linked in rows
    }
    return [found[number] for number in numbers if number in found]


def link_contact(context: Context, account: int, contact: int) -> str:
    """Link a contact to an account: nothing is switched on by it; their name. Raises NotFound, Refused, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        visibility.require_account(context, account)
        visibility.require_contact(context, contact)
        name = context.database.value("SELECT name FROM contact WHERE id = ?", [contact])
        if name is None:
            raise NotFound(_("The contact is not there any more."))
        with edit(context, "contact_linked", name=name, account=account_code(account)) as changing:
            changing.keep("account_contact", account_id=account, contact_id=contact)
            link(context, account, contact, name, changing.operation.id)
    return str(name)


def unlink_contact(context: Context, account: int, contact: int, *, close: bool) -> Unlinked:
    """Take a contact off an account. With `close` the switches of their addresses in it go off; else those that are on stay,
    as unlinked e-mails. An address that another contact of the account holds as well is left alone.

    Raises NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        visibility.require_account(context, account)
        stored = stored_contact(context, contact)
        if all(number != account for number, _name in stored.accounts):
            raise NotFound(_("{name} is not linked to this account any more.").format(name=safe(stored.name)))
        on = [s for a in stored.addresses for s in a.alone if s.account == account and s.any]
        with edit(context, "contact_unlinked", name=stored.name, account=account_code(account)) as changing:
            operation = changing.operation.id
            changing.keep("account_contact", account_id=account, contact_id=contact)
            changed = withdrawn = 0
            if close:
                changed = set_switches(context, [Switches(account, s.address) for s in on], changing)
                lost = json.dumps([s.address for s in on if s.login])
                withdrawn, _sessions = invitations.withdraw_forsaken(
                    context, "SELECT value AS id FROM json_each(:lost)", {"lost": lost}, operation
                )
            context.database.execute(
                "DELETE FROM account_contact WHERE account_id = ? AND contact_id = ?", [account, contact]
            )
            before = {"name": stored.name}
            activity.record(
                context, "contact_unlinked", account=account, contact=contact, before=before, operation=operation
            )
    return Unlinked(stored.name, changed, withdrawn, 0 if close else len(on))


def who_loses_access(context: Context, account: int, contact: int) -> tuple[StoredAddress, ...]:
    """The addresses of the contact with a switch on in the account that nobody else there holds. Raises NotFound."""
    visibility.require_account(context, account)
    stored = stored_contact(context, contact)
    return tuple(a for a in stored.addresses if any(s.account == account and s.any for s in a.alone))


def delete_unlinked(context: Context, account: int, address: int) -> int:
    """Delete an unlinked e-mail from an account: its switches go off, its preferences are gone; settings changed.

    Raises Refused where a contact of the account holds it, NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    database = context.database
    with database.write():
        visibility.require_account(context, account)
        visibility.require_address(context, address)
        shown = database.value("SELECT address FROM email_address WHERE id = ?", [address])
        if shown is None:
            raise NotFound(_("This address is not in the account any more."))
        if database.value(_HELD, {"account": account, "address": address}):
            raise Refused(_("{address} belongs to a contact of this account.").format(address=safe(shown)))
        with edit(context, "unlinked_deleted", address=shown, account=account_code(account)) as changing:
            changing.keep("notification_preference", account_id=account, email_address_id=address)
            changed = set_switches(context, [Switches(account, address)], changing)
            forgotten = database.execute(
                "DELETE FROM notification_preference WHERE account_id = ? AND email_address_id = ?", [account, address]
            )
            if changed or forgotten:
                operation, before = changing.operation.id, {"address": shown}
                activity.record(
                    context, "unlinked_deleted", account=account, address=address, before=before, operation=operation
                )
            invitations.withdraw_forsaken(context, "SELECT :id AS id", {"id": address}, changing.operation.id)
    return changed


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_CONTACTS = """
    SELECT c.id, c.name,
        (SELECT json_group_array(address) FROM (
            SELECT e.address FROM contact_email ce JOIN email_address e ON e.id = ce.email_address_id
            WHERE ce.contact_id = c.id ORDER BY ce.position, e.id)),
        (SELECT json_group_array(json_array(id, shown)) FROM (
            SELECT a.id, iif(1{seen}, a.name, '') AS shown FROM account_contact ac JOIN account a ON a.id = ac.account_id
            WHERE ac.contact_id = c.id ORDER BY shown = '', a.search_key, a.id)),
        EXISTS (SELECT 1 FROM account_contact ac WHERE ac.contact_id = c.id AND ac.account_id = :account)
    FROM contact c WHERE c.id IN (SELECT value FROM json_each(:ids))
"""

_HELD = """
    SELECT EXISTS (
        SELECT 1 FROM contact_email ce JOIN account_contact ac ON ac.contact_id = ce.contact_id
        WHERE ce.email_address_id = :address AND ac.account_id = :account)
"""
