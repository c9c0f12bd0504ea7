"""The terminal from the first frame to the last: taken before Textual is there, handed over to its driver, and given back as it
was, whatever happens in between.
"""

from __future__ import annotations

import curses
import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from tui_portal.tui.strokes import Abilities

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
ALTERNATE_SCREEN = "\x1b[?1049h"
_TAKE = f"{ALTERNATE_SCREEN}\x1b[?25l\x1b[?7l{SYNC_START}"
_LEAVE = "\x1b[m\x1b[?7h\x1b[?1049l\x1b[?25h"
_Handler = Callable[[int, FrameType | None], Any] | signal.Handlers
_LFLAG, _IFLAG, _CC = 3, 0, 6  # what stands where in the answer of tcgetattr


class Stage:
    """The terminal. Until `show` nothing of it is touched."""

    def __init__(self) -> None:
        self.attributes: list[Any] | None = None
        self._file = sys.__stderr__.fileno() if sys.__stderr__ else -1  # where Textual draws
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else -1
        self.is_shown = False
        self.is_loading = True

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        found = os.get_terminal_size(self._file)
        return found.columns, found.lines

    @property
    def is_usual(self) -> bool:
        """Whether Textual will find the terminal, and its size, where this does."""
        streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
        told = any(os.environ.get(name) for name in ("COLUMNS", "LINES"))
        return not told and all(stream is not None and stream.isatty() for stream in streams)

    @property
    def abilities(self) -> Abilities:
        """What terminfo says of this terminal; nothing where it is not known there."""
        return abilities_of(self._file)

    def show(self, text: str) -> None:
        """Show a whole screen in one write; what is typed from now on waits unseen for Textual. Raises OSError, termios.error."""
        self.attributes = termios.tcgetattr(self._input)
        quiet = termios.tcgetattr(self._input)
        # As Textual has it, but that ctrl+c ends the program as long as nobody is there to read keys.
        quiet[_LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
        quiet[_IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        for name in (termios.VSUSP, termios.VQUIT):
            quiet[_CC][name] = os.fpathconf(self._input, "PC_VDISABLE").to_bytes(1, "little")
        quiet[_CC][termios.VMIN] = 1
        self.is_shown = True
        termios.tcsetattr(self._input, termios.TCSANOW, quiet)
        self._write(f"{_TAKE}{text}{SYNC_END}")

    def hand_over(self) -> None:
        """From now on somebody else leaves the screen."""
        self.is_shown = False

    def leave(self) -> None:
        """Give the terminal back as it was, where nobody has taken it over."""
        if self.is_shown:
            self.is_shown = False
            with suppress(OSError):
                self._write(_LEAVE)
        if self.attributes is not None:
            with suppress(termios.error):
                termios.tcsetattr(self._input, termios.TCSANOW, self.attributes)

    def _write(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._file, data) :]


@contextmanager
def staged(*, at_once: bool) -> Iterator[Stage]:
    """A stage that is left at the end, also where the line is cut (SIGHUP) or an end is ordered (SIGTERM): as an exit with 128
    and the number of the signal, until the application answers them itself.

    With `at_once` the process ends there and then, on ctrl+c too, while nothing but loading goes on: whoever waited for the
    threads that are being started then might wait for ever.
    """
    stage = Stage()

    def end(number: int, _frame: FrameType | None) -> None:
        if at_once and stage.is_loading:
            stage.leave()
            os._exit(128 + number)
        raise SystemExit(128 + number)

    usual: dict[signal.Signals, _Handler] = {signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    if at_once:
        usual[signal.SIGINT] = signal.default_int_handler
    numbers = {number: handler for number, handler in usual.items() if signal.getsignal(number) is handler}
    for number in numbers:
        signal.signal(number, end)
    try:
        yield stage
    finally:
        stage.leave()
        for number, handler in numbers.items():
            signal.signal(number, handler)


def abilities_of(file: int) -> Abilities:
    """What terminfo says of the terminal behind a descriptor; nothing where it is not known there."""
    try:
        curses.setupterm(fd=file)
        return Abilities(
            erases_in_colour=curses.tigetflag("bce") > 0,
            scrolls=bool(curses.tigetstr("csr") and curses.tigetstr("ri")),
            erases_cells=bool(curses.tigetstr("ech")),
        )
    except (curses.error, OSError, ValueError):
        return Abilities()
