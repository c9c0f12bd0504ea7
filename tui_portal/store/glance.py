"""A first look at a database, before Peewee and all that writes is loaded: what is read is shown while the rest of the program
comes up. Whatever is unusual makes it fail, and is left to `open_database`, which says what it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.store.migrations import APPLICATION_ID, SCHEMA_VERSION
from tui_portal.store.mounts import network_type


class Glance:
    """The file at `path`, to be read by the thread that made this: the reading half of `Database`. Raises DatabaseUnusable."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.path = path
        self.read_only = read_only
        try:
            usual = path.is_file() and path.stat().st_size > 0 and network_type(path) is None
        except OSError:
            usual = False
        if not usual:
            raise DatabaseUnusable(str(path))
        # Nobody is waited for: what is locked now is opened in the usual way.
        with self._plain_errors():
            address = f"{path.absolute().as_uri()}?mode=rw"
            self._connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)
        try:
            self._connection.execute("PRAGMA query_only = 1")
            known = APPLICATION_ID, SCHEMA_VERSION, "wal"
            if (
                tuple(self.value(f"PRAGMA {name}") for name in ("application_id", "user_version", "journal_mode"))
                != known
            ):
                raise DatabaseUnusable(str(path))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Several reads that see one state of the database."""
        if self._connection.in_transaction:
            yield
            return
        with self._plain_errors():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        with self._plain_errors():
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> tuple[Any, ...] | None:
        """The first row, or None."""
        return next(iter(self.rows(sql, parameters)), None)

    def value(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, parameters)
        return None if row is None else row[0]

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DatabaseUnusable(f"{self.path}: {error}") from error
