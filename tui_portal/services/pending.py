"""The Pending activation list: every mailbox that may log in and whose user has not yet activated (product.md), and every one for
which a client asked and the staff have not answered.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from tui_portal.domain.accounts import account_code, account_number
from tui_portal.domain.addresses import AddressFlag, Validity, flags_from
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.filter_text import MOST_CHARACTERS, MOST_PARTS
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _, pgettext
from tui_portal.services import status
from tui_portal.services.context import Context
from tui_portal.services.reminders import next_reminder
from tui_portal.services.stored import known
from tui_portal.services.visibility import accounts_seen, contacts_seen, mailboxes_seen


class PendingState(StrEnum):
    """What has become of the invitation of a pending mailbox; a client's request goes before it."""

    TO_APPROVE = "to_approve"
    NOT_SENT = "not_sent"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """The state in the reader's language."""
        return {
            PendingState.TO_APPROVE: _("to approve"),
            PendingState.NOT_SENT: _("not sent"),
            PendingState.QUEUED: _("queued"),
            PendingState.SENT: pgettext("state of an invitation", "sent"),
            PendingState.FAILED: pgettext("state of an invitation", "failed"),
            PendingState.CANCELLED: _("cancelled"),
            PendingState.EXPIRED: _("expired"),
        }[self]

    @property
    def words(self) -> tuple[str, ...]:
        """What is typed to find it, in the reader's language, and for scripts in the program's."""
        more = {PendingState.NOT_SENT: _("never"), PendingState.TO_APPROVE: _("approve")}
        return (self.value, self.label, *([more[self]] if self in more else []))


@dataclass(frozen=True, slots=True)
class PendingQuery:
    """Which pending mailboxes, in which order.

    `find` holds words that must all be found, each in the address, the name or ID of an account, or a contact's name; a
    word that is a state (`never`, `failed`) finds the mailboxes in that state as well, `invalid` those that mail can't reach.
    `sent>7d` are those invited more than 7 days ago, `sent<7d` those within.
    """

    find: str = ""
    sort: str = "address"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PendingRow:
    """One line of the list. `accounts` are (ID, name) of those that the mailbox may log in to, before them those that it is
    `requested` for (IDs), by a client who waits for the staff's answer. Times are seconds since 1970; of who is to be approved it
    is not told here whether they were invited to other accounts.

    `invited_by` is a staff member, or the client who invited. `failure` is what the receiving server said. `reminders` is whether
    they are reminded of the open invitation at all, None where there is none; `reminded` how often they were since it was sent,
    `reminded_at` when last; `next_reminder` when they will be, None for never again.
    """

    id: int
    address: str
    validity: Validity
    reason: str
    accounts: tuple[tuple[str, str], ...]
    invite_sent: int | None
    invited_by: str | None
    state: PendingState
    expires: int | None
    failure: str
    flags: frozenset[AddressFlag] = frozenset()
    suppressed: bool = False
    reminders: bool | None = None
    reminded: int = 0
    reminded_at: int | None = None
    next_reminder: int | None = None
    requested: tuple[str, ...] = ()


# The accounts that mailbox `e` may log in to. CROSS JOIN keeps SQLite from walking through all accounts instead.
_ACCOUNTS = """
    FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
    WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0"""

# The contact behind the user who invited: the first one that has the mailbox.
_INVITER = """
    FROM user u JOIN contact_email ce ON ce.email_address_id = u.email_address_id JOIN contact c ON c.id = ce.contact_id
    WHERE u.id = i.invited_by_user_id{client} ORDER BY c.id LIMIT 1"""

# The contact behind the client who asked first.
_ASKER = """
    FROM access_request n JOIN user u ON u.id = n.user_id JOIN contact_email ce ON ce.email_address_id = u.email_address_id
    JOIN contact c ON c.id = ce.contact_id WHERE n.id = q.request ORDER BY c.id LIMIT 1"""

# By Invite sent: those to approve first, then the never invited, then the cancelled, those whose first invitation failed, those who have one by its day,
# and last those whose first one is on its way.
_SENT_PLACE = """CASE
    WHEN q.request IS NOT NULL THEN -1
    WHEN i.sent_at IS NOT NULL THEN 3
    WHEN i.id IS NOT NULL THEN CASE i.state WHEN 'queued' THEN 4 ELSE 2 END
    WHEN (SELECT state FROM invitation n WHERE n.email_address_id = e.id ORDER BY n.id DESC LIMIT 1) = 'withdrawn' THEN 1
    ELSE 0 END"""

