"""A client asks the firm to give a further person access to their account (product.md, Client portal): asked, followed, taken back.

No answer tells whether an address is known to the firm beyond this account.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain.addresses import AddressCheck, Validity, check_address
from tui_portal.domain.errors import NotAllowed, Refused
from tui_portal.domain.moments import DAY
from tui_portal.domain.text import safe, tidy, tidy_message
from tui_portal.i18n import _
from tui_portal.mail.wordings import day_in_words
from tui_portal.services import activity
from tui_portal.services.access_grants import grant
from tui_portal.services.contacts import keep_address
from tui_portal.services.context import Context
from tui_portal.services.portal_people import CAME_SINCE

_LISTED = 50


class Problem(StrEnum):
    """Why a person can't be asked for. The page says it in the client's language."""

    CLOSED = "closed"  # the firm does not let clients invite
    NO_NAME = "no_name"
    LONG_NAME = "long_name"
    NO_ADDRESS = "no_address"
    WRONG_ADDRESS = "wrong_address"
    LONG_NOTE = "long_note"
    OWN = "own"
    ACCESS = "access"  # may log in to the account already
    ASKED = "asked"  # somebody asked, and the firm has not answered yet
    MANY = "many"


class NotAsked(Refused):
    """Nothing was asked for; `problems` says why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(_("The person was not asked for."))
        self.problems = problems


class AskedState(StrEnum):
    """What has become of a person whom a client asked for, as the client is told. Who has a password elsewhere is invited like
    everybody else.
    """

    WAITING = "waiting"
    INVITED = "invited"
    IN = "in"
    REFUSED = "refused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the client typed; `language` is that of their page, and will be the new person's."""

    name: str
    address: str
    note: str
    language: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A person whom a client asked for. `id` is the request's, `day` when, in the language of the page."""

    id: int
    name: str
    address: str
    state: AskedState
    day: str


def ask_for_access(context: Context, user: int, account: int, wish: Wish) -> None:
    """Ask for access of a further person to `account`, for the client behind `user` (ids). It waits for the staff; where the firm
    lets clients invite by themselves it is granted at once, unless staff have taken this access away before.

    One transaction. Raises NotAsked with every reason, and NotAllowed where the client may not log in to the account (any more).
    """
    check, name, note = check_address(wish.address), tidy(safe(wish.name)), tidy_message(wish.note)
    problems = _faults(context, check, name, note)
    if problems:
        raise NotAsked(*problems)
    context = context.acting_for(user)
    with context.database.write():
        _check_access(context, user, account)
        problem = _refusal(context, user, account, check)
        if problem is not None:
            raise NotAsked(problem)
        mailbox = keep_address(context, check)
        request = context.database.insert(
            """
            INSERT INTO access_request (account_id, email_address_id, user_id, name, note, language, state, created_at)
            VALUES (?, ?, ?, ?, ?, ?, 'open', ?)
            """,
            [account, mailbox, user, name, note, wish.language, context.clock()],
        )
        after = {"request": request, "name": name, "message": note}
        activity.record(context, "access_requested", account=account, address=mailbox, after=after)
        if context.settings.portal.clients_invite == "yes" and not _is_for_staff(context, account, mailbox):
            grant(context, [request])


def take_back_request(context: Context, user: int, account: int, request: int) -> bool:
    """The client wants nothing any more; whether the request was open still, and theirs. Raises NotAllowed."""
    context = context.acting_for(user)
    with context.database.write():
        _check_access(context, user, account)
        rows = context.database.rows(
            """
            UPDATE access_request SET state = 'withdrawn', closed_at = ?
            WHERE id = ? AND user_id = ? AND account_id = ? AND state = 'open' RETURNING email_address_id, name
            """,
            [context.clock(), request, user, account],
        )
        for mailbox, name in rows:
            before = {"request": request, "name": name}
            activity.record(context, "access_request_withdrawn", account=account, address=mailbox, before=before)
    return bool(rows)


def asked_for(context: Context, user: int, account: int, language: str) -> tuple[Asked, ...]:
    """Those whom the client behind `user` asked for in `account` (ids), the last ones first, each mailbox once; in the words of
    `language`. Only reads.
    """
    rows = context.database.rows(_ASKED, {"user": user, "account": account, "limit": _LISTED})
    # As the mailbox is spelled everywhere, not as somebody else typed it to the firm.
    return tuple(
        Asked(number, name, check_address(canonical).address, AskedState(state), day_in_words(at, language))
        for number, name, canonical, state, at in rows
    )


