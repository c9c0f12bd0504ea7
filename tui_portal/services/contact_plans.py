"""What an edit of a contact comes to, told before it is saved: who keeps access, who is invited, whose link dies.

The rules for a changed address are product.md's (Changing an e-mail address).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import AddressCheck, Validity, check_address, reason_in_words
from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.text import safe, same_name, tidy
from tui_portal.i18n import _
from tui_portal.services import status, visibility
from tui_portal.services.context import Context
from tui_portal.services.switches import Switches

NEVER_SEEN = 0  # the version of a contact that is not there yet


@dataclass(frozen=True, slots=True)
class AddressEdit:
    """One line of addresses: `id` is the mailbox that stood there, None for a new line; an empty `address` removes it."""

    id: int | None
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class ContactEdit:
    """A contact as somebody wants it to be. `version` is what they saw; `language` is None for the firm's. With `close` the
    switches of removed addresses go off, else they stay as unlinked e-mails.
    """

    name: str
    addresses: tuple[AddressEdit, ...]
    company: str = ""
    phone: str = ""
    language: str | None = None
    version: int = NEVER_SEEN
    close: bool = False


class ChangeCase(StrEnum):
    """What becomes of a changed address."""

    RESPELLED = "respelled"  # the same mailbox, written otherwise
    MOVED = "moved"  # nobody has activated it: the switches move
    KEPT = "kept"  # its user is active: it keeps LOGIN as an unlinked e-mail


@dataclass(frozen=True, slots=True)
class StoredAddress:
    """An address of the contact as it is stored. `shared` are the accounts where another contact has the mailbox as well."""

    id: int
    address: str
    canonical: str
    label: str
    validity: Validity
    reason: str
    activated: bool
    invited: bool
    message: str
    switches: tuple[Switches, ...]
    shared: frozenset[int]
    unseen: frozenset[int] = frozenset()

    @property
    def login(self) -> bool:
        """Whether it may log in to one of the contact's accounts."""
        return any(s.login for s in self.switches)

    @property
    def alone(self) -> tuple[Switches, ...]:
        """Its switches where no other contact holds the mailbox in the account."""
        return tuple(s for s in self.switches if s.account not in self.shared)


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact as it is stored, with the accounts that it is linked to, by id and name."""

    id: int
    name: str
    company: str
    phone: str
    language: str | None
    version: int
    addresses: tuple[StoredAddress, ...]
    accounts: tuple[tuple[int, str], ...]

    @property
    def as_edit(self) -> ContactEdit:
        """The edit that changes nothing."""
        lines = tuple(AddressEdit(a.id, a.label, a.address) for a in self.addresses)
        return ContactEdit(self.name, lines, self.company, self.phone, self.language, self.version)


@dataclass(frozen=True, slots=True)
class Change:
    """An address that is to become another one. `active` is whether somebody has a password for the new one already, `writable`
    whether mail can reach it.
    """

    old: StoredAddress
    new: AddressCheck
    case: ChangeCase
    active: bool = False
    writable: bool = True

    @property
    def writes(self) -> bool:
        """Whether the new address is to be written to: the old one was invited, or has a password."""
        if self.case is ChangeCase.RESPELLED:
            return False
        return self.case is ChangeCase.KEPT or self.old.invited or (self.old.activated and self.old.login)


@dataclass(frozen=True, slots=True)
class ContactPlan:
    """What is to be written."""

    added: tuple[tuple[str, AddressCheck], ...]
    removed: tuple[StoredAddress, ...]
    changed: tuple[Change, ...]
    relabelled: tuple[tuple[StoredAddress, str], ...]
    close: bool

    @property
    def in_words(self) -> tuple[str, ...]:
        """A sentence for everything that somebody would want to know before."""
        added = [_added_in_words(check) for _label, check in self.added if check.validity is not Validity.VALID]
        removed = [_removed_in_words(stored, self.close) for stored in self.removed if stored.alone]
        return (*(_changed_in_words(change) for change in self.changed), *removed, *added)


def stored_contact(context: Context, contact: int) -> StoredContact:
    """The contact with its addresses, their switches in its accounts, and its accounts. Raises NotFound."""
    with context.database.read():
        row = context.database.one(
            "SELECT id, name, company, phone, language, version FROM contact WHERE id = ?", [contact]
        )
        if row is None:
            raise NotFound(_("The contact is not there any more."))
        visibility.require_contact(context, contact)
        accounts = visibility.named_accounts(context, contact)
        switches: dict[int, list[Switches]] = {}
        shared: dict[int, set[int]] = {}
        for address, account, login, notify, sync, elsewhere in context.database.rows(_SWITCHES, {"contact": contact}):
            switches.setdefault(address, []).append(Switches(account, address, bool(login), bool(notify), bool(sync)))
            if elsewhere:
                shared.setdefault(address, set()).add(account)
        addresses = tuple(
            StoredAddress(
                *(number, address, canonical, label, Validity(validity), reason, bool(user), bool(open_one)),
                message or "",
                tuple(switches.get(number, ())),
                frozenset(shared.get(number, ())),
                frozenset(account for account, name in accounts if not name),
            )
            for number, address, canonical, label, validity, reason, user, open_one, message in context.database.rows(
                _ADDRESSES, [contact]
            )
        )
    number, name, company, phone, language, version = row
    return StoredContact(number, name, company, phone, language, version, addresses, tuple(accounts))


def plan_contact(context: Context, stored: StoredContact | None, edit: ContactEdit) -> ContactPlan:
    """What `edit` comes to. Reads only. Raises Refused, with the line that can't be, before anything is written."""
    known = {a.id: a for a in stored.addresses} if stored else {}
    added: list[tuple[str, AddressCheck]] = []
    removed: list[StoredAddress] = []
    changed: list[Change] = []
    relabelled: list[tuple[StoredAddress, str]] = []
    seen: set[str] = set()
    for line in edit.addresses:
        typed = tidy(line.address)
        old = known.get(line.id) if line.id is not None else None
        if line.id is not None and old is None:
            raise Refused(_("Nothing was saved: an address of this contact was removed meanwhile."))
        if not typed:
            removed += [old] if old else []
            continue
        # What nobody touched stays as it is stored, also where it would not be kept so today.
        check = None if old and line.address == old.address else check_address(typed)
        canonical = check.canonical if check else old.canonical if old else ""
        if canonical in seen:
            raise Refused(_("{address} stands there twice.").format(address=safe(typed)))
        seen.add(canonical)
        if old is None:
            added += [(line.label, check)] if check else []
            continue
        if check and check.canonical != old.canonical and any(a.canonical == canonical for a in known.values()):
            raise Refused(_("{address} belongs to this contact already.").format(address=safe(check.address)))
        if check and check.address != old.address:
            changed.append(_change_of(context, old, check))
        if same_name(line.label) != same_name(old.label):
            relabelled.append((old, line.label))
    mentioned = {line.id for line in edit.addresses}
    removed += [stored_one for number, stored_one in known.items() if number not in mentioned]
    return ContactPlan(tuple(added), tuple(removed), tuple(changed), tuple(relabelled), edit.close)