# What each sort key of the interface orders by; ties end at the address. `:staff` has the place of each staff member by name.
_SORTS = {
    "address": (),
    "account": (
        f"coalesce((SELECT min(ra.search_key) {status.OPEN_REQUESTS} AND q.request), (SELECT min(a.search_key) {_ACCOUNTS}))",
    ),
    "invite_sent": (_SENT_PLACE, "i.sent_at"),
    "invited_by": (
        "i.id IS NULL AND q.request IS NULL",
        f"coalesce((SELECT c.search_key {_ASKER}), json_extract(:staff, '$.' || i.invited_by_staff_id), (SELECT c.search_key {_INVITER}))",
    ),
}
SORT_KEYS = tuple(_SORTS)


def count_pending(context: Context, query: PendingQuery) -> int:
    """How many pending mailboxes `query` finds. Raises WrongUse for more words than anybody means."""
    if not query.find.split():
        listed = _seen(context, f"SELECT count(DISTINCT email_address_id) FROM ({_LISTED})")
        return int(context.database.value(listed))
    where, parameters = _where(context, query)
    return int(context.database.value(_seen(context, f"SELECT count(*) {_FROM} WHERE {where}"), parameters))


def pending_ids(context: Context, query: PendingQuery, limit: int = -1) -> array[int]:
    """The ids of the mailboxes (email_address) that `query` finds, in its order. At most `limit` of them, -1 for all.

    Raises WrongUse for an unknown sort key, or for more words than anybody means.
    """
    where, parameters = _where(context, query, first_only=limit >= 0)
    parameters |= {"limit": limit, "staff": _staff_places(context)}
    ordered = _seen(context, f"SELECT e.id {_FROM} WHERE {where} ORDER BY {_order(query)} LIMIT :limit")
    return array("q", json.loads(context.database.value(f"SELECT json_group_array(id) FROM ({ordered})", parameters)))


def pending_rows(context: Context, ids: Iterable[int]) -> list[PendingRow]:
    """The lines for `ids`, in their order; a mailbox that is not pending any more is left out."""
    wanted = list(ids)
    found = context.database.rows(
        _seen(
            context,
            f"""
        SELECT e.id, e.address, e.validity, e.reason,
            (SELECT json_group_array(json_array(id, name)) FROM (SELECT a.id, a.name {_ACCOUNTS} ORDER BY a.search_key, a.id)),
            i.sent_at, CASE WHEN q.request IS NULL
                THEN coalesce((SELECT name FROM staff WHERE id = i.invited_by_staff_id), (SELECT c.name {_INVITER}))
                ELSE {status.CLIENT_NAME.format(user="(SELECT user_id FROM access_request WHERE id = q.request)")} END,
            {_STATE}, i.expires_at, coalesce(i.failure, ''), e.flags, e.suppressed,
            i.reminders, coalesce(i.reminded, 0), i.reminded_at, i.reminder_step, {status.WRITABLE},
            (SELECT json_group_array(json_array(id, name)) FROM (
                SELECT ra.id, ra.name {status.OPEN_REQUESTS} ORDER BY ra.search_key, ra.id))
        {_FROM} WHERE e.id IN (SELECT value FROM json_each(:ids)) AND {_IS_LISTED}
        """,
        ),
        {"ids": json.dumps(wanted), "now": context.clock()},
    )
    lines = {
        row[0]: PendingRow(
            id=row[0],
            address=row[1],
            validity=known(context.database, Validity, row[2]),
            reason=row[3],
            accounts=tuple((account_code(number), name) for number, name in json.loads(row[4])),
            invite_sent=row[5],
            invited_by=row[6],
            state=PendingState(row[7]),
            expires=row[8],
            failure=row[9],
            flags=flags_from(row[10]),
            suppressed=bool(row[11]),
            reminders=None if row[12] is None else bool(row[12]),
            reminded=row[13],
            reminded_at=row[14],
            next_reminder=next_reminder(context, row[5], row[15], row[8])
            if row[7] == PendingState.SENT and row[12] and row[16]
            else None,
        )
        for row in found
    }
    lines |= {row[0]: _asked(lines[row[0]], row[17]) for row in found if row[7] == PendingState.TO_APPROVE}
    return [lines[number] for number in wanted if number in lines]


def _asked(row: PendingRow, accounts: str) -> PendingRow:
    """The line of one for whom a client asked, in `accounts` (JSON)."""
    asked = tuple((account_code(number), name) for number, name in json.loads(accounts))
    return replace(
        row,
        accounts=asked + row.accounts,
        requested=tuple(code for code, _name in asked),
        invite_sent=None,
        expires=None,
        reminders=None,
        reminded=0,
        reminded_at=None,
        next_reminder=None,
        failure="",
    )


