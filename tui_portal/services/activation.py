"""The client's side: choosing a password through the link, logging in and out (product.md, Client portal)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from tui_portal.domain.errors import Refused
from tui_portal.domain.invitations import LinkState, read_link_token
from tui_portal.i18n import _
from tui_portal.services import activity, invitations, login_attempts
from tui_portal.services.context import Context
from tui_portal.services.login_attempts import Tries

_HOUR = 3600


class DeadLink(Refused):
    """The link does not work (any more); `state` says why."""

    def __init__(self, state: LinkState) -> None:
        super().__init__(_("This link does not work any more."))
        self.state = state


@dataclass(frozen=True, slots=True)
class Activation:
    """What the page behind a link is made of. Only a live link says whose it is; `language` is the contact's, or empty.

    `names` are those that the password must not be made of. `unopened` is the invitation's id where its link was opened for
    the first time.
    """

    state: LinkState
    language: str = ""
    address: str = ""
    accounts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    unopened: int | None = None


@dataclass(frozen=True, slots=True)
class LoginCandidate:
    """What is known of an address that somebody logs in with: the user and the hash of their password (None where nobody may
    log in with it), and the wrong passwords of late (None where the address is not known here).
    """

    user: int
    password_hash: str | None
    tries: Tries | None


@dataclass(frozen=True, slots=True)
class PortalUser:
    """A client who is logged in, with the accounts they may see, by id and name, sorted by name.

    `language` is the one they chose, else their contact's, else empty: then the browser's counts, then the firm's. `since` is
    when this session began, in seconds since 1970; `bar_closed` is whether they closed the bar in it.
    """

    id: int
    email_address: int
    address: str
    name: str
    language: str
    accounts: tuple[tuple[int, str], ...]
    since: int
    bar_closed: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """What every page shows or needs: the firm's name and language, and who is logged in.

    `shut_out` is whether somebody was, until the last account that they might see was taken from them.
    """

    firm: str
    language: str
    user: PortalUser | None
    shut_out: bool = False


def visit(context: Context, session: str) -> Visit:
    """The surroundings of a page for the one who brings `session` (empty where they bring none)."""
    with context.database.read():
        row = context.database.one("SELECT name, language FROM firm")
        name, language = row or ("", "en")
        firm = context.settings.firm
        user = session_user(context, session) if session else None
        shut_out = user is None and _is_shut_out(context, session)
        return Visit(firm.name or name, firm.language or language, user, shut_out)


def is_in_order(context: Context) -> bool:
    """Whether pages can be served. Raises DatabaseUnusable where the database or the key of the links can't be read."""
    with context.database.read():
        return bool(context.key) and bool(context.database.value("SELECT count(*) FROM firm"))


def open_activation(context: Context, token: str) -> Activation:
    """What the page behind a link shows. Changes nothing. Raises DatabaseUnusable without the key."""
    with context.database.read():
        opened = invitations.open_link(context, token)
        parts = read_link_token(token)
        if parts is None or opened.state is LinkState.UNKNOWN:
            return Activation(LinkState.UNKNOWN)
        contacts = context.database.rows(
            """
            SELECT e.address, c.name, coalesce(c.language, '')
            FROM invitation i JOIN email_address e ON e.id = i.email_address_id
            LEFT JOIN contact_email ce ON ce.email_address_id = e.id LEFT JOIN contact c ON c.id = ce.contact_id
            WHERE i.id = ? ORDER BY c.id
            """,
            [parts.invitation],
        )
    address, _name, language = contacts[0]
    if opened.state is not LinkState.LIVE:
        return Activation(opened.state, language)
    people = tuple(name for _address, name, _language in contacts if name)
    names = (*people, address, *opened.accounts)
    unopened = None if opened.opened_before else opened.invitation
    return Activation(opened.state, language, address, opened.accounts, names, unopened)


