"""Invitations: queued in sets, withdrawn when nothing is left to log in to, found again by their link."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tui_portal.domain.errors import Refused
from tui_portal.domain.invitations import LinkState, is_genuine, make_link_token, read_link_token
from tui_portal.domain.moments import DAY
from tui_portal.domain.staff import Right
from tui_portal.domain.text import tidy_message
from tui_portal.i18n import _
from tui_portal.services import activity, status
from tui_portal.services.context import Context
from tui_portal.services.just_invited import just_invited
from tui_portal.services.sets import rows_of
from tui_portal.services.visibility import addresses_of


@dataclass(frozen=True, slots=True)
class Skipped:
    """An address for which nothing was done, and why, in the reader's language."""

    address: str
    account: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link is, when somebody opens it. `accounts` are the names it opens, empty unless the link is live;
    `opened_before` says whether a live one was opened since it was sent.
    """

    state: LinkState
    invitation: int | None = None
    email_address: int | None = None
    accounts: tuple[str, ...] = ()
    opened_before: bool = False


def check_message(context: Context, message: str) -> str:
    """The personalized message as it is kept: line ends are line feeds, nothing unseen in it. Raises Refused when too long."""
    text = tidy_message(message)
    most = context.settings.limits.message_characters
    if len(text) > most:
        raise Refused(_("The message has {count} characters, {most} are allowed.").format(count=len(text), most=most))
    return text


class _DryRun(Exception):
    """Ends a transaction that is taken back."""


def invite(
    context: Context,
    addresses: Sequence[int],
    message: str = "",
    dry_run: bool = False,
    *,
    reminders: bool = True,
    again: bool = True,
) -> tuple[int, tuple[Skipped, ...]]:
    """Queue an invitation, or one more, for each pending mailbox of `addresses` (ids): how many, and those skipped. Unless
    `again`, those are skipped who were invited within `limits.resend_ask_seconds`.

    One transaction; `dry_run` does all of it and takes it back. Raises NotAllowed, Refused.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    text = check_message(context, message)
    addresses = addresses_of(context, addresses)
    count, skipped = 0, tuple[Skipped, ...]()
    with suppress(_DryRun), context.database.write():
        just = [] if again else just_invited(context, addresses)
        left_out = {invited.id for invited in just}
        wanted = [address for address in addresses if address not in left_out]
        skipped = _uninvitable(context, wanted) + tuple(Skipped(one.address, None, one.in_words) for one in just)
        count = queue_invitations(context, wanted, text, reminders=reminders)
        if dry_run:
            raise _DryRun
    return count, skipped


def queue_invitations(context: Context, addresses: Sequence[int], message: str, *, reminders: bool = True) -> int:
    """Inside a write transaction: an invitation and its mail for each of `addresses` that is pending and can be written to.

    Returns how many were queued.
    """
    invitable = f"""
        SELECT e.id FROM email_address e WHERE e.id IN (SELECT value FROM json_each(:addresses))
        AND {status.WRITABLE} AND {status.IS_PENDING}
    """
    return queue_for(context, invitable, {"addresses": json.dumps(list(addresses))}, message, reminders=reminders)


def queue_for(
    context: Context,
    mailboxes: str,
    parameters: Mapping[str, Any] | None,
    message: str,
    *,
    due: int | None = None,
    operation: int | None = None,
    reminders: bool = True,
) -> int:
    """Inside a write transaction: an invitation and its mail for each of `mailboxes`, a SELECT of ids of those that are
    pending and can be written to, with its `parameters`. The mail is not due before the moment `due`. Without `reminders`
    nobody is reminded of it; with them an open invitation keeps what was chosen for it.

    Where one is open already its generation is raised: the link in the new mail is new, the former works until the new mail
    has been handed over, unless it had expired: that one stays dead. Returns how many were queued.
    """
    moment = context.clock()
    days = context.settings.invitations.expire_days
    known = {
        "message": message,
        "staff": context.actor.id if context.actor else None,
        "now": moment,
        "expires": moment + days * DAY if days else None,
        "due": moment if due is None else due,
        "language": context.firm_language,
        "host": mail_host(context),
        "reminders": reminders,
    }
    with rows_of(context, "invitee", _INVITEES.format(mailboxes=mailboxes), parameters):
        # A mail of a former generation that still waits is overtaken by the new one. The index is named, because all that
        # waits would be looked at instead.
        context.database.execute(
            """
            UPDATE outbox INDEXED BY outbox_by_invitation SET state = 'withdrawn'
            WHERE state = 'queued' AND invitation_id IN (SELECT invitation_id FROM invitee WHERE invitation_id IS NOT NULL)
            """
        )
        queued = context.database.execute(_INVITE, known)
        context.database.execute(_QUEUE_INVITATIONS, known)
        activity.record_set(
            context,
            "invitation_queued",
            f"invitee n CROSS JOIN invitation i ON {_OPEN_OF_INVITEE} ORDER BY n.rowid",
            address="n.mailbox",
            before="n.former",
            after="json_object('invitation', i.id, 'generation', i.generation)",
            operation=operation,
        )
    return queued


