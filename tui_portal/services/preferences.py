"""Notification preferences: which of the seven groups an e-mail address gets in one account (product.md).

What is stored is a row for each group that was ever switched; no row is on. Preferences can be set while NOTIFY is off: they
are stored, and hold from when it is on.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import Validity
from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity, status
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.stored import known
from tui_portal.services.visibility import require_account

Groups = Mapping[NotificationGroup, bool]


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """One e-mail address in one account. `id` is the mailbox's; `contact` names the contacts of the account who have it, empty
    for an unlinked e-mail; `reachable` is whether mail can reach it at all. `enabled` has all seven groups.
    """

    id: int
    address: str
    label: str
    contact: str
    notify: bool
    validity: Validity
    reachable: bool
    enabled: dict[NotificationGroup, bool]


@dataclass(frozen=True, slots=True)
class Preferences:
    """The preferences of an account, its addresses in the order of the Info tab; `account` is its id."""

    account: int
    name: str
    archived: bool
    rows: tuple[PreferenceRow, ...]

    @property
    def code(self) -> str:
        """The account's short ID."""
        return account_code(self.account)

    def why_silent(self, row: PreferenceRow) -> str:
        """Why nothing is sent to the address of `row`, whatever its groups; empty where they are sent."""
        if self.archived:
            return _("the account is archived")
        if not row.notify:
            return _("NOTIFY is off")
        return "" if row.reachable else _("the address can't get mail")

    def outcome(self, row: PreferenceRow, on: int) -> str:
        """What `on` groups come to for the address of `row`: what is sent against what is only stored."""
        total = len(NotificationGroup)
        if self.archived:
            text = ngettext(
                "The account is archived: nothing is sent. {n} of {total} groups is stored for when it is active again.",
                "The account is archived: nothing is sent. {n} of {total} groups are stored for when it is active again.",
                on,
            )
        elif not row.notify:
            text = ngettext(
                "NOTIFY is off: nothing is sent. {n} of {total} groups is stored for when it is on.",
                "NOTIFY is off: nothing is sent. {n} of {total} groups are stored for when it is on.",
                on,
            )
        elif not row.reachable:
            text = ngettext(
                "The address can't get mail: nothing is sent. {n} of {total} groups is stored for when it can.",
                "The address can't get mail: nothing is sent. {n} of {total} groups are stored for when it can.",
                on,
            )
        else:
            text = ngettext(
                "NOTIFY is on: {n} of {total} groups is sent.", "NOTIFY is on: {n} of {total} groups are sent.", on
            )
        return text.format(n=on, total=total)


def read_preferences(context: Context, account: int, address: int | None = None) -> Preferences:
    """The preferences of every address of `account`: those of its contacts in the order of the Info tab, then unlinked ones that
    have a switch on. With `address` (a mailbox's id) only of that one. Raises NotFound for an account, or an address in it, that
    is not there.
    """
    with context.database.read():
        require_account(context, account)
        found = context.database.one("SELECT name, archived FROM account WHERE id = ?", [account])
        if found is None:
            raise NotFound(_("There is no account {code}.").format(code=account_code(account)))
        rows = _rows(context, account, address)
    if address is not None and not rows:
        text = _("{address} is not in {account}.")
        raise NotFound(text.format(address=_named(context, address), account=account_code(account)))
    return Preferences(account, found[0], bool(found[1]), tuple(rows))


