"""The activity log: who, when, what, before and after. Written in the transaction of the change itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tui_portal.services.context import Context

_INSERT = """
    INSERT INTO activity (at, staff_id, user_id, origin, kind, account_id, contact_id, email_address_id, before, after)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""

_INSERT_ONE = """
    INSERT INTO activity (at, staff_id, user_id, origin, kind, account_id, contact_id, email_address_id, before, after,
        operation_id)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def record(
    context: Context,
    kind: str,
    *,
    account: int | None = None,
    contact: int | None = None,
    address: int | None = None,
    user: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    operation: int | None = None,
) -> None:
    """Write one entry. `kind` names what was done, in the past tense (`login_switched`); `operation` is what it belongs to."""
    staff = context.actor.id if context.actor else None
    user = context.client if user is None else user
    values = (staff, user, context.origin, kind, account, contact, address, _json(before), _json(after), operation)
    context.database.execute(_INSERT_ONE, (context.clock(), *values))


def record_set(
    context: Context,
    kind: str,
    rows: str,
    *,
    account: str = "NULL",
    address: str = "NULL",
    before: str = "'{}'",
    after: str = "'{}'",
    operation: int | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Write an entry for each of `rows`, in one statement; how many.

    `rows` is what follows FROM, with `parameters`; `account`, `address`, `before` and `after` are SQL expressions on it, the
    last two of JSON text. `operation` is what the entries belong to.
    """
    known = {
        "log_at": context.clock(),
        "log_staff": context.actor.id if context.actor else None,
        "log_client": context.client,
        "log_origin": context.origin,
        "log_kind": kind,
        "log_operation": operation,
    }
    return context.database.execute(
        f"""
        INSERT INTO activity (at, staff_id, user_id, origin, kind, account_id, email_address_id, before, after, operation_id)
        SELECT :log_at, :log_staff, :log_client, :log_origin, :log_kind, {account}, {address}, {before}, {after},
            :log_operation FROM {rows}
        """,
        {**(parameters or {}), **known},
    )


def record_many(
    context: Context, kind: str, entries: Iterable[tuple[int | None, int | None, dict[str, Any], dict[str, Any]]]
) -> None:
    """Write an entry for each (account, address, before, after) of one change."""
    staff = context.actor.id if context.actor else None
    at = context.clock()
    context.database.execute_many(
        _INSERT,
        (
            (at, staff, context.client, context.origin, kind, account, None, address, _json(before), _json(after))
            for account, address, before, after in entries
        ),
    )


def record_for_contacts(
    context: Context, kind: str, entries: Iterable[tuple[int | None, int, dict[str, Any], dict[str, Any]]]
) -> None:
    """Write an entry for each (account, contact, before, after) of one change."""
    staff = context.actor.id if context.actor else None
    at = context.clock()
    context.database.execute_many(
        _INSERT,
        (
            (at, staff, None, context.origin, kind, account, contact, None, _json(before), _json(after))
            for account, contact, before, after in entries
        ),
    )


def _json(value: dict[str, Any] | None) -> str:
    return json.dumps(value or {}, ensure_ascii=False, separators=(",", ":"))
