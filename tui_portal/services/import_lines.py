"""From the cells of a line to what it says: an account, a contact, addresses; checked, and not yet looked for anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import MAX_LENGTH, AddressCheck, Validity, check_address, reason_in_words
from tui_portal.domain.columns import Columns, EmailColumn, Field, account_type_of, email_label, fold, language_of
from tui_portal.domain.errors import Refused
from tui_portal.domain.text import safe, same_name, tidy
from tui_portal.i18n import _
from tui_portal.services.contacts import check_name
from tui_portal.services.context import Context
from tui_portal.services.import_reading import Record

_between_values = re.compile(r":::|[;,\r\n]")  # Google's own separator, and what people write
_in_brackets = re.compile(r"<([^<>]*@[^<>]*)>")
# What is right before the @ of every domain (RFC 5321, 4.1.2, Dot-string), in the form in which it is kept.
_plain_local = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*")
_LOCAL_LENGTH = 64  # RFC 5321, 4.5.3.1.1
_NO_ADDRESS = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nil", "unknown", "?", "."})
_FAMILY_WORDS = frozenset({"family", "household", "famille", "familie", "familia", "foyer", "家", "家族"})
_JOINED = re.compile(r"&|\+|\b(and|und|et|y)\b", re.IGNORECASE)
_SCRIPT_FAMILY_FIRST = re.compile("^[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff ]+$")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something told about a line of the file (None: about no line in particular), in the reader's language."""

    line: int | None
    reason: str
    address: str = ""
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as a line names it. Without a name the line is about an account only."""

    name: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ImportLine:
    """What one line of the file says. `emails` are (field label, checked address), each mailbox once."""

    number: int
    account: str
    type: AccountType
    tags: tuple[str, ...]
    person: Person
    emails: tuple[tuple[str, AddressCheck], ...]


class LineReader:
    """Reads records by the columns of their file. What is told on the way gathers in `skipped` and `warnings`."""

    def __init__(self, context: Context, columns: Columns) -> None:
        self._context = context
        self._columns = columns
        self._domains: dict[str, AddressCheck] = {}
        self.lines = 0
        self.skipped: list[Remark] = []
        self.warnings: list[Remark] = []

    def read(self, records: Iterable[Record]) -> Iterator[ImportLine]:
        """What the records say, those that can't be taken left out."""
        for record in records:
            self.lines += 1
            if record.fault:
                self.skipped.append(Remark(record.line, record.fault))
                continue
            try:
                yield self._line(record)
            except Refused as error:
                self.skipped.append(Remark(record.line, error.message))

    def _line(self, record: Record) -> ImportLine:
        """One line. Without an account it makes an individual account named after the contact (interface.md)."""
        text = {field: self._text(record, field) for field in _SINGLE}
        emails = self._emails(record)
        phone = ", ".join(dict.fromkeys(tidy(v) for v in self._values(record, Field.PHONE) if tidy(v)))
        by_company = self._columns.company_is_account
        named = text[Field.COMPANY] if by_company else text[Field.ACCOUNT]
        name = _full_name(text)
        if not name and (emails or phone):
            name = named or text[Field.COMPANY] or (emails[0][1].address if emails else "")
        if not name and not named:
            raise Refused(_("there is no name, no account and no e-mail address"))
        account = check_name(self._context, named or name)
        person = Person(
            check_name(self._context, name) if name else "",
            text[Field.FIRST_NAME],
            text[Field.LAST_NAME],
            text[Field.COMPANY],
            phone,
            self._language(record.line, text[Field.LANGUAGE]),
        )
        said = self._type(record.line, text[Field.ACCOUNT_TYPE])
        kind = said or _likely_type(named, person, by_company)
        self._tell_faults(record.line, emails)
        return ImportLine(record.line, account, kind, self._tags(record), person, emails)

    def _text(self, record: Record, field: Field) -> str:
        place = self._columns.place(field)
        return tidy(record.cells[place]) if place is not None and place < len(record.cells) else ""

    def _values(self, record: Record, field: Field) -> Iterator[str]:
        """The values in all columns of `field`; a cell can hold several."""
        for place in self._columns.places.get(field, ()):
            if place < len(record.cells) and record.cells[place]:
                yield from _between_values.split(record.cells[place])

    def _tags(self, record: Record) -> tuple[str, ...]:
        """The tags, each once. Google's own groups (`* myContacts`) are none."""
        tags = (tidy(tag) for tag in self._values(record, Field.TAGS))
        found = {same_name(tag): tag for tag in tags if tag and not tag.startswith("*")}
        most = self._context.settings.limits.name_characters
        for tag in found.values():
            if len(tag) > most:
                raise Refused(_("a tag has {count} characters, {most} are allowed").format(count=len(tag), most=most))
        return tuple(found.values())

    def _emails(self, record: Record) -> tuple[tuple[str, AddressCheck], ...]:
        found: dict[str, tuple[str, AddressCheck]] = {}
        for column in self._columns.emails:
            if column.index < len(record.cells) and record.cells[column.index]:
                for typed in _addresses(record.cells[column.index]):
                    check = self.check(typed)
                    if check.canonical not in found:
                        found[check.canonical] = (_label(column, record), check)
        return tuple(found.values())

    def check(self, typed: str) -> AddressCheck:
        """As `check_address`, with each domain checked once: clients share the domains of a few mail providers."""
        local, _at, domain = typed.rpartition("@")
        if len(local) > _LOCAL_LENGTH or len(typed) > MAX_LENGTH or not _plain_local.fullmatch(local):
            return check_address(typed)
        found = self._domains.get(domain)
        if found is None:
            found = self._domains[domain] = check_address(f"a@{domain}")
        if found.validity is Validity.INVALID or len(found.address) + len(local) > MAX_LENGTH:
            return check_address(typed)
        return found.with_local(local)

    def _language(self, line: int, said: str) -> str | None:
        language = language_of(said) if said else None
        if said and language is None:
            self.warnings.append(
                Remark(line, _("the language {said} is not one of ours; the firm's is used").format(said=safe(said)))
            )
        return language

    def _type(self, line: int, said: str) -> AccountType | None:
        kind = account_type_of(said) if said else None
        if said and kind is None:
            self.warnings.append(
                Remark(line, _("the account type {said} is not known; it becomes other").format(said=safe(said)))
            )
            return AccountType.OTHER
        return kind

    def _tell_faults(self, line: int, emails: Iterable[tuple[str, AddressCheck]]) -> None:
        for _field, check in emails:
            if check.validity is Validity.VALID:
                continue
            words = (
                _("the address is not valid: {reason}")
                if check.validity is Validity.INVALID
                else _("the address is suspect: {reason}")
            )
            self.warnings.append(Remark(line, words.format(reason=reason_in_words(check.reason)), check.address))


