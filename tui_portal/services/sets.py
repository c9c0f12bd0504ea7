"""Sets of rows that live for one transaction: what a change is about is found once, then written by a statement for each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tui_portal.services.context import Context


@contextmanager
def rows_of(context: Context, name: str, select: str, parameters: Mapping[str, Any] | None = None) -> Iterator[None]:
    """Inside a write transaction: the rows of `select` as the temporary table `name`. A rollback takes it away as well."""
    context.database.execute(f"CREATE TEMP TABLE {name} AS {select}", parameters or {})
    yield
    context.database.execute(f"DROP TABLE temp.{name}")
