"""The terminal application in a real pseudo-terminal: how long from a key to the last byte of its answer.

Every chunk that comes is stamped when it comes. The time for which is waited to see that nothing more comes is in no figure, and
the screen is put together only while the application is silent.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.benchmarks.databases import Demo
from tests.pty_terminal import _PRIVATE, Pty, PtyTerminal
from tui_portal.tui.lists import ACCOUNT_SORTS

SIZE = (120, 40)
KEYS = {"cursor down": "j", "page down": "\x1b[6~", "end": "G", "home": "g"}
WORDS = ("dup", "mar", "sch", "sør")
TYPED = (1, 3)  # characters of a word after which the answer is timed
_PRESSES = {"cursor down": 30, "page down": 20}
_PAIRS = 15  # of end and home
_BUSY_PRESSES = 120
_QUIET = 0.1  # so long nothing comes: the answer is whole
_PAUSE = 0.03  # so long nothing comes: time to look at the screen
_REST = 0.4  # the rest of an order is read unseen, and a key waits for it
_LONG_QUIET = 1.5  # nothing is under way any more: the counts of the places have come too
_NOTHING = 1.0  # so long nothing comes: the key changes nothing
_PATIENCE = 60.0
BAR = b"48;2;44;88;120"  # the colour of the cursor's bar
_SEQUENCE = re.compile(rb"\x1b\[[0-9;?<>=!$]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_ROW = re.compile(rb"A-\d{4}")
_EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("EMPTY-APP")
Empty().run(mouse=False)
"""


@dataclass
class Figures:
    """What was measured on one database: milliseconds, bytes and MiB."""

    start: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, answer: Answer) -> None:
        """Keep what one key brought."""
        self.times.setdefault(name, []).append(answer.milliseconds)
        self.sizes.setdefault(name, []).append(answer.bytes)


@dataclass(frozen=True)
class Answer:
    """What a key brought: until its last byte, and how many."""

    milliseconds: float
    bytes: int


class Session(PtyTerminal):
    """The application on a database; what it writes is read at once and looked at later."""

    def __init__(self, demo: Demo) -> None:
        self._chunks: list[tuple[float, bytes]] = []
        self.total = f"{demo.total} of {demo.total}"
        super().__init__(*demo.command, size=SIZE, marks_frames=True)

    def read(self, seconds: float) -> bytes:
        data = Pty.read(self, seconds)
        if data:
            self._chunks.append((self.last_byte, data))
        return data

    def look(self) -> str:
        """The screen as it is by what came until now."""
        for _moment, data in self._chunks:
            self._feed(data)
        self._chunks.clear()
        return self.text

    def settle(self, quiet: float = _QUIET) -> None:
        """Read until nothing came for `quiet` seconds."""
        while self.read(quiet):
            pass
        self.look()

    def first_rows(self) -> float:
        """Milliseconds from the start of the program to its first rows."""
        return first_shown(self, _ROW)

    def whole(self) -> float:
        """Wait until the whole list is known and all is still; milliseconds from the start to the list's last byte."""
        self._until(self._finds(self.total))
        last = self.last_byte
        self.settle(_LONG_QUIET)
        return (last - self.started) * 1000

    def press(self, key: str, shows: str = "") -> Answer | None:
        """Type `key` and wait for all of its answer, which `shows` this; None where it changes nothing."""
        before, sent = len(self.wire), time.perf_counter()
        self.send(key)
        if not self.read(_PATIENCE if shows else _NOTHING):
            return None
        if shows:
            self._until(self._finds(shows))
        self.settle()
        return Answer((self.last_byte - sent) * 1000, len(self.wire) - before)

    def cursor_line(self) -> int:
        """The line of the screen with the cursor's bar: of the lines with an ID the one whose colour no other has."""
        lines = [y for y, line in enumerate(self.look().splitlines()) if re.search(r"[●◐○] A-\d{4}", line)]
        colours = {y: self._screen.buffer[y][SIZE[0] - 10].bg for y in lines}
        seldom = min(Counter(colours.values()).items(), key=lambda found: found[1])[0]
        return next(y for y, colour in colours.items() if colour == seldom)

    def press_down(self) -> float:
        """Move the cursor down a line; milliseconds until the bar has moved, whatever else is painted meanwhile."""
        line = self.cursor_line()
        bar = self._screen.buffer[line][SIZE[0] - 10].bg
        sent = time.perf_counter()
        self.send("j")
        end = sent + _PATIENCE
        while time.perf_counter() < end:
            while self.read(_PAUSE):
                pass
            while self._chunks:
                moment, data = self._chunks.pop(0)
                self._feed(data)
                if self._screen.buffer[line + 1][SIZE[0] - 10].bg == bar:
                    self.settle(_PAUSE)
                    return (moment - sent) * 1000
        raise SystemExit(f"the cursor did not move\n{self.look()}")

    def memory(self, of: Literal["VmRSS", "VmHWM"]) -> float:
        """Resident memory in MiB, now or at its highest (Linux, proc(5))."""
        return resident(self.process.pid, of)

    def _feed(self, data: bytes) -> None:
        self._stream.feed(_PRIVATE.sub(b"", data))

    def _finds(self, part: str) -> Callable[[str], bool]:
        found = re.compile(rf"(?<![0-9]){re.escape(part)}")
        return lambda text: bool(found.search(text))

    def _until(self, holds: Callable[[str], bool]) -> None:
        end = time.perf_counter() + _PATIENCE
        while True:
            while self.read(_PAUSE):
                pass
            if holds(self.look()):
                return
            if time.perf_counter() > end:
                raise SystemExit(f"what was waited for did not come\n{self.look()}")
            self.read(_NOTHING)


