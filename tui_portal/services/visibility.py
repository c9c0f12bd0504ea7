"""Which accounts the acting person sees: all of them, or those assigned to them. Decided here and nowhere else.

Every list puts `accounts_seen` (or what is made of it) into its condition; every use case that is given an id asks
`require_…`, which answers for what somebody may not see as for what does not exist. Who sees all accounts, the program itself
and clients in the portal, who have rules of their own, are asked nothing: the condition is empty.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from tui_portal.domain.accounts import account_code
from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.staff_rows import as_they_are_now

NOBODY = 0  # no staff member has this id: nothing is assigned to them


def seen_by(context: Context) -> int | None:
    """Whose assigned accounts are all that the acting person sees, by staff id; None where they see every account.

    It is asked of the database, so that a right that is taken away is gone in a terminal that is open.
    """
    if context.actor is None:
        return None
    now = as_they_are_now(context.database, context.actor)
    if now is None:
        return NOBODY
    return None if now.may(Right.VIEW_ALL) else now.id


def accounts_seen(context: Context, column: str = "a.id", *, each: bool = False) -> str:
    """The condition on an account's id that the acting person sees it, to be put behind another one; empty for all.

    `each` is for ids that are few and known: each is looked up, where for a list all of theirs are read first.
    """
    staff = seen_by(context)
    if staff is None:
        return ""
    return f" AND {_is_assigned(staff, column) if each else f'{column} IN ({_assigned(staff)})'}"


def mailboxes_seen(context: Context, column: str = "e.id") -> str:
    """The same for a mailbox: an account that they see has it, has settings for it, or a client who asks for it."""
    staff = seen_by(context)
    return "" if staff is None else f" AND {column} IN ({_mailboxes(staff)})"


def contacts_seen(context: Context, column: str = "c.id") -> str:
    """The same for a contact: it is linked to an account that they see."""
    staff = seen_by(context)
    return "" if staff is None else f" AND {column} IN ({_contacts(staff)})"


def mails_seen(context: Context, mail: str = "o", *, each: bool = False) -> str:
    """The same for a mail of the outbox: it is about an account that they see, or about none and to a mailbox that they see."""
    staff = seen_by(context)
    if staff is None:
        return ""
    if each:
        return f""" AND CASE WHEN {mail}.account_id IS NULL THEN {_is_mailbox(staff, f"{mail}.email_address_id")}
            ELSE {_is_assigned(staff, f"{mail}.account_id")} END"""
    return f""" AND CASE WHEN {mail}.account_id IS NULL THEN {mail}.email_address_id IN ({_mailboxes(staff)})
        ELSE {mail}.account_id IN ({_assigned(staff)}) END"""


def entries_seen(context: Context, entry: str = "v", *, each: bool = False) -> str:
    """The same for an entry of the log: it names an account that they see; of those that name none, what is about a mailbox or
    a contact that they see, and what they did themselves.
    """
    staff = seen_by(context)
    if staff is None:
        return ""
    if each:
        user = f"(SELECT vu.email_address_id FROM user vu WHERE vu.id = {entry}.user_id)"
        return f""" AND CASE WHEN {entry}.account_id IS NOT NULL THEN {_is_assigned(staff, f"{entry}.account_id")}
            WHEN {entry}.contact_id IS NOT NULL THEN {_is_contact(staff, f"{entry}.contact_id")}
            WHEN {entry}.email_address_id IS NOT NULL THEN {_is_mailbox(staff, f"{entry}.email_address_id")}
            WHEN {entry}.user_id IS NOT NULL THEN {_is_mailbox(staff, user)}
            ELSE {entry}.staff_id = {staff} END"""
    return f""" AND CASE WHEN {entry}.account_id IS NOT NULL THEN {entry}.account_id IN ({_assigned(staff)})
        WHEN {entry}.contact_id IS NOT NULL THEN {entry}.contact_id IN ({_contacts(staff)})
        WHEN {entry}.email_address_id IS NOT NULL THEN {entry}.email_address_id IN ({_mailboxes(staff)})
        WHEN {entry}.user_id IS NOT NULL THEN {entry}.user_id IN (
            SELECT vu.id FROM user vu WHERE vu.email_address_id IN ({_mailboxes(staff)}))
        ELSE {entry}.staff_id = {staff} END"""


def require_account(context: Context, account: int) -> None:
    """Raise NotFound where the acting person does not see the account: it is for them as one that does not exist."""
    if not _sees(context, accounts_seen(context, "w.value", each=True), account):
        raise NotFound(_("There is no account {code}.").format(code=account_code(account)))


def require_address(context: Context, address: int) -> None:
    """Raise NotFound where the acting person does not see the mailbox."""
    staff = seen_by(context)
    if not _sees(context, "" if staff is None else f" AND {_is_mailbox(staff, 'w.value')}", address):
        raise NotFound(_("This address is not there any more."))


def require_contact(context: Context, contact: int) -> None:
    """Raise NotFound where the acting person does not see the contact."""
    staff = seen_by(context)
    if not _sees(context, "" if staff is None else f" AND {_is_contact(staff, 'w.value')}", contact):
        raise NotFound(_("The contact is not there any more."))


def require_free_address(context: Context, canonical: str) -> None:
    """Raise Refused where somebody else's mailbox would come into the acting person's sight by being typed: its mails, its
    log and its open invitation would be theirs to see and to cancel.
    """
    staff = seen_by(context)
    if staff is not None and context.database.value(
        f"""
        SELECT 1 FROM email_address e WHERE e.canonical = ? AND NOT {_is_mailbox(staff, "e.id")} AND (
            EXISTS (SELECT 1 FROM contact_email ve WHERE ve.email_address_id = e.id)
            OR EXISTS (SELECT 1 FROM contact_settings vn WHERE vn.email_address_id = e.id)
            OR EXISTS (SELECT 1 FROM user vu WHERE vu.email_address_id = e.id))
        """,
        [canonical],
    ):
        words = _(
            "{address} is known from accounts that you do not see. Ask somebody who sees all accounts to add it here."
        )
        raise Refused(words.format(address=safe(canonical)))


def named_accounts(context: Context, contact: int) -> list[tuple[int, str]]:
    """The accounts of a contact, (id, name) by name; of one that the acting person does not see only that there is one."""
    seen = accounts_seen(context, each=True)
    rows = context.database.rows(
        f"""
        SELECT a.id, a.name, 1{seen} FROM account_contact ac JOIN account a ON a.id = ac.account_id
        WHERE ac.contact_id = ? ORDER BY a.search_key, a.id
        """,
        [contact],
    )
    own = [(number, name) for number, name, is_seen in rows if is_seen]
    return own + [(number, "") for number, _name, is_seen in rows if not is_seen]


def accounts_of(context: Context, accounts: Sequence[int]) -> Sequence[int]:
    """Those of `accounts` (ids) that the acting person sees, in their order."""
    return _those(context, accounts_seen(context, "w.value", each=True), accounts)


def addresses_of(context: Context, addresses: Sequence[int]) -> Sequence[int]:
    """Those of the mailboxes `addresses` (ids) that the acting person sees, in their order."""
    staff = seen_by(context)
    return _those(context, "" if staff is None else f" AND {_is_mailbox(staff, 'w.value')}", addresses)


def mails_of(context: Context, mails: Sequence[int]) -> Sequence[int]:
    """Those of `mails` (ids) that the acting person sees, in their order."""
    seen = mails_seen(context, each=True)
    if not seen:
        return mails
    rows = context.database.rows(
        f"SELECT o.id FROM json_each(?) w CROSS JOIN outbox o ON o.id = w.value WHERE 1{seen} ORDER BY w.key",
        [json.dumps(list(mails))],
    )
    return [number for (number,) in rows]


def _sees(context: Context, condition: str, number: int) -> bool:
    return not condition or bool(_those(context, condition, [number]))


def _those(context: Context, condition: str, numbers: Sequence[int]) -> Sequence[int]:
    if not condition:
        return numbers
    rows = context.database.rows(
        f"SELECT w.value FROM json_each(?) w WHERE 1{condition} ORDER BY w.key", [json.dumps(list(numbers))]
    )
    return [number for (number,) in rows]


def _assigned(staff: int) -> str:
    """The accounts of a staff member; the id is a number of the database's own and needs no parameter."""
    return f"SELECT vs.account_id FROM account_staff vs WHERE vs.staff_id = {int(staff)}"


