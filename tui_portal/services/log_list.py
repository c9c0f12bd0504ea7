"""The Activity list: every entry of the log, the newest first, narrowed by who, what, when, from where and by text.

Like every list it is a window: ids in their order, read in one piece, and the rows of those in sight.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from tui_portal.domain.accounts import account_number
from tui_portal.domain.log_filters import (
    BEGINNINGS,
    CLIENTS,
    PROGRAM,
    KindGroup,
    LogFilter,
    LogKey,
    LogTerm,
    group_of,
    parse_log_filter,
)
from tui_portal.domain.text import search_key
from tui_portal.services.account_log import ADDRESSES_OF_ACCOUNT, ENTRIES_OF_ACCOUNT, LogRow, log_rows
from tui_portal.services.context import Context
from tui_portal.services.visibility import accounts_seen, entries_seen, require_account

# What `from:` is typed as, beside an address, and what stands in the log.
_ORIGINS = {"cli": "command_line", "command": "command_line", "ssh": "terminal ", "tui": "terminal"}


@dataclass(frozen=True, slots=True)
class LogListQuery:
    """Which entries, in which order of time."""

    wanted: LogFilter = field(default_factory=LogFilter)
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """A value of the filter menu: what is typed, how it reads, how many entries it finds."""

    word: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Target:
    """Where an entry leads: to an account, a mail, or the mailbox or contact of no account; None for what it does not name."""

    account: int | None
    mail: int | None


def list_ids(context: Context, query: LogListQuery, limit: int = -1) -> array[int]:
    """The ids of the entries that `query` finds, in its order; at most `limit`, -1 for all. Raises NotFound for an account."""
    where, parameters = _condition(context, query.wanted)
    direction = "DESC" if query.descending else "ASC"
    ordered = f"SELECT v.id FROM activity v WHERE {where} ORDER BY v.id {direction} LIMIT :limit"
    parameters["limit"] = limit
    return array("q", json.loads(context.database.value(f"SELECT json_group_array(id) FROM ({ordered})", parameters)))


def count_list(context: Context, wanted: LogFilter) -> int:
    """How many entries `wanted` finds."""
    where, parameters = _condition(context, wanted)
    return int(context.database.value(f"SELECT count(*) FROM activity v WHERE {where}", parameters))


def list_rows(context: Context, ids: Sequence[int]) -> dict[int, LogRow]:
    """The entries with these ids."""
    return {row.id: row for row in log_rows(context, ids)}


def find_in_log(context: Context, text: str, limit: int, *, descending: bool = True) -> array[int]:
    """The ids of what `text` finds. Raises FilterError, NotFound."""
    return list_ids(context, LogListQuery(parse_log_filter(text, context.clock()), descending), limit)


def menu_words(context: Context) -> tuple[list[Found], list[Found]]:
    """What the filter menu offers, with how many entries there are of each: who, and the groups of kinds."""
    seen = entries_seen(context)
    rows = context.database.rows(
        f"""
        SELECT v.kind, s.login, s.name, v.by_client, v.entries FROM (
            SELECT v.kind, v.staff_id, v.staff_id IS NULL AND v.user_id IS NOT NULL AS by_client, count(*) AS entries
            FROM activity v WHERE 1{seen} GROUP BY 1, 2, 3) v
        LEFT JOIN staff s ON s.id = v.staff_id
        """
    )
    kinds = dict.fromkeys(KindGroup, 0)
    people: dict[tuple[str, str], int] = {}
    for kind, login, name, by_client, count in rows:
        group = group_of(kind)
        if group is not None:
            kinds[group] += count
        who = (login, name) if login is not None else (CLIENTS, "") if by_client else (PROGRAM, "")
        people[who] = people.get(who, 0) + count
    return (
        [Found(word, name, count) for (word, name), count in sorted(people.items(), key=lambda found: -found[1])],
        [Found(group.value, group.label, count) for group, count in kinds.items() if count],
    )


def target_of(context: Context, entry: int) -> Target:
    """Where the entry leads: what it names itself, else the account of its mailbox or contact that comes first."""
    found = log_rows(context, [entry])
    if not found:
        return Target(None, None)
    (row,) = found
    mail = row.after.get("mail")
    if row.account is not None:
        number = account_number(row.account[0])
    else:
        first = _FIRST_ACCOUNT.format(
            ac=accounts_seen(context, "ac.account_id"), s=accounts_seen(context, "s.account_id")
        )
        number = context.database.value(first, {"entry": entry})
    there = number is not None and context.database.value("SELECT 1 FROM account WHERE id = ?", [number])
    return Target(number if there else None, mail if isinstance(mail, int) else None)


_FIRST_ACCOUNT = """
    SELECT coalesce(
        (SELECT ac.account_id FROM account_contact ac WHERE ac.contact_id = v.contact_id{ac} ORDER BY 1 LIMIT 1),
        (SELECT s.account_id FROM contact_settings s WHERE s.email_address_id = m.id{s} ORDER BY s.login DESC, 1 LIMIT 1),
        (SELECT ac.account_id FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
         WHERE ce.email_address_id = m.id{ac} ORDER BY 1 LIMIT 1))
    FROM activity v LEFT JOIN user u ON u.id = v.user_id
    LEFT JOIN email_address m ON m.id = coalesce(v.email_address_id, u.email_address_id) WHERE v.id = :entry
