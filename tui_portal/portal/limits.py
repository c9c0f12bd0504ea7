"""How much the pages take on at once: hashes that keep a processor busy, and tries at one password."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tui_portal.config import LimitSettings
from tui_portal.domain.moments import Clock

T = TypeVar("T")


class TooBusy(Exception):
    """More is asked for than can be done soon; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"come back in {seconds} s")
        self.seconds = seconds


class HashDesk:
    """Threads for hashing: `hash_at_once` of them, `hash_waiting` more in the queue, everybody else is asked to come back."""

    def __init__(self, limits: LimitSettings) -> None:
        at_once = max(1, limits.hash_at_once)
        self._most = at_once + limits.hash_waiting
        self._taken = 0
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="hashes")

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """The outcome of `work(*arguments)`. Raises TooBusy where the queue is full."""
        if self._taken >= self._most:
            raise TooBusy(seconds=1 + self._most // 10)
        self._taken += 1
        try:
            return await asyncio.wrap_future(self._threads.submit(work, *arguments))
        finally:
            self._taken -= 1

    def close(self) -> None:
        """Wait for the hashes under way; those that wait are dropped."""
        self._threads.shutdown(cancel_futures=True)


class Attempts:
    """Tries counted for each address that was typed, known here or not: nobody tries one password after another.

    Kept in memory, for so many addresses at a time; the oldest count is dropped for a new one. What is written in the database
    as well, for an address that is known there, is `settled` here.
    """

    def __init__(self, limits: LimitSettings, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def count(self, address: str, written: int = 0, since: int = 0) -> None:
        """Count a try, before its password is looked at. `written` more are in the database, since the moment `since`. Raises
        TooBusy where there were too many of late.
        """
        moment = self._clock()
        tries, first = self._counts.get(address, (0, moment))
        if first + self._limits.login_pause_seconds <= moment:
            tries, first = 0, moment
        if tries + written >= self._limits.login_attempts:
            began = min(first, since) if written else first
            raise TooBusy(max(1, began + self._limits.login_pause_seconds - moment))
        self._counts[address] = (tries + 1, first)
        self._counts.move_to_end(address)
        while len(self._counts) > max(1, self._limits.login_addresses):
            self._counts.popitem(last=False)

    def settle(self, address: str) -> None:
        """One of the tries stands in the database now, for every process to see; here it is counted no more."""
        tries, first = self._counts.pop(address, (0, 0))
        if tries > 1:
            self._counts[address] = (tries - 1, first)

    def forget(self, address: str) -> None:
        """The password was right: what was counted is gone."""
        self._counts.pop(address, None)
