"""The Accounts list and the account profile, as every face shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import account_code, account_number
from tui_portal.domain.addresses import AddressFlag, Validity, flags_from
from tui_portal.domain.errors import NotFound
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import status, visibility
from tui_portal.services.account_orders import SORT_KEYS, account_ids, first_account_ids, parse_sort
from tui_portal.services.account_query import AccountQuery, count_accounts
from tui_portal.services.account_rows import AccountRow, account_rows, first_account_rows
from tui_portal.services.context import Context
from tui_portal.services.stored import known

if TYPE_CHECKING:
    from tui_portal.services.address_changes import AddressChange

__all__ = [
    "SORT_KEYS",
    "AccountProfile",
    "AccountQuery",
    "AccountRow",
    "ContactCard",
    "EmailSettings",
    "account_ids",
    "account_profile",
    "account_rows",
    "count_accounts",
    "find_account",
    "find_accounts",
    "first_account_ids",
    "first_account_rows",
    "parse_sort",
]


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """One e-mail address in one account: its switches, and how far its user has come. `asked_by` is the client who asked for its
    access and waits for the staff's answer, by name.
    """

    id: int
    address: str
    label: str
    validity: Validity
    reason: str
    login: bool
    notify: bool
    sync: bool
    state: UserState
    activated: bool
    invite_state: str | None
    invite_sent: int | None
    invite_expires: int | None
    invited_by: str | None
    failure: str
    last_login: int | None
    preferences: dict[NotificationGroup, bool]
    flags: frozenset[AddressFlag] = frozenset()
    checked_at: int = 0
    suppressed: bool = False
    reminded_at: int | None = None
    asked_by: str | None = None

    @property
    def writable(self) -> bool:
        """Whether mail may go there."""
        return self.validity in (Validity.VALID, Validity.SUSPECT) and not self.suppressed


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact of an account, with its addresses in the order in which they stand."""

    id: int
    name: str
    language: str | None
    phone: str
    emails: tuple[EmailSettings, ...]
    company: str = ""


@dataclass(frozen=True, slots=True)
class AccountProfile:
    """Everything that the Info tab shows of one account."""

    account: AccountRow
    contacts: tuple[ContactCard, ...]
    unlinked: tuple[EmailSettings, ...]
    changes: tuple[AddressChange, ...] = ()

    @property
    def emails(self) -> tuple[EmailSettings, ...]:
        """Every address on the tab, from top to bottom."""
        return tuple(email for contact in self.contacts for email in contact.emails) + self.unlinked


def find_account(context: Context, code: str) -> int:
    """The id behind an account's short ID. Raises NotFound."""
    number = account_number(code)
    seen = visibility.accounts_seen(context, each=True)
    if number is None or not context.database.value(f"SELECT 1 FROM account a WHERE a.id = ?{seen}", [number]):
        raise NotFound(_("There is no account {code}.").format(code=safe(code)))
    return number


def account_profile(context: Context, account: int) -> AccountProfile:
    """The account with its contacts, their addresses with settings and states, and the unlinked e-mails. Raises NotFound."""
    from tui_portal.services.address_changes import open_changes  # with all that edits; a list needs none of it

    with context.database.read():
        lines = account_rows(context, [account])
        if not lines:
            raise NotFound(_("There is no account {code}.").format(code=account_code(account)))
        emails = _emails_of(context, account)
        contacts = context.database.rows(
            """
            SELECT c.id, c.name, c.language, c.phone, c.company FROM account_contact ac JOIN contact c ON c.id = ac.contact_id
            WHERE ac.account_id = ? ORDER BY ac.position, c.id
            """,
            [account],
        )
        changes = open_changes(context, account)
    cards = tuple(
        ContactCard(number, name, language, phone, tuple(emails.get(number, ())), company)
        for number, name, language, phone, company in contacts
    )
    return AccountProfile(lines[0], cards, tuple(emails.get(None, ())), changes)


def _emails_of(context: Context, account: int) -> dict[int | None, list[EmailSettings]]:
    """The addresses of `account` by contact; those under None belong to none of its contacts but have a switch on."""
    preferences: dict[int, dict[NotificationGroup, bool]] = {}
    for address, group, enabled in context.database.rows(
        "SELECT email_address_id, group_name, enabled FROM notification_preference WHERE account_id = ?", [account]
    ):
        preferences.setdefault(address, {})[NotificationGroup(group)] = bool(enabled)
    rows = context.database.rows(
        f"""
        WITH linked AS (
            SELECT ac.contact_id, ac.position AS contact_position, ce.email_address_id, ce.label, ce.position
            FROM account_contact ac JOIN contact_email ce ON ce.contact_id = ac.contact_id WHERE ac.account_id = :account
        ), shown AS (
            SELECT * FROM linked
            UNION ALL
            SELECT NULL, NULL, s.email_address_id, '', 0 FROM contact_settings s
            WHERE s.account_id = :account AND (s.login OR s.notify OR s.email_sync)
              AND s.email_address_id NOT IN (SELECT email_address_id FROM linked)
        )
        SELECT shown.contact_id, e.id, e.address, shown.label, e.validity, e.reason,
            coalesce(s.login, 0), coalesce(s.notify, 0), coalesce(s.email_sync, 0),
            u.id IS NOT NULL, u.last_login_at, i.state, i.sent_at, i.expires_at, i.failure,
            coalesce((SELECT name FROM staff WHERE id = i.invited_by_staff_id),
                {status.CLIENT_NAME.format(user="i.invited_by_user_id")}), e.flags, e.checked_at, e.suppressed,
            CASE WHEN i.reminded THEN i.reminded_at END,
            (SELECT {status.CLIENT_NAME.format(user="r.user_id")} {status.OPEN_REQUESTS} AND r.account_id = :account)
        FROM shown JOIN email_address e ON e.id = shown.email_address_id
        LEFT JOIN contact_settings s ON s.account_id = :account AND s.email_address_id = e.id
        LEFT JOIN user u ON u.email_address_id = e.id
        LEFT JOIN invitation i ON {status.OPEN_INVITATION}
        ORDER BY shown.contact_position, shown.contact_id, shown.position, e.id
        """,
        {"account": account},
    )
    found: dict[int | None, list[EmailSettings]] = {}
    for row in rows:
        contact, number, address, label, validity, reason, login, notify, sync, activated, last_login = row[:11]
        invite_state, sent, expires, failure, invited_by, flags, checked, suppressed, reminded_at, asked_by = row[11:]
        invited = invite_state == "queued" or sent is not None
        found.setdefault(contact, []).append(
            EmailSettings(
                id=number,
                address=address,
                label=label,
                validity=known(context.database, Validity, validity),
                reason=reason,
                login=bool(login),
                notify=bool(notify),
                sync=bool(sync),
                state=UserState.of(login=bool(login), activated=bool(activated), invited=invited),
                activated=bool(activated),
                invite_state=invite_state,
                invite_sent=sent,
                invite_expires=expires,
                invited_by=invited_by,
                failure=failure or "",
                last_login=last_login if login else None,
                preferences={g: preferences.get(number, {}).get(g, True) for g in NotificationGroup},
                flags=flags_from(flags),
                checked_at=checked,
                suppressed=bool(suppressed),
                reminded_at=reminded_at,
                asked_by=asked_by,
            )
        )
    return found


def find_accounts(context: Context, codes: Sequence[str]) -> list[int]:
    """The ids behind short IDs, each once, in their order. Raises NotFound for the first that is none."""
    return list(dict.fromkeys(find_account(context, code) for code in codes))
