"""The three switches: LOGIN, NOTIFY, EMAIL SYNC, for one address or for all addresses of many accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_portal.domain.access import Switch
from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import reason_in_words
from tui_portal.domain.errors import NotFound
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity, invitations, status
from tui_portal.services.context import Context
from tui_portal.services.invitations import Skipped


@dataclass(frozen=True, slots=True)
class AccessWish:
    """What is to become of the switches: on, off, or None to leave as it is; and whether to invite those who gain LOGIN."""

    login: bool | None = None
    notify: bool | None = None
    sync: bool | None = None
    invite: bool = False
    message: str = ""

    @property
    def switches(self) -> bool:
        """Whether something is to be switched on."""
        return bool(self.login or self.notify or self.sync)

    @classmethod
    def of(cls, switch: Switch, on: bool) -> AccessWish:
        """The wish to set one switch."""
        return {
            Switch.LOGIN: cls(login=on),
            Switch.NOTIFY: cls(notify=on),
            Switch.EMAIL_SYNC: cls(sync=on),
        }[switch]


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What became of a wish: settings changed (one for each address and account), invitations and notices queued, the rest."""

    changed: int
    invitations: int
    notices: int
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """A set of (account, mailbox), as a SELECT of `account_id` and `email_address_id` with its named parameters."""

    sql: str
    parameters: dict[str, Any]

    @classmethod
    def of_accounts(cls, accounts: Sequence[int], address: int | None = None) -> Targets:
        """Every mailbox of every contact of `accounts` (ids), or only the mailbox `address` in them."""
        return cls(_OF_ACCOUNTS, {"accounts": json.dumps(list(accounts)), "address": address})

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[int, int]]) -> Targets:
        """The (account id, mailbox id) that are named."""
        return cls(_OF_PAIRS, {"pairs": json.dumps(list(pairs))})


class _DryRun(Exception):
    def __init__(self, change: AccessChange) -> None:
        self.change = change


def change_access(
    context: Context, accounts: Sequence[int], wish: AccessWish, address: int | None = None, dry_run: bool = False
) -> AccessChange:
    """Set the switches of every mailbox of every contact of `accounts` (ids), or only of the mailbox with the id `address`.

    One transaction: switches, log entries, invitations and their mails. Nothing is switched on for an invalid address or in
    an archived account; those are told, the rest goes on. With LOGIN off, a mailbox that is left with no account loses its
    open invitation and its sessions. `dry_run` does all of it and takes it back. Raises NotAllowed, Refused, NotFound.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    targets = Targets.of_accounts(accounts, address)
    try:
        with context.database.write():
            if address is not None and context.database.one(targets.sql, targets.parameters) is None:
                raise NotFound(_("This address is not in the account any more."))
            change = apply_wish(context, targets, wish)
            if wish.switches:
                change = replace(change, skipped=change.skipped + _without_address(context, targets))
            if dry_run:
                raise _DryRun(change)
            return change
    except _DryRun as done:
        return done.change


def find_address(context: Context, typed: str) -> int:
    """The id of the mailbox that `typed` names. Raises NotFound."""
    from tui_portal.domain.addresses import check_address

    number = context.database.value(
        "SELECT id FROM email_address WHERE canonical = ?", [check_address(typed).canonical]
    )
    if number is None:
        raise NotFound(_("There is no e-mail address {address}.").format(address=safe(typed)))
    return int(number)


def apply_wish(context: Context, targets: Targets, wish: AccessWish, *, again: bool = True) -> AccessChange:
    """Inside a write transaction: set the switches of `targets`, and queue what follows from it.

    Without `again` a mailbox that has an open invitation is not sent another one. Raises Refused for a message that is too long.
    """
    message = invitations.check_message(context, wish.message)
    skipped = _closed(context, targets) if wish.switches else []
    wished = {"login": wish.login, "notify": wish.notify, "sync": wish.sync}
    changes = context.database.rows(_CHANGES.format(targets=targets.sql), targets.parameters | wished)
    _write_settings(context, changes)
    gained = [(row[0], row[1]) for row in changes if row[5] > row[2]]
    lost = [row[1] for row in changes if row[5] < row[2]]
    if lost:
        invitations.withdraw_forsaken(context, lost)
    if not wish.invite:
        return AccessChange(len(changes), 0, 0, tuple(skipped))
    told = {email for _account, email in gained}
    invitable = []
    for number, shown, activated, writable, invited in context.database.rows(
        _LOGINS.format(targets=targets.sql), targets.parameters
    ):
        if activated or not writable:
            if number not in told or not writable:
                reason = invitations.why_not_invited(bool(writable), bool(activated))
                skipped.append(Skipped(shown, None, reason))
        elif invited and not again:
            skipped.append(Skipped(shown, None, _("an invitation is open already")))
        else:
            invitable.append(number)
    queued = invitations.queue_invitations(context, invitable, message)
    notices = invitations.queue_access_notices(context, gained, message)
    return AccessChange(len(changes), queued, notices, tuple(skipped))


def _write_settings(context: Context, changes: list[tuple[Any, ...]]) -> None:
    """The rows of `_CHANGES`, written and logged: account, address, three switches before, three after."""
    context.database.execute_many(
        """
        INSERT INTO contact_settings (account_id, email_address_id, login, notify, email_sync) VALUES (?1, ?2, ?6, ?7, ?8)
        ON CONFLICT DO UPDATE SET login = ?6, notify = ?7, email_sync = ?8, version = version + 1
        """,
        changes,
    )
    names = ("login", "notify", "email_sync")
    activity.record_many(
        context,
        "access_changed",
        (
            (
                row[0],
                row[1],
                {n: bool(b) for n, b, a in zip(names, row[2:5], row[5:8], strict=True) if a != b},
                {n: bool(a) for n, b, a in zip(names, row[2:5], row[5:8], strict=True) if a != b},
            )
            for row in changes
        ),
    )


def _closed(context: Context, targets: Targets) -> list[Skipped]:
    """The targets that nothing can be switched on for."""
    rows = context.database.rows(
        f"""
        SELECT DISTINCT e.address, a.id, a.archived, e.reason FROM ({targets.sql}) t
        JOIN email_address e ON e.id = t.email_address_id JOIN account a ON a.id = t.account_id
        WHERE e.validity = 'invalid' OR a.archived = 1 ORDER BY a.id, e.canonical
        """,
        targets.parameters,
    )
    found = []
    for shown, account, archived, reason in rows:
        why = (
            _("the account is archived")
            if archived
            else _("the address is not valid: {reason}").format(reason=reason_in_words(reason))
        )
        found.append(Skipped(shown, account_code(account), why))
    return found


def _without_address(context: Context, targets: Targets) -> tuple[Skipped, ...]:
    rows = context.database.rows(
        """
        SELECT a.id FROM account a WHERE a.id IN (SELECT value FROM json_each(:accounts)) AND NOT EXISTS (
            SELECT 1 FROM account_contact ac JOIN contact_email ce ON ce.contact_id = ac.contact_id WHERE ac.account_id = a.id)
        """,
        targets.parameters,
    )
    return tuple(Skipped("", account_code(account), _("no contact of it has an address")) for (account,) in rows)


# Every mailbox of every contact of the accounts; where one mailbox is named also if it only has settings left (unlinked).
_OF_ACCOUNTS = """
    SELECT ac.account_id, ce.email_address_id
    FROM account_contact ac JOIN contact_email ce ON ce.contact_id = ac.contact_id
    WHERE ac.account_id IN (SELECT value FROM json_each(:accounts)) AND (:address IS NULL OR ce.email_address_id = :address)
    UNION
    SELECT s.account_id, s.email_address_id FROM contact_settings s
    WHERE s.account_id IN (SELECT value FROM json_each(:accounts)) AND s.email_address_id = :address
