"""Invitations: queued in sets, withdrawn when nothing is left to log in to, found again by their link."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui_portal.domain.errors import Refused
from tui_portal.domain.invitations import LinkState, is_genuine, make_link_token, read_link_token
from tui_portal.domain.moments import DAY
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity, status
from tui_portal.services.context import Context


@dataclass(frozen=True, slots=True)
class Skipped:
    """An address for which nothing was done, and why, in the reader's language."""

    address: str
    account: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedLink:
    """What a link is, when somebody opens it. `accounts` are the names it opens, empty unless the link is live."""

    state: LinkState
    invitation: int | None = None
    email_address: int | None = None
    accounts: tuple[str, ...] = ()


def check_message(context: Context, message: str) -> str:
    """The personalized message as it is kept: line ends are line feeds, nothing unseen in it. Raises Refused when too long."""
    text = safe(message.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "), lines=True).strip()
    most = context.settings.limits.message_characters
    if len(text) > most:
        raise Refused(_("The message has {count} characters, {most} are allowed.").format(count=len(text), most=most))
    return text


class _DryRun(Exception):
    """Ends a transaction that is taken back."""


def invite(
    context: Context, addresses: Sequence[int], message: str = "", dry_run: bool = False
) -> tuple[int, tuple[Skipped, ...]]:
    """Queue an invitation, or one more, for each pending mailbox of `addresses` (ids): how many, and those skipped.

    One transaction; `dry_run` does all of it and takes it back. Raises NotAllowed, Refused.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    text = check_message(context, message)
    count, skipped = 0, tuple[Skipped, ...]()
    with suppress(_DryRun), context.database.write():
        skipped = _uninvitable(context, addresses)
        count = queue_invitations(context, addresses, text)
        if dry_run:
            raise _DryRun
    return count, skipped


def queue_invitations(context: Context, addresses: Sequence[int], message: str) -> int:
    """Inside a write transaction: an invitation and its mail for each of `addresses` that is pending and can be written to.

    Where one is open already its generation is raised: the link in the new mail is new, the former works until the new mail
    has been handed over, unless it had expired: that one stays dead. Returns how many were queued.
    """
    database, moment = context.database, context.clock()
    wanted = json.dumps(list(addresses))
    staff = context.actor.id if context.actor else None
    days = context.settings.invitations.expire_days
    expires = moment + days * DAY if days else None
    invitable = f"""
        SELECT e.id FROM email_address e WHERE e.id IN (SELECT value FROM json_each(?)) AND {status.WRITABLE}
        AND e.id IN ({status.PENDING_ADDRESSES})
    """
    # A mail of a former generation that still waits is overtaken by the new one.
    database.execute(
        f"""
        UPDATE outbox SET state = 'withdrawn' WHERE state = 'queued' AND kind = 'invitation' AND email_address_id IN ({invitable})
        """,
        [wanted],
    )
    queued = database.rows(
        f"""
        INSERT INTO invitation (email_address_id, state, message, invited_by_staff_id, created_at, expires_at)
        SELECT id, 'queued', ?, ?, ?, ? FROM ({invitable}) WHERE true
        ON CONFLICT (email_address_id) WHERE state IN ('queued', 'sent', 'failed') DO UPDATE SET
            generation = generation + 1, state = 'queued', message = excluded.message, failure = '',
            live_generation = CASE WHEN expires_at <= ? THEN generation + 1 ELSE live_generation END,
            invited_by_staff_id = excluded.invited_by_staff_id, invited_by_user_id = NULL, expires_at = excluded.expires_at
        RETURNING id, email_address_id, generation
        """,
        [message, staff, moment, expires, wanted, moment],
    )
    numbers = json.dumps([row[0] for row in queued])
    database.execute(
        f"""
        INSERT INTO outbox (kind, email_address_id, invitation_id, generation, recipient_name, language, message, message_id,
            next_try_at, created_at)
        SELECT 'invitation', i.email_address_id, i.id, i.generation, {_RECIPIENT_NAME}, {_LANGUAGE}, i.message,
            {_MESSAGE_ID}, ?, ?
        FROM invitation i WHERE i.id IN (SELECT value FROM json_each(?))
        """,
        [context.firm_language, _mail_host(context), moment, moment, numbers],
    )
    activity.record_many(
        context,
        "invitation_queued",
        (
            (None, address, {}, {"invitation": number, "generation": generation})
            for number, address, generation in queued
        ),
    )
    return len(queued)


def queue_access_notices(context: Context, accesses: Sequence[tuple[int, int]], message: str) -> int:
    """Inside a write transaction: tell users who are active already of the account they may see now, one mail a mailbox.

    `accesses` are (account id, address id) that LOGIN was just switched on for. The mail of one who gained several names no
    single account: it is about all that they may see. Returns how many were queued.
    """
    moment = context.clock()
    return context.database.execute(
        f"""
        INSERT INTO outbox (kind, email_address_id, account_id, recipient_name, language, message, message_id, next_try_at, created_at)
        SELECT 'access_notice', i.email_address_id, i.account_id, {_RECIPIENT_NAME}, {_LANGUAGE}, ?, {_MESSAGE_ID}, ?, ?
        FROM (
            SELECT json_extract(value, '$[1]') AS email_address_id,
                CASE WHEN count(*) = 1 THEN min(json_extract(value, '$[0]')) END AS account_id
            FROM json_each(?) GROUP BY 1
        ) i
        JOIN email_address e ON e.id = i.email_address_id
        WHERE {status.WRITABLE} AND EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = i.email_address_id)
        """,
        [context.firm_language, message, _mail_host(context), moment, moment, json.dumps(list(accesses))],
    )


def withdraw_forsaken(context: Context, addresses: Sequence[int]) -> int:
    """Inside a write transaction: for mailboxes of `addresses` that may log in nowhere any more, withdraw the open
    invitation, its waiting mail, and end their sessions. Returns how many invitations were withdrawn.
    """
    database = context.database
    forsaken = """
        SELECT value FROM json_each(?) WHERE NOT EXISTS (
            SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = value AND s.login = 1 AND a.archived = 0)
    """
    wanted = json.dumps(list(addresses))
    withdrawn = _withdraw(context, forsaken, wanted)
    database.execute(
        f"DELETE FROM session WHERE user_id IN (SELECT id FROM user WHERE email_address_id IN ({forsaken}))",
        [wanted],
    )
    return withdrawn


def cancel(context: Context, addresses: Sequence[int], dry_run: bool = False) -> tuple[int, tuple[Skipped, ...]]:
    """Withdraw the open invitations of `addresses` (ids): the links die at once, waiting mail is not sent, LOGIN stays.

    Returns how many, and the addresses that had none; `dry_run` does all of it and takes it back. Raises NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    wanted = json.dumps(list(addresses))
    count, without = 0, list[tuple[str]]()
    with suppress(_DryRun), context.database.write():
        without = context.database.rows(
            f"""
            SELECT e.address FROM email_address e LEFT JOIN invitation i ON {status.OPEN_INVITATION}
            WHERE e.id IN (SELECT value FROM json_each(?)) AND i.id IS NULL ORDER BY e.canonical
            """,
            [wanted],
        )
        count = _withdraw(context, "SELECT value FROM json_each(?)", wanted)
        if dry_run:
            raise _DryRun
    return count, tuple(Skipped(address, None, _("there is no open invitation")) for (address,) in without)


