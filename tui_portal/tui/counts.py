"""How many things the places hold, for the line of places."""

from __future__ import annotations

from tui_portal.services.accounts import AccountQuery, count_accounts
from tui_portal.services.context import Context
from tui_portal.services.pending import PendingQuery, count_pending


def count_places(context: Context) -> dict[str, int]:
    """The places whose things are counted, by name."""
    return {
        "accounts": count_accounts(context, AccountQuery()),
        "pending": count_pending(context, PendingQuery()),
        "archived": count_accounts(context, AccountQuery(archived=True)),
    }