def queue_access_notices(
    context: Context, accesses: str, message: str, *, due: int | None = None, operation: int | None = None
) -> int:
    """Inside a write transaction: tell users who are active already of the account they may see now, one mail a mailbox.

    `accesses` is a SELECT of `account_id` and `email_address_id` that LOGIN was just switched on for. The mail of one who
    gained several names no single account: it is about all that they may see. Returns how many were queued.
    """
    moment = context.clock()
    known = {
        "message": message,
        "now": moment,
        "due": moment if due is None else due,
        "language": context.firm_language,
        "host": mail_host(context),
    }
    return context.database.execute(_QUEUE_NOTICES.format(accesses=accesses), known)


def withdraw_forsaken(
    context: Context, mailboxes: str, parameters: Mapping[str, Any] | None = None, operation: int | None = None
) -> tuple[int, int]:
    """Inside a write transaction: for `mailboxes` (a SELECT of ids as `id`) that may log in nowhere any more, withdraw the
    open invitation and its waiting mail, close an open password link, and end their sessions. Returns how many invitations,
    how many sessions.
    """
    forsaken = f"""
        SELECT m.id FROM ({mailboxes}) m WHERE NOT EXISTS (
            SELECT 1 FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = m.id AND s.login = 1 AND a.archived = 0)
    """
    with rows_of(context, "forsaken", forsaken, parameters):
        withdrawn = withdraw(context, "SELECT id FROM forsaken", operation=operation)
        context.database.execute(_CLOSE_RESET_MAILS)
        context.database.execute(_CLOSE_RESETS, [context.clock()])
        ended = context.database.execute(
            "DELETE FROM session WHERE user_id IN (SELECT id FROM user WHERE email_address_id IN (SELECT id FROM forsaken))"
        )
    return withdrawn, ended


