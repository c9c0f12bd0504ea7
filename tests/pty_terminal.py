"""The program in a real pseudo-terminal: what is typed, what the wire carries, what a terminal shows of it."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

PATIENCE = 20.0
# pyte takes CSI with a private marker for what it is without it.
_PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p")
_ASKED_FOR_FRAMES = b"\x1b[?2026$p"

# The command as leader of a session that owns the terminal, as a shell would start it.
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Pty:
    """A command in a terminal of its own, and every byte that it writes; a context manager that leaves no process behind.

    With `marks_frames` the terminal says that it shows what stands between two marks at once (mode 2026), as many do.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: dict[str, str] | None = None,
        marks_frames: bool = False,
    ) -> None:
        columns, rows = size
        self._marks_frames = marks_frames
        self.wire = bytearray()
        self.last_byte = self.started = time.perf_counter()
        names = ("PATH", "HOME", "TMPDIR", "LC_ALL", "TZ")
        clean = {name: os.environ[name] for name in names if name in os.environ}
        clean |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})}
        self._fd, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _TAKE_TERMINAL, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=clean,
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._fd)

    def send(self, keys: str) -> None:
        """Type `keys`."""
        self.send_bytes(keys.encode())

    def send_bytes(self, typed: bytes) -> None:
        """Type what is no text."""
        os.write(self._fd, typed)

    def fileno(self) -> int:
        """The descriptor to wait for with others."""
        return self._fd

    def read(self, seconds: float) -> bytes:
        """What the program writes next, empty when it writes nothing within `seconds`."""
        return self.read_some(seconds, 1 << 16)

    def read_some(self, seconds: float, most: int) -> bytes:
        """As `read`, but so many bytes at most; the rest waits."""
        if not select.select([self._fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self._fd, most)
        except OSError:
            return b""
        if data:
            self.last_byte = time.perf_counter()
        self.wire += data
        if self._marks_frames and _ASKED_FOR_FRAMES in data:
            self.send_bytes(b"\x1b[?2026;2$y")
        return data

    def drain(self, seconds: float) -> None:
        """Take all that the program writes within `seconds`."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.read(left)

    def ends(self) -> int:
        """Wait for the program's end; its exit status."""
        end = time.monotonic() + PATIENCE
        while self.read(0.2) or self.process.poll() is None:
            assert time.monotonic() < end, f"the program goes on\n{bytes(self.wire[-2000:])!r}"
        return self.process.wait()


class PtyTerminal(Pty):
    """`tui-portal WORDS` in a terminal, with the screen that a person would see; `command` leads to the program in another way."""

    def __init__(
        self,
        *words: str,
        size: tuple[int, int] = (80, 24),
        environment: dict[str, str] | None = None,
        marks_frames: bool = False,
        command: Sequence[str] = (sys.executable, "-m", "tui_portal"),
    ) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        super().__init__([*command, *words], size=size, environment=environment, marks_frames=marks_frames)

    @property
    def text(self) -> str:
        """What the terminal shows."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def cells(self) -> dict[int, dict[int, pyte.screens.Char]]:
        """What stands where, and how: rows of columns, as far as anything was written there."""
        return {y: dict(self._screen.buffer[y]) for y in range(self._screen.lines)}

    def read(self, seconds: float) -> bytes:
        data = super().read(seconds)
        self._stream.feed(_PRIVATE.sub(b"", data))
        return data

    def shows(self, *parts: str) -> None:
        """Wait until all of `parts` are on the screen."""
        end = time.monotonic() + PATIENCE
        while not all(part in self.text for part in parts):
            assert time.monotonic() < end, f"{parts} not on\n{self.text}"
            assert self.read(0.5) or self.process.poll() is None, f"the program has ended\n{self.text}"

    def until(self, condition: Callable[[str], bool]) -> None:
        """Wait until `condition` holds of what is on the screen."""
        end = time.monotonic() + PATIENCE
        while not condition(self.text):
            assert time.monotonic() < end, self.text
            self.read(0.5)

    def hides(self, part: str) -> None:
        """Wait until `part` is on the screen no more."""
        end = time.monotonic() + PATIENCE
        while part in self.text:
            assert time.monotonic() < end, f"{part} still on\n{self.text}"
            self.read(0.5)


def log_path(home: Path) -> Path:
    """Where the program writes its log for this home directory."""
    return home / ".local" / "state" / "tui-portal" / "log" / "tui-portal.log"
