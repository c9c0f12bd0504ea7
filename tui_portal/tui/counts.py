"""What is counted beside the list, for the line of places and the title line. It is loaded on the lane that counts, once the list
stands, so that no key waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_portal.services.account_query import AccountQuery, count_accounts
from tui_portal.services.context import Context

if TYPE_CHECKING:
    from tui_portal.services.outbox import OutboxSummary


def count_places(context: Context) -> dict[str, int]:
    """The places whose things are counted, by name."""
    from tui_portal.services.pending import PendingQuery, count_pending

    return {
        "accounts": count_accounts(context, AccountQuery()),
        "pending": count_pending(context, PendingQuery()),
        "archived": count_accounts(context, AccountQuery(archived=True)),
    }


def count_mail(context: Context) -> OutboxSummary:
    """The outbox in numbers."""
    from tui_portal.services.outbox import summary

    return summary(context)
