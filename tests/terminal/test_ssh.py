"""Over a real sshd: who has which key acts as themselves, nothing but the application is run, and a line that is lost leaves nothing.

The sshd runs as whoever runs the tests, as inetd would start it, with keys and settings of its own.
"""

from __future__ import annotations

import grp
import os
import select
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.staff import Role
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.imports import import_file
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import StaffFields, add_member

SSHD = "/usr/sbin/sshd"
GONE_SECONDS = 2.0
MANY = 10_000


def _why_not() -> str:
    """Why no sshd can be tried here, empty where it can."""
    if not Path(SSHD).exists() or not all(map(shutil.which, ("ssh", "ssh-keygen"))):
        return "OpenSSH's server and client are not installed"
    if not hasattr(os, "pidfd_open"):
        return "processes can't be waited for on this system"
    if os.getuid() == 0:
        return "" if Path("/run/sshd").is_dir() else "sshd of root's needs the folder /run/sshd"
    # sshd gives each terminal to the group tty, which not everybody can where the system has not done so already (devpts, gid=5).
    terminal, other_end = os.openpty()
    group = Path(os.ttyname(other_end)).stat().st_gid
    os.close(terminal)
    os.close(other_end)
    tty = grp.getgrnam("tty").gr_gid
    return "" if tty in (group, *os.getgroups()) else "terminals don't belong to the group tty here"


pytestmark = pytest.mark.skipif(bool(_why_not()), reason=_why_not())


class Sshd:
    """Answers on a free port of loopback with an sshd for each connection."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key("host")
        self.authorized = folder / "authorized_keys"
        self.authorized.touch()
        settings = {
            "HostKey": folder / "host",
            "AuthorizedKeysFile": self.authorized,
            "AuthenticationMethods": "publickey",
            "StrictModes": "no",
            "UsePAM": "no",
            "PermitRootLogin": "yes",
            "AcceptEnv": "LC_*",
        }
        (folder / "sshd_config").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._serving: list[subprocess.Popen[bytes]] = []
        self._answering = threading.Thread(target=self._answer)
        self._answering.start()

    def let_in(self, name: str, *words: str) -> None:
        """Make a key called `name`, for which the application is started with `words`."""
        command = " ".join([sys.executable, "-I", "-m", "tui_portal", *words])
        with self.authorized.open("a") as file:
            file.write(f'restrict,pty,command="exec {command}" {self._key(name)}')

    def command(self, name: str) -> list[str]:
        """How to connect with the key called `name`."""
        options = [
            *("UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "LogLevel=ERROR", "BatchMode=yes"),
            *("IdentitiesOnly=yes", "IdentityAgent=none", "SendEnv=LC_*", "ControlPath=none"),
        ]
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        named = [word for option in options for word in ("-o", option)]
        return [
            *("ssh", "-F", "none", "-i", str(self._folder / name), "-p", str(self.port), *named),
            f"{user}@127.0.0.1",
        ]

    def close(self) -> None:
        """Answer no more; every connection ends."""
        self._listener.shutdown(socket.SHUT_RDWR)  # which ends the waiting for the next connection
        self._answering.join()
        self._listener.close()
        for sshd in self._serving:
            sshd.terminate()
            sshd.wait()

    def _answer(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection:
                words = [SSHD, "-i", "-E", str(self._folder / "log"), "-f", str(self._folder / "sshd_config")]
                self._serving.append(subprocess.Popen(words, stdin=connection, stdout=connection))

    def _key(self, name: str) -> str:
        path = self._folder / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(path)], check=True)
        return Path(f"{path}.pub").read_text()


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm with two staff members and one address; nobody of them is the one who runs the tests."""
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login="olga.o", owner_name="Olga", owner_email="olga@x.example"
    )
    acting = identify(context, "olga.o")
    add_member(acting, StaffFields("emma.e", "Emma", "emma@x.example", Role.ADMIN))
    create_contact(acting, [create_account(acting, "Dupont", AccountType.COMPANY)], "Zoë", ["zoe@dupont.example"])
    yield acting
    context.database.close()


@pytest.fixture
def sshd(office: Context, tmp_path: Path) -> Iterator[Sshd]:
    """A key for each of the staff."""
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    config = tmp_path / "config.toml"
    config.write_text('[staff]\nrestricted = true\nexports = "."\n', encoding="utf-8")
    server = Sshd(folder)
    for login in ("olga.o", "emma.e"):
        server.let_in(login, "--database", str(office.database.path), "--config", str(config), "--as", login)
    with closing(server):
        yield server


def _open(sshd: Sshd, login: str) -> PtyTerminal:
    command = sshd.command(login)
    return PtyTerminal(command=[str(shutil.which(command[0])), "-tt", *command[1:]])


