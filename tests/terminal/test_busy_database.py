"""Another process holds the write lock for longer than is waited, and for less: what the person sees, and what is saved."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.other_writer import writing_elsewhere
from tests.pty_terminal import PtyTerminal
from tests.terminal.offices import opened, own_office
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.staff import caller_login

WAITS = "is writing to the database: waiting for them"
BUSY = "The database was busy for too long. Nothing was changed; try again."


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    context = own_office(database_path)
    account = create_account(context, "Dupont", AccountType.COMPANY, tags=["1040"])
    create_contact(context, [account], "Zoë Dupont", ["zoe@dupont.example"])
    yield context
    context.database.close()


def _settings(office: Context, seconds: int) -> str:
    path = office.database.path.with_name("settings.toml")
    path.write_text(f"[limits]\nwrite_seconds = {seconds}\n")
    return str(path)


def _open(office: Context, seconds: int) -> PtyTerminal:
    return opened(office, "--config", _settings(office, seconds), size=(110, 30))


def test_a_dialog_says_for_whom_it_waits_and_saves_by_itself_when_the_lock_goes(office: Context) -> None:
    with _open(office, 30) as terminal, writing_elsewhere(office.database.path) as other:
        terminal.shows("1 of 1")
        terminal.send("e")
        terminal.shows("Edit account")
        terminal.send(" et fils\x1bs")
        terminal.shows(f"{caller_login()} (process {other.number}) {WAITS}", "Dupont et fils")
        other.end()
        terminal.shows("A-0001 is saved", "Dupont et fils")
    assert office.database.value("SELECT name FROM account") == "Dupont et fils"


def test_a_dialog_that_waited_in_vain_keeps_what_was_typed_and_save_works_later(office: Context) -> None:
    with _open(office, 2) as terminal, writing_elsewhere(office.database.path) as other:
        terminal.shows("1 of 1")
        terminal.send("e")
        terminal.shows("Edit account")
        terminal.send(" et fils\x1bs")
        terminal.shows(WAITS)
        terminal.shows(BUSY, "Dupont et fils")
        other.end()
        terminal.send("\x1bs")
        terminal.shows("A-0001 is saved", "Dupont et fils")
    assert office.database.value("SELECT name FROM account") == "Dupont et fils"


def test_esc_gives_up_what_waits_and_the_dialog_stays(office: Context) -> None:
    with _open(office, 60) as terminal, writing_elsewhere(office.database.path) as other:
        terminal.shows("1 of 1")
        terminal.send("e")
        terminal.shows("Edit account")
        terminal.send(" et fils\x1bs")
        terminal.shows(WAITS)
        terminal.send("\x1b")
        terminal.shows("Stopped; nothing was changed.", "Dupont et fils", "Edit account")
        assert office.database.value("SELECT name FROM account") == "Dupont"
        other.end()
        terminal.send("\x1bs")
        terminal.shows("A-0001 is saved")
    assert office.database.value("SELECT name FROM account") == "Dupont et fils"


def test_a_switch_waits_while_keys_are_answered_and_is_saved_when_the_lock_goes(office: Context) -> None:
    with _open(office, 30) as terminal, writing_elsewhere(office.database.path) as other:
        terminal.shows("1 of 1")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        terminal.send("o")
        terminal.shows(WAITS)
        terminal.send("?")
        terminal.shows("Keys on this screen")
        terminal.send("\x1b")
        terminal.hides("Keys on this screen")
        other.end()
        terminal.shows("NOTIFY is saved for zoe@dupont.example")
    assert office.database.value("SELECT sum(notify) FROM contact_settings") == 1


def test_a_switch_that_waited_in_vain_shows_what_is_stored_and_says_so(office: Context) -> None:
    with _open(office, 2) as terminal, writing_elsewhere(office.database.path) as other:
        terminal.shows("1 of 1")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        terminal.send("y")
        terminal.shows(WAITS)
        terminal.shows(BUSY)
        other.end()
        terminal.send("y")
        terminal.shows("EMAIL SYNC is saved for zoe@dupont.example")
    assert office.database.value("SELECT sum(email_sync) FROM contact_settings") == 1


def test_a_change_whose_place_was_left_and_that_could_not_be_saved_is_told(office: Context) -> None:
    with _open(office, 2) as terminal, writing_elsewhere(office.database.path):
        terminal.shows("1 of 1")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        terminal.send("o")
        terminal.send("3")  # leaves the profile before it is told that it waits
        terminal.shows("Archived", BUSY)


def test_undo_in_the_profile_waits_with_keys_answered_and_esc_gives_it_up(office: Context) -> None:
    change_access(office, [1], AccessWish(notify=True))
    with _open(office, 60) as terminal, writing_elsewhere(office.database.path) as other:
        terminal.shows("1 of 1")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        terminal.send("u")
        terminal.shows(WAITS)
        terminal.send("?")
        terminal.shows("Keys on this screen")
        terminal.send("\x1b")
        terminal.hides("Keys on this screen")
        terminal.send("\x1b")
        terminal.shows("Stopped; nothing was changed.")
        other.end()
        terminal.send("u")
        terminal.shows("Taken back")
    assert office.database.value("SELECT sum(notify) FROM contact_settings") == 0


def test_leaving_with_a_change_that_can_not_be_saved_says_so_in_the_shell(office: Context) -> None:
    with _open(office, 2) as terminal, writing_elsewhere(office.database.path):
        terminal.shows("1 of 1")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        terminal.send("o\x11")
        terminal.ends()
        assert BUSY in terminal.text


def test_the_command_line_says_who_writes_and_that_nothing_was_changed(office: Context) -> None:
    with writing_elsewhere(office.database.path):
        words = ["--database", str(office.database.path), "access", "A-0001", "--notify", "on"]
        done = subprocess.run([sys.executable, "-m", "tui_portal", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "Somebody else is writing to" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert office.database.value("SELECT name FROM account") == "Dupont"
