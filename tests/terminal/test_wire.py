"""What reaches a real terminal: names of people never as commands, and the terminal as it was when the program ends."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal, log_path
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

HOSTILE = "\x1b]0;OWNED\x07\x1b[31m\x9b2J\u202eevil [red]x[/red] [@click=app.quit]y[/"
LEFT = b"\x1b[?1049l"


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm whose owner is the one who runs the tests."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    yield identify(context, login)
    context.database.close()


def _open(office: Context, *words: str, **more: object) -> PtyTerminal:
    return PtyTerminal("--database", str(office.database.path), *words, **more)  # type: ignore[arg-type]  # handed on as they are


def test_hostile_names_are_shown_harmless_in_every_widget(office: Context) -> None:
    account = create_account(office, HOSTILE, AccountType.COMPANY, tags=["\x1b[5mtag"])
    create_contact(office, [account], f"Zoë {HOSTILE}", ["zoe@dupont.example", "bad\x1b[41m@x"], phone="\x9b31m1")
    office.database.execute("UPDATE firm SET name = ?", [f"Hansen{HOSTILE}"])
    with _open(office, size=(120, 40)) as terminal:
        terminal.shows("A-0001", "evil [red]x[/red]", "1 of 1")
        terminal.send("/evil")
        terminal.shows("1 of 1")
        terminal.send("\r\r")
        terminal.shows("Zoë", "zoe@dupont.example", "no access")
        terminal.send("l")
        terminal.shows("Personalized message", "zoe@dupont.example in A-0001")
        terminal.send("\tx")
        terminal.send("\x1b")
        terminal.hides("Personalized message")
        terminal.send("jl")
        terminal.shows("is not valid")
        terminal.send(":")
        terminal.shows("A command, or an account")
        terminal.send("evil")
        terminal.shows("company")
        terminal.send("\x1b")
        terminal.hides("A command, or")
        terminal.send("\x1b")
        terminal.shows("1 of 1")
        terminal.send("q")
        assert terminal.ends() == 0
        wire = bytes(terminal.wire)
    for bad in (b"OWNED\x07", b"]0;OWNED\x1b", b"\x1b]0;", b"\xc2\x9b", "\u202e".encode(), b"\x1b[5m", b"\x1b[41m@"):
        assert bad not in wire


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_the_program_within_two_seconds_with_the_terminal_restored(
    office: Context, number: signal.Signals
) -> None:
    with _open(office) as terminal:
        terminal.shows("0 of 0")
        start = time.monotonic()
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
        assert time.monotonic() - start < 2
        assert LEFT in terminal.wire


def test_quit_leaves_the_terminal_as_it_was(office: Context) -> None:
    with _open(office) as terminal:
        terminal.shows("0 of 0")
        terminal.send("q")
        assert terminal.ends() == 0
        assert LEFT in terminal.wire
        assert terminal.wire.rindex(b"\x1b[?25h") > terminal.wire.index(b"\x1b[?25l")


def test_what_is_typed_after_the_last_key_is_nobodys(office: Context) -> None:
    with _open(office) as terminal:
        terminal.shows("0 of 0")
        terminal.send("jkqjnkeG8")
        assert terminal.ends() == 0
        assert "stopped" not in terminal.text


def test_nothing_moves_while_nobody_types(office: Context) -> None:
    with _open(office) as terminal:
        terminal.shows("0 of 0")
        terminal.drain(1.0)
        before = len(terminal.wire)
        terminal.drain(2.5)
        assert len(terminal.wire) == before


def test_no_color_sends_no_colours(office: Context) -> None:
    create_account(office, "Dupont", AccountType.COMPANY)
    with _open(office, environment={"NO_COLOR": "1"}) as terminal:
        terminal.shows("A-0001")
        terminal.send("\r")
        terminal.shows("no contacts")
        assert not re.search(rb"\x1b\[[0-9;]*\b[34]8;[25];", bytes(terminal.wire))


def test_an_empty_no_color_means_nothing(office: Context) -> None:
    with _open(office, environment={"NO_COLOR": ""}) as terminal:
        terminal.shows("0 of 0")
        assert b"48;2;" in terminal.wire


def test_a_crash_leaves_one_line_and_a_log_without_the_values_of_variables(office: Context, tmp_path: Path) -> None:
    account = create_account(office, "Secret-Name GmbH", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])
    with _open(office, environment={"HOME": str(tmp_path)}) as terminal:
        terminal.shows("Secret-Name")
        # A rule that no version of this program made: nothing of the screens expects it.
        office.database.execute("CREATE TRIGGER odd BEFORE INSERT ON activity BEGIN SELECT RAISE(ABORT, 'odd'); END")
        terminal.send("\r")
        terminal.shows("zoe@dupont.example")
        terminal.send("o")
        assert terminal.ends() == 1
        after = bytes(terminal.wire).rpartition(LEFT)[2].decode()
    assert after.count("tui-portal stopped") == 1
    assert "Traceback" not in after
    log = log_path(tmp_path).read_text()
    assert "IntegrityError" in log
    assert "change_access" in log
    assert "Secret-Name" not in log
    assert log_path(tmp_path).stat().st_mode & 0o077 == 0


def test_no_database_asks_whether_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    with PtyTerminal("--database", str(path)) as terminal:
        terminal.shows("There is no database", "[m] make one")
        terminal.send("m\n")
        terminal.shows("Name of the firm:")
        terminal.send("Müller & Söhne\n")
        terminal.shows("Your name:")
        terminal.send("Olga\n")
        terminal.shows("Your e-mail address:")
        terminal.send("olga@x.example\n")
        terminal.shows("Müller & Söhne › Accounts", "0 of 0")
        terminal.send("q")
        assert terminal.ends() == 0
    assert path.exists()


def test_keys_that_arrive_in_one_burst_go_where_a_slow_hand_would_have_put_them(office: Context) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    create_account(office, "Aardvark", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])
    with _open(office) as terminal:
        terminal.shows("Aardvark")
        terminal.send("/dup\r\rlBonjour, voyons\t\r")
        terminal.shows("the mail waits in the outbox", "A-0001 Dupont")
    assert office.database.rows("SELECT login, notify, email_sync FROM contact_settings") == [(1, 0, 0)]
    assert office.database.value("SELECT message FROM outbox") == "Bonjour, voyons"


def test_a_switch_made_in_one_terminal_is_seen_in_another_within_two_seconds(office: Context) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])
    with _open(office) as one, _open(office) as other:
        for terminal in (one, other):
            terminal.shows("A-0001")
        other.drain(1.5)
        one.send("\ro")
        one.shows("NOTIFY is saved")
        start = time.monotonic()
        other.shows("1/1")
        assert time.monotonic() - start < 2
        other.send("\ry")
        other.shows("EMAIL SYNC is saved")
        one.until(lambda text: text.count("[ on ]") == 2)
    assert office.database.rows("SELECT login, notify, email_sync FROM contact_settings") == [(0, 1, 1)]
