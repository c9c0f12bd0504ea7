"""What is worth knowing about an address while it is typed; nothing of it forbids anything."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import Validity, check_address, reason_in_words
from tui_portal.domain.suggestions import suggest, suggestion_in_words
from tui_portal.domain.text import safe, tidy
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.visibility import accounts_seen, contacts_seen, mailboxes_seen, require_account

_NAMED = 3


@dataclass(frozen=True, slots=True)
class AddressNotes:
    """Sentences about an address, and the `correction` that one key puts in its place, empty where there is none."""

    sentences: tuple[str, ...] = ()
    correction: str = ""


def address_notes(context: Context, typed: str, contact: int | None, account: int) -> AddressNotes:
    """What is known about `typed` as an address of `contact` (None: a new one) in `account`: not valid, a likely slip, letters
    that look alike, somebody else's mailbox, a staff member's own, an unlinked e-mail. Reads only.
    """
    text = tidy(typed)
    if not text:
        return AddressNotes()
    check, sentences = check_address(text), list[str]()
    suggestion = suggest(text)
    if suggestion is not None:
        sentences.append(suggestion_in_words(suggestion))
    elif check.validity is not Validity.VALID:
        told = _("Suspect: {reason}.") if check.validity is Validity.SUSPECT else _("Not valid: {reason}.")
        sentences.append(told.format(reason=reason_in_words(check.reason)))
    database = context.database
    with database.read():
        require_account(context, account)
        seen = mailboxes_seen(context)
        row = database.one(f"SELECT id, validity FROM email_address e WHERE canonical = ?{seen}", [check.canonical])
        staff = database.value("SELECT name FROM staff WHERE lower(email) = ? AND active", [check.canonical])
        if staff is not None:
            sentences.append(_("This is the address of {name}, of the staff.").format(name=safe(staff)))
        if row is not None:
            if row[1] == Validity.BOUNCING:
                sentences.append(_("Mail to it was refused for good."))
            sentences += _others(context, row[0], contact)
            if database.value(_UNLINKED, {"address": row[0], "account": account}):
                sentences.append(_("It is an unlinked e-mail of this account: its switches are kept."))
    correction = suggestion.address if suggestion is not None else None
    return AddressNotes(tuple(sentences), correction or "")


def _others(context: Context, address: int, contact: int | None) -> list[str]:
    rows = context.database.rows(
        f"""
        SELECT c.name, (
            SELECT min(account_id) FROM account_contact ac WHERE ac.contact_id = c.id{accounts_seen(context, "account_id")})
        FROM contact_email ce JOIN contact c ON c.id = ce.contact_id
        WHERE ce.email_address_id = ? AND c.id IS NOT ?{contacts_seen(context)} ORDER BY c.id LIMIT ?
        """,
        [address, contact, _NAMED],
    )
    if not rows:
        return []
    names = _(", ").join(f"{safe(name)} ({account_code(code)})" if code else safe(name) for name, code in rows)
    return [_("{names} has this mailbox as well: it is one user, with one password.").format(names=names)]


_UNLINKED = """
    SELECT EXISTS (SELECT 1 FROM contact_settings s WHERE s.account_id = :account AND s.email_address_id = :address
        AND (s.login OR s.notify OR s.email_sync) AND NOT EXISTS (
            SELECT 1 FROM contact_email ce JOIN account_contact ac ON ac.contact_id = ce.contact_id
            WHERE ce.email_address_id = :address AND ac.account_id = :account))
"""
