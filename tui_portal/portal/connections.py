"""The connections of browsers: how long each may take, and who has to go when there are too many.

What a browser sends slowly, or takes slowly, costs a connection and nothing else: not a thread, not a place in a queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from tui_portal.config import LimitSettings

_REFUSALS = {
    400: b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    408: b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
}


class Connection(H11Protocol):
    """One connection. A request must have come whole within `request_seconds`, and an answer be taken within as many."""

    limits: ClassVar[LimitSettings]
    _unwanted = 0
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._slow = _Timer(self.loop, self.limits.request_seconds, self._end_slow)
        self._stuck = _Timer(self.loop, self.limits.request_seconds, transport.abort)
        # So that every answer that is not taken is noticed, however small it is.
        transport.set_write_buffer_limits(high=1, low=0)
        self._since = self.loop.time()
        self._follow()
        if 0 < self.limits.portal_connections < len(self.connections):
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._slow.stop()
        self._stuck.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._follow()
        if self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY:
            # The answer was given before the whole request had come; the rest is read only so that the browser sees it.
            self._unwanted += len(data)
            if self._unwanted > self.limits.request_bytes:
                self.transport.abort()

    def on_response_complete(self) -> None:
        self._since = self.loop.time()
        super().on_response_complete()
        self._follow()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck.start()

    def resume_writing(self) -> None:
        self._stuck.stop()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; `msg` is uvicorn's own."""
        self._refuse(400)

    @property
    def _is_silent(self) -> bool:
        """Whether nothing of a request has come."""
        return self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]

    @property
    def _is_answered(self) -> bool:
        """Whether a whole request has come and its answer is under way."""
        under_way = self.cycle is not None and not self.cycle.response_complete
        return under_way and self.conn.their_state is not h11.SEND_BODY

    def _follow(self) -> None:
        """Let the time run while a request is on its way, the first one from the connection's beginning."""
        theirs = self.conn.their_state
        if theirs is h11.SEND_BODY or (theirs is h11.IDLE and (self.cycle is None or not self._is_silent)):
            self._slow.start()
        else:
            self._slow.stop()
            self._unwanted = 0

    def _end_slow(self) -> None:
        self._refuse(408)

    def _refuse(self, status: int) -> None:
        """End the connection, with an answer where one can be given."""
        if self.transport.is_closing():
            return
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        if not self._is_silent:
            self.transport.write(_REFUSALS[status])
        self.transport.close()

    def _make_room(self) -> None:
        """Close the connection that has waited longest for a whole request; nobody's answer is taken away."""
        waiting = [one for one in self.connections if isinstance(one, Connection) and not one._is_answered]
        if waiting:
            longest = min(waiting, key=lambda one: one._since)
            self.connections.discard(longest)
            longest.transport.abort()


class _Timer:
    """Calls once, `seconds` after it was started and unless it was stopped; started again it runs on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, call: Callable[[], object]) -> None:
        self._loop = loop
        self._seconds = seconds
        self._call = call
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        if self._handle is None:
            self._handle = self._loop.call_later(self._seconds, self._call)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
