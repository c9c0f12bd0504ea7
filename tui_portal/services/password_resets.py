"""Resetting a password: staff never see or set one, they mail a link; so does the login page for who forgot it (product.md).

A link works once, for `limits.reset_hours` (or `limits.forgotten_hours`), and only for the password that it was made for: it holds
a mark of the hash (domain/links.py). It is dead while the user may log in to no account. That a password was changed is told by
mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui_portal.domain import links
from tui_portal.domain.addresses import reason_in_words
from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.invitations import LinkState
from tui_portal.domain.links import Purpose
from tui_portal.domain.staff import Right
from tui_portal.i18n import _
from tui_portal.services import activity, invitations, login_attempts, status
from tui_portal.services.activation import DeadLink, open_session
from tui_portal.services.context import Context
from tui_portal.services.visibility import require_address

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class ResetMail:
    """A mail that was queued: the address it goes to, and until when its link works, in seconds since 1970."""

    address: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class ResetLink:
    """What the page behind a link is made of. Only a live link says whose it is; `language` is the contact's, or empty.

    `names` are those that the password must not be made of.
    """

    state: LinkState
    language: str = ""
    address: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _User:
    """Who may be sent a link, and what keeps them from it. `asked_at` is when the link that is still open was asked for."""

    id: int
    mailbox: int
    address: str
    obstacle: str
    asked_at: int | None


@dataclass(frozen=True, slots=True)
class _Opened:
    """A link with what it is about; the ids are 0 where it is not ours."""

    state: LinkState
    reset: int = 0
    user: int = 0
    mailbox: int = 0
    password_hash: str = ""


def request_reset(context: Context, address: int) -> ResetMail:
    """Mail a link to the user with the mailbox `address` (its id), through which they choose another password.

    A former link that was not used dies, and its mail is not sent if it still waits. Raises NotAllowed, NotFound, and Refused
    with the reason: nobody who may log in, an address that gets no mail, a link that was sent a moment ago.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        require_address(context, address)
        user = _find_user(context, address)
        if user.obstacle:
            raise Refused(user.obstacle)
        if _asked_within(context, user, context.settings.limits.reset_again_seconds):
            raise Refused(
                _("A mail to {address} was asked for a moment ago; one is enough.").format(address=user.address)
            )
        return _queue(context, user)


def request_forgotten(context: Context, canonical: str) -> bool:
    """Somebody asked on the login page for another password for the mailbox with this canonical address; whether a mail was
    queued. They are never told: the answer is the same for every address.

    Nobody is sent more than one within `limits.forgotten_seconds`. Raises DatabaseUnusable.
    """
    database = context.database
    mailbox = database.value("SELECT id FROM email_address WHERE canonical = ?", [canonical])
    if mailbox is None or not _is_wanted(context, _find_user(context, mailbox)):
        return False
    with database.write():
        user = _find_user(context, mailbox)
        if not _is_wanted(context, user):
            return False
        _queue(context, user)
    return True


def link_for(context: Context, reset: int, mailbox: str, password_hash: str) -> str:
    """The link that goes into the mail, made from the settings only; `mailbox` is the canonical address of the user with
    this hash. Raises DatabaseUnusable without the key.
    """
    mark = links.password_mark(context.key, password_hash)
    token = links.make_token(context.key, Purpose.PASSWORD, reset, mark, mailbox)
    return f"{context.settings.firm.portal_url.rstrip('/')}/reset/{token}"


