"""The disk under an open terminal: full, damaged, exchanged, written by a newer program. The screen lives, says so, loses nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.disks import fill, small_disk
from tests.screens import Terminal, running
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.services.backups import write_backup
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, open_context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import identify
from tui_portal.store.database import open_database

FULL = "is full. Nothing was changed."
EXCHANGED = "another file was put in its place. Nothing was changed; start the program again."


@pytest.fixture
def small(tmp_path: Path, clock: Clock) -> Iterator[Context]:
    """A firm on a small file system of its own: an account, a contact, an address."""
    with small_disk(tmp_path / "disk", 8192) as place:
        context = create_firm(
            place / "firm.sqlite3",
            Settings(),
            firm="Small",
            owner_login="olga",
            owner_name="Olga",
            owner_email="olga@x.example",
            clock=clock,
        )
        office = identify(Context(context.database, Settings(), clock), login="olga")
        _one_account(office)
        yield office
        office.database.close()


def _words(terminal: Terminal) -> str:
    """What the screen shows, whatever the line that it stands in."""
    return " ".join(terminal.text.replace("│", "").split())


def _one_account(office: Context) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY, tags=["1040"])
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])


class FullDisk:
    """The disk of `office`, with no room from now on."""

    def __init__(self, office: Context) -> None:
        self._place = office.database.path.parent
        _busy, self.left, _moved = office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")[0]
        assert self.left == 0  # a long WAL would have room in it
        self._filler = fill(self._place)

    def empty(self) -> None:
        """Make room."""
        self._filler.unlink()


async def _refused_then_saved(terminal: Terminal, office: Context, typed: str, saved: str, key: str = "alt+s") -> None:
    """Save on a full disk: told, with what was typed still there; and once more when there is room."""
    disk = FullDisk(office)
    await terminal.press(key)
    await terminal.until(lambda: FULL in _words(terminal) and typed in terminal.text)
    assert len(terminal.app.screen_stack) > 1
    disk.empty()
    await terminal.press(key)
    await terminal.shows(saved)


async def test_an_account_that_a_full_disk_refuses_stays_typed_and_is_saved_later(small: Context) -> None:
    async with running(small) as terminal:
        await terminal.press("n")
        await terminal.shows("New account")
        await terminal.type("Brasserie")
        await _refused_then_saved(terminal, small, "Brasserie", "Brasserie")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
    assert small.database.rows("SELECT name FROM account ORDER BY id") == [("Dupont",), ("Brasserie",)]


async def test_a_contact_an_invitation_and_preferences_stay_typed_too(small: Context) -> None:
    async with running(small) as terminal:
        await terminal.press("enter")
        await terminal.shows("zoe@dupont.example")
        await terminal.press("e")
        await terminal.shows("Edit contact")
        await terminal.press("home")
        await terminal.type("dr.")
        await _refused_then_saved(terminal, small, "dr.zoe@dupont.example", "dr.zoe@dupont.example")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
        await terminal.press("p")
        await terminal.shows("Notification preferences")
        await terminal.press("n", "1")
        await _refused_then_saved(terminal, small, "Save 6 changes", "6 preferences saved", key="s")
        await terminal.press("l")
        await terminal.shows("Personalized message")
        await terminal.type("Welcome, Zoe")
        await _refused_then_saved(terminal, small, "Welcome, Zoe", "the mail waits in the outbox")
    assert small.database.value("SELECT address FROM email_address ORDER BY id DESC") == "dr.zoe@dupont.example"
    assert small.database.value("SELECT message FROM invitation") == "Welcome, Zoe"


async def test_a_bulk_edit_with_its_message_stays_typed_too(small: Context) -> None:
    async with running(small) as terminal:
        await terminal.press("asterisk", "m", "e")
        await terminal.shows("Nothing is chosen yet")
        await terminal.press("right")
        await terminal.shows("Will change 1 setting")
        await terminal.press("tab", "tab", "tab", "space", "tab")
        await terminal.type("Dear client")
        await terminal.shows("send 1 invitation")
        await _refused_then_saved(terminal, small, "Dear client", "LOGIN on")
    assert small.database.value("SELECT message FROM invitation") == "Dear client"


async def test_a_staff_member_stays_typed_too(small: Context) -> None:
    async with running(small) as terminal:
        await terminal.press("8")
        await terminal.shows("› Staff", "Olga")
        await terminal.press("n")
        await terminal.shows("New staff member")
        await terminal.type("emma")
        await terminal.press("tab")
        await terminal.type("Emma Employee")
        await terminal.press("tab")
        await terminal.type("emma@x.example")
        await _refused_then_saved(terminal, small, "Emma Employee", "Emma Employee is saved")


async def test_a_switch_and_undo_on_a_full_disk_are_told_and_show_what_is_stored(small: Context) -> None:
    async with running(small) as terminal:
        await terminal.press("enter")
        await terminal.shows("zoe@dupont.example")
        await terminal.press("o")
        await terminal.shows("NOTIFY is saved")
        disk = FullDisk(small)
        await terminal.press("y")
        await terminal.until(lambda: FULL in _words(terminal))
        await terminal.until(lambda: terminal.line("zoe@").count("[ on ]") == 1)
        await terminal.press("u")
        await terminal.until(lambda: FULL in _words(terminal))
        disk.empty()
        await terminal.press("u")
        await terminal.shows("Taken back")
    assert small.database.rows("SELECT notify, email_sync FROM contact_settings") in ([], [(0, 0)])


async def test_damage_under_the_open_terminal_is_told_with_the_newest_backup_and_nothing_is_written(
    office: Context, tmp_path: Path
) -> None:
    _one_account(office)
    for number in range(400):  # more than the terminal keeps in its memory
        create_account(office, f"Client {number} {'x' * 150}", AccountType.COMPANY)
    backup = tmp_path / "backup.sqlite3"
    write_backup(office, backup)
    office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    async with running(office, size=(160, 40)) as terminal:
        await terminal.shows("401 of 401")
        whole = office.database.path.read_bytes()
        with office.database.path.open("r+b") as file:
            file.write(bytes([0xA5]) * len(whole))
        spoilt = office.database.path.read_bytes()
        for key in ("n", "r", "2", "7", "8", "1", "enter"):
            await terminal.press(key)
        await terminal.until(lambda: str(backup) in terminal.text.replace("\n", ""))
        assert terminal.app.is_running
        await terminal.press("question_mark")
        await terminal.shows("Keys on this screen")
        assert office.database.path.read_bytes() == spoilt
        office.database.path.write_bytes(whole)


async def test_another_file_at_the_place_of_the_open_one_is_told_and_the_screen_lives(
    office: Context, tmp_path: Path
) -> None:
    _one_account(office)
    path = office.database.path
    backup = tmp_path / "backup.sqlite3"
    write_backup(office, backup)
    async with running(office, size=(160, 40)) as terminal:
        await terminal.press("enter")
        await terminal.shows("zoe@dupont.example")
        await terminal.press("e")
        await terminal.shows("Edit contact")
        await terminal.press("home")
        await terminal.type("dr.")
        path.rename(path.with_name("moved.sqlite3"))
        shutil.copy(backup, path)
        await terminal.press("alt+s")
        await terminal.until(lambda: EXCHANGED in _words(terminal) and "dr.zoe@dupont.example" in terminal.text)
        await terminal.press("escape", "escape")
        for key in ("o", "u", "r"):
            await terminal.press(key)
            await terminal.until(lambda: EXCHANGED in _words(terminal))
        for key in ("escape", "2", "6", "7", "8", "1", "r"):
            await terminal.press(key)
        await terminal.until(lambda: EXCHANGED in _words(terminal))
        assert terminal.app.is_running
    there = open_database(path)
    assert there.value("SELECT count(*) FROM operation") == office.database.value("SELECT count(*) FROM operation")
    there.close()


async def test_a_database_that_a_newer_program_took_over_is_told_and_not_written(office: Context) -> None:
    _one_account(office)
    async with running(office, size=(160, 40)) as terminal:
        await terminal.press("enter")
        await terminal.shows("zoe@dupont.example")
        newer = sqlite3.connect(office.database.path)
        newer.execute("PRAGMA user_version = 99")
        newer.close()
        await terminal.press("o")
        await terminal.shows("has schema 99, this program knows schema")
        assert terminal.app.is_running
    assert office.database.value("SELECT count(*) FROM contact_settings WHERE notify") == 0


def test_a_newer_schema_is_refused_with_both_versions_at_the_start(office: Context) -> None:
    office.database.execute("PRAGMA user_version = 99")
    with pytest.raises(DatabaseUnusable, match="has schema 99, this program knows schema"):
        open_context(office.database.path, Settings())
