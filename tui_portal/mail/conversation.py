"""What is said on an SMTP connection once it is there: commands, and answers that are waited for only so long (RFC 5321).

smtplib could say it as well, in twice the time: every answer goes through three layers of Python.
"""

from __future__ import annotations

import math
import select
import socket
import struct
import time
from collections.abc import Generator
from enum import Enum, auto
from typing import Generic, TypeVar

from tui_portal.i18n import _

T = TypeVar("T")

# Something that is done step by step, for whoever has other things to do meanwhile: it yields what it waits for, as `select.poll`
# names it, and is told whether that may have come; else it only looks at the time.
Steps = Generator[int, bool, T]

_CHUNK = 4096
_MOST = 64 * 1024  # bytes of one answer
_CODE = 3
_TICK = 0.01  # seconds


class Waiting(Enum):
    """Who waits when a step takes time: the step, and yields nothing; the step, until a moment, and then yields; somebody else."""

    HERE = auto()
    A_WHILE = auto()
    ELSEWHERE = auto()


class Conversation:
    """One side of a connection. Every answer is waited for `seconds` at most. What goes wrong is an OSError.

    Only where the connection `is_plain` can a step be waited for otherwise than HERE: encryption keeps data that no poll knows of.
    A step that waits A_WHILE does so until the moment `until`, by the monotonic clock.
    """

    def __init__(self, line: socket.socket, seconds: int) -> None:
        self._line = line
        self._seconds = seconds
        self._waiting = Waiting.HERE
        self._flags = 0
        self.until = math.inf
        self.is_plain = type(line) is socket.socket
        if self.is_plain:
            line.settimeout(None)
            self._let_kernel_wait(seconds)
        self._heard = b""
        self._lines: list[bytes] = []  # of an answer that is not yet whole
        self._size = 0  # its bytes

    def fileno(self) -> int:
        """What a poll knows the connection by."""
        return self._line.fileno()

    def wait(self, waiting: Waiting) -> None:
        """Wait so from now on."""
        if waiting is self._waiting or not self.is_plain:
            return
        self._waiting, self.until = waiting, math.inf
        self._flags = socket.MSG_DONTWAIT if waiting is Waiting.ELSEWHERE else 0
        self._let_kernel_wait(self._seconds if waiting is Waiting.HERE else _TICK)

    def say(self, data: bytes) -> Steps[None]:
        """Send all of `data`."""
        sent, end = self.say_at_once(data), 0.0
        while sent < len(data):
            end = self._passed(end)
            if self._is_to_pause():
                yield from self._pause(select.POLLOUT, end)
            more = self.say_at_once(data[sent:])
            sent, end = sent + more, 0.0 if more else end

    def say_at_once(self, data: bytes) -> int:
        """Send what there is room for, which nearly always is all of it; how many bytes."""
        try:
            return self._line.send(data, self._flags)
        except BlockingIOError:
            return 0

    def answer(self) -> Steps[tuple[int, bytes]]:
        """The next answer: its code, -1 where it begins with none, and its text, the lines put together."""
        end = 0.0  # by when all of it must have come
        while (answer := self.heard()) is None:
            end = self._passed(end)
            if self._is_to_pause():
                yield from self._pause(select.POLLIN, end)
            try:
                data = self._line.recv(_CHUNK)
            except BlockingIOError:
                continue
            if not data:
                raise ConnectionError("Connection unexpectedly closed")
            self._heard += data
        return answer

    def _passed(self, end: float) -> float:
        """By when what is waited for must have come: `end`, or where that is 0, `seconds` from now. Raises TimeoutError."""
        now = time.monotonic()
        if end and now >= end:
            raise TimeoutError("timed out")
        return end or now + self._seconds

    def _is_to_pause(self) -> bool:
        return self._waiting is Waiting.ELSEWHERE or time.monotonic() >= self.until

    def _pause(self, event: int, end: float) -> Steps[None]:
        """Let whoever takes the steps do other things; where they wait for the `event`, until it comes or the moment `end`."""
        while not (yield event) and self._waiting is Waiting.ELSEWHERE:
            self._passed(end)

    def _let_kernel_wait(self, seconds: float) -> None:
        """The kernel keeps the time itself: with a time-out of Python's every call is preceded by a poll."""
        limit = struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)

    def heard(self) -> tuple[int, bytes] | None:
        """The next answer, as `answer`; None where it has not come yet."""
        while True:
            if not self._heard:
                return None
            line, found, rest = self._heard.partition(b"\n")
            if not found:
                if len(self._heard) > _MOST:
                    raise OSError(_("the answer does not end"))
                return None
            self._heard = rest
            self._size += len(line)
            if self._size > _MOST:
                raise OSError(_("the answer does not end"))
            self._lines.append(line[_CODE + 1 :].strip())
            code = line[:_CODE]
            if not code.isdigit() or line[_CODE : _CODE + 1] != b"-":
                said = b"\n".join(self._lines)
                self._lines, self._size = [], 0
                return int(code) if code.isdigit() else -1, said


class Exchange(Generic[T]):
    """Something that is done `steps` by step in `talk`: whoever has other things to do calls `go_on` until it has ended.

    It waits for `event`, as `select.poll` names it, 0 where it has not begun.
    """

    __slots__ = ("_steps", "_talk", "event", "fileno", "outcome")

    def __init__(self, talk: Conversation, steps: Steps[T]) -> None:
        self.fileno = talk.fileno()
        self.event = 0
        self.outcome: T | None = None
        self._talk = talk
        self._steps = steps

    def go_on(self, until: float = 0.0, *, ready: bool = True) -> bool:
        """Whether it has ended, with its `outcome`. Where it waits itself it does so until the moment `until`; else `ready` tells
        whether what it waits for may have come. Raises what the steps raise.
        """
        self._talk.until = until
        try:
            self.event = self._steps.send(ready) if self.event else next(self._steps)
        except StopIteration as ended:
            self.outcome = ended.value
            return True
        return False


def waited_for(steps: Steps[T]) -> T:
    """What comes of `steps` that do all the waiting themselves."""
    try:
        next(steps)
    except StopIteration as ended:
        found: T = ended.value
        return found
    raise RuntimeError("a step that waits for somebody else")
