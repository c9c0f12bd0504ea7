"""The restricted mode in a terminal: nothing leads out of the application, whatever the environment and the keys say."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

ISOLATED = (sys.executable, "-I", "-m", "tui_portal")
# What Textual would read, each to be seen at once where it counts: a driver that there is none of, a picture of the screen, a
# key that leaves, and the console of the inspector.
TEXTUAL = {
    "TEXTUAL_DRIVER": "no.such:Driver",
    "TEXTUAL_SCREENSHOT": "0",
    "TEXTUAL_PRESS": "q",
    "TEXTUAL": "devtools,debug",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    return made


@pytest.fixture
def office(database_path: Path, tmp_path: Path, folder: Path) -> Iterator[Context]:
    """A firm with one account, whose owner is the one who runs the tests, and restricted settings."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    (tmp_path / "config.toml").write_text(f'[staff]\nrestricted = true\nexports = "{folder}"\n', encoding="utf-8")
    acting = identify(context, login)
    create_account(acting, "Dupont", AccountType.COMPANY)
    yield acting
    context.database.close()


def _open(office: Context, *, config: bool = True, **more: object) -> PtyTerminal:
    path = office.database.path
    named = ["--config", str(path.parent / "config.toml")] if config else []
    return PtyTerminal("--database", str(path), *named, **more)  # type: ignore[arg-type]  # handed on as they are


@pytest.mark.parametrize("restricted", [True, False])
def test_textuals_variables_in_the_environment_count_for_nothing(
    office: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restricted: bool
) -> None:
    shots = tmp_path / "shots"
    shots.mkdir()
    told = TEXTUAL | {"TEXTUAL_SCREENSHOT_LOCATION": str(shots), "TEXTUAL_LOG": str(shots / "log")}
    with _open(office, config=restricted, environment=told) as terminal:
        terminal.shows("Dupont", "1 of 1")
        terminal.send("\r")
        terminal.shows("This account has no contacts")
        terminal.send("-q")
        assert terminal.ends() == 0
    assert list(shots.iterdir()) == []


def test_pythons_variables_in_the_environment_count_for_nothing(office: Context, tmp_path: Path) -> None:
    loaded = tmp_path / "loaded"
    (tmp_path / "code").mkdir()
    for name in ("sitecustomize", "textual"):
        (tmp_path / "code" / f"{name}.py").write_text(f"open({str(loaded)!r}, 'w')", encoding="utf-8")
    told = {"PYTHONPATH": str(tmp_path / "code"), "PYTHONINSPECT": "1", "PYTHONSTARTUP": str(loaded)}
    with _open(office, environment=told, command=ISOLATED) as terminal:
        terminal.shows("Dupont")
        terminal.send("q")
        assert terminal.ends() == 0
    assert not loaded.exists()


def test_no_python_is_left_to_talk_to_at_the_end(office: Context) -> None:
    with _open(office, environment={"PYTHONINSPECT": "1", "PYTHONPATH": "."}) as terminal:
        terminal.shows("Dupont")
        terminal.send("q")
        assert terminal.ends() == 0


def test_nothing_stops_the_program_and_leaves_its_terminal_to_another(office: Context) -> None:
    with _open(office) as terminal:
        terminal.shows("1 of 1")
        terminal.send("\x1a")
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.send("\r")
        terminal.shows("This account has no contacts")


def test_the_palette_has_no_command_that_writes_a_picture(office: Context) -> None:
    with _open(office) as terminal:
        terminal.shows("1 of 1")
        for words in ("screenshot", "suspend", "devtools"):
            terminal.send(":")
            terminal.shows("Commands", "esc leaves")
            terminal.send(words)
            terminal.shows(words, "Nothing found.")
            terminal.send("\x1b")
            terminal.hides("Commands")


def test_an_export_goes_into_the_folder_and_nowhere_else(office: Context, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    with _open(office, size=(120, 40)) as terminal:
        terminal.shows("1 of 1")
        terminal.send("x")
        terminal.shows("Write 1 line to", str(folder)[:40])
        terminal.send(f"\x15{out}\r")
        terminal.shows("Files are only in", "give a name without a folder")
        terminal.send("\x15../out.csv\r")
        terminal.shows("../out.csv", "Files are only in")
        terminal.send("\x15mine.csv\r")
        terminal.shows("Written to")
    assert not out.exists()
    assert [file.name for file in folder.iterdir()] == ["mine.csv"]


def test_where_there_is_no_database_none_is_made(tmp_path: Path, office: Context) -> None:
    missing = tmp_path / "missing.sqlite3"
    with PtyTerminal("--database", str(missing), "--config", str(tmp_path / "config.toml")) as terminal:
        assert terminal.ends() == 3
        assert "make one" not in terminal.text
    assert not missing.exists()


def test_a_command_that_was_sent_along_is_told_not_to_have_been_run(office: Context) -> None:
    with _open(office, environment={"SSH_ORIGINAL_COMMAND": "rm -rf \x1b[2J /"}) as terminal:
        assert terminal.ends() == 4
        assert "“rm -rf �[2J /” was not run" in terminal.text.replace("\n", "")
    with _open(office, environment={"SSH_ORIGINAL_COMMAND": ""}) as terminal:
        terminal.shows("Dupont")
