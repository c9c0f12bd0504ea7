"""What a staff member has chosen for themselves: it is theirs, needs no right, and is kept from one session to the next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui_portal.services.context import Context

_THEME, _DENSITY, _TOUR = "theme", "density", "tour"


@dataclass(frozen=True, slots=True)
class OwnLooks:
    """How a staff member wants the terminal to look; empty where they have the firm's settings. `knows_tour` once they have seen
    the tour of the keys.
    """

    theme: str = ""
    density: str = ""
    knows_tour: bool = False


def own_looks(context: Context) -> OwnLooks:
    """What the acting staff member has chosen. What no version wrote counts as nothing."""
    if context.actor is None:
        return OwnLooks()
    found: dict[str, str] = dict(
        context.database.rows(
            "SELECT name, value FROM staff_setting WHERE staff_id = ? AND name IN (?, ?, ?)",
            [context.actor.id, _THEME, _DENSITY, _TOUR],
        )
    )
    theme, density = (_text(found.get(name)) for name in (_THEME, _DENSITY))
    return OwnLooks(theme, density, _TOUR in found)


def keep_theme(context: Context, theme: str) -> bool:
    """Keep the theme that the acting staff member wants; whether it is kept. Read-only, it is not."""
    return _keep(context, _THEME, theme)


def keep_density(context: Context, density: str) -> bool:
    """The same for how much stands on the screen."""
    return _keep(context, _DENSITY, density)


def keep_tour(context: Context) -> bool:
    """The same for having seen the tour of the keys."""
    return _keep(context, _TOUR, True)


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
    _keep(context, f"hidden_columns.{place}", sorted(hidden))


def _keep(context: Context, name: str, value: Any) -> bool:
    if context.actor is None or context.read_only:
        return False
    with context.database.write():
        context.database.execute(
            """
            INSERT INTO staff_setting (staff_id, name, value) VALUES (?, ?, ?)
            ON CONFLICT DO UPDATE SET value = excluded.value
            """,
            [context.actor.id, name, json.dumps(value)],
        )
    return True


def _text(stored: str | None) -> str:
    value = json.loads(stored) if stored else ""
    return value if isinstance(value, str) else ""
