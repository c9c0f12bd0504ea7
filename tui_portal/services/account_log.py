"""The activity log, read: who did what when, for one account or for the whole firm, the newest first.

The list is windowed like every other: the ids of all entries, and the rows of those in sight. To an account belong the
entries that name it; of those that name no account, the ones about its addresses, its contacts, and the users behind its
addresses.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from tui_portal.domain.accounts import account_code
from tui_portal.domain.log_filters import PROGRAM
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.log_words import Entry, Values, in_words, operation_in_words
from tui_portal.services.visibility import entries_seen, require_account


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry of the log. `at` is in seconds since 1970.

    `who` is the staff member's name, the address of the client, or the program itself, `who_word` what a filter finds them by; `origin` is from where, as stored.
    `account` is (short ID, name) where the entry names one, `address` and `contact` are empty where it names none. `words` is
    the entry as a sentence in the reader's language, `before` and `after` hold what was and what is. `part_of` is the change
    of many accounts that the entry belongs to, in words, else empty.
    """

    id: int
    at: int
    who: str
    origin: str
    kind: str
    account: tuple[str, str] | None
    address: str
    contact: str
    words: str
    before: Values
    after: Values
    part_of: str
    who_word: str = ""


def log_ids(context: Context, account: int | None, limit: int = -1, since: int | None = None) -> array[int]:
    """The ids of the entries that belong to `account`, or of the whole log for None, the newest first; 8 bytes each.

    At most `limit` of them, -1 for all; with `since` only those from that moment on. With a million entries in the log the
    newest 50 of an account with 200 addresses take about 20 ms, however many it has.
    """
    wanted = {"account": account, "since": since, "limit": limit, "each": limit if since is None else -1}
    if account is not None:
        require_account(context, account)
    if account is None:
        entries = "SELECT id FROM activity" + ("" if since is None else " WHERE at >= :since")
    elif since is None:
        entries = f"{ADDRESSES_OF_ACCOUNT} {ENTRIES_OF_ACCOUNT}"
    else:
        entries = f"""
            {ADDRESSES_OF_ACCOUNT} SELECT v.id FROM ({ENTRIES_OF_ACCOUNT}) own CROSS JOIN activity v ON v.id = own.id
            WHERE v.at >= :since
        """
    # One value instead of rows: 100,000 rows would take the interpreter away from the keys.
    seen = entries_seen(context)
    if seen:
        entries = f"SELECT v.id FROM activity v WHERE v.id IN ({entries}){seen}"
    ordered = f"{entries} ORDER BY 1 DESC LIMIT :limit"
    return array("q", json.loads(context.database.value(f"SELECT json_group_array(id) FROM ({ordered})", wanted)))


def count_log(context: Context, account: int | None, since: int | None = None) -> int:
    """How many entries belong to `account`, or to the whole log for None, from the moment `since` on."""
    if account is not None or entries_seen(context):
        return len(log_ids(context, account, since=since))
    where = "" if since is None else "WHERE at >= :since"
    return int(context.database.value(f"SELECT count(*) FROM activity {where}", {"since": since}))


def log_rows(context: Context, ids: Iterable[int]) -> list[LogRow]:
    """The entries with these ids, in their order."""
    seen = entries_seen(context, each=True)
    rows = context.database.rows(_ROWS.format(seen=seen), [json.dumps(list(ids))])
    return [_without_accounts(_row(*row)) if seen else _row(*row) for row in rows]


def _without_accounts(row: LogRow) -> LogRow:
    """An entry of a contact without the accounts that it lists: some may be those of others."""
    listed = [side for side in (row.before, row.after) if isinstance(side.get("accounts"), list)]
    if not listed:
        return row
    before, after = ({k: v for k, v in side.items() if k != "accounts"} for side in (row.before, row.after))
    return replace(
        row, before=before, after=after, words=in_words(Entry(row.kind, before, after, row.address, row.contact))
    )


