"""A firm with very many clients, made in a few seconds: the demo firm's staff and hand-written clients, and plain ones behind them.

Each has one contact with one or two addresses and their switches, and most have a user: all that the list of accounts shows.
The demo's own crowd, with its invitations, its log and its mail, takes four times as long to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tui_portal.config import Settings
from tui_portal.demo.firm import FIRM, FOUNDED, LANGUAGE, STAFF
from tui_portal.demo.names import COUNTRIES
from tui_portal.demo.rows import WrittenFirm
from tui_portal.demo.shapes import DEMO_NOW, PASSWORD_HASH, at
from tui_portal.domain.addresses import CHECK_VERSION
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import search_key
from tui_portal.services.context import Context
from tui_portal.services.seeding import Batch, Founding, create_seeded

_FIRST = 10_001  # the ids of what is made begin here


def make_large_firm(path: Path, accounts: int, *, owner_login: str, settings: Settings) -> Context:
    """The firm in a new database, with its owner acting; the same rows for the same arguments."""
    _login, name, email, *_rest = STAFF[0]
    founding = Founding(FIRM, LANGUAGE, owner_login, name, email, at(FOUNDED), DEMO_NOW)
    return create_seeded(path, settings, founding, _batches(owner_login, accounts))


def _batches(owner_login: str, accounts: int) -> Iterator[Batch]:
    written = WrittenFirm(None, at(FOUNDED), owner_login)
    yield written.tables
    yield _plain(accounts - len(written.clients))


def _plain(accounts: int) -> Batch:
    since, numbers = at(FOUNDED), range(_FIRST, _FIRST + accounts)
    second = [n for n in numbers if n % 3]  # those whose contact has a further address
    names = [_name(n) for n in numbers]
    keys = [search_key(name) for name in names]
    addresses = [(n, f"client{n}@inbox-mail.example") for n in numbers]
    addresses += [(n + accounts, f"client{n}@office-{n % 997}.example") for n in second]
    checked = ("valid", "", since, "", CHECK_VERSION, 0)
    kinds = ("individual", "individual", "company", "family")
    return {
        "account": [
            (n, name, key, kinds[n % 4], 0, 0, since) for n, name, key in zip(numbers, names, keys, strict=True)
        ],
        "contact": [(n, name, "", None, key, since) for n, name, key in zip(numbers, names, keys, strict=True)],
        "account_contact": [(n, n, 0) for n in numbers],
        "email_address": [(n, address, address, *checked) for n, address in addresses],
        "contact_email": [(n, n, "Email", 0) for n in numbers] + [(n, n + accounts, "Work email", 1) for n in second],
        "contact_settings": [(n, n, int(n % 5 < 3), int(n % 7 < 4), n % 2) for n in numbers]
        + [(n, n + accounts, int(n % 11 < 3), n % 2, int(n % 13 < 3)) for n in second],
        "user": [(n, n, PASSWORD_HASH, since, DEMO_NOW - n % 600 * DAY) for n in numbers if n % 5 < 2],
    }


def _name(number: int) -> str:
    """Something that a client of one of the demo's countries is called."""
    country = COUNTRIES[number % len(COUNTRIES)]
    first, last = country.first[number % len(country.first)], country.last[number * 7 % len(country.last)]
    if number % 4 == 2:
        trade = country.trades[number * 3 % len(country.trades)]
        return f"{last.shown} {trade.shown} {country.forms[number % len(country.forms)]}"
    return country.person.format(first=first.shown, last=last.shown, second=last.shown)
