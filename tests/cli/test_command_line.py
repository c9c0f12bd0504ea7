"""The command line: exit statuses, sentences, JSON; what is loaded and what is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_portal.cli import main
from tui_portal.services.staff import caller_login

INIT = ["init", "--firm", "Hansen & Partner", "--owner-name", "Olga Owner", "--owner-email", "olga@x.example"]


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = str(tmp_path / "firm.sqlite3")
    assert main(["--database", path, *INIT]) == 0
    return path


def test_init_makes_a_firm_whose_owner_is_the_caller(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", database, "accounts", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "total": 0, "accounts": []}


def test_init_twice_is_refused(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", database, *INIT]) == 3
    assert "already a file" in capsys.readouterr().err


def test_init_with_an_address_that_is_none_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--database", str(tmp_path / "new" / "f.sqlite3"), *INIT[:-1], "olga"]
    assert main(words) == 1
    assert "olga is not an e-mail address" in capsys.readouterr().err
    assert list((tmp_path / "new").iterdir()) == []


def test_a_missing_database_is_status_3_and_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(tmp_path / "no.sqlite3"), "accounts"]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_an_error_is_json_where_json_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(tmp_path / "no.sqlite3"), "accounts", "--json"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["error"]["kind"]) == (False, "database_missing")


def test_who_is_not_among_the_staff_sees_a_sentence_and_status_4(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "firm.sqlite3")
    assert main(["--database", path, *INIT, "--owner", "somebody-else"]) == 0
    assert main(["--database", path, "accounts"]) == 4
    assert "not among the staff" in capsys.readouterr().err
    assert main(["--database", path, "--as", "somebody-else", "accounts"]) == 0


def test_as_is_not_honoured_for_a_caller_who_is_staff(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", database, "--as", "olga", "accounts"]) == 4
    assert caller_login() in capsys.readouterr().err


def test_user_from_the_environment_is_never_believed(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("USER", "LOGNAME", "USERNAME"):
        monkeypatch.setenv(name, "nobody-known")
    assert main(["--database", database, "accounts"]) == 0
    assert capsys.readouterr().err == ""


def test_read_only_changes_nothing(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", database, "--read-only", "access", "--filter", "x", "--login", "on"]) == 4
    assert "read-only" in capsys.readouterr().err


def test_the_application_refuses_to_start_without_a_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_portal", "--database", str(tmp_path / "x")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize(
    "words", [["--version"], ["accounts", "--json"], ["paths"], ["deliver", "--once"], ["serve", "--help"]]
)
def test_sub_commands_run_without_textual(database: str, words: list[str]) -> None:
    code = (
        "import sys; from tui_portal.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write('loaded:' + ','.join(m for m in ('textual', 'starlette', 'uvicorn', 'argon2') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, "--database", database, *words], capture_output=True, text=True)
    assert done.stderr.rpartition("loaded:")[2] == ""


def test_a_pipe_that_is_closed_early_is_no_error(database: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "tui_portal", "--database", database, "accounts"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
