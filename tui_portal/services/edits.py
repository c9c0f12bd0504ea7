"""Edits: a change of a few rows, kept as they were and as it left them, so that one key takes it back (product.md, House rules).

Bulk runs are taken back from the log (`services/undo.py`); an edit of a contact touches many tables and few rows, and is taken
back row by row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tui_portal.domain.errors import Conflict
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, operation

# The tables that an edit may touch, each after those that it refers to: rows are made in this order and deleted in the
# opposite one. `version` counts changes and is no part of what a row says.
_TABLES = (
    "account",
    "tag",
    "account_tag",
    "contact",
    "account_contact",
    "email_field",
    "contact_email",
    "contact_settings",
    "notification_preference",
    "saved_message",
    "address_change",
)

Image = dict[str, Any]


class Edit:
    """What an edit is about to change: every row of a table where some columns have some values."""

    def __init__(self, context: Context, done: Operation) -> None:
        self._context = context
        self._kept: dict[tuple[str, str], Image] = {}
        self.operation = done

    def keep(self, table: str, **where: int | str) -> None:
        """Keep the rows of `table` where the columns in `where` have these values, before anything in them is changed."""
        key = table, json.dumps(where, sort_keys=True)
        if key not in self._kept:
            rows = _rows(self._context, table, where)
            self._kept[key] = {"table": table, "where": where, "before": rows}

    def made(self, table: str, **where: int | str) -> None:
        """The rows of `table` where the columns in `where` have these values did not exist before this edit."""
        self._kept[table, json.dumps(where, sort_keys=True)] = {"table": table, "where": where, "before": []}

    def images(self) -> list[Image]:
        """The rows as they were, and as they are now."""
        found = [
            {**image, "after": _rows(self._context, image["table"], image["where"])} for image in self._kept.values()
        ]
        return [image for image in found if image["before"] != image["after"]]


@contextmanager
def edit(context: Context, what: str, **details: Any) -> Iterator[Edit]:
    """Inside a write transaction: an edit of the acting staff member. `what` names it for `Operation.title`, which words it
    with `details`. One that changed nothing leaves no trace.
    """
    with operation(context, OperationKind.EDIT, {"what": what, **details}) as done:
        changing = Edit(context, done)
        yield changing
        images = json.dumps(changing.images(), ensure_ascii=False, separators=(",", ":"))
        context.database.execute("UPDATE operation SET images = ? WHERE id = ?", [images, done.id])


def turn_back(context: Context, last: Operation) -> int:
    """Inside a write transaction: put the rows of an edit back to what they were; how many changed. Raises Conflict where one
    of them is not as the edit left it.
    """
    return _put(context, last, "after", "before")


def do_again(context: Context, former: Operation) -> int:
    """Inside a write transaction: put the rows of an edit that was taken back to what it had made of them; how many changed.
    Raises Conflict.
    """
    return _put(context, former, "before", "after")


def about(context: Context, done: Operation) -> dict[str, Any]:
    """What an operation was about, for the log: the contact or else the account that it changed alone, by id."""
    text = context.database.value("SELECT images FROM operation WHERE id = ?", [done.id])
    places = [image["where"] for image in json.loads(text or "[]")]
    contacts = {where["contact_id"] for where in places if "contact_id" in where}
    accounts = {where["account_id"] for where in places if "account_id" in where}
    if len(accounts) == 1:
        return {"account": accounts.pop()}
    if len(contacts) == 1:
        return {"contact": contacts.pop()}
    account = done.details.get("account")
    return {"account": account} if isinstance(account, int) else {}


def _put(context: Context, done: Operation, expected: str, wanted: str) -> int:
    text = context.database.value("SELECT images FROM operation WHERE id = ?", [done.id])
    images = sorted(json.loads(text), key=lambda image: _TABLES.index(image["table"]))
    for image in images:
        if _plain(_rows(context, image["table"], image["where"])) != _plain(image[expected]):
            raise Conflict(_("Nothing was changed in “{title}”: it was changed since.").format(title=done.title))
    changed = 0
    for image in reversed(images):
        changed += _delete(context, image["table"], image[expected], image[wanted])
    for image in images:
        changed += _write(context, image["table"], image[wanted])
    return changed


def _rows(context: Context, table: str, where: Mapping[str, int | str]) -> list[dict[str, Any]]:
    columns = _columns(context, table)
    asked = " AND ".join(f"{column} = ?" for column in where)
    found = context.database.rows(
        f"SELECT {', '.join(columns)} FROM {table} WHERE {asked} ORDER BY {', '.join(_key(context, table))}",
        list(where.values()),
    )
    return [dict(zip(columns, row, strict=True)) for row in found]


def _columns(context: Context, table: str) -> list[str]:
    assert table in _TABLES, table  # noqa: S101 - a name in SQL comes from this module's list
    return [str(row[1]) for row in context.database.rows(f"PRAGMA table_info({table})")]


def _key(context: Context, table: str) -> list[str]:
    found = [(row[5], str(row[1])) for row in context.database.rows(f"PRAGMA table_info({table})") if row[5]]
    return [name for _place, name in sorted(found)]


def _plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{column: value for column, value in row.items() if column != "version"} for row in rows]


def _delete(context: Context, table: str, there: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> int:
    """Delete those of the rows that are `there` that are not `wanted` under their key."""
    key = _key(context, table)
    stays = {tuple(row[column] for column in key) for row in wanted}
    gone = [names for row in there if (names := tuple(row[column] for column in key)) not in stays]
    asked = " AND ".join(f"{column} = ?" for column in key)
    return sum(context.database.execute(f"DELETE FROM {table} WHERE {asked}", names) for names in gone)


def _write(context: Context, table: str, wanted: list[dict[str, Any]]) -> int:
    """Make the `wanted` rows be there; one that is put back has a version that nobody has seen yet."""
    columns, key = _columns(context, table), _key(context, table)
    values = [column for column in columns if column not in key]
    changed = 0
    for row in wanted:
        differs = [column for column in values if column != "version"]
        update = ", ".join(
            "version = version + 1" if column == "version" else f"{column} = excluded.{column}" for column in values
        )
        then = f"DO UPDATE SET {update}" if values else "DO NOTHING"
        unlike = (
            f" WHERE ({', '.join(differs)}) IS NOT ({', '.join(f'excluded.{c}' for c in differs)})" if differs else ""
        )
        changed += context.database.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT ({', '.join(key)}) {then}{unlike}",
            [row[column] for column in columns],
        )
    return changed
