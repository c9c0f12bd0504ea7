"""What the lines of a file are in the database: which account, which contact, which mailbox, and what is new.

A second run finds everything in its place. Of all contacts that a line can be, it takes the one to which it has least to
add; the one that took the line before has nothing to add, so nothing is added again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import CHECK_VERSION, AddressCheck, flags_stored
from tui_portal.domain.text import same_name, search_key
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.import_lines import ImportLine, Person, Remark

# What a line fills in where a contact that is already there has nothing.
FILLED = ("first_name", "last_name", "company", "phone", "language")


@dataclass(slots=True)
class _Account:
    id: int
    archived: bool
    position: int = 0
    tags: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Contact:
    id: int
    key: str
    details: tuple[str | None, ...]
    position: int = 0
    addresses: list[int] = field(default_factory=list)
    accounts: list[int] = field(default_factory=list)

    def missing(self, account: int, mailboxes: Sequence[int], person: Person) -> int:
        """How much a line has to add to this contact; 0 where everything is in its place."""
        new = sum(1 for mailbox in mailboxes if mailbox not in self.addresses) + (account not in self.accounts)
        return new + len(self.blanks(person))

    def blanks(self, person: Person) -> dict[str, str]:
        """The details that `person` has and this contact has not."""
        return {
            name: there
            for name, here, there in zip(FILLED, self.details, _details(person), strict=True)
            if there and not here
        }


@dataclass(slots=True)
class Additions:
    """The rows that are new, in the order of their columns in the INSERT statements."""

    accounts: list[tuple[Any, ...]] = field(default_factory=list)
    tags: list[tuple[int, str]] = field(default_factory=list)
    account_tags: list[tuple[int, int]] = field(default_factory=list)
    contacts: list[tuple[Any, ...]] = field(default_factory=list)
    addresses: list[tuple[Any, ...]] = field(default_factory=list)
    contact_emails: list[tuple[int, int, str, int]] = field(default_factory=list)
    account_contacts: list[tuple[int, int, int, str]] = field(default_factory=list)  # with the contact's name
    filled: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How much is new altogether."""
        made = len(self.accounts) + len(self.contacts) + len(self.addresses) + len(self.account_tags)
        return made + len(self.contact_emails) + len(self.account_contacts) + len(self.filled)


