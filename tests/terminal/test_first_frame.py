"""The first frame: drawn before Textual is loaded, and what Textual goes on from without a flash or a shift."""

from __future__ import annotations

import signal
import sqlite3
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.services.staff_settings import hide_columns, keep_tour

TAKEN = (
    b"\x1b[?1049h\x1b[?25l\x1b[?7l"  # how the first frame begins; Textual writes these one by one, with others between
)
SHOWN = b"\x1b[?2026l"
LEFT = b"\x1b[?1049l"
NAMES = ["Dupont [/SARL]", "Groß & Söhne GmbH", "山田商店", "Aardvark \x1b[31mred", "Ẽ́ combined", "Zebra"]


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm whose owner is the one who runs the tests, with sixty accounts, more than a screen shows."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    context = identify(context, login)
    keep_tour(context)
    for number in range(60):
        name = NAMES[number] if number < len(NAMES) else f"Client {number:02}"
        account = create_account(context, name, AccountType.COMPANY, tags=["VIP"] if number % 3 else [])
        if number % 2:
            create_contact(context, [account], "Zoë", [f"zoe{number}@dupont.example"])
    yield context
    context.database.close()


def _open(office: Context, *words: str, **more: object) -> PtyTerminal:
    return PtyTerminal("--database", str(office.database.path), *words, **more)  # type: ignore[arg-type]  # handed on as they are


def _first(terminal: PtyTerminal) -> None:
    """Wait for the whole first frame, and for nothing that comes after it."""
    while SHOWN not in terminal.wire:
        assert terminal.read(20), terminal.text
    assert TAKEN in terminal.wire


