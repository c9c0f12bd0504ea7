"""The restricted mode on the command line: files only in their folder, no demo firm, no other database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui_portal.cli import main
from tui_portal.services.context import Context
from tui_portal.services.staff import caller_login

CSV = "account,name,email\nDupont,Zoë Dupont,zoe@dupont.example\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


@pytest.fixture
def words(office: Context, folder: Path, tmp_path: Path) -> list[str]:
    """The options of a firm whose owner is the caller, with restricted settings."""
    office.database.execute("UPDATE staff SET login = ?", [caller_login()])
    config = tmp_path / "config.toml"
    config.write_text('[staff]\nrestricted = true\nexports = "exports"\n', encoding="utf-8")
    return ["--database", str(office.database.path), "--config", str(config)]


@pytest.mark.parametrize("command", [("export", "accounts", "--output"), ("backup",)])
def test_a_file_is_written_in_the_folder_and_nowhere_else(
    words: list[str], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    (folder / "deeper").mkdir()
    out = tmp_path / "out"
    for named in (str(out), "../out", f"{folder}/../out", "deeper/out", "..", "/dev/stdout", "~/out", "a\0b"):
        assert main([*words, *command, named]) == 1, named
        assert f"Files are only in {folder} here" in capsys.readouterr().err
    assert not out.exists()
    assert sorted(folder.rglob("*")) == [folder / "deeper"]
    assert main([*words, *command, "out"]) == 0
    assert main([*words, *command, str(folder / "whole")]) == 0
    for written in ("out", "whole"):
        assert (folder / written).stat().st_mode & 0o777 == 0o600


def test_no_link_in_the_folder_leads_out_of_it(
    words: list[str], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret.csv").write_text(CSV, encoding="utf-8")
    (folder / "in.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "out.csv").symlink_to(tmp_path / "target.csv")
    assert main([*words, "import", "in.csv", "--dry-run"]) == 1
    assert main([*words, "export", "accounts", "--output", "out.csv", "--force"]) == 1
    assert main([*words, "backup", "out.csv", "--force"]) == 1
    assert capsys.readouterr().err.count("is a link, which is not followed here") == 3
    assert not (tmp_path / "target.csv").exists()


def test_a_file_is_imported_from_the_folder_and_from_nowhere_else(
    words: list[str], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (tmp_path, folder):
        (place / "in.csv").write_text(CSV, encoding="utf-8")
    assert main([*words, "import", str(tmp_path / "in.csv")]) == 1
    assert "Files are only in" in capsys.readouterr().err
    assert main([*words, "import", "in.csv", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["taken"] == 1


def test_without_a_folder_there_are_no_files(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").write_text("[staff]\nrestricted = true\n", encoding="utf-8")
    assert main([*words, "export", "accounts", "--output", "out.csv"]) == 1
    assert "the settings name none ([staff] exports)" in capsys.readouterr().err
    assert main([*words, "export", "accounts"]) == 0


def test_in_a_folder_that_hands_its_group_on_the_group_reads_exports_and_no_backups(
    words: list[str], folder: Path
) -> None:
    folder.chmod(0o2750)
    assert main([*words, "export", "accounts", "--output", "out.csv"]) == 0
    assert main([*words, "backup", "copy.sqlite3"]) == 0
    assert (folder / "out.csv").stat().st_mode & 0o777 == 0o640
    assert (folder / "copy.sqlite3").stat().st_mode & 0o777 == 0o600


def test_no_other_database_is_made_or_shown(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = words[2:]
    keep = tmp_path / "kept.sqlite3"
    new = ["--database", str(keep), *config, "init", "--firm", "F", "--owner-name", "O", "--owner-email", "o@x.example"]
    assert main([*config, "demo", "--keep", str(keep)]) == 4
    assert main([*config, "demo"]) == 4
    assert main(new) == 4
    assert capsys.readouterr().err.count("This is not allowed here") == 3
    assert not keep.exists()


@pytest.mark.parametrize("option", ["--database", "--config", "--as"])
@pytest.mark.parametrize("after", [True, False])
def test_who_adds_words_to_a_command_does_not_change_what_it_says(
    words: list[str], capsys: pytest.CaptureFixture[str], option: str, after: bool
) -> None:
    begun = [*words, "--as", caller_login()]
    added = [f"{option}=elsewhere"]
    assert main([*begun, "accounts", *added] if after else [*begun, *added, "accounts"]) == 2
    assert f"{option} is given twice" in capsys.readouterr().err


def test_the_environment_names_no_other_settings(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    free = tmp_path / "free.toml"
    free.touch()
    monkeypatch.setenv("TUI_PORTAL_CONFIG", str(free))
    assert main([*words, "export", "accounts", "--output", str(tmp_path / "out.csv")]) == 1