def _withdraw(context: Context, mailboxes: str, wanted: str) -> int:
    database = context.database
    closed = database.rows(
        f"""
        UPDATE invitation SET state = 'withdrawn', closed_at = ?
        WHERE state IN ('queued', 'sent', 'failed') AND email_address_id IN ({mailboxes}) RETURNING id, email_address_id
        """,
        [context.clock(), wanted],
    )
    database.execute(
        """
        UPDATE outbox SET state = 'withdrawn'
        WHERE state = 'queued' AND invitation_id IN (SELECT value FROM json_each(?))
        """,
        [json.dumps([row[0] for row in closed])],
    )
    activity.record_many(
        context, "invitation_withdrawn", ((None, address, {"invitation": number}, {}) for number, address in closed)
    )
    return len(closed)


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
            SELECT i.email_address_id, e.canonical, i.state, i.generation, i.live_generation, i.expires_at
            FROM invitation i JOIN email_address e ON e.id = i.email_address_id WHERE i.id = ?
            """,
            [token.invitation],
        )
        if row is None or not is_genuine(context.key, token, row[1]):
            return OpenedLink(LinkState.UNKNOWN)
        address, _canonical, state, generation, live_generation, expires = row
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
            SELECT a.name FROM contact_settings s JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = ? AND s.login = 1 AND a.archived = 0 ORDER BY a.search_key, a.id
            """,
            [address],
        )
    if not accounts:
        return OpenedLink(LinkState.WITHDRAWN)
    return OpenedLink(LinkState.LIVE, token.invitation, address, tuple(name for (name,) in accounts))


def _uninvitable(context: Context, addresses: Sequence[int]) -> tuple[Skipped, ...]:
    rows = context.database.rows(
        f"""
        SELECT e.address, {status.WRITABLE}, u.id IS NOT NULL FROM email_address e
        LEFT JOIN user u ON u.email_address_id = e.id
        WHERE e.id IN (SELECT value FROM json_each(?))
          AND NOT ({status.WRITABLE} AND e.id IN ({status.PENDING_ADDRESSES}))
        ORDER BY e.canonical
        """,
        [json.dumps(list(addresses))],
    )
    return tuple(
        Skipped(address, None, why_not_invited(bool(writable), bool(active))) for address, writable, active in rows
    )


def _mail_host(context: Context) -> str:
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

# The contact behind mailbox `i.email_address_id`: the first one that has it.
_CONTACT = "FROM contact_email ce JOIN contact c ON c.id = ce.contact_id WHERE ce.email_address_id = i.email_address_id ORDER BY c.id LIMIT 1"
_RECIPIENT_NAME = f"coalesce((SELECT c.name {_CONTACT}), '')"
_LANGUAGE = f"coalesce((SELECT c.language {_CONTACT}), ?)"
# Made when the mail is queued, so that it stays the same however often the mail is tried (RFC 5322, 3.6.4).
_MESSAGE_ID = "'<' || lower(hex(randomblob(16))) || '@' || ? || '>'"