def differences(stored: StoredContact, seen: ContactEdit) -> str:
    """What is stored now where it is not as somebody saw it, in words."""
    mine = {a.id: a.address for a in stored.addresses}
    theirs = {line.id: line.address for line in seen.addresses if line.id is not None}
    parts = [
        _("{field}: {value}").format(field=field, value=safe(now) or "—")
        for field, now, then in (
            (_("name"), stored.name, seen.name),
            (_("company"), stored.company, seen.company),
            (_("telephone"), stored.phone, seen.phone),
            (_("language"), stored.language or "", seen.language or ""),
        )
        if now != then
    ]
    parts += [_("a new address {address}").format(address=safe(a)) for n, a in mine.items() if n not in theirs]
    parts += [_("{address} is gone").format(address=safe(a)) for n, a in theirs.items() if n not in mine]
    return _(", ").join(parts)


def _change_of(context: Context, old: StoredAddress, check: AddressCheck) -> Change:
    if check.canonical == old.canonical:
        return Change(old, check, ChangeCase.RESPELLED)
    if check.validity is Validity.INVALID and any(s.any for s in old.switches):
        raise Refused(
            _("{address} is not valid ({reason}): the switches of {old} can't move to it.").format(
                address=safe(check.address), reason=reason_in_words(check.reason), old=safe(old.address)
            )
        )
    kept = old.activated and any(s.login for s in old.alone)
    found = context.database.one(_MAILBOX, [check.canonical]) or (False, check.validity.writable)
    return Change(old, check, ChangeCase.KEPT if kept else ChangeCase.MOVED, *map(bool, found))


def _changed_in_words(change: Change) -> str:
    names = {"old": safe(change.old.address), "new": safe(change.new.address)}
    parts = [part.format(**names) for part in _becomes(change)]
    if change.new.validity is not Validity.VALID:
        parts.append(_added_in_words(change.new))
    return " ".join(parts)


