"""Accounts, contacts and their e-mail addresses: made one by one, as a person does it."""

from __future__ import annotations

from collections.abc import Sequence

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import CHECK_VERSION, AddressCheck, check_address, flags_stored
from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import search_key, tidy
from tui_portal.i18n import _
from tui_portal.services import activity, visibility
from tui_portal.services.context import Context

DEFAULT_LABEL = "Email"


def create_account(
    context: Context, name: str, kind: AccountType, *, tags: Sequence[str] = (), test: bool = False
) -> int:
    """A new account; its id. Raises Refused for a name that is empty or too long, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    name = check_name(context, name)
    with context.database.write():
        account = context.database.insert(
            "INSERT INTO account (name, search_key, type, test, created_at) VALUES (?, ?, ?, ?, ?)",
            [name, search_key(name), kind.value, int(test), context.clock()],
        )
        for tag in dict.fromkeys(tidy(tag) for tag in tags if tidy(tag)):
            context.database.execute("INSERT INTO tag (name) VALUES (?) ON CONFLICT DO NOTHING", [tag])
            context.database.execute(
                "INSERT OR IGNORE INTO account_tag SELECT ?, id FROM tag WHERE name = ?", [account, tag]
            )
        keep_in_sight(context, account)
        activity.record(context, "account_created", account=account, after={"name": name, "type": kind.value})
    return account


def keep_in_sight(context: Context, account: int) -> None:
    """Inside a write transaction: an account made by who sees only those assigned to them is assigned to them."""
    staff = visibility.seen_by(context)
    if staff:
        context.database.execute("INSERT INTO account_staff (account_id, staff_id) VALUES (?, ?)", [account, staff])


def create_contact(
    context: Context,
    accounts: Sequence[int],
    name: str,
    addresses: Sequence[str | tuple[str, str]] = (),
    *,
    language: str | None = None,
    phone: str = "",
) -> int:
    """A new contact, linked to `accounts` (ids), with addresses, each alone or as (field label, address); its id.

    An address that is not valid is taken and flagged. A mailbox that is known already is the same mailbox. Raises Refused,
    NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    name = check_name(context, name)
    database = context.database
    with database.write():
        contact = database.insert(
            "INSERT INTO contact (name, phone, language, search_key, created_at) VALUES (?, ?, ?, ?, ?)",
            [name, tidy(phone), language, search_key(name), context.clock()],
        )
        for position, address in enumerate(addresses):
            label, typed = (DEFAULT_LABEL, address) if isinstance(address, str) else address
            database.execute(
                "INSERT OR IGNORE INTO contact_email (contact_id, email_address_id, label, position) VALUES (?, ?, ?, ?)",
                [contact, keep_address(context, check_address(typed)), label, position],
            )
        for account in accounts:
            visibility.require_account(context, account)
            linked = database.execute(
                """
                INSERT INTO account_contact (account_id, contact_id, position)
                SELECT a.id, ?, (SELECT count(*) FROM account_contact ac WHERE ac.account_id = a.id) FROM account a WHERE a.id = ?
                """,
                [contact, account],
            )
            if not linked:
                raise NotFound(_("The account is not there any more."))
            activity.record(context, "contact_linked", account=account, contact=contact, after={"name": name})
    return contact


def keep_address(context: Context, check: AddressCheck) -> int:
    """Inside a write transaction: the id of the mailbox that was checked, made where it is new. Raises Refused when empty, and for one of
    accounts that the acting person does not see.
    """
    if not check.address:
        raise Refused(_("An e-mail address is needed."))
    visibility.require_free_address(context, check.canonical)
    context.database.execute(
        """
        INSERT INTO email_address (address, canonical, validity, reason, checked_at, flags, check_version)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (canonical) DO NOTHING
        """,
        [
            check.address,
            check.canonical,
            check.validity.value,
            check.reason,
            context.clock(),
            flags_stored(check.flags),
            CHECK_VERSION,
        ],
    )
    return int(context.database.value("SELECT id FROM email_address WHERE canonical = ?", [check.canonical]))


def check_name(context: Context, name: str) -> str:
    """A name as it is kept. Raises Refused when there is none, or too much of it."""
    kept = tidy(name)
    most = context.settings.limits.name_characters
    if not kept:
        raise Refused(_("A name is needed."))
    if len(kept) > most:
        raise Refused(_("The name has {count} characters, {most} are allowed.").format(count=len(kept), most=most))
    return kept