def _run(sshd: Sshd, login: str, *words: str) -> tuple[int, str]:
    done = subprocess.run([*sshd.command(login), *words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.stdout == ""
    return done.returncode, done.stderr


def _programs(office: Context) -> list[int]:
    """Handles (pidfd) of the processes that have this database open by their command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"tui_portal" in words and os.fsencode(office.database.path) in words:
                found.append(os.pidfd_open(int(folder.name)))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
    return found


def _end_line(terminal: PtyTerminal, office: Context) -> None:
    """Kill the client, and see that no process of the program is there after two seconds."""
    with ExitStack() as stack:
        programs = _programs(office)
        for program in programs:
            stack.callback(os.close, program)
        assert programs
        terminal.process.kill()
        poll = select.poll()
        for program in programs:
            poll.register(program, select.POLLIN)
        while programs:
            ended = poll.poll(GONE_SECONDS * 1000)
            assert ended, "the program goes on after its line was lost"
            for program, _event in ended:
                poll.unregister(program)
                programs.remove(program)
    assert _programs(office) == []


def _left(office: Context) -> list[tuple[int, int]]:
    return office.database.rows("SELECT (SELECT count(*) FROM lease), (SELECT count(*) FROM presence)")


def test_each_key_acts_as_its_staff_member_and_the_log_says_from_where(office: Context, sshd: Sshd) -> None:
    for login, word in (("emma.e", "NOTIFY is saved"), ("olga.o", "EMAIL SYNC is saved")):
        with _open(sshd, login) as terminal:
            terminal.shows("Dupont", login)
            terminal.send("\r")
            terminal.shows("zoe@dupont.example")
            terminal.send("o" if login == "emma.e" else "y")
            terminal.shows(word)
            terminal.send("-q")
            assert terminal.ends() == 0
    entries = office.database.rows(
        """
        SELECT s.login, a.origin FROM activity a JOIN staff s ON s.id = a.staff_id
        WHERE a.kind = 'access_changed' ORDER BY a.id
        """
    )
    assert entries == [("emma.e", "terminal 127.0.0.1"), ("olga.o", "terminal 127.0.0.1")]


def test_nothing_but_the_application_is_run(office: Context, sshd: Sshd, tmp_path: Path) -> None:
    made = tmp_path / "made"
    for words in (("touch", str(made)), ("tui-portal", "accounts"), (f"; touch {made}",)):
        status, told = _run(sshd, "emma.e", *words)
        assert status == 4
        assert f"Only the application can be opened over this line; “{' '.join(words)[:40]}" in told
    status, told = _run(sshd, "emma.e")
    assert status == 2
    assert "The application needs a terminal" in told
    assert not made.exists()


def test_a_lost_line_leaves_no_process_and_no_trace_of_an_open_account(office: Context, sshd: Sshd) -> None:
    with _open(sshd, "emma.e") as terminal:
        terminal.shows("Dupont")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        while _left(office) != [(0, 1)]:
            terminal.read(0.1)
        _end_line(terminal, office)
    assert _left(office) == [(0, 0)]


def test_a_line_that_is_lost_in_the_middle_of_an_edit_leaves_all_of_it_or_nothing(
    office: Context, sshd: Sshd, tmp_path: Path
) -> None:
    lines = "".join(f"Firm {n},Person {n},p{n}@firm{n}.example\n" for n in range(MANY))
    (tmp_path / "many.csv").write_text(f"account,name,email\n{lines}", encoding="utf-8")
    import_file(office, tmp_path / "many.csv")
    with _open(sshd, "olga.o") as terminal:
        _save_an_edit(terminal)
        terminal.until(lambda text: "Saving" in text or "settings changed" in text)
        _end_line(terminal, office)
    changed = office.database.value("SELECT count(*) FROM contact_settings WHERE notify = 1")
    logged = office.database.value("SELECT count(*) FROM activity WHERE kind = 'access_changed'")
    assert (changed, logged) in ((0, 0), (MANY + 1, MANY + 1))
    assert _left(office) == [(0, 0)]
    assert office.database.rows("PRAGMA integrity_check") == [("ok",)]


def test_a_line_that_is_lost_while_an_edit_waits_for_another_leaves_nothing_of_it(office: Context, sshd: Sshd) -> None:
    with _open(sshd, "olga.o") as terminal, closing(sqlite3.connect(office.database.path)) as colleague:
        _choose_an_edit(terminal)
        colleague.execute("BEGIN IMMEDIATE")
        terminal.send("\x1bs")
        terminal.shows("aving")
        _end_line(terminal, office)
        colleague.rollback()
    assert office.database.value("SELECT count(*) FROM contact_settings WHERE notify = 1") == 0
    assert _left(office) == [(0, 0)]


def _choose_an_edit(terminal: PtyTerminal) -> None:
    """In the bulk edit of all accounts: NOTIFY on for everybody, not yet saved."""
    terminal.shows("Dupont")
    terminal.send("*m")
    terminal.shows("More actions")
    terminal.send("\r")
    terminal.shows("Nothing is chosen yet")
    terminal.send("\x1b[B\x1b[C")
    terminal.shows("Will change")


def _save_an_edit(terminal: PtyTerminal) -> None:
    _choose_an_edit(terminal)
    terminal.send("\x1bs")