"""

_OF_PAIRS = """
    SELECT json_extract(value, '$[0]') AS account_id, json_extract(value, '$[1]') AS email_address_id FROM json_each(:pairs)
"""

# Account, address, the switches as they are, the switches as wished; only where these differ. What may not be switched on
# stays as it is.
_CHANGES = """
    SELECT account_id, email_address_id, old_login, old_notify, old_sync, new_login, new_notify, new_sync FROM (
        SELECT *,
            CASE WHEN :login IS NULL OR (:login AND closed) THEN old_login ELSE :login END AS new_login,
            CASE WHEN :notify IS NULL OR (:notify AND closed) THEN old_notify ELSE :notify END AS new_notify,
            CASE WHEN :sync IS NULL OR (:sync AND closed) THEN old_sync ELSE :sync END AS new_sync
        FROM (
            SELECT t.account_id, t.email_address_id, coalesce(s.login, 0) AS old_login, coalesce(s.notify, 0) AS old_notify,
                coalesce(s.email_sync, 0) AS old_sync, a.archived = 1 OR e.validity = 'invalid' AS closed
            FROM ({targets}) t
            JOIN account a ON a.id = t.account_id
            JOIN email_address e ON e.id = t.email_address_id
            LEFT JOIN contact_settings s ON s.account_id = t.account_id AND s.email_address_id = t.email_address_id
        )
    )
    WHERE (old_login, old_notify, old_sync) <> (new_login, new_notify, new_sync)
    ORDER BY account_id, email_address_id
"""

# The mailboxes among the targets that may log in: id, address, whether their user is active, whether mail can reach them,
# whether an invitation is open.
_LOGINS = f"""
    SELECT DISTINCT e.id, e.address, u.id IS NOT NULL, {status.WRITABLE}, i.id IS NOT NULL FROM ({{targets}}) t
    JOIN account a ON a.id = t.account_id AND a.archived = 0
    JOIN contact_settings s ON s.account_id = t.account_id AND s.email_address_id = t.email_address_id AND s.login = 1
    JOIN email_address e ON e.id = t.email_address_id
    LEFT JOIN user u ON u.email_address_id = e.id
    LEFT JOIN invitation i ON {status.OPEN_INVITATION}
    ORDER BY e.canonical
"""
