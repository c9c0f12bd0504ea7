"""What clients asked for is granted: the person is a contact of the account, LOGIN is on, the mail is queued.

The same for the staff member who approves and for the client of a firm that lets them invite: one transaction of the caller's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.domain.text import search_key
from tui_portal.i18n import catalogue
from tui_portal.services import status
from tui_portal.services.access import apply_wish
from tui_portal.services.access_plan import AccessWish, Targets
from tui_portal.services.contact_edits import link, make_contact
from tui_portal.services.contact_plans import AddressEdit, ContactEdit
from tui_portal.services.contacts import DEFAULT_LABEL
from tui_portal.services.context import Context
from tui_portal.services.edits import Edit


@dataclass(frozen=True, slots=True)
class Granted:
    """What became of it: requests answered, invitations queued, and notices to those who have a password already."""

    requests: int
    invitations: int
    notices: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A request that is to be granted. `holders` are the contacts with the mailbox, by id and name; `language` is the mail's."""

    request: int
    account: int
    mailbox: int
    address: str
    name: str
    note: str
    language: str | None
    user: int
    asker: str
    linked: bool
    holders: tuple[tuple[int, str], ...]
    mail_language: str


def grant(
    context: Context,
    requests: Sequence[int],
    message: str = "",
    *,
    changing: Edit | None = None,
    due: int | None = None,
    reminders: bool = True,
) -> Granted:
    """Inside a write transaction: let in those for whom the open `requests` (ids) ask, as a part of `changing` where staff do it.

    The mail says who asked, with the staff's `message`, or else with what the client wrote. A request whose address nothing can
    be switched on for stays open. Raises Refused for a message that is too long.
    """
    database = context.database
    wanted = [
        _Wanted(*(*row[:9], bool(row[9]), _pairs(row[10]), row[11]))
        for row in database.rows(_WANTED, {"ids": json.dumps(list(requests)), "language": context.firm_language})
    ]
    _place(context, wanted, changing)
    if changing is not None:
        for one in wanted:
            changing.keep("contact_settings", account_id=one.account, email_address_id=one.mailbox)
    operation = changing.operation.id if changing is not None else None
    mail = database.value("SELECT coalesce(max(id), 0) FROM outbox")
    targets = Targets.of_pairs((one.account, one.mailbox) for one in wanted)
    done = apply_wish(
        context, targets, AccessWish(login=True, invite=True, message=message), due=due, operation=operation
    )
    _word_mails(context, wanted, message, mail, reminders=reminders)
    answered = database.value(
        "SELECT count(*) FROM access_request WHERE state = 'approved' AND id IN (SELECT value FROM json_each(?))",
        [json.dumps([one.request for one in wanted])],
    )
    return Granted(answered, done.invitations, done.notices)


def _pairs(text: str) -> tuple[tuple[int, str], ...]:
    return tuple((number, name) for number, name in json.loads(text))


def _place(context: Context, wanted: Sequence[_Wanted], changing: Edit | None) -> None:
    """Make those who are asked for contacts of the accounts: the contact whose mailbox it is where there is one, else a new one."""
    operation = changing.operation.id if changing is not None else None
    made: dict[int, int] = {}
    placed: set[tuple[int, int]] = set()
    for one in wanted:
        if one.linked or (one.account, one.mailbox) in placed:
            continue
        placed.add((one.account, one.mailbox))
        contact = made.get(one.mailbox) or _holder(one)
        if contact is None:
            line = AddressEdit(None, DEFAULT_LABEL, one.address)
            contact = make_contact(context, ContactEdit(one.name, (line,), language=one.language), changing)
        made[one.mailbox] = contact
        if changing is not None:
            changing.keep("account_contact", account_id=one.account, contact_id=contact)
        name = dict(one.holders).get(contact, one.name)
        link(context, one.account, contact, name, operation)


def _holder(one: _Wanted) -> int | None:
    """The contact who is meant: the only one with the mailbox, of several the one of that name."""
    if len(one.holders) == 1:
        return one.holders[0][0]
    alike = [number for number, name in one.holders if search_key(name) == search_key(one.name)]
    return alike[0] if len(alike) == 1 else None


def _word_mails(context: Context, wanted: Sequence[_Wanted], message: str, mail: int, *, reminders: bool) -> None:
    """Let the mails after `mail` (its id) say who asked; an invitation is the asking client's, whoever approved it."""
    first = {one.mailbox: one for one in reversed(wanted)}
    context.database.execute_many(
        "UPDATE outbox SET message = ? WHERE email_address_id = ? AND id > ?",
        ((_words(one, message), one.mailbox, mail) for one in first.values()),
    )
    context.database.execute_many(
        """
        UPDATE invitation SET invited_by_staff_id = NULL, invited_by_user_id = ?, reminders = min(reminders, ?), message = ?
        WHERE id IN (SELECT invitation_id FROM outbox WHERE email_address_id = ? AND id > ?)
        """,
        ((one.user, reminders, _words(one, message), one.mailbox, mail) for one in first.values()),
    )


def _words(one: _Wanted, message: str) -> str:
    """What the mail says in place of the firm's personal message, in the language of the mail."""
    t = catalogue(one.mail_language)
    if message or not one.note:
        asked = t.gettext("{name} asked us to give you access.").format(name=one.asker)
        return "\n\n".join(part for part in (message, asked) if part)
    asked = t.gettext("{name} asked us to give you access, and writes:").format(name=one.asker)
    return f"{asked}\n\n{one.note}"


# The mail's language is that of the first contact with the mailbox, as services/invitations.py takes it; a new one has the request's.
_WANTED = f"""
    SELECT r.id, r.account_id, r.email_address_id, e.address, r.name, r.note, r.language, r.user_id,
        {status.CLIENT_NAME.format(user="r.user_id")},
        EXISTS (SELECT 1 FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
            WHERE ce.email_address_id = e.id AND ac.account_id = r.account_id),
        (SELECT json_group_array(json_array(id, name)) FROM (
            SELECT c.id, c.name FROM contact_email ce JOIN contact c ON c.id = ce.contact_id
            WHERE ce.email_address_id = e.id ORDER BY c.id)),
        coalesce((SELECT coalesce(c.language, :language) FROM contact_email ce JOIN contact c ON c.id = ce.contact_id
            WHERE ce.email_address_id = e.id ORDER BY c.id LIMIT 1), r.language, :language)
    FROM json_each(:ids) w CROSS JOIN access_request r ON r.id = w.value CROSS JOIN email_address e ON e.id = r.email_address_id
    WHERE r.state = 'open' AND e.validity <> 'invalid' ORDER BY r.id
"""
