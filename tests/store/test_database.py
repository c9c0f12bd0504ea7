"""The file itself: made whole or not at all, refused when it is none of ours, written by many at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import DatabaseMissing, DatabaseUnusable
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.store.database import create_database, key_path, open_database
from tui_portal.store.migrations import SCHEMA_VERSION
from tui_portal.store.models import MODELS


def test_a_new_database_and_its_key_can_be_read_by_their_owner_only(office: Context) -> None:
    path = office.database.path
    assert [p.stat().st_mode & 0o777 for p in (path, key_path(path))] == [0o600, 0o600]


def test_a_database_that_fails_to_be_filled_leaves_nothing_behind(tmp_path: Path) -> None:
    def build(_database: object) -> None:
        raise DatabaseUnusable("no")

    with pytest.raises(DatabaseUnusable):
        create_database(tmp_path / "firm.sqlite3", build)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_there_is_never_overwritten(office: Context) -> None:
    with pytest.raises(DatabaseUnusable, match="already"):
        create_database(office.database.path, lambda _database: None)
    assert office.database.value("SELECT name FROM firm") == "Hansen & Partner"


def test_a_missing_file_is_told_with_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissing, match="tui-portal init"):
        open_database(tmp_path / "none.sqlite3")


@pytest.mark.parametrize("content", [b"", b"hello" * 500, bytes(range(256)) * 40])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(content)
    with pytest.raises(DatabaseUnusable, match="not a tui_portal database"):
        open_database(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(DatabaseUnusable, match="not a tui_portal database"):
        open_database(path)


def test_a_newer_schema_is_refused_with_both_versions_named(office: Context) -> None:
    office.database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 7}")
    office.database.close()
    with pytest.raises(DatabaseUnusable) as caught:
        open_database(office.database.path)
    assert str(SCHEMA_VERSION + 7) in caught.value.message
    assert f"schema {SCHEMA_VERSION}." in caught.value.message


def test_the_models_name_every_table_and_column_of_the_schema(office: Context) -> None:
    tables = {
        name: {row[1] for row in office.database.rows(f"PRAGMA table_info({name})")}
        for (name,) in office.database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    }
    models = {m._meta.table_name: {f.column_name for f in m._meta.sorted_fields} for m in MODELS}  # type: ignore[attr-defined]  # Peewee makes _meta at run time
    assert models == tables


def test_the_activity_log_can_be_neither_changed_nor_deleted(office: Context) -> None:
    office.database.execute("INSERT INTO activity (at, kind) VALUES (0, 'tried')")
    for statement in ("UPDATE activity SET kind = 'x'", "DELETE FROM activity"):
        with pytest.raises(Exception, match="append-only"):
            office.database.execute(statement)


_WRITER = """
import sys
from pathlib import Path
from tui_portal.store.database import open_database
database = open_database(Path(sys.argv[1]))
for _ in range(100):
    with database.write():
        version = database.value("SELECT version FROM account WHERE id = 1")
        database.execute("UPDATE account SET version = ? WHERE id = 1", [version + 1])
"""


def test_four_processes_that_read_and_write_lose_no_update(office: Context) -> None:
    office.database.execute(
        "INSERT INTO account (id, name, search_key, type, version, created_at) VALUES (1, 'x', 'x', 'other', 0, 0)"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(office.database.path)], stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    errors = [writer.communicate()[1] for writer in writers]
    assert errors == [b""] * 4
    assert office.database.value("SELECT version FROM account WHERE id = 1") == 400


@pytest.mark.parametrize("another", [True, False])
def test_a_program_that_runs_writes_nothing_to_a_file_that_is_not_in_place_any_more(
    office: Context, tmp_path: Path, *, another: bool
) -> None:
    former = tmp_path / "former.sqlite3"
    copied = office.database.path.read_bytes()
    office.database.path.rename(former)
    if another:
        office.database.path.write_bytes(copied)
    with pytest.raises(DatabaseUnusable, match="start the program again"):
        create_account(office, "Lost", AccountType.COMPANY)
    with pytest.raises(DatabaseUnusable, match="start the program again"), office.database.read():
        pass
