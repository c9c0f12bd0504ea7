"""Bytes to the portal's server and back, without a client that would keep the rules."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPMessage, parse_headers
from urllib.parse import urlsplit

_PATIENCE = 20.0


@dataclass(frozen=True)
class Answer:
    """One answer as it came."""

    status: int
    headers: HTTPMessage
    body: bytes


class Wire:
    """One connection to the server at `url`; use it as a context manager."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), _PATIENCE)
        self._comes = self.socket.makefile("rb")

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_error: object) -> None:
        self._comes.close()
        self.socket.close()

    def send(self, *lines: str, body: bytes = b"") -> None:
        """Send a head of these lines, with the empty one after it, and a body."""
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + body)

    def answer(self, method: str = "GET") -> Answer:
        """The next answer, to a request with this method."""
        _version, status, _reason = self._comes.readline().decode().split(" ", 2)
        headers = parse_headers(self._comes)
        length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
        return Answer(int(status), headers, self._comes.read(length))

    def rest(self) -> bytes:
        """All that comes until the server closes the connection."""
        found = b""
        with suppress(ConnectionResetError):
            while data := self._comes.read1():
                found += data
        return found


def ask(url: str, *lines: str, body: bytes = b"") -> Answer:
    """The answer to one request, on a connection of its own."""
    with Wire(url) as wire:
        wire.send(*lines, body=body)
        return wire.answer(lines[0].partition(" ")[0])
