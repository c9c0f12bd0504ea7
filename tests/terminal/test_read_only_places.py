"""A file or a folder that nobody may write to: the program starts read-only with a banner, or refuses with path and cause."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.disks import make_read_only, small_disk
from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

SIZE = (200, 24)
NOBODY = 65534


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 4096) as place:
        _firm_in(place, caller_login())
        yield place


def _firm_in(place: Path, owner: str) -> Path:
    """A firm in the folder `place`, whose files anybody may read."""
    path = place / "firm.sqlite3"
    context = create_firm(
        path, Settings(), firm="Hansen", owner_login=owner, owner_name="Nora", owner_email="n@x.example"
    )
    create_account(identify(context, owner), "Dupont", AccountType.COMPANY)
    context.database.close()
    for file in place.iterdir():
        file.chmod(0o644)
    return path


def test_a_disk_that_can_only_be_read_is_refused_by_the_terminal_with_path_and_cause(place: Path) -> None:
    make_read_only(place)
    for words in ([], ["--read-only"]):
        with PtyTerminal("--database", str(place / "firm.sqlite3"), *words, size=SIZE) as terminal:
            assert terminal.ends() == 3
            assert str(place / "firm.sqlite3") in terminal.text
            assert "nothing can be written to its folder" in terminal.text
            assert "Traceback" not in terminal.text


def test_read_only_wears_a_banner_and_changes_nothing(place: Path) -> None:
    with PtyTerminal("--database", str(place / "firm.sqlite3"), "--read-only", size=SIZE) as terminal:
        terminal.shows("Dupont", "read-only")
        terminal.send("e")
        terminal.shows("This is read-only: nothing can be changed.")
        terminal.send("q")
        assert terminal.ends() == 0


class Somebody:
    """The program as a user of the machine who owns none of the files."""

    def __init__(self) -> None:
        setpriv = shutil.which("setpriv")
        if os.geteuid() != 0 or setpriv is None:
            pytest.skip("only root may become somebody else")
        self.place = Path("/var/tmp") / f"tui-portal-{os.getpid()}"  # noqa: S108 - where everybody may look, unlike the tests' folder
        self.place.mkdir(mode=0o755)
        self.command = (setpriv, f"--reuid={NOBODY}", "--clear-groups", sys.executable, "-m", "tui_portal")

    def run(self, path: Path, *words: str) -> tuple[int, str]:
        """The exit status of a command, and what it said."""
        done = subprocess.run(
            [*self.command, "--database", str(path), *words], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def somebody() -> Iterator[Somebody]:
    who = Somebody()
    yield who
    shutil.rmtree(who.place)


def test_a_file_that_this_user_may_only_read_starts_read_only_with_a_banner(somebody: Somebody) -> None:
    somebody.place.chmod(0o777)
    path = _firm_in(somebody.place, "nobody")
    with PtyTerminal("--database", str(path), command=somebody.command, size=SIZE) as terminal:
        terminal.shows("Dupont", "read-only", f"{path} can only be read. Nothing can be changed.")
        terminal.send("e")
        terminal.shows("This is read-only: nothing can be changed.")
        terminal.send("q")
        assert terminal.ends() == 0
    assert somebody.run(path, "accounts")[0] == 0
    status, said = somebody.run(path, "access", "A-0001", "--notify", "on")
    assert (status, "read-only" in said) == (4, True)


def test_a_folder_that_this_user_may_only_read_is_refused_with_path_and_cause(somebody: Somebody) -> None:
    path = _firm_in(somebody.place, "nobody")
    with PtyTerminal("--database", str(path), command=somebody.command, size=SIZE) as terminal:
        assert terminal.ends() == 3
        assert f"{path} can't be opened: nothing can be written to its folder" in terminal.text
    for words in (["accounts"], ["--read-only", "accounts"]):
        status, said = somebody.run(path, *words)
        assert (status, "nothing can be written to its folder" in said) == (3, True)


def test_a_file_that_this_user_may_not_read_is_refused_with_path_and_cause(somebody: Somebody) -> None:
    path = _firm_in(somebody.place, "nobody")
    path.chmod(0o600)
    with PtyTerminal("--database", str(path), command=somebody.command, size=SIZE) as terminal:
        assert terminal.ends() == 3
        assert f"{path} can't be read: permission denied." in terminal.text
    assert somebody.run(path, "accounts")[0] == 3
