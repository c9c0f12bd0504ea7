"""Which accounts a filter finds, and in which order.

Names are in the order of their search keys: without case, accents and width, which is how English, French, German and (but
for ñ, which it puts beside n) Spanish sort them, and Japanese by code point, kana by sound and kanji by their radicals. One
stored key serves readers of every language, so that the order is read from an index and is the same for two people who
speak on the telephone about the third line. Ties end at the name and the ID, which stay
in their order when a column is turned round.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from tui_portal.domain.accounts import AccountType, account_number
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.filters import LOGIN_DAYS, Filter, Key, Term, Word, parse_filter
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _
from tui_portal.services import status
from tui_portal.services.context import Context

# What each sort key of the interface orders by. Some have an index; the others have a SELECT of (account_id, value) for the
# accounts that have one, and whether an account without one counts as 0 or stands at the end.
_INDEXED = {"id": "a.id{0}", "name": "a.search_key{0}, a.id{0}", "type": "a.type, a.search_key, a.id"}
_DERIVED = {
    "contacts": (status.CONTACTS_OF_ALL, True),
    "login": (status.LOGINS_OF_ALL, True),
    "notify": (status.NOTIFIED_OF_ALL, True),
    "sync": (status.SYNCED_OF_ALL, True),
    "last_login": (status.LAST_LOGINS_OF_ALL, False),
}
_NUMBER_OF = {"contacts": status.CONTACTS, "login": status.LOGINS, "notify": status.NOTIFIED, "sync": status.SYNCED}
_HAVING = {
    "contacts": "SELECT account_id FROM account_contact",
    "login": "SELECT account_id FROM contact_settings WHERE login = 1",
    "notify": "SELECT account_id FROM contact_settings WHERE notify = 1",
    "sync": "SELECT account_id FROM contact_settings WHERE email_sync = 1",
}
SORT_KEYS = (*_INDEXED, *_DERIVED)

_BY_NAME = "a.search_key, a.id"
_IS_LISTED = "a.id IN (SELECT value FROM json_each(?))"
_PIECE = 1 << 15  # characters
_LOOKED_THROUGH = 5_000  # accounts, for a first page
_PARTLY_TYPED_ID = re.compile(r"a-([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """Which accounts, in which order. `find` is a filter as text (domain/filters.py); `archived` counts where it says nothing of it."""

    find: str = ""
    archived: bool = False
    sort: str = "name"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """The part of a query after FROM that says which accounts `a`."""

    source: str
    where: str
    parameters: tuple[object, ...]


def parse_sort(text: str, known: Sequence[str] = SORT_KEYS) -> tuple[str, bool]:
    """The column of `COLUMN[:asc|:desc]`, one of `known`, and whether it descends. Raises WrongUse."""
    column, colon, direction = text.partition(":")
    if column not in known:
        raise _unknown_sort(column, known)
    if colon and direction not in ("asc", "desc"):
        raise WrongUse(_("The order is asc or desc, not {direction}.").format(direction=safe(direction)))
    return column, direction == "desc"


def count_accounts(context: Context, query: AccountQuery) -> int:
    """How many accounts `query` finds. Raises FilterError."""
    found = _found(context, query)
    return int(context.database.value(f"SELECT count(*) FROM {found.source} WHERE {found.where}", found.parameters))


def account_ids(context: Context, query: AccountQuery, limit: int = -1) -> array[int]:
    """The ids of all accounts that `query` finds, in its order; 8 bytes each. At most `limit` of them, -1 for all.

    Raises WrongUse for an unknown sort key, FilterError.
    """
    if query.sort not in SORT_KEYS:
        raise _unknown_sort(query.sort)
    if query.sort in _DERIVED or (query.sort == "type" and query.descending):
        with context.database.read():
            return (_by_value if query.sort in _DERIVED else _by_last_type)(context, query, limit)
    order = _INDEXED[query.sort].format(" DESC" if query.descending else "")
    return _ids(context, _found(context, query), order, limit)


def first_account_ids(context: Context, query: AccountQuery, limit: int) -> array[int] | None:
    """How `account_ids` begins, without the rest: about 1 ms of a million accounts, or by a value that is derived 30 ms of
    100,000. None where that can't be told without the whole order.

    Raises WrongUse for an unknown sort key, FilterError.
    """
    if query.sort not in _DERIVED:
        return account_ids(context, query, limit)
    with context.database.read():
        if query.sort == "last_login":
            found = _first_by_login(context, query, limit)
        elif query.descending:
            found = _first_by_most(context, query, limit)
        else:
            found = _first_by_least(context, query, limit)
    return found if len(found) == limit else None


def _first_by_least(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """Those with none stand before all others, and as a rule there are enough among the first names; else all of those that
    have none, and after them who has one.
    """
    found = _found(context, query)

    def among_first(value: int, most: int) -> array[int]:
        some = f"SELECT a.id FROM {found.source} WHERE {found.where} ORDER BY {_BY_NAME} LIMIT {_LOOKED_THROUGH}"
        having = f"SELECT a.id FROM ({some}) a WHERE {_NUMBER_OF[query.sort]} = ? LIMIT ?"
        parameters = [*found.parameters, value, most]
        return _numbers(context.database.value(f"SELECT group_concat(id) FROM ({having})", parameters))

    first = among_first(0, limit)
    if len(first) == limit:
        return first
    none = replace(found, where=f"{found.where} AND a.id NOT IN ({_HAVING[query.sort]})")
    few = _ids(context, none, "a.id", limit)  # by ID, as what is looked up lies
    if len(few) == limit:
        return array("q")
    first = _ids(context, _Found("account a", _IS_LISTED, (json.dumps(few.tolist()),)), _BY_NAME, limit)
    return first + among_first(1, limit - len(first))


def _first_by_most(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """Those with the highest values: all that have at least what the last of twice as many as are wanted has."""
    derived, _zero = _DERIVED[query.sort]
    found = _found(context, query)
    ordered = f"""
        WITH d AS MATERIALIZED ({derived}), edge AS (SELECT value FROM d ORDER BY value DESC LIMIT 1 OFFSET ?)
        SELECT a.id FROM d CROSS JOIN {found.source} ON a.id = d.account_id
        WHERE d.value >= (SELECT value FROM edge) AND {found.where} ORDER BY d.value DESC, {_BY_NAME} LIMIT ?
    """
    parameters = [2 * limit, *found.parameters, limit]
    return _numbers(context.database.value(f"SELECT group_concat(id) FROM ({ordered})", parameters))


def _first_by_login(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """The first or last of all logins lead to the accounts whose latest login they are."""
    side, order = (">=", "DESC") if query.descending else ("<=", "ASC")
    edge = context.database.value(
        f"SELECT last_login_at FROM user WHERE last_login_at IS NOT NULL ORDER BY 1 {order} LIMIT 1 OFFSET ?",
        [8 * limit],
    )
    if edge is None:
        return array("q")
    found = _found(context, query)
    seen = f"""
        SELECT s.account_id FROM user u CROSS JOIN contact_settings s ON s.email_address_id = u.email_address_id
        WHERE s.login = 1 AND u.last_login_at {side} ?
    """
    latest = (
        f"SELECT id AS account_id, {status.LAST_LOGIN} AS value FROM (SELECT DISTINCT account_id AS id FROM ({seen})) a"
    )
    source = f"({latest}) d CROSS JOIN {found.source} ON a.id = d.account_id"
    joined = _Found(source, f"d.value {side} ? AND {found.where}", (edge, edge, *found.parameters))
    return _ids(context, joined, f"d.value {order}, {_BY_NAME}", limit)


def _by_value(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """The order by a value that is derived. An account without one has 0 of it, or stands at the end in both directions.

    SQLite would compare names a million times for this; Python's sort keeps the order of names among equals by itself.
    """
    derived, zero = _DERIVED[query.sort]
    ids = _ids(context, _found(context, query), _BY_NAME, -1)
    both = f"SELECT group_concat(account_id), group_concat(value) FROM ({derived})"
    [(accounts, numbers)] = context.database.rows(both)
    values = dict.fromkeys(ids, 0 if zero else -1 if query.descending else sys.maxsize)
    values.update(zip(_numbers(accounts), _numbers(numbers), strict=True))
    whole = array("q", sorted(ids, key=values.__getitem__, reverse=query.descending))
    return whole if limit < 0 else whole[:limit]


def _by_last_type(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """The types from the last to the first, the names in each in their order: one piece of the index after the other."""
    found, whole = _found(context, query), array("q")
    for kind in sorted((kind.value for kind in AccountType), reverse=True):
        one = replace(found, where=f"{found.where} AND a.type = ?", parameters=(*found.parameters, kind))
        whole += _ids(context, one, _BY_NAME, limit if limit < 0 else limit - len(whole))
    return whole


def _numbers(joined: str | None) -> array[int]:
    """The numbers of a text, read a piece at a time: a million at once would keep the interpreter from the keys for as long as
    it takes, and need six times the room.
    """
    text, found, start = joined or "", array("q"), 0
    while start < len(text):
        comma = text.find(",", start + _PIECE)
        end = comma if comma >= 0 else len(text)
        found.fromlist(json.loads(f"[{text[start:end]}]"))
        start = end + 1
    return found


def _ids(context: Context, found: _Found, order: str, limit: int) -> array[int]:
    """One value instead of rows: 100,000 rows would take the interpreter away from the keys."""
    ordered = f"SELECT a.id FROM {found.source} WHERE {found.where} ORDER BY {order} LIMIT ?"
    joined = context.database.value(f"SELECT group_concat(id) FROM ({ordered})", [*found.parameters, limit])
    return _numbers(joined)


def _found(context: Context, query: AccountQuery) -> _Found:
    """What `query.find` says, as SQL on `a`: the accounts, or where words are looked for the search index, which has the
    same columns.
    """
    wanted = parse_filter(query.find)
    flags = [flag for flag in (0, 1) if _wants_archived(wanted, bool(flag), query.archived)]
    conditions = [f"a.archived IN ({', '.join('?' * len(flags))})" if len(flags) != 1 else "a.archived = ?"]
    parameters: list[object] = list(flags)
    pieces = [_term(context, term) for term in wanted.terms if term.key is not Key.ARCHIVED]
    pieces += [_word(context, word) for word in wanted.words]
    for condition, values in pieces:
        conditions.append(condition)
        parameters += values
    source = "account_search a" if wanted.words else "account a"
    return _Found(source, " AND ".join(conditions), tuple(parameters))


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


_TERMS: dict[Key, Callable[[Context, tuple[str, ...]], _Conditions]] = {
    Key.LOGIN: _login,
    Key.TYPE: _listed("a.type"),
    Key.TAG: _tag,
    Key.NOTIFY: _switched("notify"),
    Key.SYNC: _switched("email_sync"),
    Key.ADDRESS: lambda _context, _values: [(f"a.id IN ({status.ACCOUNTS_WITH_REFUSED})", [])],
    Key.CONTACTS: lambda _context, _values: [("a.id NOT IN (SELECT account_id FROM account_contact)", [])],
    Key.TEST: lambda _context, values: [("a.test = ?", [int(value == "yes")]) for value in values],
}


def _unknown_sort(name: str, known: Sequence[str] = SORT_KEYS) -> WrongUse:
    return WrongUse(
        _("There is no column {name} to sort by. Known: {names}.").format(name=safe(name), names=", ".join(known))
    )
