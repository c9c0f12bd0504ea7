"""The lines of an export, with the names that scripts rely on (interface.md): one source for CSV, JSON and the commands."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import account_code
from tui_portal.domain.moments import iso
from tui_portal.services import status
from tui_portal.services.account_rows import AccountRow, account_rows
from tui_portal.services.context import Context
from tui_portal.services.visibility import accounts_of, accounts_seen, contacts_seen

if TYPE_CHECKING:
    from tui_portal.services.account_log import LogRow
    from tui_portal.services.pending import PendingRow

Line = dict[str, Any]

# The columns of a CSV file; a line has these keys in this order, and JSON the same.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "results": ("address", "account", "outcome"),
    "accounts": (
        *("id", "name", "type", "status", "archived", "test", "tags"),
        *("contacts", "addresses", "login", "notify", "sync", "last_login"),
    ),
    "contacts": (
        *("account_id", "account", "account_type", "name", "first_name", "last_name"),
        *("company", "phone", "language", "emails"),
    ),
    "settings": (
        *("account_id", "account", "contact", "label", "address", "login", "notify", "sync", "state"),
        *("validity", "reason", "invite_sent", "last_login", "flags", "checked"),
    ),
    "activity": (
        *(
            "id",
            "at",
            "who",
            "origin",
            "kind",
            "account_id",
            "account",
            "address",
            "contact",
            "words",
            "before",
            "after",
        ),
    ),
    "pending": (
        *("address", "accounts", "invite_sent", "invited_by", "validity", "reason", "state", "expires", "failure"),
        *("flags", "reminders", "reminded", "reminded_at", "next_reminder", "requested"),
    ),
}


def account_line(row: AccountRow) -> Line:
    """One line of the Accounts list."""
    values = (
        *(row.code, row.name, row.type.value, row.status.value, row.archived, row.test, list(row.tags)),
        *(row.contacts, row.addresses, row.login, row.notify, row.sync, iso(row.last_login)),
    )
    return dict(zip(COLUMNS["accounts"], values, strict=True))


def pending_line(row: PendingRow) -> Line:
    """One line of the Pending activation list."""
    values = (
        *(row.address, [{"id": code, "name": name} for code, name in row.accounts], iso(row.invite_sent)),
        *(row.invited_by, row.validity.value, row.reason, row.state.value, iso(row.expires), row.failure),
        *(sorted(row.flags), row.reminders, row.reminded, iso(row.reminded_at), iso(row.next_reminder)),
        list(row.requested),
    )
    return dict(zip(COLUMNS["pending"], values, strict=True))


def activity_line(row: LogRow) -> Line:
    """One entry of the activity log."""
    code, name = row.account or (None, None)
    values = (
        *(row.id, iso(row.at), row.who, row.origin, row.kind, code, name, row.address or None, row.contact or None),
        *(row.words, dict(row.before), dict(row.after)),
    )
    return dict(zip(COLUMNS["activity"], values, strict=True))


def activity(context: Context, ids: Iterable[int]) -> list[Line]:
    """The entries of the activity log with these ids."""
    from tui_portal.services.account_log import log_rows

    return [activity_line(row) for row in log_rows(context, ids)]


def accounts(context: Context, ids: Iterable[int]) -> list[Line]:
    """The accounts with these ids."""
    return [account_line(row) for row in account_rows(context, ids)]


def pending(context: Context, ids: Iterable[int]) -> list[Line]:
    """The pending mailboxes with these ids."""
    from tui_portal.services.pending import pending_rows

    return [pending_line(row) for row in pending_rows(context, ids)]


def contacts(context: Context, ids: Iterable[int]) -> list[Line]:
    """The contacts of the accounts with these ids: one line for each contact and account."""
    return _contact_lines(
        context,
        """
        SELECT a.id, a.name, a.type, c.id, c.name, c.first_name, c.last_name, c.company, c.phone, c.language
        FROM json_each(?) wanted CROSS JOIN account a ON a.id = wanted.value
        CROSS JOIN account_contact ac ON ac.account_id = a.id JOIN contact c ON c.id = ac.contact_id
        ORDER BY wanted.key, ac.position, c.id
        """,
        accounts_of(context, list(ids)),
    )


def contacts_without_account(context: Context) -> array[int]:
    """The ids of the contacts that belong to no account, by name."""
    found = context.database.value(
        f"""
        SELECT json_group_array(id) FROM (
            SELECT c.id FROM contact c WHERE NOT EXISTS (
                SELECT 1 FROM account_contact ac WHERE ac.contact_id = c.id){contacts_seen(context)}
            ORDER BY c.search_key, c.id LIMIT -1)
        """
    )
    return array("q", json.loads(found))


def lone_contacts(context: Context, ids: Iterable[int]) -> list[Line]:
    """The contacts with these ids, without an account."""
    return _contact_lines(
        context,
        """
        SELECT NULL, NULL, NULL, c.id, c.name, c.first_name, c.last_name, c.company, c.phone, c.language
        FROM json_each(?) wanted CROSS JOIN contact c ON c.id = wanted.value ORDER BY wanted.key
        """,
        [] if accounts_seen(context) else list(ids),
    )


def _contact_lines(context: Context, sql: str, wanted: Sequence[int]) -> list[Line]:
    found = context.database.rows(sql, [json.dumps(list(wanted))])
    emails: dict[int, list[str]] = {}
    for contact, address in context.database.rows(
        """
        SELECT ce.contact_id, e.address FROM contact_email ce JOIN email_address e ON e.id = ce.email_address_id
        WHERE ce.contact_id IN (SELECT value FROM json_each(?)) ORDER BY ce.contact_id, ce.position, e.id
        """,
        [json.dumps(list({row[3] for row in found}))],
    ):
        emails.setdefault(contact, []).append(address)
    return [
        dict(
            zip(
                COLUMNS["contacts"],
                (account_code(account) if account else None, name, kind, *details, emails.get(contact, [])),
                strict=True,
            )
        )
        for account, name, kind, contact, *details in found
    ]


def settings(context: Context, ids: Iterable[int]) -> list[Line]:
    """The addresses of the accounts with these ids, with their switches, as the Info tab lists them, the unlinked ones last."""
    lines = []
    for row in context.database.rows(_SETTINGS, {"ids": json.dumps(list(accounts_of(context, list(ids))))}):
        account, name, contact, label, address, login, notify, sync = row[:8]
        validity, reason, activated, last_login, invite_state, sent, flags, checked = row[8:]
        invited = invite_state == "queued" or sent is not None
        state = UserState.of(login=bool(login), activated=bool(activated), invited=invited)
        values = (
            *(account_code(account), name, contact, label, address, bool(login), bool(notify), bool(sync), state.value),
            *(validity, reason, iso(sent), iso(last_login if login else None), flags.split(), iso(checked)),
        )
        lines.append(dict(zip(COLUMNS["settings"], values, strict=True)))
    return lines


_SETTINGS = f"""
    WITH shown AS (
        SELECT w.key AS place, ac.account_id, ac.contact_id, ac.position AS contact_position, ce.email_address_id, ce.label,
            ce.position
        FROM json_each(:ids) w CROSS JOIN account_contact ac ON ac.account_id = w.value
        CROSS JOIN contact_email ce ON ce.contact_id = ac.contact_id
        UNION ALL
        SELECT w.key, s.account_id, NULL, NULL, s.email_address_id, '', 0
        FROM json_each(:ids) w CROSS JOIN contact_settings s ON s.account_id = w.value
        WHERE (s.login OR s.notify OR s.email_sync) AND NOT EXISTS (
            SELECT 1 FROM contact_email ce JOIN account_contact ac ON ac.contact_id = ce.contact_id
            WHERE ce.email_address_id = s.email_address_id AND ac.account_id = s.account_id)
    )
    SELECT a.id, a.name, c.name, shown.label, e.address, coalesce(s.login, 0), coalesce(s.notify, 0),
        coalesce(s.email_sync, 0), e.validity, e.reason, u.id IS NOT NULL, u.last_login_at, i.state, i.sent_at,
        e.flags, e.checked_at
    FROM shown JOIN account a ON a.id = shown.account_id
    JOIN email_address e ON e.id = shown.email_address_id
    LEFT JOIN contact c ON c.id = shown.contact_id
    LEFT JOIN contact_settings s ON s.account_id = shown.account_id AND s.email_address_id = e.id
    LEFT JOIN user u ON u.email_address_id = e.id
    LEFT JOIN invitation i ON {status.OPEN_INVITATION}
    ORDER BY shown.place, shown.contact_id IS NULL, shown.contact_position, shown.contact_id, shown.position, e.id
"""
