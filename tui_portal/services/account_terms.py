"""The words and terms of a filter (domain/filters.py) as SQL on the accounts `a`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from tui_portal.domain.accounts import account_number
from tui_portal.domain.filters import LOGIN_DAYS, NOBODY, Filter, Key, Term, Word, parse_filter
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import search_key
from tui_portal.services import status
from tui_portal.services.context import Context

_PARTLY_TYPED_ID = re.compile(r"a-([0-9]{1,9})", re.ASCII)


def conditions_of(context: Context, text: str, *, archived: bool) -> tuple[list[str], list[object], bool]:
    """The conditions that the filter `text` sets, their parameters, and whether it looks for words; `archived` counts where it
    says nothing of it. Raises FilterError.
    """
    wanted = parse_filter(text)
    flags = [flag for flag in (0, 1) if _wants_archived(wanted, bool(flag), archived)]
    conditions = [f"a.archived IN ({', '.join('?' * len(flags))})" if len(flags) != 1 else "a.archived = ?"]
    parameters: list[object] = list(flags)
    pieces = [_term(context, term) for term in wanted.terms if term.key is not Key.ARCHIVED]
    pieces += [_word(context, word) for word in wanted.words]
    for condition, values in pieces:
        conditions.append(condition)
        parameters += values
    return conditions, parameters, bool(wanted.words)


def _wants_archived(wanted: Filter, archived: bool, default: bool) -> bool:
    terms = wanted.of(Key.ARCHIVED)
    if not terms:
        return archived == default
    value = "yes" if archived else "no"
    return all((value in term.values) != term.negated for term in terms)


def _word(context: Context, word: Word) -> tuple[str, list[object]]:
    """The condition for one word: in the names and addresses, or the ID, whole or as far as it is typed."""
    key = search_key(word.text)
    parts = ["a.words LIKE ? ESCAPE '\\'"]
    values: list[object] = ["%" + re.sub(r"([\\%_])", r"\\\1", key) + "%"]
    number = account_number(key) or (account_number(f"A{key}") if key.isdecimal() and key.isascii() else None)
    if number is not None:
        parts.append("a.id = ?")
        values.append(number)
    partly = _PARTLY_TYPED_ID.fullmatch(key)
    for first, last in _ids_that_begin(partly[1]) if partly else ():
        parts.append("a.id BETWEEN ? AND ?")
        values += [first, last]
    foreign = _foreign_addresses(context, key)
    if foreign:
        parts.append(
            """a.id IN (
            SELECT ac.account_id FROM contact_email ce JOIN account_contact ac ON ac.contact_id = ce.contact_id
            WHERE ce.email_address_id IN (SELECT value FROM json_each(?)))"""
        )
        values.append(json.dumps(foreign))
    condition = f"({' OR '.join(parts)})"
    return (f"NOT {condition}" if word.negated else condition), values


def _ids_that_begin(digits: str) -> Iterable[tuple[int, int]]:
    """The numbers (first, last) whose short ID, four digits or more, begins with `digits`."""
    for length in range(max(4, len(digits)), 10):
        room = 10 ** (length - len(digits))
        if length == 4 or digits[0] != "0":
            yield int(digits) * room, (int(digits) + 1) * room - 1


def _foreign_addresses(context: Context, key: str) -> list[int]:
    """The mailboxes that `key` stands in once accents are taken off, which SQL can't do. Few have any."""
    found = context.database.rows("SELECT id, address FROM email_address WHERE address GLOB '*[^ -~]*' ORDER BY id")
    return [number for number, address in found if key in search_key(address)]


def _term(context: Context, term: Term) -> tuple[str, list[object]]:
    """The condition for one term: any of its values."""
    parts: list[str] = []
    parameters: list[object] = []
    for condition, values in _TERMS[term.key](context, term.values):
        parts.append(condition)
        parameters += values
    either = f"({' OR '.join(parts)})"
    return (f"NOT {either}" if term.negated else either), parameters


