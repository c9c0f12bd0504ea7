"""Accounts, contacts and addresses by name, for whoever wants to go straight to one: the few that fit best, however many there are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui_portal.domain.accounts import AccountType, account_code, account_number
from tui_portal.domain.text import search_key, tidy
from tui_portal.services import visibility
from tui_portal.services.context import Context
from tui_portal.services.progress import answering
from tui_portal.services.stored import known

_LAST = "\U0010ffff"  # no text that begins with a prefix comes after the prefix with this behind it


class LookupKind(StrEnum):
    ACCOUNT = "account"
    CONTACT = "contact"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Lookup:
    """One thing that was found, in one account: `name` is that of the account, the contact or the mailbox; `contact` and
    `address` are ids, where it is one or belongs to one.
    """

    kind: LookupKind
    name: str
    account: int
    account_name: str
    account_type: AccountType
    archived: bool
    contact: int | None = None
    address: int | None = None

    @property
    def code(self) -> str:
        """The account's short ID."""
        return account_code(self.account)


def look_up(context: Context, text: str, most: int, stale: Callable[[], bool] = lambda: False) -> list[Lookup]:
    """What `text` may mean among the accounts that the acting person sees: at most so many accounts, contacts and mailboxes, those
    that begin so first. A contact or a mailbox of several accounts stands here once for each, `most` times at most.

    Without a text nothing. Raises DatabaseUnusable once the question is `stale`.
    """
    words = search_key(text).split()
    if not words or most < 1:
        return []
    with answering(context, stale), context.database.read():
        found = _accounts(context, text, words, most)
        if account_number(text) is None:  # an ID is nobody's name
            found += _contacts(context, words, most)
            found += _addresses(context, tidy(text).lower(), most) if len(words) == 1 else []
        return found


def _accounts(context: Context, text: str, words: list[str], most: int) -> list[Lookup]:
    seen = visibility.accounts_seen(context)
    key = words[0] if len(words) == 1 else ""
    number = account_number(text) or (account_number(f"A{key}") if key.isdecimal() and key.isascii() else None)
    ids = [] if number is None else [number]
    if account_number(text) is None:
        ids += _named(context, "account a", "a.search_key", "a.id", seen, words, most)
    rows = context.database.rows(
        f"""
        SELECT a.id, a.name, a.type, a.archived FROM json_each(?) w CROSS JOIN account a ON a.id = w.value
        WHERE 1{seen} ORDER BY w.key LIMIT ?
        """,
        [json.dumps(list(dict.fromkeys(ids))), most],
    )
    return [
        Lookup(LookupKind.ACCOUNT, name, number, name, known(context.database, AccountType, kind), bool(archived))
        for number, name, kind, archived in rows
    ]


def _contacts(context: Context, words: list[str], most: int) -> list[Lookup]:
    seen = visibility.contacts_seen(context)
    ids = _named(context, "contact c", "c.search_key", "c.id", seen, words, most)
    rows = context.database.rows(
        f"""
        SELECT c.name, a.id, a.name, a.type, a.archived, c.id FROM json_each(?) w CROSS JOIN contact c ON c.id = w.value
        CROSS JOIN account_contact ac ON ac.contact_id = c.id CROSS JOIN account a ON a.id = ac.account_id
        WHERE 1{visibility.accounts_seen(context, each=True)} ORDER BY w.key, a.archived, a.search_key, a.id
        """,
        [json.dumps(ids)],
    )
    return _lookups(context, LookupKind.CONTACT, [(*row, None) for row in rows], most)


def _addresses(context: Context, typed: str, most: int) -> list[Lookup]:
    seen = visibility.mailboxes_seen(context)
    ids = _named(context, "email_address e", "e.canonical", "e.id", seen, [typed], most)
    if len(ids) < most:
        # Without accents, which SQL can't take off. Few have any, and an index holds them.
        foreign = f"SELECT e.id, e.address FROM email_address e WHERE e.address GLOB '*[^ -~]*'{seen} ORDER BY e.id"
        key = search_key(typed)
        spelt = [number for number, address in context.database.rows(foreign) if key in search_key(address)]
        ids = list(dict.fromkeys([*ids, *spelt]))[:most]
    rows = context.database.rows(
        f"""
        WITH place AS (
            SELECT w.key, w.value AS address, ac.account_id, ac.contact_id FROM json_each(?) w
            CROSS JOIN contact_email ce ON ce.email_address_id = w.value
            CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
            UNION ALL
            SELECT w.key, w.value, s.account_id, NULL FROM json_each(?) w
            CROSS JOIN contact_settings s ON s.email_address_id = w.value WHERE s.login OR s.notify OR s.email_sync
        )
        SELECT e.address, a.id, a.name, a.type, a.archived, min(p.contact_id), e.id FROM place p
        CROSS JOIN email_address e ON e.id = p.address CROSS JOIN account a ON a.id = p.account_id
        WHERE 1{visibility.accounts_seen(context, each=True)}
        GROUP BY p.key, e.id, a.id ORDER BY p.key, a.archived, a.search_key, a.id
        """,
        [json.dumps(ids), json.dumps(ids)],
    )
    return _lookups(context, LookupKind.ADDRESS, rows, most)


def _named(context: Context, table: str, key: str, number: str, seen: str, words: list[str], most: int) -> list[int]:
    """The ids of those whose key begins with the words, read from an index, then of those that hold all of them."""
    begin = " ".join(words)
    found = context.database.rows(
        f"SELECT {number} FROM {table} WHERE {key} >= ? AND {key} < ?{seen} ORDER BY {key}, {number} LIMIT ?",
        [begin, begin + _LAST, most],
    )
    ids = [one for (one,) in found]
    if len(ids) < most:
        holds = " AND ".join([f"{key} LIKE ? ESCAPE '\\'"] * len(words))
        more = context.database.rows(
            f"SELECT {number} FROM {table} WHERE {holds}{seen} ORDER BY {key}, {number} LIMIT ?",
            [*(f"%{_escaped(word)}%" for word in words), most],
        )
        ids = list(dict.fromkeys([*ids, *(one for (one,) in more)]))[:most]
    return ids


def _lookups(context: Context, kind: LookupKind, rows: list[tuple[Any, ...]], most: int) -> list[Lookup]:
    """The things in the rows: each of them in at most so many accounts."""
    found: list[Lookup] = []
    times: dict[object, int] = {}
    for name, account, account_name, account_type, archived, contact, address in rows:
        thing = contact if kind is LookupKind.CONTACT else address
        times[thing] = times.get(thing, 0) + 1
        if times[thing] <= most:
            kept = known(context.database, AccountType, account_type)
            found.append(Lookup(kind, name, account, account_name, kept, bool(archived), contact, address))
    return found


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
