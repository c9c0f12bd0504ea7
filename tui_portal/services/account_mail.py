"""The mail of an account: what was sent to its addresses, and what became of it, the newest first.

It is the outbox, by address: mail that concerns this account or no particular one, to the addresses that are linked to it or
have settings in it.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from tui_portal.i18n import _, ngettext
from tui_portal.mail.letters import LetterKind
from tui_portal.services.account_log import ADDRESSES_OF_ACCOUNT
from tui_portal.services.context import Context
from tui_portal.services.log_words import date_and_time
from tui_portal.services.outbox import MailState
from tui_portal.services.stored import known
from tui_portal.services.visibility import mails_of, require_account


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail. Times are seconds since 1970. `next_try` is None unless it waits; `error` is what the server said last, in its
    own words. `link` is what became of the link in it, in words, empty where nothing has.
    `words` is what became of the mail, in the reader's language.
    """

    id: int
    queued_at: int
    to: str
    name: str
    kind: LetterKind
    state: MailState
    attempts: int
    next_try: int | None
    sent_at: int | None
    error: str
    message: str
    link: str
    words: str


def mail_ids(context: Context, account: int, limit: int = -1) -> array[int]:
    """The ids of the mails to the addresses of `account`, the newest first; at most `limit` of them, -1 for all."""
    require_account(context, account)
    found = context.database.value(_IDS, {"account": account, "limit": limit})
    return array("q", json.loads(found))


def mail_rows(context: Context, ids: Iterable[int]) -> list[MailRow]:
    """The mails with these ids, in their order. Raises DatabaseUnusable for a kind or state that no version wrote."""
    now = context.clock()
    found = []
    for row in context.database.rows(_ROWS, {"ids": json.dumps(list(mails_of(context, list(ids)))), "now": now}):
        number, queued_at, to, name, kind, state, attempts, next_try, sent_at, error, message, link, link_at = row
        stored = known(context.database, MailState, state)
        words = _in_words(stored, attempts, next_try, sent_at, error, now)
        used = _link_in_words(link, link_at, now) if stored is MailState.SENT else ""
        found.append(
            MailRow(
                id=number,
                queued_at=queued_at,
                to=to,
                name=name,
                kind=known(context.database, LetterKind, kind),
                state=stored,
                attempts=attempts,
                next_try=next_try if stored is MailState.QUEUED else None,
                sent_at=sent_at,
                error=error,
                message=message,
                link=used,
                words=_("{what} ({details})").format(what=used, details=words) if used else words,
            )
        )
    return found


def _in_words(state: MailState, attempts: int, next_try: int, sent_at: int | None, error: str, now: int) -> str:
    """What became of the mail: when it was sent or is tried next, after how many tries, and what the server said."""
    parts = [state.label]
    if state is MailState.SENT and sent_at is not None:
        parts = [_("sent {moment}").format(moment=date_and_time(sent_at, now))]
    elif state is MailState.QUEUED and next_try > now:
        parts = [_("waits until {moment}").format(moment=date_and_time(next_try, now))]
    if attempts > 1 or (attempts and state is MailState.QUEUED):
        parts.append(ngettext("{n} try", "{n} tries", attempts).format(n=attempts))
    told = _(", ").join(parts)
    return _(": ").join([told, error]) if error else told


def _link_in_words(state: str | None, moment: int | None, now: int) -> str:
    """What became of the link in a mail that was sent, empty where nothing has."""
    if state is None or moment is None:
        return ""
    sentences = {
        "used": _("link used {moment}"),
        "withdrawn": _("link withdrawn {moment}"),
        "replaced": _("replaced by a newer link"),
        "expired": _("link expired {moment}"),
        "opened": _("link opened {moment}"),
    }
    return sentences[state].format(moment=date_and_time(moment, now))


# The newest mails of each mailbox `m`; SQLite has no LATERAL.
_NEWEST = """
    json_each((SELECT json_group_array(id) FROM (
        SELECT o.id FROM outbox o WHERE o.email_address_id = m.id AND (o.account_id IS NULL OR o.account_id = :account)
        ORDER BY o.id DESC LIMIT :limit)))
"""

# One value instead of rows, as in the log. A mailbox is there once, and so is each mail.
_IDS = f"""
    SELECT json_group_array(id) FROM (
        {ADDRESSES_OF_ACCOUNT} SELECT found.value AS id FROM mailbox m CROSS JOIN {_NEWEST} found ORDER BY 1 DESC LIMIT :limit)
"""

_LINK = """CASE
    WHEN i.live_generation > o.generation THEN 'replaced'
    WHEN i.state = 'used' OR r.state = 'used' THEN 'used'
    WHEN i.state = 'withdrawn' OR r.state = 'withdrawn' THEN 'withdrawn'
    WHEN i.expires_at <= :now OR r.expires_at <= :now THEN 'expired'
    WHEN i.opened_at IS NOT NULL AND i.generation = o.generation
        AND (o.kind <> 'reminder' OR i.opened_at >= o.sent_at) THEN 'opened' END"""

_ROWS = f"""
    SELECT id, created_at, address, recipient_name, kind, state, attempts, next_try_at, sent_at, error, message, link,
        CASE link WHEN 'expired' THEN expires_at WHEN 'opened' THEN opened_at WHEN 'replaced' THEN 0 ELSE closed_at END
    FROM (
        SELECT wanted.key AS place, o.*, e.address, {_LINK} AS link, i.opened_at,
            coalesce(i.expires_at, r.expires_at) AS expires_at, coalesce(i.closed_at, r.closed_at) AS closed_at
        FROM json_each(:ids) wanted CROSS JOIN outbox o ON o.id = wanted.value
        JOIN email_address e ON e.id = o.email_address_id
        LEFT JOIN invitation i ON i.id = o.invitation_id
        LEFT JOIN password_reset r ON r.id = o.password_reset_id)
    ORDER BY place
"""