def open_reset(context: Context, token: str) -> ResetLink:
    """What the page behind a link shows. Changes nothing: mail scanners open links. Raises DatabaseUnusable without the key."""
    with context.database.read():
        opened = _open(context, token)
        if opened.state is LinkState.UNKNOWN:
            return ResetLink(LinkState.UNKNOWN)
        contacts = context.database.rows(
            """
            SELECT e.address, c.name, coalesce(u.language, c.language, '') FROM email_address e
            LEFT JOIN user u ON u.email_address_id = e.id
            LEFT JOIN contact_email ce ON ce.email_address_id = e.id LEFT JOIN contact c ON c.id = ce.contact_id
            WHERE e.id = ? ORDER BY c.id
            """,
            [opened.mailbox],
        )
        accounts = tuple(name for (name,) in context.database.rows(_ACCOUNTS, [opened.mailbox]))
    address, _name, language = contacts[0]
    if opened.state is not LinkState.LIVE:
        return ResetLink(opened.state, language)
    people = tuple(name for _address, name, _language in contacts if name)
    return ResetLink(opened.state, language, address, (*people, address, *accounts))


def use_reset(context: Context, token: str, password_hash: str, former: str = "") -> str:
    """Use the link behind `token` up: its user has `password_hash` from now on and is told so by mail, every session of theirs
    ends, and they are logged in; the new session's id.

    One conditional UPDATE decides between many who try at once. `former` is the session that ends here. Raises DeadLink with
    what the link is now.
    """
    database = context.database
    with database.write():
        opened = _open(context, token)
        if opened.state is not LinkState.LIVE:
            raise DeadLink(opened.state)
        moment = context.clock()
        used = database.execute(
            "UPDATE password_reset SET state = 'used', closed_at = ? WHERE id = ? AND state = 'open'",
            [moment, opened.reset],
        )
        changed = database.execute(
            "UPDATE user SET password_hash = ?, last_login_at = ? WHERE id = ? AND password_hash = ?",
            [password_hash, moment, opened.user, opened.password_hash],
        )
        if (used, changed) != (1, 1):
            raise DeadLink(LinkState.USED)
        _withdraw_mail(context, opened.reset)
        database.execute("DELETE FROM session WHERE user_id = ?", [opened.user])
        login_attempts.forget_attempts(context, opened.mailbox)
        activity.record(
            context, "password_reset_used", user=opened.user, address=opened.mailbox, after={"reset": opened.reset}
        )
        tell_changed(context, opened.mailbox)
        return open_session(context, opened.user, former)


def tell_changed(context: Context, mailbox: int) -> None:
    """Inside a write transaction: queue the mail that tells the user with this mailbox (its id) of their new password."""
    known = {
        "mailbox": mailbox,
        "language": context.firm_language,
        "host": invitations.mail_host(context),
        "now": context.clock(),
    }
    context.database.execute(_QUEUE.format(kind="password_changed", reset="NULL"), known)


def withdraw_links(context: Context, user: int) -> None:
    """Inside a write transaction: close the link that the user was sent and has not used; its mail is not sent if it still waits."""
    closed = context.database.rows(
        "UPDATE password_reset SET state = 'withdrawn', closed_at = ? WHERE user_id = ? AND state = 'open' RETURNING id",
        [context.clock(), user],
    )
    for (number,) in closed:
        _withdraw_mail(context, number)


def _find_user(context: Context, mailbox: int) -> _User:
    row = context.database.one(
        f"""
        SELECT u.id, e.address, {status.WRITABLE}, e.validity IN ('invalid', 'bouncing'), e.reason,
            EXISTS ({_ACCOUNTS}), {status.IS_PENDING},
            (SELECT r.created_at FROM password_reset r WHERE r.user_id = u.id AND r.state = 'open'
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.password_reset_id = r.id AND o.state = 'failed'))
        FROM email_address e LEFT JOIN user u ON u.email_address_id = e.id WHERE e.id = ?
        """,
        [mailbox, mailbox],
    )
    if row is None:
        raise NotFound(_("This address is not there any more."))
    user, address, writable, refused, reason, may_log_in, pending, asked_at = row
    if pending:
        obstacle = _("{address} has chosen no password yet: send the invitation (i).").format(address=address)
    elif not may_log_in:
        obstacle = _("{address} may log in to no account: LOGIN is off.").format(address=address)
    elif not writable:
        why = reason_in_words(reason) if refused else _("no more mail goes to it")
        obstacle = _("{address} can't get mail: {reason}.").format(address=address, reason=why)
    else:
        obstacle = ""
    return _User(user or 0, mailbox, address, obstacle, asked_at)


