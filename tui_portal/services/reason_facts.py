"""What the database says about one mailbox in one account: everything that decides whether it can log in, read in one state."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import AddressFlag, Validity, flags_from
from tui_portal.domain.errors import NotFound
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import status
from tui_portal.services.context import Context
from tui_portal.services.login_attempts import blocked_until
from tui_portal.services.reminders import next_reminder
from tui_portal.services.request_decisions import OpenRequest, open_request
from tui_portal.services.stored import known
from tui_portal.services.visibility import require_account


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """The invitation that stands, or the last one. Times are seconds since 1970. `former_works` is whether the link of a mail
    before the newest one still works. `mail_state` and the next three are of its newest
    mail, None where that is gone; `closed_by` is who withdrew it, None for the program. The last four are those of services/pending.py.
    """

    state: str
    sent_at: int | None
    expires_at: int | None
    opened_at: int | None
    closed_at: int | None
    failure: str
    mail_state: str | None
    tries: int
    next_try_at: int | None
    error: str
    former_works: bool
    closed_by: str | None
    reminders: bool
    reminded: int
    reminded_at: int | None
    next_reminder: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """One mailbox in one account. `contacts` are its contacts in this account. `switched_at` and `switched_by` are of the last
    change of LOGIN that the log knows. `others` are the further accounts that it may log in to.
    """

    account: int
    account_name: str
    archived: bool
    id: int
    address: str
    validity: Validity
    reason: str
    flags: frozenset[AddressFlag]
    suppressed: bool
    writable: bool
    checked_at: int
    contacts: tuple[str, ...]
    login: bool
    notify: bool
    off_groups: frozenset[NotificationGroup]
    switched_at: int | None
    switched_by: str | None
    activated_at: int | None
    last_login_at: int | None
    reset_until: int | None
    invitation: InvitationFacts | None
    blocked_until: int | None
    others: int
    request: OpenRequest | None

    @property
    def account_shown(self) -> str:
        """The account as people name it."""
        return f"{account_code(self.account)} {self.account_name}"


def read_facts(context: Context, account: int, address: int) -> Facts:
    """What is so for the mailbox `address` in `account` (ids). Raises NotFound where one of them, or the two together, is not there."""
    with context.database.read():
        require_account(context, account)
        found = context.database.one("SELECT name, archived FROM account WHERE id = ?", [account])
        if found is None:
            raise NotFound(_("There is no account {code}.").format(code=account_code(account)))
        row = context.database.one(_MAILBOX, {"account": account, "address": address, "now": context.clock()})
        if row is None:
            raise NotFound(_("This address is not there any more."))
        shown, validity, reason, flags, suppressed, writable, checked, contacts, login, notify = row[:10]
        activated, last_login, reset_until, others = row[10:]
        names, request = tuple(json.loads(contacts)), open_request(context, account, address)
        if login is None and not names and request is None:
            text = _("{address} is not in {account}.")
            raise NotFound(text.format(address=safe(shown), account=account_code(account)))
        switched_at, switched_by = context.database.one(_SWITCHED, [account, address]) or (None, None)
        return Facts(
            *(account, found[0], bool(found[1]), address, shown, known(context.database, Validity, validity), reason),
            *(flags_from(flags), bool(suppressed), bool(writable), checked, names, bool(login), bool(notify)),
            _off_groups(context, account, address),
            *(switched_at, switched_by, activated, last_login, reset_until),
            _invitation(context, address, bool(writable)),
            blocked_until(context, address),
            others,
            request,
        )


def _off_groups(context: Context, account: int, address: int) -> frozenset[NotificationGroup]:
    """The groups that are switched off; no row is on."""
    rows = context.database.rows(
        "SELECT group_name FROM notification_preference WHERE account_id = ? AND email_address_id = ? AND NOT enabled",
        [account, address],
    )
    return frozenset(known(context.database, NotificationGroup, name) for (name,) in rows)


def _invitation(context: Context, address: int, writable: bool) -> InvitationFacts | None:
    row = context.database.one(_INVITATION, [address])
    if row is None:
        return None
    facts, (reminders, reminded, reminded_at, step) = row[:12], row[12:]
    state, sent_at, expires_at = facts[:3]
    ahead = next_reminder(context, sent_at, step, expires_at) if state == "sent" and reminders and writable else None
    return InvitationFacts(*[*facts, bool(reminders), reminded, reminded_at, ahead])


_MAILBOX = f"""
    SELECT e.address, e.validity, e.reason, e.flags, e.suppressed, {status.WRITABLE}, e.checked_at,
        (SELECT json_group_array(name) FROM (
            SELECT c.name FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
            CROSS JOIN contact c ON c.id = ce.contact_id
            WHERE ce.email_address_id = e.id AND ac.account_id = :account ORDER BY ac.position, c.id)),
        s.login, s.notify, u.activated_at, u.last_login_at,
        (SELECT r.expires_at FROM password_reset r WHERE r.user_id = u.id AND r.state = 'open' AND r.expires_at > :now),
        (SELECT count(*) FROM contact_settings o CROSS JOIN account a ON a.id = o.account_id
         WHERE o.email_address_id = e.id AND o.login = 1 AND a.archived = 0 AND a.id <> :account)
    FROM email_address e
    LEFT JOIN contact_settings s ON s.account_id = :account AND s.email_address_id = e.id
    LEFT JOIN user u ON u.email_address_id = e.id
    WHERE e.id = :address
"""

# The last time that LOGIN was switched here, with the staff member's name.
_SWITCHED = """
    SELECT l.at, s.name FROM activity l LEFT JOIN staff s ON s.id = l.staff_id
    WHERE l.account_id = ? AND l.email_address_id = ? AND l.kind = 'access_changed'
      AND json_extract(l.after, '$.login') IS NOT NULL
    ORDER BY l.id DESC LIMIT 1
"""

# The newest invitation with its newest mail; who withdrew it is in the log of the mailbox.
_INVITATION = """
    SELECT i.state, i.sent_at, i.expires_at, i.opened_at, i.closed_at, i.failure, o.state, coalesce(o.attempts, 0),
        o.next_try_at, coalesce(o.error, ''), i.live_generation < i.generation,
        CASE WHEN i.state = 'withdrawn' THEN (
            SELECT s.name FROM activity l JOIN staff s ON s.id = l.staff_id
            WHERE l.email_address_id = i.email_address_id AND l.account_id IS NULL AND l.kind = 'invitation_withdrawn'
              AND json_extract(l.before, '$.invitation') = i.id
            ORDER BY l.id DESC LIMIT 1) END,
        i.reminders, i.reminded, i.reminded_at, i.reminder_step
    FROM invitation i
    LEFT JOIN outbox o ON o.id = (
        SELECT max(id) FROM outbox WHERE invitation_id = i.id AND generation = i.generation AND kind = 'invitation')
    WHERE i.email_address_id = ? ORDER BY i.id DESC LIMIT 1
"""
