"""A mail server that takes everything and keeps nothing, as small as it can be: what is measured is whoever sends.

`python -m tests.benchmarks.mail_sink MILLISECONDS PIPELINING` prints its port and serves until its input ends. Each answer is
late by so many milliseconds, as from a server that is so far away; with PIPELINING (0 or 1) it lets itself be told several things at once.
"""

from __future__ import annotations

import asyncio
import sys

_END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, seconds: float, pipelining: bool) -> None:
        self._seconds = seconds
        self._hello = b"250-sink\r\n250 PIPELINING\r\n" if pipelining else b"250 sink\r\n"
        self._buffer = bytearray()
        self._in_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        said = bytearray()
        while (answer := self._next()) is not None:
            said += answer
        if said:
            self._say(bytes(said))

    def _next(self) -> bytes | None:
        """The answer to the next thing in the buffer, None where it is not whole."""
        if self._in_letter:
            end = self._buffer.find(_END)
            if end < 0:
                return None
            del self._buffer[: end + len(_END)]
            self._in_letter = False
            return b"250 taken\r\n"
        line, found, rest = self._buffer.partition(b"\r\n")
        if not found:
            return None
        self._buffer = bytearray(rest)
        word = line[:4].upper()
        if word == b"DATA":
            self._in_letter = True
            return b"354 go on\r\n"
        return self._hello if word == b"EHLO" else b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n"

    def _say(self, answer: bytes) -> None:
        if self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def serve(seconds: float, pipelining: bool) -> None:
    """Serve on a free port of the loopback until the input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(seconds, pipelining), "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000, sys.argv[2] == "1"))