def cancel(context: Context, addresses: Sequence[int], dry_run: bool = False) -> tuple[int, tuple[Skipped, ...]]:
    """Withdraw the open invitations of `addresses` (ids): the links die at once, waiting mail is not sent, LOGIN stays.

    Returns how many, and the addresses that had none; `dry_run` does all of it and takes it back. Raises NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    wanted = json.dumps(list(addresses_of(context, addresses)))
    count, without = 0, list[tuple[str]]()
    with suppress(_DryRun), context.database.write():
        without = context.database.rows(
            f"""
            SELECT e.address FROM email_address e LEFT JOIN invitation i ON {status.OPEN_INVITATION}
            WHERE e.id IN (SELECT value FROM json_each(?)) AND i.id IS NULL ORDER BY e.canonical
            """,
            [wanted],
        )
        count = withdraw(context, "SELECT value AS id FROM json_each(:wanted)", {"wanted": wanted})
        if dry_run:
            raise _DryRun
    return count, tuple(Skipped(address, None, _("there is no open invitation")) for (address,) in without)


def withdraw(
    context: Context, mailboxes: str, parameters: Mapping[str, Any] | None = None, operation: int | None = None
) -> int:
    """Inside a write transaction: withdraw the open invitations of `mailboxes`, a SELECT of ids with its `parameters`, with the
    mail that waits for them; how many.
    """
    open_ones = f"""
        SELECT id, email_address_id, state FROM invitation INDEXED BY invitation_open
        WHERE state IN ('queued', 'sent', 'failed') AND email_address_id IN ({mailboxes}) ORDER BY id
    """
    with rows_of(context, "closing", open_ones, parameters):
        closed = context.database.execute(
            "UPDATE invitation SET state = 'withdrawn', closed_at = ? WHERE id IN (SELECT id FROM closing)",
            [context.clock()],
        )
        if closed:
            context.database.execute(
                """
                UPDATE outbox INDEXED BY outbox_by_invitation SET state = 'withdrawn'
                WHERE state = 'queued' AND invitation_id IN (SELECT id FROM closing)
                """
            )
            activity.record_set(
                context,
                "invitation_withdrawn",
                "closing ORDER BY id",
                address="email_address_id",
                before="json_object('invitation', id, 'state', state)",
                operation=operation,
            )
    return closed


def link_for(context: Context, invitation: int, generation: int, mailbox: str) -> str:
    """The link that goes into the mail, made from the settings only. Raises DatabaseUnusable without the key."""
    token = make_link_token(context.key, invitation, generation, mailbox)
    return f"{context.settings.firm.portal_url.rstrip('/')}/activate/{token}"


def open_link(context: Context, token_text: str) -> OpenedLink:
    """What the link with this token is now. Changes nothing: mail scanners open links. Raises DatabaseUnusable without the key."""
    token = read_link_token(token_text)
    if token is None:
        return OpenedLink(LinkState.UNKNOWN)
    with context.database.read():
        row = context.database.one(
            """
            SELECT i.email_address_id, e.canonical, i.state, i.generation, i.live_generation, i.expires_at, i.opened_at
            FROM invitation i JOIN email_address e ON e.id = i.email_address_id WHERE i.id = ?
            """,
            [token.invitation],
        )
        if row is None or not is_genuine(context.key, token, row[1]):
            return OpenedLink(LinkState.UNKNOWN)
        address, _canonical, state, generation, live_generation, expires, opened = row
        if state == "used":
            return OpenedLink(LinkState.USED)
        if state == "withdrawn":
            return OpenedLink(LinkState.WITHDRAWN)
        if not live_generation <= token.generation <= generation:
            return OpenedLink(LinkState.REPLACED)
        if expires is not None and expires <= context.clock():
            return OpenedLink(LinkState.EXPIRED)
        accounts = context.database.rows(
            """
            SELECT a.name FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = ? AND s.login = 1 AND a.archived = 0 ORDER BY a.search_key, a.id
            """,
            [address],
        )
    if not accounts:
        return OpenedLink(LinkState.WITHDRAWN)
    names = tuple(name for (name,) in accounts)
    return OpenedLink(LinkState.LIVE, token.invitation, address, names, opened is not None)


def _uninvitable(context: Context, addresses: Sequence[int]) -> tuple[Skipped, ...]:
    rows = context.database.rows(
        f"""
        SELECT e.address, {status.WRITABLE}, u.id IS NOT NULL FROM email_address e
        LEFT JOIN user u ON u.email_address_id = e.id
        WHERE e.id IN (SELECT value FROM json_each(?))
          AND NOT ({status.WRITABLE} AND {status.IS_PENDING})
        ORDER BY e.canonical
        """,
        [json.dumps(list(addresses))],
    )
    return tuple(
        Skipped(address, None, why_not_invited(bool(writable), bool(active))) for address, writable, active in rows
    )


def mail_host(context: Context) -> str:
    """What stands behind the @ of a Message-ID: the domain that mail comes from, else the portal's host name (RFC 5322, 3.6.4)."""
    sender = context.settings.mail.sender.rpartition("@")[2].strip(" <>")
    for name in (sender, urlsplit(context.settings.firm.portal_url).hostname or ""):
        try:
            host = name.encode("idna").decode("ascii")
        except UnicodeError:
            continue
        if _HOST.fullmatch(host):
            return host
    return "localhost"


def why_not_invited(writable: bool, activated: bool) -> str:
    """Why a mailbox gets no invitation, in the reader's language."""
    if activated:
        return _("already active")
    return _("LOGIN is off") if writable else _("the address can't get mail")


_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