_Conditions = Iterable[tuple[str, list[object]]]

_MAY_LOG_IN = "a.id IN (SELECT s.account_id FROM contact_settings s WHERE s.login = 1)"


def _login(context: Context, values: tuple[str, ...]) -> _Conditions:
    """An archived account is closed to everybody, so that it is offline (AccountStatus)."""
    for value in values:
        days = LOGIN_DAYS.fullmatch(value)
        if days:
            since = context.clock() - int(days[2]) * DAY
            yield (_LOGGED_IN_SINCE if days[1] == "<" else _NOT_LOGGED_IN_SINCE), [since]
        else:
            yield _LOGIN[value], []


_LOGIN = {
    "offline": f"(a.archived = 1 OR NOT {_MAY_LOG_IN})",
    "active": f"(a.archived = 0 AND {_MAY_LOG_IN})",
    "pending": f"(a.archived = 0 AND a.id IN ({status.PENDING_ACCOUNTS}))",
    "never": f"(a.archived = 0 AND a.id IN ({status.LOGINS_SINCE} HAVING max(u.last_login_at) IS NULL))",
}
_LOGGED_IN_SINCE = f"(a.archived = 0 AND a.id IN ({status.LOGGED_IN_SINCE}))"
_NOT_LOGGED_IN_SINCE = (
    f"(a.archived = 0 AND a.id IN ({status.LOGINS_SINCE} HAVING coalesce(max(u.last_login_at), 0) < ?))"
)


def _listed(column: str) -> Callable[[Context, tuple[str, ...]], _Conditions]:
    return lambda _context, values: [(f"{column} IN ({', '.join('?' * len(values))})", list(values))]


def _switched(switch: str) -> Callable[[Context, tuple[str, ...]], _Conditions]:
    on = f"a.id IN (SELECT s.account_id FROM contact_settings s WHERE s.{switch} = 1)"
    return lambda _context, values: [(on if value == "on" else f"NOT {on}", []) for value in values]


def _tag(context: Context, values: tuple[str, ...]) -> _Conditions:
    """Tags as the firm writes them; case and accents of the typed ones don't count."""
    keys = {search_key(value) for value in values}
    known = context.database.rows("SELECT id, name FROM tag")
    ids = [number for number, name in known if search_key(name) in keys]
    return [
        (
            "a.id IN (SELECT account_id FROM account_tag WHERE tag_id IN (SELECT value FROM json_each(?)))",
            [json.dumps(ids)],
        )
    ]


def _staff(context: Context, values: tuple[str, ...]) -> _Conditions:
    """A staff member by login, name, or a part of the name, active or not; `none` is nobody."""
    keys = {search_key(value) for value in values}
    if NOBODY in keys:
        yield "a.id NOT IN (SELECT account_id FROM account_staff)", []
    staff = context.database.rows("SELECT id, login, name FROM staff")
    ids = [
        number
        for number, login, name in staff
        if keys & {search_key(login), search_key(name), *search_key(name).split()}
    ]
    yield (
        "a.id IN (SELECT account_id FROM account_staff WHERE staff_id IN (SELECT value FROM json_each(?)))",
        [json.dumps(ids)],
    )


_TERMS: dict[Key, Callable[[Context, tuple[str, ...]], _Conditions]] = {
    Key.LOGIN: _login,
    Key.TYPE: _listed("a.type"),
    Key.TAG: _tag,
    Key.NOTIFY: _switched("notify"),
    Key.SYNC: _switched("email_sync"),
    Key.ADDRESS: lambda _context, _values: [(f"a.id IN ({status.ACCOUNTS_WITH_REFUSED})", [])],
    Key.CONTACTS: lambda _context, _values: [("a.id NOT IN (SELECT account_id FROM account_contact)", [])],
    Key.STAFF: _staff,
    Key.TEST: lambda _context, values: [("a.test = ?", [int(value == "yes")]) for value in values],
}
