"""What can go wrong with the disk, each on a real small file system or file: full, read-only, damaged, of the network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.disks import fill, make_read_only, small_disk
from tests.services.firms import everything, firm_of
from tui_portal.cli import main
from tui_portal.config import LimitSettings, Settings, settings_from
from tui_portal.domain.errors import DatabaseUnusable, PortalError, Refused
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.backups import write_backup
from tui_portal.services.check import Level, check
from tui_portal.services.context import Context, open_context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.store import mounts
from tui_portal.store.database import open_database

Disk = Callable[[int], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a file system of so many KiB; where this machine lets nobody mount, the test is left out."""
    with ExitStack() as made:
        places = count()
        yield lambda kib: made.enter_context(small_disk(tmp_path / f"disk{next(places)}", kib))


def firm_on(place: Path, clock: Clock) -> Context:
    context = create_firm(
        place / "firm.sqlite3",
        Settings(),
        firm="Small",
        owner_login=caller_login(),
        owner_name="Olga",
        owner_email="olga@small.example",
        clock=clock,
    )
    return identify(Context(context.database, Settings(), clock))


def test_a_full_disk_saves_nothing_says_so_and_goes_on_when_there_is_room(disk: Disk, clock: Clock) -> None:
    place = disk(8192)
    office = firm_on(place, clock)
    accounts = firm_of(office, 40, addresses=2)
    before = everything(office)
    office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")  # a long WAL has room in it
    filler = fill(place)
    with pytest.raises(DatabaseUnusable, match=r"full\. Nothing was changed"):
        change_access(office, accounts, AccessWish(login=True, notify=True, invite=True))
    assert everything(office) == before
    filler.unlink()
    change_access(office, accounts, AccessWish(login=True, notify=True, invite=True))
    assert [f.words for f in check(office) if f.level is Level.FAULT and f.about != "disk"] == []
    office.database.close()


def test_check_tells_how_much_room_is_left_before_there_is_none(disk: Disk, clock: Clock) -> None:
    office = firm_on(disk(4096), clock)
    (found,) = [one for one in check(office) if one.about == "disk"]
    assert found.level is Level.FAULT
    assert found.words.startswith("only 3 MiB are free")
    small = Context(office.database, Settings(limits=LimitSettings(free_mebibytes=2)), clock)
    (found,) = [one for one in check(small) if one.about == "disk"]
    assert found.level is Level.FINE


def test_a_backup_for_which_there_is_no_room_leaves_nothing(office: Context, disk: Disk) -> None:
    place = disk(256)
    with pytest.raises(Refused, match="full"):
        write_backup(office, place / "backup.sqlite3")
    assert list(place.iterdir()) == []


def test_a_disk_that_can_only_be_read_is_told_with_path_and_cause(
    disk: Disk, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    place = disk(4096)
    firm_on(place, clock).database.close()
    make_read_only(place)
    for command in (["accounts"], ["--read-only", "accounts"], ["activity"]):
        assert main(["--database", str(place / "firm.sqlite3"), *command]) == 3
        told = capsys.readouterr().err
        assert str(place / "firm.sqlite3") in told
        assert "nothing can be written to its folder" in told


@pytest.mark.parametrize("place", [0, 40, 4096 * 3, 4096 * 20])
def test_a_damaged_file_is_not_written_to_and_the_newest_good_backup_is_named(
    office: Context, tmp_path: Path, place: int
) -> None:
    accounts = firm_of(office, 60)
    for name in ("old", "newest"):
        write_backup(office, tmp_path / f"{name}.sqlite3")
    (tmp_path / "newest.sqlite3").write_bytes(b"not a backup any more")
    path = office.database.path
    office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    office.database.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:place] + bytes([0xA5]) * 4096 * 6 + whole[place + 4096 * 6 :])
    spoilt = path.read_bytes()

    def use() -> None:
        context = identify(open_context(path, Settings(), clock=office.clock), login="olga")
        change_access(context, accounts, AccessWish(notify=True))

    with pytest.raises(PortalError) as caught:
        use()
    assert str(tmp_path / "old.sqlite3") in caught.value.message
    assert path.read_bytes() == spoilt


@pytest.mark.parametrize(
    ("kind", "refused"),
    [("nfs4", True), ("cifs", True), ("fuse.sshfs", True), ("ext4", False), ("fuse.lxcfs", False), ("tmpfs", False)],
)
def test_a_network_file_system_is_refused_unless_the_settings_allow_it(
    office: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, refused: bool
) -> None:
    """The list of mounts is another file; the machine has no such file system."""
    place = str(office.database.path.parent).replace(" ", "\\040")
    listed = tmp_path / "mounts"
    listed.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {place} {kind} rw 0 0\nserver:/y {place}x nfs rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", listed)
    path = office.database.path
    if refused:
        with pytest.raises(DatabaseUnusable, match=kind):
            open_database(path)
        with pytest.raises(DatabaseUnusable, match="allow_network"):
            firm_on(path.parent, Clock())
    else:
        open_database(path).close()
    allowed = open_context(path, settings_from({"database": {"allow_network": True}}))
    allowed.database.close()


def test_a_backup_is_taken_while_others_write_and_is_whole(office: Context, tmp_path: Path) -> None:
    accounts = firm_of(office, 30)
    words = """
import sys
from pathlib import Path
from tui_portal.config import LimitSettings, Settings
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import open_context
from tui_portal.services.staff import identify
office = identify(open_context(Path(sys.argv[1]), Settings()), login="olga")
print("ready", flush=True)
on = False
while not Path(sys.argv[2]).exists():
    on = not on
    change_access(office, [1, 2, 3], AccessWish(notify=on))
"""
    stop = tmp_path / "stop"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", words, str(office.database.path), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for number in range(5):
        done = write_backup(office, tmp_path / f"{number}.sqlite3")
        assert (done.accounts, done.broken, done.path.stat().st_mode & 0o777) == (len(accounts), None, 0o600)
    stop.touch()
    assert [writer.communicate()[1] for writer in writers] == [b"", b""]
    assert [f.words for f in check(office) if f.level is Level.FAULT] == []
    assert not [path for path in tmp_path.iterdir() if path.name.endswith((".new", "-journal"))]


def test_a_backup_never_takes_the_place_of_a_file_unasked(office: Context, tmp_path: Path) -> None:
    path = tmp_path / "backup.sqlite3"
    path.write_text("mine")
    with pytest.raises(Refused, match="already"):
        write_backup(office, path)
    assert path.read_text() == "mine"
    write_backup(office, path, replace=True, with_key=True)
    assert Path(f"{path}.key").read_bytes() == Path(f"{office.database.path}.key").read_bytes()
    assert Path(f"{path}.key").stat().st_mode & 0o777 == 0o600
    for own in ("", ".key", ".epoch", "-wal"):
        with pytest.raises(Refused, match="belongs to the database"):
            write_backup(office, Path(f"{office.database.path}{own}"), replace=True)
    shutil.rmtree(tmp_path / "nowhere", ignore_errors=True)
    with pytest.raises(Refused, match="can't be written"):
        write_backup(office, tmp_path / "nowhere" / "backup.sqlite3")
