"""`demo`: what it leaves behind, and what it never touches."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.cli import main
from tui_portal.config import read_settings


def test_a_kept_demo_has_settings_of_its_own_beside_it_for_its_owner_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text("mine")
    path = tmp_path / "shown.sqlite3"

    assert main(["demo", "--keep", str(path)]) == 0

    config = tmp_path / "shown.sqlite3.toml"
    assert (tmp_path / "config.toml").read_text() == "mine"
    assert config.stat().st_mode & 0o777 == 0o600
    assert read_settings(config).mail.smtp == f"folder:{tmp_path}/shown.sqlite3.mail"
    assert str(config) in capsys.readouterr().err
    assert main(["--database", str(path), "--config", str(config), "accounts", "--limit", "1"]) == 0


@pytest.mark.parametrize("taken", ["shown.sqlite3", "shown.sqlite3.toml"])
def test_where_there_is_a_file_already_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], taken: str
) -> None:
    (tmp_path / taken).write_text("mine")

    assert main(["demo", "--keep", str(tmp_path / "shown.sqlite3")]) == 3

    assert f"already a file at {tmp_path / taken}" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_link_that_leads_nowhere_is_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "shown.sqlite3.toml").symlink_to(tmp_path / "elsewhere")
    assert main(["demo", "--keep", str(tmp_path / "shown.sqlite3")]) == 3
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_can_not_be_written_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--keep", "/proc/nope/x"]) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "/proc/nope/x" in told


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999"])
def test_a_number_of_accounts_that_no_firm_has_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    assert main(["demo", "--keep", str(tmp_path / "x"), "--accounts", number]) == 2
    assert "--accounts" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_demo_that_is_ended_while_it_is_being_made_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with PtyTerminal("demo", "--accounts", "1000000", environment={"TMPDIR": str(tmp_path)}) as terminal:
        terminal.until(lambda _text: any(tmp_path.glob("*/*")))
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_a_demo_that_may_only_be_read_is_shown_and_nothing_in_it_is_changed() -> None:
    with PtyTerminal("--read-only", "demo") as terminal:
        terminal.shows("68 of 68", "read-only")
        terminal.send("n")
        terminal.shows("This is read-only: nothing can be changed.")
        terminal.send("q")
        assert terminal.ends() == 0