class Matcher:
    """Holds what the database has of the names and mailboxes in `lines`, and places one line after the other.

    Made and used inside one transaction: the ids it gives out are free as long as nobody else writes. What is new is taken
    away with `take`.
    """

    def __init__(self, context: Context, lines: Iterable[ImportLine]) -> None:
        self._context = context
        self._moment = context.clock()
        self._new = Additions()
        self.warnings: list[Remark] = []
        self.existing_accounts: set[int] = set()
        self.existing_contacts: set[int] = set()
        self.existing_addresses: set[int] = set()
        self.completed: set[int] = set()
        wanted = list(lines)
        self._next = {table: self._last_id(table) for table in ("account", "contact", "email_address", "tag")}
        self._accounts = self._load_accounts(wanted)
        self._tags = {same_name(name): number for number, name in context.database.rows("SELECT id, name FROM tag")}
        self._mailboxes: dict[str, int] = dict(
            context.database.rows(
                "SELECT canonical, id FROM email_address WHERE canonical IN (SELECT value FROM json_each(?))",
                [_json({check.canonical for line in wanted for _label, check in line.emails})],
            )
        )
        # The same contacts twice: by mailbox, and by name and account.
        self._by_mailbox: dict[int, list[_Contact]] = {}
        self._by_account: dict[tuple[str, int], list[_Contact]] = {}
        self._load_contacts(wanted)
        self._known = dict(self._next)

    def place(self, line: ImportLine) -> list[tuple[int, int]]:
        """Find or make the account, the contact and the mailboxes of `line`, and link them; (account, mailbox) of each."""
        account = self._account(line)
        self._tag(account, line.tags)
        mailboxes = [self._mailbox(check) for _label, check in line.emails]
        if not line.person.name:
            return []
        key = same_name(line.person.name)
        contact = self._find(key, account, mailboxes, line.person)
        if contact is None:
            contact = self._make(key, account, line)
        elif contact.id <= self._known["contact"]:
            self.existing_contacts.add(contact.id)
        self._link(contact, account, line)
        for (label, _check), mailbox in zip(line.emails, mailboxes, strict=True):
            self._add_mailbox(contact, mailbox, label)
        return [(account.id, mailbox) for mailbox in mailboxes]

    def take(self) -> Additions:
        """What is new since the last time."""
        new, self._new = self._new, Additions()
        return new

    def _account(self, line: ImportLine) -> _Account:
        key = same_name(line.account)
        account = self._accounts.get(key)
        if account is None:
            number = self._give("account")
            account = self._accounts[key] = _Account(number, archived=False)
            self._new.accounts.append((number, line.account, search_key(line.account), line.type.value, self._moment))
        elif account.id <= self._known["account"] and account.id not in self.existing_accounts:
            self.existing_accounts.add(account.id)
            if account.archived:
                self._warn(line, account, _("this account is archived"))
        return account

    def _tag(self, account: _Account, tags: Sequence[str]) -> None:
        for name in tags:
            number = self._tags.get(same_name(name))
            if number is None:
                number = self._tags[same_name(name)] = self._give("tag")
                self._new.tags.append((number, name))
            if number not in account.tags:
                account.tags.add(number)
                self._new.account_tags.append((account.id, number))

    def _mailbox(self, check: AddressCheck) -> int:
        number = self._mailboxes.get(check.canonical)
        if number is None:
            number = self._mailboxes[check.canonical] = self._give("email_address")
            self._new.addresses.append(
                (
                    *(number, check.address, check.canonical, check.validity.value, check.reason, self._moment),
                    *(flags_stored(check.flags), CHECK_VERSION),
                )
            )
        elif number <= self._known["email_address"]:
            self.existing_addresses.add(number)
        return number

    def _find(self, key: str, account: _Account, mailboxes: Sequence[int], person: Person) -> _Contact | None:
        """The contact of this name that shares a mailbox; else one of this account, where it or the line has no mailbox."""
        found = {c.id: c for mailbox in mailboxes for c in self._by_mailbox.get(mailbox, ()) if c.key == key}
        if not found:
            here = self._by_account.get((key, account.id), ())
            found = {c.id: c for c in here if not mailboxes or not c.addresses}
        return min(
            found.values(),
            key=lambda c: (c.missing(account.id, mailboxes, person), bool(c.addresses), c.id),
            default=None,
        )

    def _make(self, key: str, account: _Account, line: ImportLine) -> _Contact:
        person = line.person
        contact = _Contact(self._give("contact"), key, _details(person))
        self._new.contacts.append((contact.id, person.name, *contact.details, search_key(person.name), self._moment))
        if self._by_account.get((key, account.id)):
            self._warn(line, account, _("another contact of this account has the same name and other addresses"))
        return contact

    def _link(self, contact: _Contact, account: _Account, line: ImportLine) -> None:
        if account.id not in contact.accounts:
            contact.accounts.append(account.id)
            self._by_account.setdefault((contact.key, account.id), []).append(contact)
            self._new.account_contacts.append((account.id, contact.id, account.position, line.person.name))
            account.position += 1
        blanks = contact.blanks(line.person)
        if blanks:
            contact.details = tuple(
                here or blanks.get(name) for name, here in zip(FILLED, contact.details, strict=True)
            )
            self._new.filled.append((contact.id, blanks))
            if contact.id <= self._known["contact"]:
                self.completed.add(contact.id)

    def _add_mailbox(self, contact: _Contact, mailbox: int, label: str) -> None:
        if mailbox not in contact.addresses:
            contact.addresses.append(mailbox)
            self._by_mailbox.setdefault(mailbox, []).append(contact)
            self._new.contact_emails.append((contact.id, mailbox, label, contact.position))
            contact.position += 1

    def _warn(self, line: ImportLine, account: _Account, reason: str) -> None:
        self.warnings.append(Remark(line.number, reason, account=account_code(account.id)))

    def _give(self, table: str) -> int:
        self._next[table] += 1
        return self._next[table]

    def _last_id(self, table: str) -> int:
        """The highest id that was ever given out in `table`, which is free again nowhere."""
        rows = self._context.database.value(f"SELECT coalesce(max(id), 0) FROM {table}")
        ever = self._context.database.value("SELECT seq FROM sqlite_sequence WHERE name = ?", [table])
        return max(int(rows), int(ever or 0))

    def _load_accounts(self, lines: Sequence[ImportLine]) -> dict[str, _Account]:
        """The accounts by name; of several with one name the first that is not archived."""
        keys = _json({search_key(line.account) for line in lines})
        named = "SELECT id FROM account WHERE search_key IN (SELECT value FROM json_each(?))"
        rows = self._context.database.rows
        found = {
            number: (name, _Account(number, bool(archived)))
            for number, name, archived in rows(
                f"SELECT id, name, archived FROM account WHERE id IN ({named}) ORDER BY archived, id", [keys]
            )
        }
        for number, tag in rows(f"SELECT account_id, tag_id FROM account_tag WHERE account_id IN ({named})", [keys]):
            found[number][1].tags.add(tag)
        for number, last in rows(
            f"SELECT account_id, max(position) FROM account_contact WHERE account_id IN ({named}) GROUP BY account_id",
            [keys],
        ):
            found[number][1].position = last + 1
        accounts: dict[str, _Account] = {}
        for name, account in found.values():
            accounts.setdefault(same_name(name), account)
        return accounts

    def _load_contacts(self, lines: Sequence[ImportLine]) -> None:
        """The contacts that have a name of the lines, with their mailboxes and accounts, in both indexes."""
        keys = _json({search_key(line.person.name) for line in lines if line.person.name})
        named = "SELECT id FROM contact WHERE search_key IN (SELECT value FROM json_each(?))"
        rows = self._context.database.rows
        found: dict[int, _Contact] = {}
        for number, name, *details in rows(
            f"SELECT id, name, {', '.join(FILLED)} FROM contact WHERE id IN ({named}) ORDER BY id", [keys]
        ):
            found[number] = _Contact(number, same_name(name), tuple(details))
        for number, mailbox, position in rows(
            f"SELECT contact_id, email_address_id, position FROM contact_email WHERE contact_id IN ({named})", [keys]
        ):
            contact = found[number]
            contact.addresses.append(mailbox)
            contact.position = max(contact.position, position + 1)
            self._by_mailbox.setdefault(mailbox, []).append(contact)
        for number, account in rows(
            f"SELECT contact_id, account_id FROM account_contact WHERE contact_id IN ({named})", [keys]
        ):
            contact = found[number]
            contact.accounts.append(account)
            self._by_account.setdefault((contact.key, account), []).append(contact)


def _details(person: Person) -> tuple[str | None, ...]:
    """In the order of FILLED."""
    return person.first_name, person.last_name, person.company, person.phone, person.language


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
