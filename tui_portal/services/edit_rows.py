"""The rows that an edit changes: read to be kept, compared by what they say, put back.

A row is kept whole, but for what is not the edit's: of a mailbox only its spelling, of a saved message not its id, which SQLite
gives to another one when it is gone; an account's tags are kept by their names for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui_portal.services.context import Context

Row = dict[str, Any]

# The tables that an edit may touch, each after those that it refers to: rows are made in this order and deleted in the
# opposite one. `version` counts changes and is no part of what a row says.
TABLES = (
    "account",
    "account_tag",
    "account_staff",
    "contact",
    "account_contact",
    "email_address",
    "contact_email",
    "contact_settings",
    "notification_preference",
    "saved_message",
    "address_change",
)

# Columns and key of the tables that are not kept as the schema has them.
_SHAPES = {
    "account_tag": (("account_id", "name"), ("account_id", "name")),
    "email_address": (("id", "address"), ("id",)),
    "saved_message": (("name", "message", "position"), ("name",)),
}
_SOURCES = {"account_tag": "(SELECT at.account_id, t.name FROM account_tag at JOIN tag t ON t.id = at.tag_id)"}

# Whoever has seen one of these must be told that it was changed, also where only its addresses or tags were.
_SEEN = ("account", "contact")


class EditRows:
    """The rows of the tables in `TABLES`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shapes: dict[str, tuple[Sequence[str], Sequence[str]]] = {}

    def find(self, table: str, where: Mapping[str, int | str]) -> list[Row]:
        """The rows where the columns in `where` have these values, in the order of their key."""
        columns, key = self._shape(table)
        asked = " AND ".join(f"{column} = ?" for column in where)
        found = self._context.database.rows(
            f"SELECT {', '.join(columns)} FROM {_SOURCES.get(table, table)} WHERE {asked} ORDER BY {', '.join(key)}",
            list(where.values()),
        )
        return [dict(zip(columns, row, strict=True)) for row in found]

    def delete(self, table: str, there: Sequence[Row], wanted: Sequence[Row]) -> int:
        """Delete those of the rows that are `there` that are not `wanted` under their key; how many."""
        database, (_columns, key) = self._context.database, self._shape(table)
        stays = {_names(row, key) for row in wanted}
        gone = [names for row in there if (names := _names(row, key)) not in stays]
        if table == "account":
            # Mail that was taken back keeps its place in the outbox; nothing else may refer to an account that goes.
            for names in gone:
                database.execute(
                    "UPDATE outbox SET account_id = NULL WHERE account_id = ? AND state = 'withdrawn'", names
                )
        if table == "account_tag":
            statement = "DELETE FROM account_tag WHERE account_id = ? AND tag_id = (SELECT id FROM tag WHERE name = ?)"
        else:
            statement = f"DELETE FROM {table} WHERE {' AND '.join(f'{column} = ?' for column in key)}"
        return sum(database.execute(statement, names) for names in gone)

    def write(self, table: str, wanted: Sequence[Row]) -> int:
        """Make the `wanted` rows be there; one that is put back has a version that nobody has seen yet. How many changed."""
        if table == "account_tag":
            return sum(self._tag(row) for row in wanted)
        if table == "email_address":
            statement = "UPDATE email_address SET address = :address WHERE id = :id AND address <> :address"
            return sum(self._context.database.execute(statement, row) for row in wanted)
        columns, key = self._shape(table)
        values = [column for column in columns if column not in key]
        update = ", ".join(
            "version = version + 1" if column == "version" else f"{column} = excluded.{column}" for column in values
        )
        then = f"DO UPDATE SET {update}" if values else "DO NOTHING"
        differs = [column for column in values if column != "version"]
        if differs and table not in _SEEN:
            then += f" WHERE ({', '.join(differs)}) IS NOT ({', '.join(f'excluded.{c}' for c in differs)})"
        statement = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT ({', '.join(key)}) {then}"
        )
        return sum(self._context.database.execute(statement, _names(row, columns)) for row in wanted)

    def _tag(self, row: Row) -> int:
        database = self._context.database
        database.execute("INSERT INTO tag (name) VALUES (:name) ON CONFLICT DO NOTHING", row)
        return database.execute(
            "INSERT OR IGNORE INTO account_tag SELECT :account_id, id FROM tag WHERE name = :name", row
        )

    def _shape(self, table: str) -> tuple[Sequence[str], Sequence[str]]:
        """The columns of a table that are kept, and its key."""
        assert table in TABLES, table  # noqa: S101 - a name in SQL comes from this module's list
        if table not in self._shapes:
            self._shapes[table] = _SHAPES.get(table) or self._shape_in_schema(table)
        return self._shapes[table]

    def _shape_in_schema(self, table: str) -> tuple[Sequence[str], Sequence[str]]:
        rows = self._context.database.rows(f"PRAGMA table_info({table})")
        return [str(row[1]) for row in rows], [str(row[1]) for row in sorted(rows, key=lambda row: row[5]) if row[5]]


def say_the_same(table: str, rows: Sequence[Row], others: Sequence[Row]) -> bool:
    """Whether both mean the same: versions do not count, no switches are switches that are off, no preference is one that is on."""
    return _meaning(table, rows) == _meaning(table, others)


def _meaning(table: str, rows: Sequence[Row]) -> list[Row]:
    plain = [{column: value for column, value in row.items() if column != "version"} for row in rows]
    if table == "contact_settings":
        return [row for row in plain if row["login"] or row["notify"] or row["email_sync"]]
    if table == "notification_preference":
        return [row for row in plain if not row["enabled"]]
    return plain


def _names(row: Row, columns: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[column] for column in columns)
