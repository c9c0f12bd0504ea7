"""What is read for one question of a list: in parts that are given up together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from tui_portal.domain.errors import Cancelled
from tui_portal.services.context import Lanes

_TURN_SECONDS = 0.02  # at most


class ListReading:
    """The parts that are being read on the lane. Each can be asked by the lane whether it `is_stale`, and one may `tell` how many
    lines there are before it has them.
    """

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._stale = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._told = False
        self._taken = threading.Event()
        self._count: asyncio.Future[int] = self._loop.create_future()
        self._parts: list[asyncio.Future[Any]] = []
        self.is_stale = self._stale.is_set

    def read(self, use_case: Callable[..., Any], *arguments: object) -> asyncio.Future[Any]:
        """Queue one part."""
        return self._keep(self._lanes.read(use_case, *arguments))

    def count(self, use_case: Callable[..., Any], *arguments: object) -> asyncio.Future[Any]:
        """Queue one part beside the others, on another lane."""
        return self._keep(self._lanes.count(use_case, *arguments))

    def tell(self, count: int) -> None:
        """Called on the lane. Raises Cancelled where nobody waits for it any more."""
        if self._stale.is_set():
            raise Cancelled("")
        if self._told:
            return
        self._told = True
        self._loop.call_soon_threadsafe(self._take, count)
        # What the lane does next needs the interpreter, and the number is waited for.
        self._taken.wait(_TURN_SECONDS)

    async def count_before(self, part: asyncio.Future[Any]) -> int | None:
        """How many there are as soon as that is told; None where `part` is over first."""
        await asyncio.wait((part, self._count), return_when=asyncio.FIRST_COMPLETED)
        return self._count.result() if self._count.done() else None

    def give_up(self) -> None:
        """End what is still being read. What goes wrong in a part that nobody waits for any more is nobody's question either."""
        self._stale.set()
        for part in self._parts:
            part.add_done_callback(lambda done: done.cancelled() or done.exception())
            part.cancel()

    def _keep(self, asked: Awaitable[Any]) -> asyncio.Future[Any]:
        part = asyncio.ensure_future(asked)
        self._parts.append(part)
        return part

    def _take(self, count: int) -> None:
        self._taken.set()
        if not self._count.done():  # the loop gives it up when it ends
            self._count.set_result(count)