def _becomes(change: Change) -> tuple[str, ...]:
    """What becomes of the old address, and who is written to."""
    if change.case is ChangeCase.RESPELLED:
        return (_("{old} becomes {new}: the same mailbox."),)
    on = any(s.any for s in change.old.switches)
    moved = _("{old} becomes {new}: its switches move along.") if on else _("{old} becomes {new}.")
    if not change.writes or not change.old.login:
        return (moved,)
    invited = change.writable and not change.active
    if change.case is ChangeCase.KEPT and invited:
        return (
            _(
                "{old} has a password: it keeps its access as an unlinked e-mail, and {new} is invited. Once {new} is active, "
                "the profile leads to the end of it."
            ),
        )
    # Whoever else has the mailbox in one of these accounts keeps its access, and with it the link.
    dies = change.old.invited and not any(s.login and s.account in change.old.shared for s in change.old.switches)
    if dies and invited:
        return (_("{old} becomes {new}: the link that was sent dies, and {new} is invited."),)
    if not change.writable:
        tail = _("{new} can't get mail: nobody is written to.")
    elif change.active:
        tail = _("{new} has a password already, and is told.")
    else:
        tail = _("{new} is invited.")
    if change.case is ChangeCase.KEPT:
        return _("{old} has a password: it keeps its access as an unlinked e-mail."), tail
    return (_("{old} becomes {new}: the link that was sent dies.") if dies else moved), tail


def _removed_in_words(stored: StoredAddress, close: bool) -> str:
    on = [s for s in stored.alone if s.any]
    seen = [account_code(s.account) for s in on if s.account not in stored.unseen]
    accounts = _(", ").join([*seen, *([_("another account")] if len(seen) < len(on) else [])])
    if not on:
        return _("{address} is removed.").format(address=safe(stored.address))
    if close:
        text = _("{address} is removed, and loses what it has in {accounts}.")
    else:
        text = _("{address} is removed, and stays under Unlinked emails in {accounts}: its switches are on.")
    return text.format(address=safe(stored.address), accounts=accounts)


def _added_in_words(check: AddressCheck) -> str:
    text = (
        _("{address} is suspect: {reason}.")
        if check.validity is Validity.SUSPECT
        else _("{address} is not valid: {reason}.")
    )
    return text.format(address=safe(check.address), reason=reason_in_words(check.reason))


def field_changes(stored: StoredContact, edit: ContactEdit) -> list[tuple[str, str | None, str | None]]:
    """The fields of the contact that differ: name, what was, what is to be."""
    pairs = (
        ("name", stored.name, edit.name),
        ("company", stored.company, edit.company),
        ("phone", stored.phone, edit.phone),
        ("language", stored.language, edit.language),
    )
    return [(name, was, now) for name, was, now in pairs if was != now]


def accounts_in_words(accounts: tuple[tuple[int, str], ...]) -> str:
    """The accounts of a contact in one line, by code and name."""
    return _(", ").join(account_in_words(number, name) for number, name in accounts)


def account_in_words(number: int, name: str) -> str:
    """An account by code and name; one without a name is one that the reader may not see."""
    return f"{account_code(number)} {safe(name)}" if name else _("another account")


_MAILBOX = f"""
    SELECT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = e.id), {status.WRITABLE}
    FROM email_address e WHERE e.canonical = ?
"""

_ADDRESSES = """
    SELECT e.id, e.address, e.canonical, ce.label, e.validity, e.reason, u.id, i.id, i.message
    FROM contact_email ce JOIN email_address e ON e.id = ce.email_address_id
    LEFT JOIN user u ON u.email_address_id = e.id
    LEFT JOIN invitation i ON i.email_address_id = e.id AND i.state IN ('queued', 'sent', 'failed')
    WHERE ce.contact_id = ? ORDER BY ce.position, e.id
"""

# The switches of the contact's addresses in its accounts, and whether another contact holds the mailbox there as well.
_SWITCHES = """
    SELECT ce.email_address_id, ac.account_id, coalesce(s.login, 0), coalesce(s.notify, 0), coalesce(s.email_sync, 0),
        EXISTS (
            SELECT 1 FROM contact_email o JOIN account_contact oc ON oc.contact_id = o.contact_id
            WHERE o.email_address_id = ce.email_address_id AND oc.account_id = ac.account_id AND o.contact_id <> :contact)
    FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
    LEFT JOIN contact_settings s ON s.account_id = ac.account_id AND s.email_address_id = ce.email_address_id
    WHERE ce.contact_id = :contact ORDER BY ac.account_id
"""