def _is_assigned(staff: int, account: str) -> str:
    """The condition that the account with the id `account`, an SQL expression, is assigned to them."""
    return f"""EXISTS (SELECT 1 FROM account_staff vs WHERE vs.account_id = {account} AND vs.staff_id = {int(staff)})"""


def _is_contact(staff: int, contact: str) -> str:
    """The same for a contact: an account of theirs has it."""
    return f"""EXISTS (SELECT 1 FROM account_contact vc CROSS JOIN account_staff vs ON vs.account_id = vc.account_id
        WHERE vc.contact_id = {contact} AND vs.staff_id = {int(staff)})"""


def _is_mailbox(staff: int, mailbox: str) -> str:
    """The same for a mailbox; what `_mailboxes` finds."""
    mine = f"vs.staff_id = {int(staff)}"
    return f"""(
        EXISTS (SELECT 1 FROM contact_email ve CROSS JOIN account_contact vc ON vc.contact_id = ve.contact_id
            CROSS JOIN account_staff vs ON vs.account_id = vc.account_id WHERE ve.email_address_id = {mailbox} AND {mine})
        OR EXISTS (SELECT 1 FROM contact_settings vn CROSS JOIN account_staff vs ON vs.account_id = vn.account_id
            WHERE vn.email_address_id = {mailbox} AND {mine})
        OR EXISTS (SELECT 1 FROM access_request vr CROSS JOIN account_staff vs ON vs.account_id = vr.account_id
            WHERE vr.email_address_id = {mailbox} AND vr.state = 'open' AND {mine}))"""


def _contacts(staff: int) -> str:
    return f"""SELECT vc.contact_id FROM account_staff vs CROSS JOIN account_contact vc ON vc.account_id = vs.account_id
        WHERE vs.staff_id = {int(staff)}"""


def _mailboxes(staff: int) -> str:
    return f"""
        SELECT ve.email_address_id FROM account_staff vs CROSS JOIN account_contact vc ON vc.account_id = vs.account_id
        CROSS JOIN contact_email ve ON ve.contact_id = vc.contact_id WHERE vs.staff_id = {int(staff)}
        UNION ALL
        SELECT vn.email_address_id FROM account_staff vs CROSS JOIN contact_settings vn ON vn.account_id = vs.account_id
        WHERE vs.staff_id = {int(staff)}
        UNION ALL
        SELECT vr.email_address_id FROM account_staff vs CROSS JOIN access_request vr ON vr.account_id = vs.account_id
        WHERE vs.staff_id = {int(staff)} AND vr.state = 'open'"""
