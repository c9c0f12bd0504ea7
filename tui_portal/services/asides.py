"""Small writes on the side, which nobody waits for and nothing fails with: where others write, they are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.services.context import Context
from tui_portal.store.database import BUSY_MILLISECONDS

_PATIENCE = 200  # milliseconds that a lock is waited for


def write_aside(context: Context, statement: str, parameters: Mapping[str, Any]) -> bool:
    """Run one statement in a transaction of its own; whether it was written.

    It gives way: False where somebody else holds the database for longer than a moment, or where nothing can be written.
    """
    if context.read_only:
        return False
    database = context.database
    try:
        database.rows(f"PRAGMA busy_timeout = {_PATIENCE}")
        try:
            with database.write():
                database.execute(statement, parameters)
        finally:
            database.rows(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    except DatabaseUnusable:
        return False
    return True