# The contact behind a mailbox: the first one that has it.
FIRST_CONTACT = (
    "LEFT JOIN contact c ON c.id = (SELECT min(contact_id) FROM contact_email WHERE email_address_id = {mailbox})"
)

# Made when the mail is queued, so that it stays the same however often the mail is tried (RFC 5322, 3.6.4).
MESSAGE_ID = "'<' || lower(hex(randomblob(16))) || '@' || :host || '>'"

# Those who are to be invited, each with the invitation that is open already and what is to be known of it to take this back.
_INVITEES = """
    SELECT m.id AS mailbox, i.id AS invitation_id,
        CASE WHEN i.id IS NULL THEN '{{}}' ELSE json_object('state', i.state, 'generation', i.generation,
            'live_generation', i.live_generation, 'failure', i.failure, 'expires_at', i.expires_at,
            'staff', i.invited_by_staff_id, 'user', i.invited_by_user_id,
            'reminding', json_array(i.reminders, i.reminded, i.reminded_at, i.reminder_step)) END AS former
    FROM ({mailboxes}) m
    LEFT JOIN invitation i ON i.email_address_id = m.id AND i.state IN ('queued', 'sent', 'failed') ORDER BY m.id
"""

_OPEN_OF_INVITEE = "i.email_address_id = n.mailbox AND i.state IN ('queued', 'sent', 'failed')"

_INVITE = """
    INSERT INTO invitation (email_address_id, state, message, invited_by_staff_id, created_at, expires_at, reminders)
    SELECT mailbox, 'queued', :message, :staff, :now, :expires, :reminders FROM invitee WHERE true ORDER BY rowid
    ON CONFLICT (email_address_id) WHERE state IN ('queued', 'sent', 'failed') DO UPDATE SET
        generation = generation + 1, state = 'queued', message = excluded.message, failure = '',
        live_generation = CASE WHEN expires_at <= :now THEN generation + 1 ELSE live_generation END,
        invited_by_staff_id = excluded.invited_by_staff_id, invited_by_user_id = NULL, expires_at = excluded.expires_at,
        opened_at = NULL, reminders = min(reminders, excluded.reminders), reminded = 0, reminded_at = NULL, reminder_step = 0
"""

_QUEUE_INVITATIONS = f"""
    INSERT INTO outbox (kind, email_address_id, invitation_id, generation, recipient_name, language, message, message_id,
        next_try_at, created_at)
    SELECT 'invitation', n.mailbox, i.id, i.generation, coalesce(c.name, ''), coalesce(c.language, :language), :message,
        {MESSAGE_ID}, :due, :now
    FROM invitee n CROSS JOIN invitation i ON {_OPEN_OF_INVITEE} {FIRST_CONTACT.format(mailbox="n.mailbox")}
    ORDER BY n.rowid
"""

_QUEUE_NOTICES = f"""
    INSERT INTO outbox (kind, email_address_id, account_id, recipient_name, language, message, message_id, next_try_at, created_at)
    SELECT 'access_notice', g.id, g.account_id, coalesce(c.name, ''), coalesce(c.language, :language), :message,
        {MESSAGE_ID}, :due, :now
    FROM (
        SELECT email_address_id AS id, CASE WHEN count(*) = 1 THEN min(account_id) END AS account_id
        FROM ({{accesses}}) GROUP BY email_address_id
    ) g
    JOIN email_address e ON e.id = g.id {FIRST_CONTACT.format(mailbox="g.id")}
    WHERE {status.WRITABLE} AND EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = g.id)
    ORDER BY g.id
"""

_CLOSE_RESET_MAILS = """
    UPDATE outbox SET state = 'withdrawn' WHERE state = 'queued' AND password_reset_id IN (
        SELECT r.id FROM forsaken f CROSS JOIN user u ON u.email_address_id = f.id
        CROSS JOIN password_reset r ON r.user_id = u.id WHERE r.state = 'open')
"""

_CLOSE_RESETS = """
    UPDATE password_reset SET state = 'withdrawn', closed_at = ? WHERE state = 'open' AND user_id IN (
        SELECT u.id FROM forsaken f CROSS JOIN user u ON u.email_address_id = f.id)
"""
