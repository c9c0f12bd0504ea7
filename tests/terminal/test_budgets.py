"""What the application may send and hold at 100,000 accounts: every budget that is bytes or memory, through a real terminal."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import budgets
from tests.large_firm import make_large_firm
from tests.pty_terminal import PATIENCE, PtyTerminal
from tui_portal.config import Settings
from tui_portal.services.staff import caller_login

PAGE_DOWN = "\x1b[6~"
PAGE_ROWS = 36
_QUIET = 0.08  # seconds in which nothing comes: the answer to a key is whole


class Line(PtyTerminal):
    """The application on a line on which bytes are counted."""

    def counted(self, keys: str) -> int:
        """Type `keys`; the bytes of all that is written for them."""
        before = len(self.wire)
        self.send(keys)
        self.read(PATIENCE)
        self.rest()
        return len(self.wire) - before

    def rest(self) -> None:
        """Read until nothing more comes."""
        while self.read(_QUIET):
            pass


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """The application on a firm with 100,000 accounts, once its list is whole; all tests of the module go on with it."""
    path = tmp_path_factory.mktemp("large") / "firm.sqlite3"
    make_large_firm(path, budgets.ACCOUNTS, owner_login=caller_login(), settings=Settings()).database.close()
    with Line("--database", str(path), size=budgets.SIZE, marks_frames=True) as terminal:
        terminal.until(lambda text: bool(re.search(r"(\d{5,}) of \1 ", text)))
        terminal.rest()
        yield terminal


@pytest.fixture
def at_the_top(line: Line) -> Line:
    """The list with its cursor on the first row, nothing marked and nothing found."""
    line.send("\x1b\x1b\x1b1g")
    line.until(lambda text: "by Name ↑" in text and "marked" not in text)
    line.rest()
    return line


def _hold(what: str, found: float, most: float, unit: str) -> None:
    assert found <= most, f"{what}: {found:,.0f} {unit}, the budget is {most:,} {unit}"


def test_memory_keeps_to_its_budget(line: Line) -> None:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{line.process.pid}/status").read_text())
    assert found
    _hold("memory", int(found[1]) / 1024, budgets.MEMORY, "MiB")


def test_the_cursor_keeps_to_its_budget(at_the_top: Line) -> None:
    _hold("cursor down", statistics.median(at_the_top.counted("j") for _ in range(5)), budgets.CURSOR_DOWN, "bytes")


def test_a_page_keeps_to_its_budget(at_the_top: Line) -> None:
    pages = [at_the_top.counted(PAGE_DOWN) for _ in range(5)]
    _hold("page down", statistics.median(pages), budgets.PAGE_DOWN, "bytes")


def test_scrolling_by_a_line_and_a_held_key_keep_to_their_budgets(at_the_top: Line) -> None:
    at_the_top.counted("j" * (PAGE_ROWS - 1))
    scrolled = [at_the_top.counted("j") for _ in range(5)]
    _hold("scrolling by a line", statistics.median(scrolled), budgets.SCROLL_LINE, "bytes")
    before = len(at_the_top.wire)
    for _ in range(budgets.HELD_KEYS):
        at_the_top.send("j")
        at_the_top.read(PATIENCE)  # every key is answered by itself
    at_the_top.rest()
    _hold("a key held for a second, scrolling", len(at_the_top.wire) - before, budgets.HELD_KEY, "bytes")


def test_a_mark_keeps_to_its_budget(at_the_top: Line) -> None:
    for key in ("G", "k", " "):
        at_the_top.counted(key)
    # On the last row: nothing changes but the mark and the count of marks.
    _hold("marking a row", at_the_top.counted(" "), budgets.MARK, "bytes")
    at_the_top.counted("\x1b")


def test_a_switch_keeps_to_its_budget(at_the_top: Line) -> None:
    at_the_top.counted("\r")
    at_the_top.shows("Contacts", "[off ]")
    at_the_top.counted("y")
    _hold("a switch", at_the_top.counted("y"), budgets.SWITCH, "bytes")


@pytest.mark.parametrize(
    ("keys", "shows", "most"),
    [
        ("m", "Edit login", budgets.DIALOG),
        ("s", "Sort by", budgets.DIALOG),
        ("f", "Filter", budgets.DIALOG),
        ("n", "New account", budgets.DIALOG),
        ("?", "In every list", budgets.HELP),
    ],
)
def test_a_dialog_over_the_list_keeps_to_its_budget(at_the_top: Line, keys: str, shows: str, most: int) -> None:
    found = at_the_top.counted(keys)
    at_the_top.shows(shows)
    _hold(f"the dialog {shows!r}", found, most, "bytes")


def test_every_dialog_over_the_profile_keeps_to_its_budget(at_the_top: Line) -> None:
    at_the_top.counted("\r")
    at_the_top.shows("Contacts", "[off ]")
    for key in "l.pwne":
        _hold(f"the dialog behind {key}", at_the_top.counted(key), budgets.DIALOG, "bytes")
        at_the_top.counted("\x1b")
