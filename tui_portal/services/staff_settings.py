"""What a staff member has chosen for themselves: it is theirs, needs no right, and is kept from one session to the next."""

from __future__ import annotations

import json

from tui_portal.services.context import Context


def hidden_columns(context: Context, place: str) -> frozenset[str]:
    """The columns that the acting staff member does not want to see in the list `place`."""
    if context.actor is None:
        return frozenset()
    found = context.database.value(
        "SELECT value FROM staff_setting WHERE staff_id = ? AND name = ?", [context.actor.id, f"hidden_columns.{place}"]
    )
    return frozenset(json.loads(found)) if found else frozenset()


def hide_columns(context: Context, place: str, hidden: frozenset[str]) -> None:
    """Keep which columns of the list `place` the acting staff member does not want to see. Read-only, it is not kept."""
    if context.actor is None or context.read_only:
        return
    with context.database.write():
        context.database.execute(
            """
            INSERT INTO staff_setting (staff_id, name, value) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """,
            [context.actor.id, f"hidden_columns.{place}", json.dumps(sorted(hidden))],
        )
