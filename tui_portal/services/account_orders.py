"""In which order accounts stand.

Names are in the order of their search keys: without case, accents and width, which is how English, French, German and (but
for ñ, which it puts beside n) Spanish sort them, and Japanese by code point, kana by sound and kanji by their radicals. One
stored key serves readers of every language, so that the order is read from an index and is the same for two people who
speak on the telephone about the third line. Ties end at the name and the ID, which stay
in their order when a column is turned round.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import status
from tui_portal.services.account_query import AccountQuery, Found, found_accounts
from tui_portal.services.context import Context

# What each sort key of the interface orders by. Some have an index; the others have a SELECT of (account_id, value) for the
# accounts that have one, and whether an account without one counts as 0 or stands at the end.
_INDEXED = {
    "id": "a.id{0}",
    "name": "a.search_key{0}, a.id{0}",
    "type": "a.type{0}, a.search_key, a.id",
    "contacts": "a.contacts{0}, a.search_key, a.id",
}
_DERIVED = {
    "login": (status.LOGINS_OF_ALL, True),
    "notify": (status.NOTIFIED_OF_ALL, True),
    "sync": (status.SYNCED_OF_ALL, True),
    "last_login": (status.LAST_LOGINS_OF_ALL, False),
}
_NUMBER_OF = {"login": status.LOGINS, "notify": status.NOTIFIED, "sync": status.SYNCED}
_HAVING = {
    "login": "SELECT account_id FROM contact_settings WHERE login = 1",
    "notify": "SELECT account_id FROM contact_settings WHERE notify = 1",
    "sync": "SELECT account_id FROM contact_settings WHERE email_sync = 1",
}
SORT_KEYS = (*_INDEXED, *_DERIVED)

_BY_NAME = "a.search_key, a.id"
_IS_LISTED = "a.id IN (SELECT value FROM json_each(?))"
_PIECE = 1 << 15  # characters
_read_last: dict[tuple[int, int], array[int]] = {}
_AT_ONCE = 1 << 12  # numbers
_LOOKED_THROUGH = 5_000  # accounts, for a first page


def parse_sort(text: str, known: Sequence[str] = SORT_KEYS) -> tuple[str, bool]:
    """The column of `COLUMN[:asc|:desc]`, one of `known`, and whether it descends. Raises WrongUse."""
    column, colon, direction = text.partition(":")
    if column not in known:
        raise _unknown_sort(column, known)
    if colon and direction not in ("asc", "desc"):
        raise WrongUse(_("The order is asc or desc, not {direction}.").format(direction=safe(direction)))
    return column, direction == "desc"


def account_ids(
    context: Context, query: AccountQuery, limit: int = -1, told: Callable[[int], object] | None = None
) -> array[int]:
    """The ids of all accounts that `query` finds, in its order; 8 bytes each. At most `limit` of them, -1 for all. Where all are
    asked for, `told` gets their number as soon as it is known, and again while they are put in order: what it raises ends that.

    Raises WrongUse for an unknown sort key, FilterError.
    """
    if query.sort not in SORT_KEYS:
        raise _unknown_sort(query.sort)
    with context.database.read():
        if query.sort in _DERIVED:
            return _by_value(context, query, limit, told)
        found = found_accounts(context, query)
        if query.descending and query.sort in _VALUES and not found.scans:
            return _by_last(context, query, found, limit)
    order = _INDEXED[query.sort].format(" DESC" if query.descending else "")
    # The + keeps SQLite from looking for the words of each account in the order of another index, which takes twice as long.
    return _ids(context, found, f"+{order}" if found.scans and query.sort != "name" else order, limit, told)


def first_account_ids(context: Context, query: AccountQuery, limit: int) -> array[int] | None:
    """How `account_ids` begins, without the rest: about 1 ms of a million accounts, or by the most of a value that is derived
    20 ms of 100,000. None where that can't be told without the whole order.

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
    found = found_accounts(context, query)

    def among_first(value: int, most: int) -> array[int]:
        some = f"SELECT a.id FROM {found.source} WHERE {found.where} ORDER BY {_BY_NAME} LIMIT {_LOOKED_THROUGH}"
        having = f"SELECT a.id FROM ({some}) a WHERE {_NUMBER_OF[query.sort]} = ? LIMIT ?"
        parameters = [*found.parameters, value, most]
        return _numbers(context.database.value(f"SELECT group_concat(id) FROM ({having})", parameters))

    first = among_first(0, limit)
    if len(first) == limit:
        return first
    none = found._replace(where=f"{found.where} AND a.id NOT IN ({_HAVING[query.sort]})")
    few = _ids(context, none, "a.id", limit)  # by ID, as what is looked up lies
    if len(few) == limit:
        return array("q")
    first = _ids(context, Found("account a", _IS_LISTED, (json.dumps(few.tolist()),)), _BY_NAME, limit)
    return first + among_first(1, limit - len(first))


