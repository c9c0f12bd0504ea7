"""What the demo firm is told in: people with their addresses, clients with their switches, mailboxes with their stories."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.moments import DAY

DEMO_NOW = 1_794_484_800  # 2026-11-12 12:00 UTC
EXPIRE = 14 * DAY  # product.md, Invitations
HAND_OVER = 40  # seconds that a mail waits for its turn

# Every user of the demo has this password; the hash is fixed so that the rows are the same everywhere.
DEMO_PASSWORD = "Lighthouse 2026"  # noqa: S105 - told in the README, of people who do not exist
PASSWORD_HASH = "$argon2id$v=19$m=19456,t=2,p=1$dHVpLXBvcnRhbC1kZW1vIQ$Z8WA7K3V2GT4AUW3W0RZjgVkl8QOhjc3aVT2i9C/lWg"  # noqa: S105 - its hash

OWNER, ADMIN, EMMA, TOM = 1, 2, 3, 4  # staff ids

_REMINDER_AGES = (3 * DAY, 10 * DAY)  # as by default


def reminders_of(sent: int) -> list[int]:
    """When somebody who was invited at `sent` and has not come was reminded of it, up to now."""
    return [sent + age for age in _REMINDER_AGES if sent + age + HAND_OVER <= DEMO_NOW]


def at(text: str) -> int:
    """The moment of a date and time in UTC, in seconds since 1970: `2026-11-12 09:40`."""
    return int(datetime.fromisoformat(f"{text}+00:00").timestamp())


class Mailbox(NamedTuple):
    """A generated mailbox."""

    id: int
    address: str
    validity: str


@dataclass(frozen=True, slots=True)
class Person:
    """A contact. Each of `addresses` is a field label and an address: `Work email: zoe@dupont.example`."""

    name: str
    language: str | None
    phone: str
    addresses: tuple[str, ...]

    @property
    def mailboxes(self) -> list[tuple[str, str]]:
        """Field label and address, in the order in which they stand."""
        return [(label, address) for label, _colon, address in (entry.partition(": ") for entry in self.addresses)]


@dataclass(frozen=True, slots=True)
class Client:
    """An account.

    `people` says for each contact which switches are on, three signs for each of their addresses in order: `LNS ...` is LOGIN,
    NOTIFY and EMAIL SYNC on at the first, nothing at the second. `unlinked` says the same for addresses that belong to none
    of the contacts. `quiet` names the notification groups that an address does not want.
    """

    number: int
    name: str
    type: AccountType
    since: str
    tags: str
    people: dict[str, str]
    unlinked: dict[str, str] = field(default_factory=dict)
    quiet: dict[str, str] = field(default_factory=dict)
    keeper: int = ADMIN
    archived: bool = False
    test: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation of a mailbox, from its making to where it stands now. `by` is a staff id, or a user's address."""

    state: str
    created: int
    by: int | str
    sent: int | None = None
    closed: int | None = None
    failure: str = ""
    message: str = ""
    last_login: int | None = None
    resent: int | None = None  # when a second mail was asked for that has not been handed over yet
    tries: int = 1  # of the mail that stands last
    next_try: int | None = None
    opened: int | None = None  # when the link was opened first


def queued(created: str, by: int | str, failure: str, tries: int, next_try: str) -> Invited:
    """Never handed over yet: the server asked to come again, so many times, the next at `next_try`."""
    return Invited("queued", at(created), by, failure=failure, tries=tries, next_try=at(next_try))


def sent(created: str, by: int | str, message: str = "", opened: str = "") -> Invited:
    """Handed over and not used, but perhaps `opened`; expired where that is more than a fortnight ago."""
    first = at(opened) if opened else None
    return Invited("sent", at(created), by, sent=at(created) + HAND_OVER, message=message, opened=first)


def resent(created: str, again: str, by: int | str, failure: str, tries: int, next_try: str) -> Invited:
    """Handed over once; a resend waits as in `queued`, and the former link works until it has gone."""
    first, waiting = at(created) + HAND_OVER, (at(again), tries, at(next_try))
    return Invited("queued", at(created), by, first, None, failure, "", None, *waiting)


def failed(created: str, by: int | str, failure: str) -> Invited:
    """Refused by the receiving server, in its own words."""
    return Invited("failed", at(created), by, failure=failure)


def withdrawn(created: str, closed: str, by: int | str) -> Invited:
    """Handed over, then cancelled by the staff."""
    return Invited("withdrawn", at(created), by, sent=at(created) + HAND_OVER, closed=at(closed))


def active(created: str, used: str, last_login: str, by: int | str) -> Invited:
    """Used: the user chose a password at `used` and was last seen at `last_login`."""
    first = at(created) + HAND_OVER
    return Invited("used", at(created), by, first, at(used), last_login=at(last_login), opened=at(used))