def set_preferences(
    context: Context,
    account: int,
    rows: Mapping[int, Groups],
    expected: Mapping[int, Groups] | None = None,
) -> int:
    """Set the groups of addresses (mailbox ids) of `account` as `rows` says; a group that is not named stays as it is. Returns
    how many groups of addresses changed.

    One transaction with a log entry `preferences_changed` for each address that changes. `expected` is what was seen before: where
    one of its groups is not so any more, nothing is written. Raises NotAllowed, NotFound for an address that is not in the
    account, Conflict, which says who changed what.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        changes = _changes(context, account, rows, expected or {})
        if not changes:
            return 0
        with edit(context, "preferences_changed", account=account_code(account)) as changing:
            for number in changes:
                changing.keep("notification_preference", account_id=account, email_address_id=number)
            return _write(context, account, changes)


def set_own_preferences(context: Context, account: int, address: int, wished: Groups, expected: Groups) -> int:
    """Inside a write transaction: the same for a client who acts on their own `address` in `account`; nothing that staff did, so
    nothing that they take back. Raises NotFound, Conflict.
    """
    return _write(context, account, _changes(context, account, {address: wished}, {address: expected}))


def _changes(
    context: Context, account: int, rows: Mapping[int, Groups], expected: Mapping[int, Groups]
) -> dict[int, Groups]:
    """What of `rows` is not so yet. Raises NotFound, Conflict."""
    there = {row.id: row for row in read_preferences(context, account).rows}
    _refuse_when_gone(context, account, there, [*rows, *expected])
    _refuse_when_changed(context, account, there, expected)
    changes = {
        number: {group: on for group, on in wished.items() if there[number].enabled[group] is not on}
        for number, wished in rows.items()
    }
    return {number: groups for number, groups in changes.items() if groups}


def _write(context: Context, account: int, changes: Mapping[int, Groups]) -> int:
    """Inside a write transaction: store and log `changes`, each of which turns a group round; how many."""
    cells = [[number, group.value, int(on)] for number, groups in changes.items() for group, on in groups.items()]
    changed = context.database.execute(
        """
        INSERT INTO notification_preference (account_id, email_address_id, group_name, enabled)
        SELECT :account, value ->> '$[0]', value ->> '$[1]', value ->> '$[2]' FROM json_each(:cells) WHERE true
        ON CONFLICT DO UPDATE SET enabled = excluded.enabled
        """,
        {"account": account, "cells": json.dumps(cells)},
    )
    activity.record_many(
        context,
        "preferences_changed",
        [
            (account, number, {g.value: not on for g, on in groups.items()}, {g.value: on for g, on in groups.items()})
            for number, groups in changes.items()
        ],
    )
    return changed


def _refuse_when_gone(
    context: Context, account: int, there: Mapping[int, PreferenceRow], wanted: Sequence[int]
) -> None:
    """Raise NotFound for the first of the `wanted` addresses that is not in the account."""
    gone = next((number for number in wanted if number not in there), None)
    if gone is not None:
        text = _("Nothing was saved: {address} is not in {account}.")
        raise NotFound(text.format(address=_named(context, gone), account=account_code(account)))


def _named(context: Context, address: int) -> str:
    """The address with this id, safe to show."""
    found = context.database.value("SELECT address FROM email_address WHERE id = ?", [address])
    return safe(found) if found else _("the address")


def _refuse_when_changed(
    context: Context, account: int, there: Mapping[int, PreferenceRow], expected: Mapping[int, Groups]
) -> None:
    """Raise Conflict where a group is not as it was seen, with the name of who changed it."""
    differing = [
        (there[number], group, on)
        for number, groups in expected.items()
        for group, on in groups.items()
        if there[number].enabled[group] is not on
    ]
    if not differing:
        return
    row, group, seen = differing[0]
    text = (
        _("{name} switched “{group}” on for {address}")
        if not seen
        else _("{name} switched “{group}” off for {address}")
    )
    what = text.format(name=_who_changed(context, account, row, group), group=group.label, address=safe(row.address))
    more = len(differing) - 1
    if more:
        what = ngettext("{what} and changed {n} more", "{what} and changed {n} more", more).format(what=what, n=more)
    raise Conflict(_("Nothing was saved: meanwhile {what}. Look again, then save.").format(what=what))


def _who_changed(context: Context, account: int, row: PreferenceRow, group: NotificationGroup) -> str:
    """Who made the group what it is, by the newest entry about it in the log; what was taken back has another entry."""
    found = context.database.one(
        """
        SELECT v.after ->> :group, coalesce(s.name, e.address) FROM activity v LEFT JOIN staff s ON s.id = v.staff_id
        LEFT JOIN user u ON u.id = v.user_id LEFT JOIN email_address e ON e.id = u.email_address_id
        WHERE v.account_id = :account AND v.email_address_id = :address AND v.kind = 'preferences_changed'
          AND v.after ->> :group IS NOT NULL
        ORDER BY v.id DESC LIMIT 1
        """,
        {"account": account, "address": row.id, "group": f"$.{group.value}"},
    )
    return safe(found[1]) if found and found[1] and bool(found[0]) is row.enabled[group] else _("somebody")


def _rows(context: Context, account: int, address: int | None) -> list[PreferenceRow]:
    """Each address once; two contacts who share it stand in one row."""
    found: dict[int, PreferenceRow] = {}
    names: dict[int, list[str]] = {}
    for row in context.database.rows(_ROWS, {"account": account, "address": address}):
        number, address_text, label, contact, notify, validity, reachable, stored = row
        names.setdefault(number, []).append(contact)
        if number not in found:
            found[number] = PreferenceRow(
                id=number,
                address=address_text,
                label=label,
                contact=contact,
                notify=bool(notify),
                validity=known(context.database, Validity, validity),
                reachable=bool(reachable),
                enabled=_enabled(json.loads(stored)),
            )
    return [_with_contacts(row, names[row.id]) for row in found.values()]


def _enabled(stored: Mapping[str, Any]) -> dict[NotificationGroup, bool]:
    return {group: bool(stored.get(group.value, True)) for group in NotificationGroup}


def _with_contacts(row: PreferenceRow, names: Sequence[str]) -> PreferenceRow:
    return replace(row, contact=", ".join(dict.fromkeys(names))) if len(names) > 1 else row


# Linked addresses in the order of the Info tab, then those that only have a switch on; all of them or the one `:address`.
_ROWS = f"""
    WITH linked AS (
        SELECT ce.email_address_id AS id, ce.label, c.name, ac.position AS contact_position, c.id AS contact_id, ce.position
        FROM account_contact ac CROSS JOIN contact c ON c.id = ac.contact_id
        CROSS JOIN contact_email ce ON ce.contact_id = ac.contact_id
        WHERE ac.account_id = :account AND (:address IS NULL OR ce.email_address_id = :address)
    ), shown AS (
        SELECT 0 AS unlinked, * FROM linked
        UNION ALL
        SELECT 1, s.email_address_id, '', '', 0, 0, 0 FROM contact_settings s
        WHERE s.account_id = :account AND (s.login OR s.notify OR s.email_sync)
          AND (:address IS NULL OR s.email_address_id = :address)
          AND s.email_address_id NOT IN (SELECT id FROM linked)
    )
    SELECT e.id, e.address, shown.label, shown.name, coalesce(s.notify, 0), e.validity, {status.WRITABLE},
        (SELECT json_group_object(p.group_name, p.enabled) FROM notification_preference p
            WHERE p.account_id = :account AND p.email_address_id = e.id)
    FROM shown JOIN email_address e ON e.id = shown.id
    LEFT JOIN contact_settings s ON s.account_id = :account AND s.email_address_id = e.id
    ORDER BY shown.unlinked, shown.contact_position, shown.contact_id, shown.position, e.id
"""