"""


def _condition(context: Context, wanted: LogFilter) -> tuple[str, dict[str, object]]:
    """The condition on an entry `v`, with its parameters."""
    conditions, parameters = [f"1{entries_seen(context)}"], dict[str, object]()
    for place, term in enumerate(wanted.terms):
        said = " OR ".join(
            _said(context, term, value, f"{place}_{nth}", parameters) for nth, value in enumerate(term.values)
        )
        conditions.append(f"{'NOT ' if term.negated else ''}({said})")
    for place, (word, negated) in enumerate(wanted.words):
        parameters |= {f"key{place}": search_key(word), f"typed{place}": word.casefold()}
        parameters[f"like{place}"] = f"%{_escaped(word)}%"
        conditions.append(f"{'NOT ' if negated else ''}({_WORD.replace('#', str(place))})")
    return " AND ".join(conditions), parameters


# Each list of ids is made once for a question, not once for an entry.
_WORD = """
    coalesce(v.account_id IN (SELECT id FROM account WHERE instr(search_key, :key#)), 0)
    OR coalesce(v.contact_id IN (SELECT id FROM contact WHERE instr(search_key, :key#)), 0)
    OR coalesce(v.email_address_id IN (SELECT id FROM email_address WHERE instr(canonical, :typed#)), 0)
    OR coalesce(v.user_id IN (SELECT u.id FROM user u JOIN email_address e ON e.id = u.email_address_id
        WHERE instr(e.canonical, :typed#)), 0)
    OR coalesce(v.staff_id IN (SELECT id FROM staff WHERE instr(lower(name), :typed#) OR login = :typed#), 0)
    OR v.before LIKE :like# ESCAPE '!' OR v.after LIKE :like# ESCAPE '!'
"""


def _said(context: Context, term: LogTerm, value: str, place: str, parameters: dict[str, object]) -> str:
    """The condition for one value of a term."""
    name = f"p{place}"
    parameters[name] = value
    match term.key:
        case LogKey.SINCE:
            return f"v.at >= CAST(:{name} AS INTEGER)"
        case LogKey.UNTIL:
            return f"v.at <= CAST(:{name} AS INTEGER)"
        case LogKey.KIND:
            return _kind(value, name)
        case LogKey.ACCOUNT:
            require_account(context, int(value))
            parameters |= {"each": -1, name: int(value)}
            entries = f"{ADDRESSES_OF_ACCOUNT} {ENTRIES_OF_ACCOUNT}".replace(":account", f":{name}")
            return f"v.id IN ({entries})"
        case LogKey.BY:
            return _by(value, name, parameters)
        case _:
            parameters[name] = _ORIGINS.get(value.lower(), value.lower())
            return f"instr(v.origin, :{name})"


def _kind(value: str, name: str) -> str:
    """A group of kinds is all that begins like it; what an earlier group takes is not in a later one."""
    if value not in set(KindGroup):
        return f"v.kind = :{name}"
    group = KindGroup(value)
    begun = " OR ".join(f"v.kind GLOB '{beginning}*'" for beginning in BEGINNINGS[group])
    taken = [f"v.kind NOT GLOB '{b}*'" for b in BEGINNINGS[KindGroup.PASSWORD] if group is KindGroup.LOGIN]
    return " AND ".join([f"({begun})", *taken])


def _by(value: str, name: str, parameters: dict[str, object]) -> str:
    """Who: clients, the program, a staff member by login or a part of the name, a client by a part of the address."""
    if value.lower() == CLIENTS:
        return "v.staff_id IS NULL AND v.user_id IS NOT NULL"
    if value.lower() == PROGRAM:
        return "v.staff_id IS NULL AND v.user_id IS NULL"
    parameters[name] = value.casefold()
    return f"""
        coalesce(v.staff_id IN (SELECT id FROM staff WHERE lower(login) = :{name} OR instr(lower(name), :{name})), 0)
        OR v.staff_id IS NULL AND coalesce(v.user_id IN (SELECT u.id FROM user u
            JOIN email_address e ON e.id = u.email_address_id WHERE instr(e.canonical, :{name})), 0)
    """


def _escaped(word: str) -> str:
    """A word for LIKE with the escape `!`, as it stands in JSON."""
    for sign in "!%_":
        word = word.replace(sign, f"!{sign}")
    return json.dumps(word, ensure_ascii=False)[1:-1]
