"""Our list beside the floor: a curses list of the same rows, in the same terminal, in one run."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

from tests.benchmarks.databases import Demo
from tests.benchmarks.sessions import SIZE, Answer, Figures, first_shown, resident
from tests.pty_terminal import Pty

_QUIET = 0.08
_PATIENCE = 30.0
_PRESSES = {"cursor down": ("j", 30), "page down": ("\x1b[6~", 20), "sort": ("s", 1), "filter": ("/d", 1)}
_PROGRAM = Path(__file__).parent / "curses_list.py"


def measure_floor(demo: Demo, figures: Figures) -> None:
    """Start the list, and press the keys that are compared."""
    with Pty([sys.executable, str(_PROGRAM), str(demo.path)], size=SIZE) as terminal:
        figures.start.append(first_shown(terminal, re.compile(rb"A-\d{4}")))
        _rest(terminal)
        figures.memory.append(resident(terminal.process.pid, "VmRSS"))
        for name, (key, times) in _PRESSES.items():
            for _ in range(times):
                figures.add(name, _press(terminal, key))


def _press(terminal: Pty, key: str) -> Answer:
    before, sent = len(terminal.wire), time.perf_counter()
    terminal.send(key)
    terminal.read(_PATIENCE)
    _rest(terminal)
    return Answer((terminal.last_byte - sent) * 1000, len(terminal.wire) - before)


def _rest(terminal: Pty) -> None:
    while terminal.read(_QUIET):
        pass