def _row(
    number: int,
    at: int,
    staff: str | None,
    client: str | None,
    origin: str,
    kind: str,
    account: int | None,
    account_name: str | None,
    contact: str | None,
    address: str | None,
    before: str,
    after: str,
    operation: str | None,
    details: str | None,
    taken_back: int | None,
    login: str | None,
) -> LogRow:
    was, now, wished = _values(before), _values(after), _values(details or "{}")
    part_of = operation_in_words(operation, wished) if operation else ""
    entry = Entry(kind, was, now, address or client or "", contact or "", part_of)
    many = wished.get("accounts")
    if not isinstance(many, int) or many < 2 or kind in ("operation_undone", "operation_redone"):
        part_of = ""
    elif taken_back:
        part_of = _("taking back: {title}").format(title=part_of)
    return LogRow(
        id=number,
        at=at,
        who=staff or client or _("the program"),
        origin=origin,
        kind=kind,
        account=None if account is None else (account_code(account), account_name or ""),
        address=entry.address,
        contact=entry.contact,
        words=in_words(entry),
        before=was,
        after=now,
        part_of=part_of,
        who_word=login or client or PROGRAM,
    )


def _values(text: str) -> Values:
    """What an entry keeps of before or after; what is no JSON object is kept under no name, so that nothing is hidden."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = text
    return found if isinstance(found, dict) else {"": found}


# The mailboxes of account `:account`: those of its contacts, and those that have settings in it.
ADDRESSES_OF_ACCOUNT = """
    WITH mailbox AS MATERIALIZED (
        SELECT ce.email_address_id AS id FROM account_contact ac CROSS JOIN contact_email ce ON ce.contact_id = ac.contact_id
        WHERE ac.account_id = :account
        UNION SELECT s.email_address_id FROM contact_settings s WHERE s.account_id = :account)
"""


def _newest(where: str) -> str:
    """The `:each` newest entries `n` with `where`, beside each row of what stands before; SQLite has no LATERAL."""
    newest = f"SELECT n.id FROM activity n WHERE {where} ORDER BY n.id DESC LIMIT :each"
    return f"json_each((SELECT json_group_array(id) FROM ({newest})))"


# One leg for each index of the log; an entry may be found on two of them and counts once.
ENTRIES_OF_ACCOUNT = f"""
    SELECT named.id FROM (SELECT id FROM activity WHERE account_id = :account ORDER BY id DESC LIMIT :each) named
    UNION
    SELECT found.value FROM mailbox m
    CROSS JOIN {_newest("n.email_address_id = m.id AND n.account_id IS NULL")} found
    UNION
    SELECT found.value FROM account_contact ac
    CROSS JOIN {_newest("n.contact_id = ac.contact_id AND n.account_id IS NULL AND n.contact_id IS NOT NULL")} found
    WHERE ac.account_id = :account
    UNION
    SELECT found.value FROM mailbox m CROSS JOIN user u ON u.email_address_id = m.id
    CROSS JOIN {_newest("n.user_id = u.id AND n.user_id IS NOT NULL AND n.account_id IS NULL")} found
"""

# An entry that takes back or does again names its operation in its values. What an operation wrote after its last entry was
# written when it was taken back.
_ROWS = """
    SELECT v.id, v.at, s.name, ue.address, v.origin, v.kind, v.account_id, a.name, c.name, e.address, v.before, v.after,
        o.kind, o.details, v.id > o.log_to, s.login
    FROM json_each(?) wanted CROSS JOIN activity v ON v.id = wanted.value
    LEFT JOIN staff s ON s.id = v.staff_id
    LEFT JOIN user u ON u.id = v.user_id LEFT JOIN email_address ue ON ue.id = u.email_address_id
    LEFT JOIN account a ON a.id = v.account_id
    LEFT JOIN contact c ON c.id = v.contact_id
    LEFT JOIN email_address e ON e.id = v.email_address_id
    LEFT JOIN operation o ON o.id = coalesce(v.operation_id,
        CASE WHEN v.kind IN ('operation_undone', 'operation_redone') AND json_valid(v.after)
            THEN v.after ->> '$.operation' END)
    WHERE 1{seen}
    ORDER BY wanted.key
"""