def activate(context: Context, token: str, password_hash: str, former: str = "") -> str:
    """Use the invitation behind `token` up, make its user with `password_hash`, and log them in; the new session's id.

    One conditional UPDATE decides between many who try at once. `former` is the session that ends here. Raises DeadLink
    with what the link is now.
    """
    with context.database.write():
        opened = invitations.open_link(context, token)
        if opened.state is not LinkState.LIVE:
            raise DeadLink(opened.state)
        moment = context.clock()
        used = context.database.execute(
            """
            UPDATE invitation SET state = 'used', closed_at = ? WHERE id = ? AND state IN ('queued', 'sent', 'failed')
            """,
            [moment, opened.invitation],
        )
        if used != 1:
            raise DeadLink(LinkState.USED)
        context.database.execute(
            "UPDATE outbox SET state = 'withdrawn' WHERE invitation_id = ? AND state = 'queued'", [opened.invitation]
        )
        user = context.database.insert(
            "INSERT INTO user (email_address_id, password_hash, activated_at, last_login_at) VALUES (?, ?, ?, ?)",
            [opened.email_address, password_hash, moment, moment],
        )
        activity.record(
            context, "user_activated", user=user, address=opened.email_address, after={"invitation": opened.invitation}
        )
        login_attempts.forget_attempts(context, int(opened.email_address or 0))
        return open_session(context, user, former)


def log_in(context: Context, user: int, seen_hash: str, new_hash: str = "", former: str = "") -> str:
    """A new session for a user whose password was found right; its id, which is told to nobody else.

    `seen_hash` is the hash that the password was compared with; `new_hash` replaces it where it is not empty; `former` is
    the session that ends here. The wrong passwords before are forgotten. Raises Refused where the password was changed meanwhile.
    """
    with context.database.write():
        done = context.database.rows(
            """
            UPDATE user SET last_login_at = ?, password_hash = ? WHERE id = ? AND password_hash = ? RETURNING email_address_id
            """,
            [context.clock(), new_hash or seen_hash, user, seen_hash],
        )
        if not done:
            raise Refused(_("The password was changed meanwhile."))
        login_attempts.forget_attempts(context, done[0][0])
        activity.record(context, "user_logged_in", user=user)
        return open_session(context, user, former)


def log_out(context: Context, session: str) -> None:
    """End a session; one that is no more is no error."""
    with context.database.write():
        ended = context.database.rows("DELETE FROM session WHERE id_hash = ? RETURNING user_id", [_hash(session)])
        for (user,) in ended:
            activity.record(context, "user_logged_out", user=user)


def login_candidate(context: Context, canonical: str, places: Collection[str]) -> LoginCandidate:
    """What the login page has to know of a mailbox before it looks at a password that comes from these places."""
    with context.database.read():
        user, password_hash = find_login(context, canonical) or (0, None)
        return LoginCandidate(user, password_hash, login_attempts.tries_of(context, canonical, places))


def find_login(context: Context, canonical: str) -> tuple[int, str] | None:
    """The user behind a mailbox and their password hash, or None; only of one who may log in to some account."""
    row = context.database.one(
        """
        SELECT u.id, u.password_hash FROM user u JOIN email_address e ON e.id = u.email_address_id
        WHERE e.canonical = ? AND EXISTS (
            SELECT 1 FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0)
        """,
        [canonical],
    )
    return None if row is None else (row[0], row[1])


def session_user(context: Context, session: str) -> PortalUser | None:
    """Who is behind a session now, or None where it has ended, or where no account is left to see.

    Asked at every request, so that access that is taken away is gone at once.
    """
    row = context.database.one(
        """
        SELECT u.id, e.id, e.address,
            coalesce((SELECT c.name FROM contact_email ce JOIN contact c ON c.id = ce.contact_id
                      WHERE ce.email_address_id = e.id ORDER BY c.id LIMIT 1), ''),
            coalesce((SELECT c.language FROM contact_email ce JOIN contact c ON c.id = ce.contact_id
                      WHERE ce.email_address_id = e.id ORDER BY c.id LIMIT 1), ''),
            u.language, session.created_at, session.bar_closed
        FROM session JOIN user u ON u.id = session.user_id JOIN email_address e ON e.id = u.email_address_id
        WHERE session.id_hash = ? AND session.expires_at > ?
        """,
        [_hash(session), context.clock()],
    )
    if row is None:
        return None
    accounts = context.database.rows(
        """
        SELECT a.id, a.name FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
        WHERE s.email_address_id = ? AND s.login = 1 AND a.archived = 0 ORDER BY a.search_key, a.id
        """,
        [row[1]],
    )
    if not accounts:
        return None
    user, mailbox, address, name, language, chosen, since, bar_closed = row
    seen = tuple((number, shown) for number, shown in accounts)
    spoken = language if chosen is None else chosen
    return PortalUser(user, mailbox, address, name, spoken, seen, since, bool(bar_closed))


