"""A new database from plain rows: how the demo firm comes into being, small or very large.

The rows are written as sets and as they are; no use case stands behind them. Who makes them answers for the rules of the
product, the schema for the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui_portal.config import Settings
from tui_portal.services.context import Context, create_context
from tui_portal.services.staff import add_firm, add_owner, find_staff
from tui_portal.store.database import Database

# The tables that are filled in, each after those that it refers to, and the columns of a row. The rest keeps its defaults.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "staff": ("id", "login", "name", "email", "role", "language", "manage_accounts", "created_at"),
    "account": ("id", "name", "search_key", "type", "archived", "test", "created_at"),
    "tag": ("id", "name"),
    "account_tag": ("account_id", "tag_id"),
    "contact": ("id", "name", "phone", "language", "search_key", "created_at"),
    "account_contact": ("account_id", "contact_id", "position"),
    "email_address": (
        "id",
        "address",
        "canonical",
        "validity",
        "reason",
        "checked_at",
        "flags",
        "check_version",
        "suppressed",
    ),
    "contact_email": ("contact_id", "email_address_id", "label", "position"),
    "contact_settings": ("account_id", "email_address_id", "login", "notify", "email_sync"),
    "notification_preference": ("account_id", "email_address_id", "group_name", "enabled"),
    "user": ("id", "email_address_id", "password_hash", "activated_at", "last_login_at"),
    "invitation": (
        *("id", "email_address_id", "generation", "live_generation", "state", "message", "invited_by_staff_id"),
        *("invited_by_user_id", "created_at", "sent_at", "expires_at", "closed_at", "failure", "opened_at"),
        *("reminded", "reminded_at", "reminder_step"),
    ),
    "outbox": (
        *("id", "kind", "email_address_id", "account_id", "invitation_id", "generation", "recipient_name", "language"),
        *("message", "message_id", "state", "attempts", "next_try_at", "error", "created_at", "sent_at"),
    ),
    "saved_message": ("id", "name", "message", "position"),
    "address_change": (
        *("id", "contact_id", "old_email_address_id", "new_email_address_id", "staff_id", "started_at"),
    ),
    "access_request": (
        *("id", "account_id", "email_address_id", "user_id", "name", "note", "language", "state", "created_at"),
    ),
    "activity": (
        *("at", "staff_id", "user_id", "kind", "account_id", "contact_id", "email_address_id", "before", "after"),
    ),
}

Row = Sequence[object]
Batch = Mapping[str, Sequence[Row]]  # rows by table

# For the connection that fills the new file in, and only for that. The cache is enough for the indexes of a million
# addresses, which are filled in no order. Nothing waits for the disk: after a power failure the file is made again.
_BUILDING = ("PRAGMA cache_size = -262144", "PRAGMA synchronous = OFF")


@dataclass(frozen=True, slots=True)
class Founding:
    """The firm and its owner, who becomes staff member 1. Times are seconds since 1970; with `fixed_now` its clock stands still."""

    firm: str
    language: str
    owner_login: str
    owner_name: str
    owner_email: str
    moment: int
    fixed_now: int | None = None


def create_seeded(path: Path, settings: Settings, founding: Founding, batches: Iterable[Batch]) -> Context:
    """A new database at `path` with the rows of `batches`, each batch one transaction; its owner is acting.

    The file appears whole or not at all. Raises DatabaseUnusable where there is one already or the folder can't be written,
    Refused for an owner that can't be right.
    """

    def build(database: Database) -> None:
        for pragma in _BUILDING:
            database.execute(pragma)
        with database.write():
            add_firm(
                database,
                name=founding.firm,
                language=founding.language,
                moment=founding.moment,
                fixed_now=founding.fixed_now,
            )
            add_owner(
                database,
                login=founding.owner_login,
                name=founding.owner_name,
                email=founding.owner_email,
                moment=founding.moment,
            )
        indexes = _put_indexes_aside(database)
        for batch in batches:
            with database.write():
                _write(database, batch)
        with database.write():
            for statement in indexes:
                database.execute(statement)

    context = create_context(path, settings, build)
    return context.acting_as(find_staff(context.database, founding.owner_login.strip()))


def _write(database: Database, batch: Batch) -> None:
    for table, columns in COLUMNS.items():
        rows = batch.get(table, ())
        if rows:
            places = ", ".join("?" * len(columns))
            database.execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def _put_indexes_aside(database: Database) -> list[str]:
    """Drop all indexes but those of keys, and what keeps the search index up; the statements that make them again, which is
    quicker than to keep them up.
    """
    with database.write():
        indexes = database.rows(
            """
            SELECT type, name, sql FROM sqlite_schema
            WHERE type = 'index' AND sql IS NOT NULL OR type = 'trigger' AND name LIKE 'search\\_%' ESCAPE '\\' ORDER BY rowid
            """
        )
        for kind, name, _statement in indexes:
            database.execute(f"DROP {kind} {name}")
    fill = "INSERT INTO account_search SELECT * FROM account_searched ORDER BY archived, search_key, id"
    return [fill, *(statement for _kind, _name, statement in indexes)]
