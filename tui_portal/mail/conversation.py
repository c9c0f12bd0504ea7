"""What is said on an SMTP connection once it is there: commands, and answers that are waited for only so long (RFC 5321).

smtplib could say it as well, in twice the time: every answer goes through three layers of Python.
"""

from __future__ import annotations

import socket
import struct
import time

from tui_portal.i18n import _

_CHUNK = 4096
_MOST = 64 * 1024  # bytes of one answer
_CODE = 3


class Conversation:
    """One side of a connection. Every answer is waited for `seconds` at most. What goes wrong is an OSError."""

    def __init__(self, line: socket.socket, seconds: int) -> None:
        self._line = line
        self._seconds = seconds
        if type(line) is socket.socket:
            # The kernel keeps the time itself: with a time-out of Python's every call is preceded by a poll.
            limit = struct.pack("@ll", int(seconds), 0)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            line.settimeout(None)
        self._heard = b""

    def say(self, data: bytes) -> None:
        """Send all of `data`."""
        try:
            self._line.sendall(data)
        except BlockingIOError as error:
            raise TimeoutError("timed out") from error

    def answer(self) -> tuple[int, bytes]:
        """The next answer: its code, -1 where it begins with none, and its text, the lines put together."""
        said: list[bytes] = []
        end, size = 0.0, 0  # by when all of it must have come; so far its bytes
        while True:
            line, found, rest = self._heard.partition(b"\n")
            if not found:
                end = self._hear(end)
                continue
            self._heard = rest
            size += len(line)
            if size > _MOST:
                raise OSError(_("the answer does not end"))
            code = line[:_CODE]
            said.append(line[_CODE + 1 :].strip())
            if not code.isdigit():
                return -1, b"\n".join(said)
            if line[_CODE : _CODE + 1] != b"-":
                return int(code), b"\n".join(said)

    def _hear(self, end: float) -> float:
        """Wait for more, until the moment `end` by the monotonic clock; 0: from now on."""
        now = time.monotonic()
        if end and now >= end:
            raise TimeoutError("timed out")
        if len(self._heard) > _MOST:
            raise OSError(_("the answer does not end"))
        try:
            data = self._line.recv(_CHUNK)
        except BlockingIOError as error:
            raise TimeoutError("timed out") from error
        if not data:
            raise ConnectionError("Connection unexpectedly closed")
        self._heard += data
        return end or now + self._seconds
