"""Edits: a change of a few rows, kept as they were and as it left them, so that one key takes it back (product.md, House rules).

Bulk runs are taken back from the log (`services/undo.py`); an edit of a contact touches many tables and few rows, and is taken
back row by row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tui_portal.domain.access import Switch
from tui_portal.domain.errors import Conflict
from tui_portal.i18n import _
from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.services.edit_rows import TABLES, EditRows, say_the_same
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.store.database import BROKEN_RULES

Image = dict[str, Any]


class Edit:
    """What an edit is about to change: every row of a table where some columns have some values."""

    def __init__(self, context: Context, done: Operation) -> None:
        self._rows = EditRows(context)
        self._kept: dict[tuple[str, str], Image] = {}
        self.operation = done

    def keep(self, table: str, **where: int | str) -> None:
        """Keep the rows of `table` where the columns in `where` have these values, before anything in them is changed."""
        key = table, json.dumps(where, sort_keys=True)
        if key not in self._kept:
            rows = self._rows.find(table, where)
            self._kept[key] = {"table": table, "where": where, "before": rows}

    def made(self, table: str, **where: int | str) -> None:
        """The rows of `table` where the columns in `where` have these values did not exist before this edit."""
        self._kept[table, json.dumps(where, sort_keys=True)] = {"table": table, "where": where, "before": []}

    def images(self) -> list[Image]:
        """The rows as they were, and as they are now."""
        found = [{**image, "after": self._rows.find(image["table"], image["where"])} for image in self._kept.values()]
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
    places = [image["where"] for image in _images(context, done)]
    contacts = {where["contact_id"] for where in places if "contact_id" in where}
    accounts = {where["account_id"] for where in places if "account_id" in where}
    if len(accounts) == 1:
        return {"account": accounts.pop()}
    if len(contacts) == 1:
        return {"contact": contacts.pop()}
    account = done.details.get("account")
    return {"account": account} if isinstance(account, int) else {}


def contacts_of(context: Context, done: Operation) -> list[int]:
    """The contacts whose accounts or addresses an edit changed, by id."""
    images = _images(context, done)
    return sorted({image["where"]["contact_id"] for image in images if "contact_id" in image["where"]})


def _images(context: Context, done: Operation) -> list[Image]:
    text = context.database.value("SELECT images FROM operation WHERE id = ?", [done.id])
    return list(json.loads(text or "[]"))


def _put(context: Context, done: Operation, expected: str, wanted: str) -> int:
    rows = EditRows(context)
    images = sorted(_images(context, done), key=lambda image: TABLES.index(image["table"]))
    changed_since = Conflict(_("Nothing was changed in “{title}”: it was changed since.").format(title=done.title))
    for image in images:
        if not say_the_same(image["table"], rows.find(image["table"], image["where"]), image[expected]):
            raise changed_since
    changed = 0
    try:
        for image in reversed(images):
            changed += rows.delete(image["table"], image[expected], image[wanted])
        for image in images:
            changed += rows.write(image["table"], image[wanted])
    except BROKEN_RULES as error:
        # What it belongs to is gone, or something has come that belongs to it.
        raise changed_since from error
    _log_switches(context, images, expected, wanted, done)
    return changed


def _log_switches(context: Context, images: list[Image], expected: str, wanted: str, done: Operation) -> None:
    """Switches that go to and fro are in the log, as whoever changes them: it tells who may log in since when."""
    for image in images:
        if image["table"] != "contact_settings" or "email_address_id" not in image["where"]:
            continue
        where = image["where"]
        (was,), (now,) = image[expected] or [{}], image[wanted] or [{}]
        names = [switch for switch in Switch if bool(was.get(switch.value)) != bool(now.get(switch.value))]
        if names:
            activity.record(
                context,
                "access_changed",
                account=where["account_id"],
                address=where["email_address_id"],
                before={name.value: bool(was.get(name.value)) for name in names},
                after={name.value: bool(now.get(name.value)) for name in names},
                operation=done.id,
            )
