"""Terminals that can do less: no UTF-8, sixteen colours, none. What they show can be read, and what they send ends nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.tui.charset import ASCII, UTF_8, stand_in, terminal_encoding

# xterm's sixteen colours (XTerm-col.ad).
RED_GREEN_BLUE = {
    "black": (0, 0, 0),
    "red": (205, 0, 0),
    "green": (0, 205, 0),
    "brown": (205, 205, 0),
    "blue": (0, 0, 238),
    "magenta": (205, 0, 205),
    "cyan": (0, 205, 205),
    "white": (229, 229, 229),
    "brightblack": (127, 127, 127),
    "brightred": (255, 0, 0),
    "brightgreen": (0, 255, 0),
    "brightbrown": (255, 255, 0),
    "brightyellow": (255, 255, 0),
    "brightblue": (92, 92, 255),
    "brightmagenta": (255, 0, 255),
    "bfightmagenta": (255, 0, 255),  # pyte's spelling
    "brightcyan": (0, 255, 255),
    "brightwhite": (255, 255, 255),
}


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm whose owner is the one who runs the tests, with names in several scripts."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    acting = identify(context, login)
    account = create_account(acting, "Łukasz Étienne & Søn", AccountType.FAMILY)
    create_contact(acting, [account], "山田 太郎", ["taro@yamada.example"])
    create_account(acting, "Bertrand", AccountType.COMPANY)
    yield acting
    context.database.close()


def _open(office: Context, *words: str, **environment: str) -> PtyTerminal:
    return PtyTerminal("--database", str(office.database.path), *words, environment=environment)


@pytest.mark.parametrize(
    ("variables", "stream", "expected"),
    [
        ({}, "utf-8", (UTF_8, "")),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8", (ASCII, "LANG")),  # what Python makes of LANG=C
        ({"LC_CTYPE": "C.UTF-8"}, "utf-8", (UTF_8, "")),
        ({"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, "utf-8", (ASCII, "LC_ALL")),
        ({"LANG": "de_DE.utf8"}, "utf-8", (UTF_8, "")),
        ({"LANG": "de_DE"}, "utf-8", (UTF_8, "")),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, "utf-8", ("iso8859-15", "LANG")),
        ({"LC_CTYPE": "ja_JP.eucJP", "LANG": "en_US.UTF-8"}, "utf-8", ("euc_jp", "LC_CTYPE")),
        ({"LANG": "x_X.UTF-16"}, "utf-8", (ASCII, "LANG")),  # no terminal reads this
        ({"LANG": "x_X.no-such"}, "utf-8", (ASCII, "LANG")),
        ({"LANG": "fr_FR.ISO-8859-1"}, "iso8859-1", ("iso8859-1", "LANG")),
        ({"PYTHONIOENCODING": "latin-1", "LANG": "C.UTF-8"}, "latin-1", ("iso8859-1", "PYTHONIOENCODING")),
    ],
)
def test_the_locale_says_what_the_terminal_reads(
    variables: dict[str, str], stream: str, expected: tuple[str, str]
) -> None:
    assert terminal_encoding(variables, stream, utf8_mode=True) == expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("● ◐ ○ › … ⋮ · “x”", '* + o > ~ : - "x"'),
        ("Łukasz Étienne Søn Straße ıŁđ", "Lukasz Etienne Son Strase iLd"),
        ("e\u0301", "e"),
        ("山田", "????"),
        ("＠家", "@ ??"),
        ("👨‍👩‍👧!", "??!"),
        ("╭─╮│▁", "+-+|#"),
        ("Привет", "??????"),
    ],
)
def test_what_ascii_does_not_have_is_shown_by_something_as_wide(text: str, shown: str) -> None:
    assert stand_in(text) == shown


def test_without_utf_8_all_is_ascii_in_its_place_and_the_person_is_told(office: Context) -> None:
    with _open(office, LC_ALL="C") as terminal:
        terminal.shows("o A-0001", "Lukasz Etienne & Son", "No UTF-8 (ascii)", "LC_ALL=C.UTF-8")
        terminal.send("G\r")
        terminal.shows("> Email", "taro@yamada.example", "???? ??")
        line = next(line for line in terminal.text.splitlines() if "taro@" in line)
        assert line.index("[off ]") == 52  # as with UTF-8
        wire = bytes(terminal.wire)
    assert wire.isascii()


def test_a_terminal_in_latin_1_gets_and_sends_latin_1(office: Context) -> None:
    with _open(office, "--lang", "en", LC_ALL="de_DE.ISO-8859-1") as terminal:
        terminal.shows("2 of 2")
        assert "Lukasz Étienne & Søn".encode("latin-1") in terminal.wire
        terminal.send_bytes("/étienne".encode("latin-1"))
        terminal.shows("1 of 2")


def test_bytes_that_are_no_text_end_nothing(office: Context) -> None:
    with _open(office) as terminal:
        terminal.shows("2 of 2")
        terminal.send_bytes(b"/\xe9a\xff\xfe\xc3")
        terminal.shows("�a")
        terminal.send("\x15bert")
        terminal.shows("Bertrand", "1 of 2")
        terminal.send("\rq")
        assert terminal.ends() == 0


def test_in_sixteen_colours_every_letter_stands_out_from_its_ground(office: Context) -> None:
    with _open(office, TERM="xterm", COLORTERM="") as terminal:
        terminal.shows("2 of 2")
        terminal.send(" ")
        terminal.shows("1 marked")
        assert _hidden(terminal) == set()
        terminal.send("G\r")
        terminal.shows("taro@yamada.example")
        assert _hidden(terminal) == set()
        terminal.send("l")
        terminal.shows("Personalized message")
        assert _hidden(terminal) == set()
        assert not re.search(rb"\x1b\[[0-9;]*[34]8;[25];", bytes(terminal.wire))


def test_without_colours_the_line_under_the_cursor_is_reversed(office: Context) -> None:
    with _open(office, NO_COLOR="1") as terminal:
        terminal.shows("2 of 2")
        reversed_rows = {y for y, line in terminal.cells.items() if sum(cell.reverse for cell in line.values()) > 40}
        assert [terminal.text.splitlines()[y].split()[1] for y in reversed_rows] == ["A-0002"]


def _hidden(terminal: PtyTerminal) -> set[tuple[str, str, str]]:
    """The cells whose contrast is less than 3 : 1 (WCAG 2.2, 1.4.11): sign, foreground, background."""
    found = set()
    for line in terminal.cells.values():
        for cell in line.values():
            front, ground = (cell.bg, cell.fg) if cell.reverse else (cell.fg, cell.bg)
            if cell.data.strip() and "default" not in (front, ground) and _contrast(front, ground) < 3:
                found.add((cell.data, front, ground))
    return found


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted(_luminance(RED_GREEN_BLUE[name]) for name in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [value / 255 for value in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