def _faults(context: Context, check: AddressCheck, name: str, note: str) -> list[Problem]:
    """What is wrong with the form itself."""
    limits = context.settings.limits
    faults = (
        (Problem.CLOSED, context.settings.portal.clients_invite == "no"),
        (Problem.NO_NAME, not name),
        (Problem.LONG_NAME, len(name) > limits.name_characters),
        (Problem.NO_ADDRESS, not check.address),
        (Problem.WRONG_ADDRESS, bool(check.address) and check.validity is Validity.INVALID),
        (Problem.LONG_NOTE, len(note) > limits.client_note_characters),
    )
    found = [problem for problem, holds in faults if holds]
    return [Problem.CLOSED] if Problem.CLOSED in found else found


def _check_access(context: Context, user: int, account: int) -> None:
    """Inside the transaction, because LOGIN may have been switched off since the page was shown."""
    if not context.database.value(_MAY, [user, account]):
        raise NotAllowed(_("You have no access to this account any more."))


def _refusal(context: Context, user: int, account: int, check: AddressCheck) -> Problem | None:
    known = {
        "user": user,
        "account": account,
        "canonical": check.canonical,
        "since": context.clock() - DAY,
        "most": context.settings.limits.client_invitations,
    }
    row = context.database.one(_REFUSALS, known)
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    problems = (Problem.OWN, Problem.ACCESS, Problem.ASKED, Problem.MANY)
    return next((problem for problem, holds in zip(problems, row, strict=True) if holds), None)


def _is_for_staff(context: Context, account: int, mailbox: int) -> bool:
    """Whether staff have to look at it in any case: LOGIN was taken away here before, or can't be switched on."""
    return bool(context.database.value(_FOR_STAFF, {"account": account, "mailbox": mailbox}))


_MAY = """
    SELECT EXISTS (
        SELECT 1 FROM user u CROSS JOIN contact_settings s ON s.email_address_id = u.email_address_id
        CROSS JOIN account a ON a.id = s.account_id
        WHERE u.id = ? AND s.account_id = ? AND s.login = 1 AND a.archived = 0)
"""

_REFUSALS = """
    SELECT
        EXISTS (SELECT 1 FROM user u CROSS JOIN email_address e ON e.id = u.email_address_id
            WHERE u.id = :user AND e.canonical = :canonical),
        EXISTS (SELECT 1 FROM email_address e CROSS JOIN contact_settings s ON s.email_address_id = e.id
            WHERE e.canonical = :canonical AND s.account_id = :account AND s.login = 1),
        EXISTS (SELECT 1 FROM email_address e CROSS JOIN access_request r ON r.email_address_id = e.id
            WHERE e.canonical = :canonical AND r.account_id = :account AND r.state = 'open'),
        (SELECT count(*) FROM access_request WHERE user_id = :user AND created_at > :since) >= :most
"""

_FOR_STAFF = """
    SELECT (SELECT validity = 'invalid' FROM email_address WHERE id = :mailbox) OR EXISTS (
        SELECT 1 FROM activity v WHERE v.account_id = :account AND v.email_address_id = :mailbox
            AND v.kind = 'access_changed' AND v.after ->> '$.login' = 0)
"""

_ASKED = f"""
    SELECT r.id, r.name, e.canonical, CASE
        WHEN s.login = 1 THEN CASE WHEN {CAME_SINCE.format(since="coalesce(r.closed_at, r.created_at)", account="r.account_id")}
            THEN 'in' ELSE 'invited' END
        WHEN r.state = 'open' THEN 'waiting'
        WHEN r.state = 'refused' THEN 'refused'
        ELSE 'ended' END, r.created_at
    FROM access_request r CROSS JOIN email_address e ON e.id = r.email_address_id
    LEFT JOIN user u ON u.email_address_id = e.id
    LEFT JOIN contact_settings s ON s.account_id = r.account_id AND s.email_address_id = e.id
    WHERE r.account_id = :account AND r.user_id = :user AND r.state <> 'withdrawn' AND r.id = (
        SELECT max(q.id) FROM access_request q
        WHERE q.account_id = r.account_id AND q.email_address_id = r.email_address_id AND q.user_id = r.user_id
          AND q.state <> 'withdrawn')
    ORDER BY r.id DESC LIMIT :limit
"""