def open_session(context: Context, user: int, former: str) -> str:
    """Inside a write transaction: a new session for the user, which ends `former`; its id, which is told to nobody else."""
    session, moment = _new_id(context, user), context.clock()
    context.database.execute(
        "DELETE FROM session WHERE expires_at <= ? OR id_hash = ?", [moment, _hash(former) if former else b""]
    )
    context.database.execute(
        "INSERT INTO session (id_hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)",
        [_hash(session), user, moment, moment + context.settings.portal.session_hours * _HOUR],
    )
    return session


def renew_session(context: Context, user: int, former: str) -> str:
    """Inside a write transaction: the session `former` of the user under a new id, while every other of theirs ends; the new id.

    Raises Refused where `former` has ended meanwhile.
    """
    session = _new_id(context, user)
    context.database.execute("DELETE FROM session WHERE user_id = ? AND id_hash <> ?", [user, _hash(former)])
    if not context.database.execute(
        "UPDATE session SET id_hash = ? WHERE id_hash = ? AND user_id = ?", [_hash(session), _hash(former), user]
    ):
        raise Refused(_("You are not logged in any more."))
    return session


def end_other_sessions(context: Context, user: int, session: str) -> int:
    """End every session of the user but this one; how many ended."""
    with context.database.write():
        ended = context.database.execute(
            "DELETE FROM session WHERE user_id = ? AND id_hash <> ? AND expires_at > ?",
            [user, _hash(session), context.clock()],
        )
        if ended:
            activity.record(context, "user_logged_out_elsewhere", user=user)
    return ended


def sessions_of(context: Context, user: int, session: str) -> tuple[int, ...]:
    """When the user logged in elsewhere than in this session, in seconds since 1970, of what is open now; the latest first."""
    rows = context.database.rows(
        "SELECT created_at FROM session WHERE user_id = ? AND id_hash <> ? AND expires_at > ? ORDER BY created_at DESC",
        [user, _hash(session), context.clock()],
    )
    return tuple(begun for (begun,) in rows)


def close_bar(context: Context, session: str) -> None:
    """Leave out the bar that names the account, until the next login. A session that is no more is no error."""
    with context.database.write():
        context.database.execute("UPDATE session SET bar_closed = 1 WHERE id_hash = ?", [_hash(session)])


def _is_shut_out(context: Context, session: str) -> bool:
    """Whether a session that is no more belonged to a user who may log in nowhere now. Its row is gone, but its id names the
    user, under our seal.
    """
    named, _point, seal = session.rpartition(".")
    user = named.rpartition(".")[2]
    if not user.isdecimal() or not hmac.compare_digest(seal.encode(), _seal(context, named).encode()):
        return False
    return not context.database.value(
        """
        SELECT EXISTS (
            SELECT 1 FROM user u CROSS JOIN contact_settings s ON s.email_address_id = u.email_address_id
            CROSS JOIN account a ON a.id = s.account_id WHERE u.id = ? AND s.login = 1 AND a.archived = 0)
        """,
        [int(user)],
    )


def _new_id(context: Context, user: int) -> str:
    session = f"{secrets.token_urlsafe(32)}.{user}"
    return f"{session}.{_seal(context, session)}"


def _seal(context: Context, named: str) -> str:
    text = b"tui_portal session 1\0" + named.encode("utf-8", "replace")
    return hmac.new(context.key, text, hashlib.sha256).hexdigest()[:32]


def _hash(session: str) -> bytes:
    """What is kept of a session's id: who reads the database can't take a session over."""
    return hashlib.sha256(session.encode()).digest()