_SINGLE = (
    *(Field.ACCOUNT, Field.ACCOUNT_TYPE, Field.NAME, Field.FIRST_NAME, Field.MIDDLE_NAME, Field.LAST_NAME),
    *(Field.LANGUAGE, Field.COMPANY),
)


def _full_name(text: dict[Field, str]) -> str:
    """The name as it is written; put together from its parts where it is not, the family's first in Chinese characters."""
    if text[Field.NAME]:
        return text[Field.NAME]
    first, last = text[Field.FIRST_NAME], text[Field.LAST_NAME]
    if first and last and _SCRIPT_FAMILY_FIRST.match(first + last):
        return f"{last} {first}"
    return " ".join(part for part in (first, text[Field.MIDDLE_NAME], last) if part)


def _addresses(cell: str) -> Iterator[str]:
    """The addresses in one cell: parted by ` ::: `, `;`, `,`, a line break, or a space where each part has its own @.

    `Zoë <zoe@x.example>` and `mailto:zoe@x.example` are the address alone.
    """
    for part in _between_values.split(cell):
        bracketed = _in_brackets.search(part)
        typed = bracketed[1] if bracketed else part.strip()
        if typed[:7].lower() == "mailto:":
            typed = typed[7:]
        words = typed.split()
        pieces = words if len(words) > 1 and all("@" in word for word in words) else [typed]
        yield from (piece for piece in pieces if piece.strip().lower() not in _NO_ADDRESS)


def _label(column: EmailColumn, record: Record) -> str:
    if column.label_index is None:
        return column.label
    return email_label(record.cells[column.label_index] if column.label_index < len(record.cells) else "")


def _likely_type(named: str, person: Person, by_company: bool) -> AccountType:
    """The type where none is said: a company's column names companies; else the name itself tells.

    No account, or one that is called like its contact: individual. A word for family, or the contact's whole name with
    somebody else's (`John & Mary Smith`): family. The rest are companies.
    """
    if not named:
        return AccountType.INDIVIDUAL
    if by_company:
        return AccountType.COMPANY
    whose, words = set(_words(person.name)), set(_words(named))
    if whose == words:
        return AccountType.INDIVIDUAL
    if words & _FAMILY_WORDS or (whose and whose < words and _JOINED.search(named)):
        return AccountType.FAMILY
    return AccountType.COMPANY


def _words(name: str) -> list[str]:
    return [fold(word) for word in name.split() if fold(word)]
