"""What a client finds when they arrive: what is new in each of their accounts, and on the home page of one the notices to them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_portal.mail.wordings import day_in_words
from tui_portal.services import portal_people
from tui_portal.services.activation import PortalUser
from tui_portal.services.asides import write_aside
from tui_portal.services.context import Context
from tui_portal.services.stored import known


class NoticeKind(StrEnum):
    """The mails that a client is told of again in the portal. The value is what the outbox keeps."""

    INVITATION = "invitation"
    ACCESS = "access_notice"


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail that was sent to the client about this account: the day in their language, and the firm's words in it."""

    kind: NoticeKind
    day: str
    message: str
    new: bool


@dataclass(frozen=True, slots=True)
class Home:
    """What the home page of an account shows to one client.

    `notices` are the newest; `more_notices` how many older ones there are. `others` are those who have access besides,
    `unnamed` how many more of them there are whose name the firm has not written down. `unseen` is whether there is something
    to be kept as seen.
    """

    notices: tuple[Notice, ...]
    more_notices: int
    others: tuple[portal_people.Person, ...]
    unnamed: int
    unseen: bool


@dataclass(frozen=True, slots=True)
class AccountNews:
    """An account that a client may choose, and how many notices came since they last looked."""

    number: int
    name: str
    news: int


def open_home(context: Context, user: PortalUser, account: int, language: str) -> Home:
    """The home page of `account` for a user who may see it; `language` is that of the page. Only reads."""
    wanted = {"account": account, "mailbox": user.email_address, "user": user.id}
    limit = {"most": context.settings.limits.notices_shown}
    with context.database.read():
        visit = context.database.one(
            "SELECT at, new_since FROM account_visit WHERE user_id = :user AND account_id = :account", wanted
        )
        rows = context.database.rows(_NOTICES, wanted | limit)
        people = portal_people.people_with_access(context, account, user.email_address)
    at, new_since = visit or (0, 0)
    looked_before = at >= user.since
    mark = new_since if looked_before else at
    notices = tuple(
        Notice(kind, day_in_words(sent_at, language), message, _is_news(kind) and sent_at > mark)
        for kind, sent_at, message in (
            (known(context.database, NoticeKind, kind), sent_at, message) for kind, sent_at, message, _count in rows
        )
    )
    count = rows[0][3] if rows else 0
    others = [person for person in people if not person.you]
    named = tuple(person for person in others if person.may_be_named)
    unseen = not looked_before or any(sent_at > at for _kind, sent_at, _message, _count in rows)
    return Home(notices, count - len(notices), named, len(others) - len(named), unseen)


def news_of_accounts(context: Context, user: PortalUser) -> tuple[AccountNews, ...]:
    """The accounts that the user may see, with what is new in each. Only reads."""
    found = context.database.rows(_NEWS, {"mailbox": user.email_address, "user": user.id})
    news: dict[int, int] = dict(found)
    return tuple(AccountNews(number, name, news.get(number, 0)) for number, name in user.accounts)


def record_visit(context: Context, user: PortalUser, account: int) -> bool:
    """Keep that the user has looked at what is new in `account`; whether it was written: it gives way to others who write."""
    return write_aside(
        context,
        """
        INSERT INTO account_visit (user_id, account_id, at, new_since)
        SELECT u.id, a.id, :now, 0 FROM user u CROSS JOIN account a WHERE u.id = :user AND a.id = :account
        ON CONFLICT (user_id, account_id) DO UPDATE SET
            new_since = CASE WHEN at < :since THEN at ELSE new_since END, at = max(at, excluded.at)
        """,
        {"now": context.clock(), "user": user.id, "account": account, "since": user.since},
    )


def _is_news(kind: NoticeKind) -> bool:
    """Whether a mail can hold something new to somebody who is in: an invitation is what they came in by."""
    return kind is not NoticeKind.INVITATION


# A mail `o` to mailbox `e` about account `a`. One that names no single account is about all that the mailbox might see when it was
# sent: those that no later mail has named. Of an invitation the mail counts whose link was used.
_ABOUT = """
    o.email_address_id = e.id AND o.state = 'sent' AND o.sent_at IS NOT NULL
    AND (o.kind = 'access_notice' OR (o.kind = 'invitation' AND EXISTS (
        SELECT 1 FROM invitation i WHERE i.id = o.invitation_id AND i.state = 'used' AND i.generation = o.generation)))
    AND (o.account_id = a.id OR (o.account_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM outbox n WHERE n.email_address_id = e.id AND n.id > o.id AND n.account_id = a.id
          AND n.kind = 'access_notice' AND n.state = 'sent')))
"""

_NOTICES = f"""
    SELECT o.kind, o.sent_at, o.message, count(*) OVER () FROM email_address e CROSS JOIN account a CROSS JOIN outbox o
    WHERE e.id = :mailbox AND a.id = :account AND {_ABOUT} ORDER BY o.sent_at DESC, o.id DESC LIMIT :most
"""

_NEWS = f"""
    SELECT a.id, count(*) FROM email_address e CROSS JOIN contact_settings s ON s.email_address_id = e.id
    CROSS JOIN account a ON a.id = s.account_id
    CROSS JOIN outbox o LEFT JOIN account_visit v ON v.user_id = :user AND v.account_id = a.id
    WHERE e.id = :mailbox AND s.login = 1 AND o.kind <> 'invitation' AND o.sent_at > coalesce(v.at, 0) AND {_ABOUT}
    GROUP BY a.id
"""
