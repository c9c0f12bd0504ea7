"""`backup` and `activity --verify` as scripts see them: what is printed, and the exit status."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.services.firms import firm_of
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify


@pytest.fixture
def path(tmp_path: Path, clock: Clock) -> Path:
    """A firm of whoever runs the tests, with three accounts."""
    path = tmp_path / "firm.sqlite3"
    made = create_firm(
        path,
        Settings(),
        firm="Mine",
        owner_login=caller_login(),
        owner_name="Olga",
        owner_email="olga@mine.example",
        clock=clock,
    )
    firm_of(identify(Context(made.database, Settings(), clock)), 3)
    made.database.close()
    return path


def test_a_backup_tells_what_it_holds_and_is_told_apart_from_its_key(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.sqlite3"
    assert main(["--database", str(path), "backup", str(copy), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["backup"]
    assert (told["file"], told["accounts"], told["key_file"]) == (str(copy), 3, f"{path}.key")
    assert told["key_copy"] is None
    assert not Path(f"{copy}.key").exists()
    assert main(["--database", str(path), "backup", str(copy)]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["--database", str(copy), "accounts", "--json"]) == 0


def test_an_employee_makes_no_backup(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE staff SET role = 'employee', manage_accounts = 1")
        other.commit()
    assert main(["--database", str(path), "backup", str(tmp_path / "copy.sqlite3")]) == 4
    assert "owner and admins" in capsys.readouterr().err
    assert not (tmp_path / "copy.sqlite3").exists()


def test_verify_ends_with_1_and_names_the_entry_once_one_byte_is_another(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify = ["--database", str(path), "activity", "--verify", "--json"]
    assert main(verify) == 0
    assert json.loads(capsys.readouterr().out)["entry"] is None
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TRIGGER activity_is_not_changed")
        other.execute("UPDATE activity SET at = at + 1 WHERE id = 2")
        other.commit()
    assert main(verify) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["entry"]) == (False, 2)
    assert main(["--database", str(path), "activity", "--verify", "--since", "7d"]) == 2


def test_over_ssh_the_log_says_from_where(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--database", str(path), "activity", "--json", "--limit", "1"]
    for connection, origin in (
        ("2001:db8::7 5 ::1 22", "command_line 2001:db8::7"),
        ("\x1b[31m 1 2 3", "command_line"),
    ):
        monkeypatch.setenv("SSH_CONNECTION", connection)
        assert main(["--database", str(path), "access", "A-0001", "--notify", "on"]) == 0
        assert main(["--database", str(path), "access", "A-0001", "--notify", "off"]) == 0
        capsys.readouterr()
        assert main(asked) == 0
        assert json.loads(capsys.readouterr().out)["activity"][0]["origin"] == origin
    assert main(["--database", str(path), "activity", "--filter", "from:2001:db8", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 2