def measure_empty(figures: Figures) -> None:
    """Start an empty Textual application."""
    with Pty([sys.executable, "-c", _EMPTY_APP], size=SIZE) as terminal:
        figures.start.append(first_shown(terminal, re.compile(rb"EMPTY-APP")))
        while terminal.read(_QUIET):
            pass
        figures.memory.append(resident(terminal.process.pid, "VmRSS"))
        figures.peak.append(resident(terminal.process.pid, "VmHWM"))


def measure_start(demo: Demo) -> None:
    """Start and wait for the whole list, so that the machine has the files at hand."""
    with Session(demo) as terminal:
        terminal.first_rows()
        terminal.whole()


def measure_keys(demo: Demo, figures: Figures) -> None:
    """Start, and move about in the list."""
    with Session(demo) as terminal:
        figures.start.append(terminal.first_rows())
        figures.whole.append(terminal.whole())
        figures.memory.append(terminal.memory("VmRSS"))
        presses = [name for name, times in _PRESSES.items() for _ in range(times)] + ["end", "home"] * _PAIRS
        ended = set()
        for name in presses:
            answer = None if name in ended else terminal.press(KEYS[name])
            if answer is None:
                ended.add(name)  # at the end of a short list a key changes nothing
            else:
                figures.add(name, answer)
        figures.peak.append(terminal.memory("VmHWM"))


def measure_answers(demo: Demo, figures: Figures) -> None:
    """Press a key as soon as there are rows; milliseconds from the start of the program until the cursor has moved."""
    with Session(demo) as terminal:
        terminal.first_rows()
        before = len(terminal.wire)
        terminal.send("j")
        while BAR not in terminal.wire[before:]:
            if not terminal.read(_PATIENCE):
                raise SystemExit(f"the first key was not answered\n{terminal.look()}")
        figures.answers.append((terminal.last_byte - terminal.started) * 1000)


def measure_bytes(demo: Demo, figures: Figures) -> None:
    """What is exact from run to run: scrolling by a line, a mark, a dialog."""
    with Session(demo) as terminal:
        terminal.first_rows()
        terminal.whole()
        terminal.press("j" * (SIZE[1] - 4), "")
        for name, key, times in (("scroll by a line", "j", 20), ("a dialog opens", "m", 1)):
            for _ in range(times):
                answer = terminal.press(key)
                assert answer is not None
                figures.add(name, answer)
        for key in ("\x1b", "G", "k", " "):
            terminal.press(key)
        answer = terminal.press(" ")
        assert answer is not None
        figures.add("mark a row", answer)


def measure_orders(demo: Demo, counts: dict[str, int], figures: Figures) -> None:
    """Sort by every column both ways, and find words as they are typed; `counts` tells how many accounts each beginning finds."""
    with Session(demo) as terminal:
        terminal.first_rows()
        terminal.whole()
        # The list begins in the order of names, so that its key would turn it round.
        for name in [name for name in ACCOUNT_SORTS if name != "name"] + ["name"]:
            key, title = ACCOUNT_SORTS[name]
            terminal.press("s", "Sort by")
            answer = terminal.press(key, f"by {title()} ↑")
            assert answer is not None
            figures.add(f"sort by {title()}", answer)
            terminal.settle(_REST)
            answer = terminal.press("S", f"by {title()} ↓")
            terminal.settle(_REST)
            assert answer is not None
            figures.add(f"sort by {title()}, turned", answer)
        for word in WORDS:
            terminal.press("/")
            for length in range(1, len(word) + 1):
                count = counts[word[:length]]
                answer = terminal.press(word[length - 1], f"{count} of {demo.total}")
                # Only a count that changes tells the answer from what stood there before.
                if length in TYPED and answer is not None and count != counts.get(word[: length - 1]):
                    figures.add(typed_name(length), answer)
            terminal.press("\x1b")
            terminal.press("\x1b", terminal.total)


def measure_beside_colleague(demo: Demo, accounts: int, figures: Figures) -> list[str]:
    """Move the cursor down, first alone, then while a colleague edits so many accounts again and again; what the colleague did."""
    with Session(demo) as terminal:
        terminal.first_rows()
        terminal.whole()
        _press_down_often(terminal, figures, "idle")
        command = [sys.executable, "-m", "tests.benchmarks.colleague", str(demo.path), str(accounts)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as colleague:
            try:
                assert colleague.stdout is not None
                if not colleague.stdout.readline():
                    raise SystemExit("the colleague could not begin")
                _press_down_often(terminal, figures, "beside")
            finally:
                colleague.kill()
            return colleague.stdout.read().splitlines()


def _press_down_often(terminal: Session, figures: Figures, name: str) -> None:
    last = SIZE[1] - 3
    for _ in range(_BUSY_PRESSES):
        if terminal.cursor_line() >= last:
            terminal.press("g")
        figures.times.setdefault(name, []).append(terminal.press_down())


def first_shown(terminal: Pty, marker: re.Pattern[bytes]) -> float:
    """Milliseconds from the start of the program until `marker` has come."""
    while not marker.search(_SEQUENCE.sub(b"", bytes(terminal.wire))):
        if not terminal.read(_PATIENCE):
            raise SystemExit(f"nothing appeared: {bytes(terminal.wire)!r}")
    return (terminal.last_byte - terminal.started) * 1000


def resident(pid: int, of: Literal["VmRSS", "VmHWM"]) -> float:
    """Resident memory of a process in MiB (Linux, proc(5))."""
    found = re.search(rf"{of}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def typed_name(length: int) -> str:
    """What the answer to this character of a word is called."""
    return f"filter, character {length}"


def filters(words: Sequence[str] = WORDS) -> list[str]:
    """Everything that stands in the find line while `words` are typed."""
    return [word[:length] for word in words for length in range(1, len(word) + 1)]
