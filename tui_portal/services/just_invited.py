"""Those who were invited a moment ago: whoever is about to invite them again is asked whether it was meant."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.i18n import ngettext
from tui_portal.services import status
from tui_portal.services.context import Context
from tui_portal.services.visibility import addresses_of


@dataclass(frozen=True, slots=True)
class JustInvited:
    """A mailbox, and how many seconds ago its invitation was `sent`, or else queued."""

    id: int
    address: str
    seconds: int
    sent: bool

    @property
    def in_words(self) -> str:
        """When it was, as the reason why no further one is sent."""
        if self.sent:
            text = ngettext("invited {n} second ago", "invited {n} seconds ago", self.seconds)
        else:
            text = ngettext(
                "an invitation was queued {n} second ago", "an invitation was queued {n} seconds ago", self.seconds
            )
        return text.format(n=self.seconds)


def just_invited(context: Context, addresses: Sequence[int]) -> list[JustInvited]:
    """Those of the mailboxes `addresses` (ids) who were invited within `limits.resend_ask_seconds`, by address."""
    now = context.clock()
    known = {
        "wanted": json.dumps(sorted(set(addresses_of(context, addresses)))),
        "now": now,
        "since": now - context.settings.limits.resend_ask_seconds,
    }
    rows = context.database.rows(_JUST_INVITED, known)
    return [JustInvited(number, address, seconds, bool(sent)) for number, address, seconds, sent in rows]


def question(just: Sequence[JustInvited]) -> str:
    """What is asked before they are invited again. `just` is not empty."""
    seconds = max(one.seconds for one in just)
    if len(just) > 1:
        text = ngettext(
            "{count} of the selected were invited within the last {n} second. Send each of them another invitation?",
            "{count} of the selected were invited within the last {n} seconds. Send each of them another invitation?",
            seconds,
        )
        return text.format(count=len(just), n=seconds)
    if just[0].sent:
        text = ngettext(
            "An invitation to {address} was sent {n} second ago. Send another one?",
            "An invitation to {address} was sent {n} seconds ago. Send another one?",
            seconds,
        )
    else:
        text = ngettext(
            "An invitation to {address} was queued {n} second ago. Send another one?",
            "An invitation to {address} was queued {n} seconds ago. Send another one?",
            seconds,
        )
    return text.format(address=just[0].address, n=seconds)


# One that failed is not among them: there is every reason to send it again. Nor is one for whom a client asks: approving is new.
_JUST_INVITED = f"""
    SELECT id, address, max(1, :now - moment), sent FROM (
        SELECT e.id, e.address, e.canonical, i.state = 'sent' AS sent, max(coalesce(i.sent_at, 0), coalesce((
            SELECT max(o.created_at) FROM outbox o
            WHERE o.invitation_id = i.id AND o.generation = i.generation AND o.kind = 'invitation'), 0)) AS moment
        FROM json_each(:wanted) w CROSS JOIN email_address e ON e.id = w.value
        CROSS JOIN invitation i ON {status.OPEN_INVITATION} WHERE i.state IN ('queued', 'sent')
            AND NOT EXISTS (SELECT 1 {status.OPEN_REQUESTS})
    ) WHERE moment > :since ORDER BY canonical
"""
