"""A far and narrow line: a key is held for five seconds, and the picture stands still one round trip after its release.

The line is a relay of this program's own: what is typed arrives late, and what comes back passes a bucket of tokens and arrives late.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

from tests.benchmarks.databases import Demo
from tests.benchmarks.sessions import SIZE
from tests.pty_terminal import PtyTerminal

ROUND_TRIP = 0.2  # seconds
RATE = 256_000 / 8  # bytes a second
HELD = 5.0  # seconds
A_SECOND = 30  # keys that a terminal repeats
_TICK = 0.002
_QUIET = 0.6
_DOWN = "\x1b[B"


@dataclass(frozen=True)
class Held:
    """Seconds from the only press of a key, and from the release of a held one, to the last byte; bytes in all."""

    once: float
    released: float
    bytes: int

    @property
    def table(self) -> str:
        """The figures as Markdown."""
        line = f"{ROUND_TRIP * 1000:.0f} ms there and back, {RATE * 8 / 1000:.0f} kbit/s"
        return (
            f"| {line} | last byte after | \n| --- | --- |\n| one press | {self.once * 1000:.0f} ms |\n"
            f"| release of the arrow, held for {HELD:.0f} s ({A_SECOND} a second, {self.bytes / 1000:.0f} kB) "
            f"| {self.released * 1000:.0f} ms |"
        )


class Relay:
    """A line to the application."""

    def __init__(self, terminal: PtyTerminal) -> None:
        self._terminal = terminal
        self._typed: deque[tuple[float, str]] = deque()
        self._tokens, self._filled = 0.0, time.perf_counter()
        self.last = 0.0  # when the last byte is seen at the near end

    def send(self, key: str) -> None:
        """Type a key at the near end."""
        self._typed.append((time.perf_counter() + ROUND_TRIP / 2, key))

    def carry(self, until: float) -> None:
        """Carry keys and answers until then."""
        while (now := time.perf_counter()) < until:
            while self._typed and self._typed[0][0] <= now:
                self._terminal.send(self._typed.popleft()[1])
            self._tokens = min(RATE * 0.05, self._tokens + (now - self._filled) * RATE)
            self._filled = now
            if self._tokens >= 1:
                # What is not taken yet waits in the terminal, and then the application does.
                data = self._terminal.read_some(_TICK, int(self._tokens))
                self._tokens -= len(data)
                if data:
                    self.last = time.perf_counter() + ROUND_TRIP / 2

    def rest(self) -> None:
        """Carry until all is still."""
        begin = time.perf_counter()
        while time.perf_counter() < max(begin, self.last) + _QUIET:
            self.carry(time.perf_counter() + 0.05)


def measure(demo: Demo) -> Held:
    """Hold the arrow on the last line in sight, so that every press scrolls."""
    with PtyTerminal(*demo.command, size=SIZE, marks_frames=True) as terminal:
        terminal.shows(f"{demo.total} of {demo.total}")
        terminal.send("j" * SIZE[1])
        terminal.drain(2.0)
        line = Relay(terminal)
        pressed = time.perf_counter()
        line.send(_DOWN)
        line.rest()
        once, before = line.last - pressed, len(terminal.wire)
        begin = time.perf_counter()
        for number in range(int(HELD * A_SECOND)):
            line.carry(begin + number / A_SECOND)
            line.send(_DOWN)
        released = time.perf_counter()
        line.rest()
        return Held(once, line.last - released, len(terminal.wire) - before)