# Mailbox `e`, its open invitation `i` if any, and the first `request` of those that wait, if any.
_FROM = f"""
    FROM email_address e LEFT JOIN invitation i ON {status.OPEN_INVITATION}
    LEFT JOIN (SELECT r.email_address_id AS mailbox, min(r.id) AS request {status.REQUESTS} GROUP BY r.email_address_id) q
        ON q.mailbox = e.id
"""

_LISTED = f"{status.PENDING_ADDRESSES} UNION ALL {status.REQUESTED_ADDRESSES}"  # each as often as there is a reason

_IS_LISTED = f"(q.request IS NOT NULL OR {status.IS_PENDING})"

_STATE = f"CASE WHEN q.request IS NOT NULL THEN 'to_approve' ELSE {status.INVITE_STATE} END"


def _seen(context: Context, sql: str) -> str:
    """`sql` on the accounts, contacts and inviting clients that the acting person sees. Every account that is told or looked
    for is one that is not archived.
    """
    if not accounts_seen(context):
        return sql.replace("{contact}", "").replace("{client}", "")
    named = _ACCOUNT_TOLD.sub(lambda told: told[0] + accounts_seen(context, f"{told[1]}.id"), sql)
    clients = mailboxes_seen(context, "u.email_address_id")
    return named.replace("{contact}", contacts_seen(context)).replace("{client}", clients)


_ACCOUNT_TOLD = re.compile(r"\b(ra|a)\.archived = 0")


def _where(context: Context, query: PendingQuery, *, first_only: bool = False) -> tuple[str, dict[str, object]]:
    """The condition on mailbox `e` for `query`, and its parameters.

    For the first few of all in the order of addresses it is faster to look at one address after the other (1 ms with 100,000
    accounts), else to find all that are pending first (100 ms).
    """
    words = query.find.split()
    if len(words) > MOST_PARTS or len(query.find) > MOST_CHARACTERS:
        raise WrongUse(
            _("This is too long for a filter: {words} words and {characters} characters are the most.").format(
                words=MOST_PARTS, characters=MOST_CHARACTERS
            )
        )
    one_by_one = first_only and query.sort == "address" and not words and not accounts_seen(context)
    conditions = [_IS_LISTED if one_by_one else f"e.id IN ({_LISTED})"]
    parameters: dict[str, object] = {}
    for place, word in enumerate(words):
        key = search_key(word)
        number = account_number(word) if word[:1] in "aA" else None
        sent = _SENT.fullmatch(word)
        if sent is not None:
            conditions.append(f"i.sent_at {'<=' if sent[1] == '>' else '>'} :sent{place}")
            parameters[f"sent{place}"] = context.clock() - int(sent[2]) * DAY
            continue
        conditions.append(_MATCHES.format(place=place))
        states = [state for state in PendingState if key in map(search_key, state.words)]
        invalid = key in ("invalid", search_key(_("invalid")))
        more = {
            "key": key,
            "typed": word.casefold(),
            "number": number,
            "states": json.dumps(states),
            "invalid": invalid,
        }
        parameters |= {f"{name}{place}": value for name, value in more.items()} | {"now": context.clock()}
    return " AND ".join(conditions), parameters


_SENT = re.compile(r"sent([<>])(\d{1,4})d")

_MATCHES = f"""(
    instr(e.canonical, :typed{{place}}) OR instr(e.address, :typed{{place}})
    OR e.id IN (
        SELECT s.email_address_id FROM account a CROSS JOIN contact_settings s ON s.account_id = a.id AND s.login = 1
        WHERE a.archived = 0 AND (instr(a.search_key, :key{{place}}) OR a.id = :number{{place}})
        UNION
        SELECT ce.email_address_id FROM contact c JOIN contact_email ce ON ce.contact_id = c.id
        WHERE instr(c.search_key, :key{{place}}){{{{contact}}}}
        UNION
        SELECT r.email_address_id {status.REQUESTS}
            AND (instr(ra.search_key, :key{{place}}) OR ra.id = :number{{place}} OR instr(lower(r.name), :typed{{place}})))
    OR {_STATE} IN (SELECT value FROM json_each(:states{{place}}))
    OR (:invalid{{place}} AND NOT {status.WRITABLE}))"""


def _order(query: PendingQuery) -> str:
    if query.sort not in _SORTS:
        raise WrongUse(
            _("There is no column {name} to sort by. Known: {names}.").format(
                name=safe(query.sort), names=", ".join(SORT_KEYS)
            )
        )
    direction = " DESC" if query.descending else ""
    return ", ".join(f"{column}{direction}" for column in (*_SORTS[query.sort], "e.canonical"))


def _staff_places(context: Context) -> str:
    """Each staff member's name as it is sorted, by id."""
    return json.dumps(
        {number: search_key(name) for number, name in context.database.rows("SELECT id, name FROM staff")}
    )
