"""What a client sets for themselves in the portal: their password, their language, which notifications come (product.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui_portal.domain.errors import Conflict, NotAllowed, Refused
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.i18n import LANGUAGES, _
from tui_portal.mail.wordings import moment_in_words
from tui_portal.services import activity, login_attempts
from tui_portal.services.activation import PortalUser, renew_session, sessions_of
from tui_portal.services.context import Context
from tui_portal.services.password_resets import tell_changed, withdraw_links
from tui_portal.services.preferences import read_preferences, set_own_preferences


@dataclass(frozen=True, slots=True)
class OwnNotifications:
    """Which notifications of an account come to a client's address: NOTIFY, and the seven groups. `reachable` is whether mail can
    reach the address at all.
    """

    notify: bool
    groups: Mapping[NotificationGroup, bool]
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """What the page shows. `language` is empty for the browser's. `notifications` is None where the firm does not let clients choose.
    `elsewhere` is when they logged in in other browsers that are still logged in, in words, the latest first. `names` are those that a password must not be made of.
    """

    language: str
    notifications: OwnNotifications | None
    elsewhere: tuple[str, ...]
    names: tuple[str, ...]


def read_own(context: Context, user: PortalUser, account: int, session: str, language: str) -> OwnSettings:
    """The settings of a client who is logged in with `session`, in an account that they may see, told in `language`. Raises
    NotFound.
    """
    with context.database.read():
        chosen = context.database.value("SELECT language FROM user WHERE id = ?", [user.id])
        contacts = context.database.rows(
            """
            SELECT c.name FROM contact_email ce JOIN contact c ON c.id = ce.contact_id WHERE ce.email_address_id = ? ORDER BY c.id
            """,
            [user.email_address],
        )
        return OwnSettings(
            language=user.language if chosen is None else chosen,
            notifications=_notifications(context, user, account),
            elsewhere=tuple(moment_in_words(begun, language) for begun in sessions_of(context, user.id, session)),
            names=(*(name for (name,) in contacts), user.address, *(name for _id, name in user.accounts)),
        )


def change_password(context: Context, user: PortalUser, seen_hash: str, new_hash: str, session: str) -> str:
    """Give a user another password, who has just shown with the former one who they are; the new id of their session.

    Every other session of theirs ends, a link for another password that they were sent dies, and they are told by mail. `seen_hash` is
    what the former password was compared with. Raises Refused where it, or the session, is not there any more.
    """
    with context.database.write():
        changed = context.database.execute(
            "UPDATE user SET password_hash = ? WHERE id = ? AND password_hash = ?", [new_hash, user.id, seen_hash]
        )
        if changed != 1:
            raise Refused(_("The password was changed meanwhile."))
        renewed = renew_session(context, user.id, session)
        withdraw_links(context, user.id)
        login_attempts.forget_attempts(context, user.email_address)
        activity.record(context, "user_password_changed", user=user.id, address=user.email_address)
        tell_changed(context, user.email_address)
    return renewed


def choose_language(context: Context, user: PortalUser, language: str) -> None:
    """Show a client their pages in `language`, empty for the one of their browser. Raises Refused for one that is not spoken here."""
    if language and language not in LANGUAGES:
        raise Refused(_("There is no language {code} here.").format(code=language))
    with context.database.write():
        before = context.database.value("SELECT language FROM user WHERE id = ?", [user.id])
        if before == language:
            return
        context.database.execute("UPDATE user SET language = ? WHERE id = ?", [language, user.id])
        activity.record(
            context,
            "user_language_changed",
            user=user.id,
            address=user.email_address,
            before={"language": before or ""},
            after={"language": language},
        )


def choose_notifications(
    context: Context, user: PortalUser, account: int, wished: OwnNotifications, expected: OwnNotifications
) -> None:
    """Let the notifications of `account` come to a client's own address as `wished`. `expected` is what they saw before.

    Raises NotAllowed where the firm does not let clients choose, or has taken the account away; Conflict where what they saw is
    not so any more.
    """
    context = context.acting_for(user.id)
    with context.database.write():
        now = _notifications(context, user, account)
        if now is None:
            raise NotAllowed(_("The firm chooses which notifications come."))
        if (now.notify, now.groups) != (expected.notify, expected.groups):
            raise Conflict(_("Nothing was saved: the firm has changed these settings meanwhile."))
        set_own_preferences(context, account, user.email_address, wished.groups, expected.groups)
        if wished.notify is now.notify:
            return
        context.database.execute(
            "UPDATE contact_settings SET notify = ?, version = version + 1 WHERE account_id = ? AND email_address_id = ?",
            [int(wished.notify), account, user.email_address],
        )
        activity.record(
            context,
            "access_changed",
            account=account,
            address=user.email_address,
            before={"notify": now.notify},
            after={"notify": wished.notify},
        )


def _notifications(context: Context, user: PortalUser, account: int) -> OwnNotifications | None:
    """What comes now; None where the client may not choose."""
    if not context.settings.portal.clients_set_notifications:
        return None
    may_see = context.database.value(
        """
        SELECT EXISTS (SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id
            WHERE s.account_id = ? AND s.email_address_id = ? AND s.login = 1 AND a.archived = 0)
        """,
        [account, user.email_address],
    )
    if not may_see:
        return None
    (row,) = read_preferences(context, account, user.email_address).rows
    return OwnNotifications(row.notify, row.enabled, row.reachable)