def _cells(terminal: PtyTerminal) -> list[list[tuple[object, ...]]]:
    """Every cell of the screen: the character, its colours and its attributes."""
    screen = terminal._screen
    return [[tuple(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (109, 15), (70, 15), (200, 80)])
@pytest.mark.parametrize(
    "environment",
    [{}, {"NO_COLOR": "1"}, {"COLORTERM": ""}, {"TERM": "linux", "COLORTERM": ""}, {"TUI_PORTAL_LANG": "fr"}],
    ids=["colours", "none", "256", "16", "french"],
)
def test_the_first_frame_stays_cell_for_cell_when_textual_stands(
    office: Context, size: tuple[int, int], environment: dict[str, str]
) -> None:
    with _open(office, "--read-only", size=size, environment=environment) as terminal:
        _first(terminal)
        before, wire = _cells(terminal), len(terminal.wire)
        terminal.until(lambda text: "60" in text.splitlines()[1 if size[0] >= 110 else 2])
        terminal.drain(0.5)
        after = _cells(terminal)
        # Counts come later. In one line of places they move what is right of them, as the words for them have to be said.
        moves = () if size[0] >= 110 else (1,)
        changed = [
            (x, y)
            for y in range(size[1])
            for x in range(size[0])
            if before[y][x] != after[y][x] and before[y][x][0] != " " and y not in moves
        ]
        assert not changed, f"{[(before[y][x], after[y][x]) for x, y in changed[:5]]}"
        assert b"A-0003" not in terminal.wire[wire:]
        assert bytes(terminal.wire).count(b"\x1b[?1049h") == 1
        assert b"\x1b[2J" not in terminal.wire
        assert len(terminal.wire) - wire < 700


def test_the_light_theme_is_there_from_the_first_frame(office: Context, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[ui]\ntheme = "portal-light"\n')
    with _open(office, "--read-only", "--config", str(config)) as terminal:
        _first(terminal)
        before = _cells(terminal)
        terminal.shows("60 of 60")
        assert before[5:] == _cells(terminal)[5:]
        assert before[5][0][2] == "fbfbf9"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_who_wants_it_dense_has_it_dense_from_the_first_frame(
    office: Context, tmp_path: Path, size: tuple[int, int]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[ui]\ndensity = "dense"\n')
    with _open(office, "--config", str(config), size=size) as terminal:
        _first(terminal)
        before = _cells(terminal)
        terminal.shows("60 of 60")
        side = 28 if size[0] >= 110 else 0
        assert [line[side:] for line in before[2:]] == [line[side:] for line in _cells(terminal)[2:]]


def test_the_tour_of_the_keys_comes_before_the_first_frame(office: Context) -> None:
    office.database.execute("DELETE FROM staff_setting")
    with _open(office) as terminal:
        terminal.shows("60 of 60", "any key goes on")
        assert TAKEN not in terminal.wire


def test_columns_that_a_person_does_without_are_not_in_the_first_frame(office: Context) -> None:
    hide_columns(office, "accounts", frozenset({"type", "login"}))
    with _open(office) as terminal:
        _first(terminal)
        assert "TYPE" not in terminal.text
        before = _cells(terminal)
        terminal.shows("60 of 60")
        assert before[3:] == _cells(terminal)[3:]


def test_switches_and_states_stand_in_the_first_frame_as_in_the_list(office: Context) -> None:
    change_access(office, [8], AccessWish(login=True, notify=True))
    with _open(office, size=(120, 40)) as terminal:
        _first(terminal)
        assert "◐ A-0008" in terminal.text
        before = _cells(terminal)
        terminal.shows("60 of 60")
        assert before[5:] == _cells(terminal)[5:]


def test_a_person_who_sees_their_own_accounts_sees_no_other_in_the_first_frame(office: Context) -> None:
    login = caller_login()
    office.database.execute("UPDATE staff SET role = 'employee', view_all = 0 WHERE login = ?", [login])
    office.database.execute("INSERT INTO account_staff (account_id, staff_id) SELECT 6, id FROM staff")
    with _open(office) as terminal:
        _first(terminal)
        assert "Zebra" in terminal.text
        terminal.shows("1 of 1")
    assert b"Client" not in terminal.wire
    assert b"Dupont" not in terminal.wire


def test_keys_that_were_typed_before_textual_was_there_act_and_are_not_echoed(office: Context) -> None:
    with _open(office) as terminal:
        _first(terminal)
        third = terminal.text.splitlines()[6].split()[1]
        terminal.send("jj\r")
        terminal.shows(f"› {third} ", "no contacts" if int(third[2:]) % 2 else "zoe")
        terminal.send("q")
        assert terminal.ends() == 0
        assert b"jj" not in terminal.wire
        assert b"^M" not in terminal.wire


def test_leaving_is_taken_from_keys_that_were_typed_early(office: Context) -> None:
    with _open(office) as terminal:
        before = termios.tcgetattr(terminal._fd)
        _first(terminal)
        terminal.send("jjq")
        assert terminal.ends() == 0
        assert bytes(terminal.wire).count(LEFT) == 1
        assert termios.tcgetattr(terminal._fd) == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_while_textual_is_being_loaded_leaves_the_terminal_as_it_was(
    office: Context, number: signal.Signals
) -> None:
    with _open(office) as terminal:
        before = termios.tcgetattr(terminal._fd)
        _first(terminal)
        assert termios.tcgetattr(terminal._fd) != before
        terminal.process.send_signal(number)
        assert terminal.ends() == 128 + number
        after = bytes(terminal.wire).rpartition(LEFT)[2]
        assert bytes(terminal.wire).count(LEFT) == 1
        assert b"\x1b[?25h" in after
        assert b"Traceback" not in after
        assert termios.tcgetattr(terminal._fd) == before


def test_ctrl_c_before_anybody_reads_keys_ends_the_program(office: Context) -> None:
    with _open(office) as terminal:
        before = termios.tcgetattr(terminal._fd)
        _first(terminal)
        terminal.send("\x03")
        # Whoever is later than Textual is told how to leave.
        terminal.until(lambda text: "Press q" in text or terminal.process.poll() is not None or LEFT in terminal.wire)
        terminal.send("q")
        assert terminal.ends() in (0, 130)
        assert bytes(terminal.wire).count(LEFT) == 1
        assert termios.tcgetattr(terminal._fd) == before


def test_a_program_that_can_not_go_on_gives_the_terminal_back_and_says_why(office: Context, tmp_path: Path) -> None:
    # The key of the links belongs to another state of the database: it is said before anything else is shown.
    with sqlite3.connect(office.database.path) as connection:
        connection.execute("DROP TABLE activity_seal")
    connection.close()
    with _open(office, environment={"HOME": str(tmp_path)}) as terminal:
        before = termios.tcgetattr(terminal._fd)
        assert terminal.ends() != 0
        if TAKEN in terminal.wire:
            assert bytes(terminal.wire).count(LEFT) == 1
        after = bytes(terminal.wire).rpartition(LEFT)[2] if LEFT in terminal.wire else bytes(terminal.wire)
        assert b"tui-portal" in after
        assert termios.tcgetattr(terminal._fd) == before


@pytest.mark.parametrize(
    ("size", "environment", "settings"),
    [
        ((59, 24), {}, ""),
        ((80, 14), {}, ""),
        ((80, 24), {"COLUMNS": "90"}, ""),
        ((80, 24), {"LC_ALL": "C"}, ""),
        ((80, 24), {}, '[ui]\noutput = "plain"\n'),
    ],
    ids=["narrow", "low", "told another size", "no UTF-8", "plain output"],
)
def test_where_anything_is_unusual_textual_is_waited_for(
    office: Context, tmp_path: Path, size: tuple[int, int], environment: dict[str, str], settings: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(settings)
    with _open(office, "--config", str(config), size=size, environment=environment) as terminal:
        terminal.shows("too small" if size != (80, 24) else "of 60")
        assert TAKEN not in terminal.wire


def test_an_empty_list_is_left_to_textual(database_path: Path) -> None:
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    keep_tour(identify(context, login))
    context.database.close()
    with PtyTerminal("--database", str(database_path)) as terminal:
        terminal.shows("No accounts yet")
        assert TAKEN not in terminal.wire


def test_a_stranger_sees_nothing_but_the_sentence(office: Context) -> None:
    office.database.execute("UPDATE staff SET login = 'somebody'")
    with _open(office) as terminal:
        assert terminal.ends() == 4
        assert TAKEN not in terminal.wire
        assert b"Dupont" not in terminal.wire
