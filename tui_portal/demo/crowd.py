"""The clients behind the hand-written ones, as many as are asked for, always the same: a longer list begins like a shorter one."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from itertools import count, islice

from tui_portal.demo.invitees import Invitees
from tui_portal.demo.names import COUNTRIES, Country, Word, ascii_of
from tui_portal.demo.rows import WrittenFirm
from tui_portal.demo.shapes import Mailbox, at
from tui_portal.domain.addresses import CHECK_VERSION, ROLES
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import search_key
from tui_portal.services.seeding import COLUMNS, Batch, Row

_SEED = 20_261_112
_BATCH = 5_000
_HOUR = 3600
_FIRST_DAY = at("2019-02-01 00:00") // DAY
_LAST_DAY = at("2026-10-20 00:00") // DAY
_MONDAY = 4  # 1970-01-05, in days since 1970

# Tags by type of account, the commoner ones more often.
_TAGS: Mapping[str, tuple[str, ...]] = {
    "individual": ("1040", "1040", "1040", "VIP", "expat", "self-employed"),
    "family": ("1040", "1040", "VIP", "expat"),
    "company": ("VAT", "VAT", "payroll", "payroll", "bookkeeping", "audit", "1065", "1120", "1120-S", "VIP", "customs"),
    "other": ("1041", "990", "trust", "audit"),
}


class Crowd:
    """Generated accounts up to `accounts` in all, after those of `written`, in batches of rows."""

    def __init__(self, written: WrittenFirm, accounts: int) -> None:
        # Only `random()` itself: it gives the same numbers in every version of Python, its relatives do not promise to.
        self._draw = random.Random(_SEED).random  # noqa: S311 - the same firm every time, nothing secret
        taken = {client.number for client in written.clients}
        free = (number for number in count(1) if number not in taken)
        self._numbers = islice(free, max(0, accounts - len(taken)))
        self._invitees = Invitees(written, self._draw)
        self._known = {str(row[2]) for row in written.tables["email_address"]}
        self._known_domains = {canonical.rpartition("@")[2] for canonical in self._known}
        self._namesakes: dict[str, int] = {}
        self._domains: dict[str, int] = {}
        self._countries = [country for country in COUNTRIES for _ in range(country.share)]
        self._contact, self._address = len(written.contacts), len(written.addresses)
        self._tags = dict(written.tags)
        self._rows: dict[str, list[Row]] = {}
        # Name and language of the contact that was added last, and of those behind the mailboxes of the present account.
        self._person_now: tuple[str, str | None] = ("", None)
        self._names: dict[int, tuple[str, str | None]] = {}
        # The head of the last company (contact, name, language, mailboxes): the firm may look after them in person as well.
        self._head: tuple[int, str, str | None, list[Mailbox]] | None = None
        self._told: set[int] = set()

    def batches(self) -> Iterator[Batch]:
        """The rows, by table, so many accounts at a time."""
        self._begin_batch()
        self._rows["tag"] += self._new_tags()
        for made, number in enumerate(self._numbers, start=1):
            self._account(number)
            if made % _BATCH == 0:
                yield self._rows
                self._begin_batch()
        yield self._rows

    def _begin_batch(self) -> None:
        self._rows = {table: [] for table in COLUMNS}
        self._invitees.rows = self._rows

    def _new_tags(self) -> list[Row]:
        """All tags that are handed out and that no hand-written account has, in the order in which they stand above."""
        new = dict.fromkeys(tag for tags in _TAGS.values() for tag in tags if tag not in self._tags)
        for tag in new:
            self._tags[tag] = len(self._tags) + 1
        return [(self._tags[tag], tag) for tag in new]

    def _account(self, number: int) -> None:
        country = self._countries[int(self._draw() * len(self._countries))]
        since, sort = self._working_moment(), self._draw()
        if sort < 0.46:
            kind, (name, mailboxes) = "individual", self._individual(number, country, since)
        elif sort < 0.60:
            kind, (name, mailboxes) = "family", self._family(number, country, since)
        else:
            kind, patterns = ("company", country.companies) if sort < 0.985 else ("other", country.others)
            name, mailboxes = self._company(number, country, patterns, since)
        archived = self._draw() < 0.04
        self._rows["account"].append((number, name, _key(name), kind, int(archived), 0, since))
        tags = _TAGS[kind]
        chosen = {self._tags[tags[int(self._draw() * len(tags))]] for _ in range(int(self._draw() * 3.4))}
        self._rows["account_tag"] += [(number, tag) for tag in sorted(chosen)]
        self._switch(number, since, archived, mailboxes)

    def _working_moment(self) -> int:
        """Some moment in office hours, from Monday to Friday."""
        day = _FIRST_DAY + int(self._draw() * (_LAST_DAY - _FIRST_DAY))
        day -= max(0, (day - _MONDAY) % 7 - 4)
        return day * DAY + 8 * _HOUR + int(self._draw() * 9 * _HOUR)

    def _individual(self, number: int, country: Country, since: int) -> tuple[str, list[Mailbox]]:
        if self._head and self._draw() < 0.12:
            contact, name, language, mailboxes = self._head
            self._head, self._names = None, {box.id: (name, language) for box in mailboxes}
            self._rows["account_contact"].append((number, contact, 0))
            return name, mailboxes
        first, last, name = self._person(country)
        self._add_person(number, 0, name, country, since)
        mailboxes = [self._private(0, "Email", f"{first}.{last}", country, since)]
        for position, label in enumerate(("Private email", "Other email"), start=1):
            if self._draw() < 0.55:
                mailboxes.append(self._private(position, label, f"{first[0]}.{last}", country, since))
        return name, mailboxes

    def _family(self, number: int, country: Country, since: int) -> tuple[str, list[Mailbox]]:
        last, second = self._pick(country.last), self._pick(country.last)
        together = ascii_of(country.family.format(last=last.ascii, second=second.ascii))
        shared: Mailbox | None = None
        mailboxes = []
        for position in range(2):
            first = self._pick(country.first)
            person = country.person.format(first=first.shown, last=last.shown, second=second.shown)
            self._add_person(number, position, person, country, since)
            if shared:
                self._rows["contact_email"].append((self._contact, shared.id, "Email", 0))
            elif position == 0 and self._draw() < 0.35:
                shared = self._private(0, "Email", together, country, since)
                mailboxes.append(shared)
            else:
                mailboxes.append(self._private(0, "Email", f"{first.ascii}.{last.ascii}", country, since))
            if self._draw() < 0.7:
                mailboxes.append(self._private(1, "Private email", f"{first.ascii}{last.ascii}", country, since))
        return country.family.format(last=last.shown, second=second.shown), mailboxes

    def _company(
        self, number: int, country: Country, patterns: tuple[str, ...], since: int
    ) -> tuple[str, list[Mailbox]]:
        name, domain = self._company_name(country, patterns)
        mailboxes: list[Mailbox] = []
        for position in range(1 + int(self._draw() ** 2 * 4)):
            first, last, person = self._person(country)
            self._add_person(number, position, person, country, since)
            # A number keeps namesakes within one company apart.
            local = f"{first}.{last}" if position < 2 else f"{first}.{last}{position}"
            own = [self._mailbox(0, "Work email", f"{local if position else first}@{domain}", since)]
            if self._draw() < 0.75:
                own.append(self._private(1, "Private email", f"{first}.{last}", country, since))
            if position == 0:
                self._head = (self._contact, person, self._names[own[0].id][1], own)
            mailboxes += own
        self._told.clear()
        if self._draw() < 0.7:
            office = country.offices[int(self._draw() * len(country.offices))]
            mailboxes.append(self._mailbox(2, "Email", f"{office}@{domain}", since))
        return name, mailboxes

    def _company_name(self, country: Country, patterns: tuple[str, ...]) -> tuple[str, str]:
        """The name of a company, and a domain that is its own."""
        pattern = patterns[int(self._draw() * len(patterns))]
        words = {
            "first": self._pick(country.first),
            "last": self._pick(country.last),
            "second": self._pick(country.last),
            "trade": self._pick(country.trades),
            "town": self._pick(country.towns),
        }
        form = country.forms[int(self._draw() * len(country.forms))]
        spelled = pattern.replace("}{", "} {").format(form="", **{word: value.ascii for word, value in words.items()})
        slug = ascii_of(spelled)
        domain = ""
        while not domain or domain in self._known_domains:
            before = self._domains.get(slug, 0)
            self._domains[slug] = before + 1
            domain = f"{slug}{before + 1 if before else ''}.example"
        return pattern.format(form=form, **{word: value.shown for word, value in words.items()}), domain

    def _pick(self, words: tuple[Word, ...]) -> Word:
        return words[int(self._draw() * len(words))]

    def _person(self, country: Country) -> tuple[str, str, str]:
        """First and last name as they are spelled in an address, and the name as it is shown."""
        first, last, second = self._pick(country.first), self._pick(country.last), self._pick(country.last)
        shown = country.person.format(first=first.shown, last=last.shown, second=second.shown)
        return first.ascii, last.ascii, shown

    def _add_person(self, account: int, position: int, name: str, country: Country, since: int) -> None:
        self._contact += 1
        self._person_now = (name, country.language if self._draw() < 0.9 else None)
        self._rows["contact"].append((self._contact, name, "", self._person_now[1], _key(name), since))
        self._rows["account_contact"].append((account, self._contact, position))

    def _private(self, position: int, label: str, local: str, country: Country, since: int) -> Mailbox:
        """A mailbox at one of the country's providers; namesakes are told apart by provider, then by a number."""
        address = ""
        while not address or address in self._known:
            before = self._namesakes.get(local, 0)
            self._namesakes[local] = before + 1
            rank, turn = divmod(before, len(country.providers))
            provider = country.providers[(turn + len(local)) % len(country.providers)]
            address = f"{local}{rank + 1 if rank else ''}@{provider}"
        return self._mailbox(position, label, address, since)

    def _mailbox(self, position: int, label: str, address: str, since: int) -> Mailbox:
        """A mailbox of the contact that was added last. One of a hundred was mistyped or is gone."""
        self._address += 1
        chance = self._draw()
        validity, reason = ("valid", "")
        flags = "role" if address[: address.index("@")] in ROLES else ""
        if chance < 0.007:
            address, validity, reason, flags = address.removesuffix(".example"), "invalid", "no_dot", "syntax"
        elif chance < 0.01:
            validity, reason, flags = "bouncing", "bounced", f"bounced {flags}".rstrip()
        self._rows["email_address"].append(
            (self._address, address, address, validity, reason, since, flags, CHECK_VERSION, 0)
        )
        self._rows["contact_email"].append((self._contact, self._address, label, position))
        self._names[self._address] = self._person_now
        return Mailbox(self._address, address, validity)

    def _switch(self, account: int, since: int, archived: bool, mailboxes: list[Mailbox]) -> None:
        """Six accounts of ten have an active user, two are pending, the others offline; NOTIFY and EMAIL SYNC go their own ways."""
        draw, mood = self._draw, 1.0 if archived else self._draw()
        for place, box in enumerate(mailboxes):
            if box.validity == "invalid":
                continue
            login = mood < 0.8 and (place == 0 or draw() < (0.4 if mood < 0.6 else 0.1))
            notify = draw() < (0.8 if login else 0.15)
            sync = draw() < 0.2
            if not (login or notify or sync):
                continue
            self._rows["contact_settings"].append((account, box.id, int(login), int(notify), int(sync)))
            if notify and draw() < 0.05:
                self._rows["notification_preference"].append((account, box.id, "organizers", 0))
            if login and box.id not in self._told:
                self._told.add(box.id)
                self._invitees.tell(box, since, *self._names[box.id], active=mood < 0.6 and draw() < 0.9)
        self._names.clear()


def _key(name: str) -> str:
    return name.casefold() if name.isascii() else search_key(name)
