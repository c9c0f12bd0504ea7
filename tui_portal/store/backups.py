"""Copies of the database file while others write, and what is known of them when the file itself is damaged.

Beside the database stands a list of the copies that were made (`<database>.backups`, mode 0600): when the file can't be read any
more it names the newest one that can.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui_portal.store.migrations import APPLICATION_ID, SCHEMA_VERSION
from tui_portal.store.seals import Verification, verify_chain

_REMEMBERED = 50  # copies


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy holds. `damage` is what SQLite says of the file, empty where it is whole."""

    damage: str
    version: int
    accounts: int
    contacts: int
    log: Verification | None

    @property
    def good(self) -> bool:
        """Whether the database can be put back from it."""
        return not self.damage and self.version == SCHEMA_VERSION and self.log is not None


def copy_file(source: Path, target: Path) -> None:
    """Copy the database at `source` into the empty file `target`, in one state of it; nobody who writes has to wait.

    Raises sqlite3.Error.
    """
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as ours,
        contextlib.closing(sqlite3.connect(target)) as theirs,
    ):
        ours.execute("PRAGMA busy_timeout = 5000")
        ours.backup(theirs)
        theirs.execute("PRAGMA journal_mode = delete")  # one file, without a WAL beside it


def inspect_file(path: Path, key: bytes | None, told: Callable[[int], None] | None = None) -> Copy:
    """Look at a copy as a whole. Changes nothing. Raises sqlite3.Error where it is no database."""
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
        (version,) = copy.execute("PRAGMA user_version").fetchone()
        said = [str(line) for (line,) in copy.execute("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            return Copy("; ".join(said), version, 0, 0, None)
        accounts, contacts = copy.execute(
            "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM contact)"
        ).fetchone()
        return Copy("", version, accounts, contacts, verify_chain(copy, key, told))


def remember_copy(database: Path, path: Path) -> None:
    """Add a copy to the list beside the database; where that can't be written it is left out."""
    listed = [line for line in _listed(database) if line != str(path)][: _REMEMBERED - 1]
    with (
        contextlib.suppress(OSError),
        os.fdopen(
            os.open(_list(database), os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file,
    ):
        file.write("".join(f"{line}\n" for line in (str(path), *listed) if "\n" not in line))


def newest_copy(database: Path) -> Path | None:
    """The newest copy of the database that is there and whole; None where none is known."""
    found: list[tuple[float, Path]] = []
    for line in _listed(database):
        with contextlib.suppress(OSError, ValueError):
            found.append((Path(line).stat().st_mtime, Path(line)))
    for _made, path in sorted(found, reverse=True):
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy,
        ):
            (application,) = copy.execute("PRAGMA application_id").fetchone()
            (version,) = copy.execute("PRAGMA user_version").fetchone()
            whole = copy.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            if application == APPLICATION_ID and version <= SCHEMA_VERSION and whole:
                return path
    return None


def _list(database: Path) -> Path:
    return database.with_name(f"{database.name}.backups")


def _listed(database: Path) -> list[str]:
    try:
        return _list(database).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