def _is_wanted(context: Context, user: _User) -> bool:
    return not user.obstacle and not _asked_within(context, user, context.settings.limits.forgotten_seconds)


def _asked_within(context: Context, user: _User, seconds: int) -> bool:
    return user.asked_at is not None and context.clock() - user.asked_at < seconds


def _queue(context: Context, user: _User) -> ResetMail:
    """Inside a write transaction: the link, and the mail that it goes out with."""
    database, moment, limits = context.database, context.clock(), context.settings.limits
    expires = moment + (limits.reset_hours if context.actor else limits.forgotten_hours) * _HOUR
    withdraw_links(context, user.id)
    staff = context.actor.id if context.actor else None
    reset = database.insert(
        """
        INSERT INTO password_reset (user_id, state, requested_by_staff_id, created_at, expires_at)
        VALUES (?, 'open', ?, ?, ?)
        """,
        [user.id, staff, moment, expires],
    )
    known: dict[str, Any] = {
        "mailbox": user.mailbox,
        "reset": reset,
        "language": context.firm_language,
        "host": invitations.mail_host(context),
        "now": moment,
    }
    database.execute(_QUEUE.format(kind="password_reset", reset=":reset"), known)
    activity.record(context, "password_reset_requested", address=user.mailbox, after={"reset": reset})
    return ResetMail(user.address, expires)


def _withdraw_mail(context: Context, reset: int) -> None:
    context.database.execute(
        "UPDATE outbox SET state = 'withdrawn' WHERE password_reset_id = ? AND state = 'queued'", [reset]
    )


def _open(context: Context, text: str) -> _Opened:
    token = links.read_token(text)
    row = token and context.database.one(
        """
        SELECT r.user_id, r.state, r.expires_at, u.email_address_id, u.password_hash, e.canonical,
            EXISTS (SELECT 1 FROM password_reset n WHERE n.user_id = r.user_id AND n.state = 'open')
        FROM password_reset r JOIN user u ON u.id = r.user_id JOIN email_address e ON e.id = u.email_address_id
        WHERE r.id = ?
        """,
        [token.number],
    )
    if not token or not row or not links.is_genuine(context.key, Purpose.PASSWORD, token, row[5]):
        return _Opened(LinkState.UNKNOWN)
    user, state, expires, mailbox, password_hash, _canonical, newer = row
    if state == "used":
        now = LinkState.USED
    elif state == "withdrawn":
        now = LinkState.REPLACED if newer else LinkState.WITHDRAWN
    elif token.mark != links.password_mark(context.key, password_hash):
        now = LinkState.WITHDRAWN
    elif expires <= context.clock():
        now = LinkState.EXPIRED
    else:
        now = LinkState.LIVE if context.database.one(_ACCOUNTS, [mailbox]) else LinkState.WITHDRAWN
    return _Opened(now, token.number, user, mailbox, password_hash)


# What the user with this mailbox may see now.
_ACCOUNTS = """
    SELECT a.name FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
    WHERE s.email_address_id = ? AND s.login = 1 AND a.archived = 0 ORDER BY a.search_key, a.id
"""

_QUEUE = f"""
    INSERT INTO outbox (kind, email_address_id, password_reset_id, recipient_name, language, message_id, next_try_at, created_at)
    SELECT '{{kind}}', e.id, {{reset}}, coalesce(c.name, ''), coalesce(nullif(u.language, ''), c.language, :language),
        {invitations.MESSAGE_ID}, :now, :now
    FROM email_address e JOIN user u ON u.email_address_id = e.id {invitations.FIRST_CONTACT.format(mailbox="e.id")}
    WHERE e.id = :mailbox
"""