def _first_by_most(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """Those with the highest values: all that have at least what the last of twice as many as are wanted has, of the first
    few thousand.
    """
    derived, _zero = _DERIVED[query.sort]
    few = f"({derived} ORDER BY account_id LIMIT {_LOOKED_THROUGH})"
    edge = context.database.value(f"SELECT value FROM {few} ORDER BY 1 DESC LIMIT 1 OFFSET ?", [2 * limit])
    if edge is None:
        return array("q")
    found = found_accounts(context, query)
    source = f"({derived} HAVING count(*) >= ?) d CROSS JOIN {found.source} ON a.id = d.account_id"
    joined = found._replace(source=source, parameters=(edge, *found.parameters))
    return _ids(context, joined, f"d.value DESC, {_BY_NAME}", limit)


def _first_by_login(context: Context, query: AccountQuery, limit: int) -> array[int]:
    """The first or last of all logins lead to the accounts whose latest login they are."""
    side, order = (">=", "DESC") if query.descending else ("<=", "ASC")
    edge = context.database.value(
        f"SELECT last_login_at FROM user WHERE last_login_at IS NOT NULL ORDER BY 1 {order} LIMIT 1 OFFSET ?",
        [8 * limit],
    )
    if edge is None:
        return array("q")
    found = found_accounts(context, query)
    seen = f"""
        SELECT s.account_id FROM user u CROSS JOIN contact_settings s ON s.email_address_id = u.email_address_id
        WHERE s.login = 1 AND u.last_login_at {side} ?
    """
    latest = (
        f"SELECT id AS account_id, {status.LAST_LOGIN} AS value FROM (SELECT DISTINCT account_id AS id FROM ({seen})) a"
    )
    source = f"({latest}) d CROSS JOIN {found.source} ON a.id = d.account_id"
    joined = Found(source, f"d.value {side} ? AND {found.where}", (edge, edge, *found.parameters))
    return _ids(context, joined, f"d.value {order}, {_BY_NAME}", limit)


def _by_value(context: Context, query: AccountQuery, limit: int, told: Callable[[int], object] | None) -> array[int]:
    """The order by a value that is derived. An account without one has 0 of it, or stands at the end in both directions.

    SQLite would compare names a million times for this. Here they go in their order into one heap for each number, or each day
    of a login, and only the heaps are sorted: one long sort would keep the interpreter from the keys.
    """
    derived, zero = _DERIVED[query.sort]
    ids = _ids(context, found_accounts(context, query), _BY_NAME, -1, told)
    both = f"SELECT group_concat(account_id), group_concat(value) FROM ({derived})"
    accounts, numbers = map(_numbers, context.database.rows(both)[0])
    values: dict[int, int] = {}
    for start in range(0, len(accounts), _AT_ONCE):
        values.update(zip(accounts[start : start + _AT_ONCE], numbers[start : start + _AT_ONCE], strict=True))
        if told is not None:
            told(len(ids))
    missing = 0 if zero else -1 if query.descending else sys.maxsize
    heaps: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
    for start in range(0, len(ids), _AT_ONCE):
        for account in ids[start : start + _AT_ONCE]:
            heaps[values.get(account, missing) // (1 if zero else DAY)].append(account)
        if told is not None:
            told(len(ids))
    whole = array("q")
    for number, heap in sorted(heaps.items(), reverse=query.descending):
        equal = zero or number == missing // DAY
        whole.extend(heap if equal else sorted(heap, key=values.__getitem__, reverse=query.descending))
        if told is not None:
            told(len(ids))
    return whole if limit < 0 else whole[:limit]


def _by_last(context: Context, query: AccountQuery, found: Found, limit: int) -> array[int]:
    """The values from the last to the first, the names with each in their order: one piece of the index after the other."""
    whole = array("q")
    for value in _VALUES[query.sort](context):
        one = found.narrowed(f"a.{query.sort} = ?", value)
        whole += _ids(context, one, _BY_NAME, limit if limit < 0 else limit - len(whole))
        if len(whole) == limit:
            break
    return whole


def _contact_counts(context: Context) -> list[int]:
    """How many contacts accounts have, the most first: a look into the index for each number."""
    found = context.database.rows(
        """
        WITH RECURSIVE flag (archived) AS (VALUES (0), (1)), n (archived, contacts) AS (
            SELECT f.archived, (SELECT max(contacts) FROM account_search s WHERE s.archived = f.archived) FROM flag f
            UNION ALL
            SELECT n.archived, (
                SELECT max(s.contacts) FROM account_search s WHERE s.archived = n.archived AND s.contacts < n.contacts)
            FROM n WHERE n.contacts IS NOT NULL)
        SELECT DISTINCT contacts FROM n WHERE contacts IS NOT NULL ORDER BY contacts DESC
        """
    )
    return [contacts for (contacts,) in found]


# The columns of few values, from the last to the first, by which their order is turned round.
_VALUES: Mapping[str, Callable[[Context], Sequence[object]]] = {
    "type": lambda _context: sorted((kind.value for kind in AccountType), reverse=True),
    "contacts": _contact_counts,
}


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


def _ids(
    context: Context, found: Found, order: str, limit: int, told: Callable[[int], object] | None = None
) -> array[int]:
    """One value instead of rows: 100,000 rows would take the interpreter away from the keys."""
    if told is not None and found.scans:
        # Half as long as it takes to have their ids too.
        told(int(context.database.value(f"SELECT count(*) FROM {found.source} WHERE {found.where}", found.parameters)))
    ordered = f"SELECT a.id FROM {found.source} WHERE {found.where} ORDER BY {order} LIMIT ?"
    joined = context.database.value(f"SELECT group_concat(id) FROM ({ordered})", [*found.parameters, limit])
    if limit >= 0:
        return _numbers(joined)
    if told is not None:
        told(joined.count(",") + 1 if joined else 0)
    return _same_numbers(joined or "")


def _same_numbers(joined: str) -> array[int]:
    """The numbers of a text; of one that was read last the same array, which nobody may change. While others write, an order is
    read again and again, and is nearly always what it was.
    """
    key = len(joined), hash(joined)
    found = _read_last.get(key)
    if found is None:
        found = _numbers(joined)
        _read_last.clear()
        _read_last[key] = found
    return found


def _unknown_sort(name: str, known: Sequence[str] = SORT_KEYS) -> WrongUse:
    return WrongUse(
        _("There is no column {name} to sort by. Known: {names}.").format(name=safe(name), names=", ".join(known))
    )
