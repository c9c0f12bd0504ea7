"""How much the pages take on at once: hashes that keep a processor busy, and tries at passwords."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from tui_portal.config import LimitSettings
from tui_portal.domain.moments import Clock
from tui_portal.services.login_attempts import ANYWHERE, Tally, free_tries

T = TypeVar("T")


class TooBusy(Exception):
    """More is asked for than can be done soon; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"come back in {seconds} s")
        self.seconds = seconds


class Paused(TooBusy):
    """There were too many tries of late; the next one is looked at later."""


def _give_way() -> None:
    """Let pages be served before passwords are hashed. Only on Linux does a thread have a niceness of its own."""
    if sys.platform == "linux":
        os.nice(10)


class HashDesk:
    """Threads for hashing: `hash_at_once` of them, `hash_waiting` more in the queue, everybody else is asked to come back."""

    def __init__(self, limits: LimitSettings) -> None:
        at_once = max(1, limits.hash_at_once)
        self._most = at_once + limits.hash_waiting
        self._taken = 0
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="hashes", initializer=_give_way)

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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at the password of an address, known here or not.

    `place` is a mark of where it comes from: of a browser that was logged in with this address (then it is `known`), or of a network.
    `crowd` is the mark of a network that many tries at any address may come from; empty where the network is not known.
    """

    canonical: str
    place: str
    known: bool
    crowd: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """Under which places it is counted: what others do is nothing to a browser that was logged in before."""
        return (self.place,) if self.known else (self.place, ANYWHERE)


class Attempts:
    """Wrong passwords for each address that was typed, known here or not, and of each network for all addresses together.

    Kept in memory, for so many addresses and networks at a time; the oldest count is dropped for a new one. What is written in the
    database as well, for an address that is known there, is `settled` here.
    """

    def __init__(self, limits: LimitSettings, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._addresses: OrderedDict[tuple[str, str], Tally] = OrderedDict()
        self._crowds: OrderedDict[str, Tally] = OrderedDict()

    def count(self, attempt: Attempt, written: Mapping[str, Tally]) -> None:
        """Count a try, before its password is looked at. `written` are those in the database, by place. Raises Paused where there
        were too many of late; then it is not counted.
        """
        waits = [
            self._tally(self._addresses, (attempt.canonical, place))
            .together(written.get(place, Tally()))
            .waits_until(self._limits, free_tries(self._limits, place))
            for place in attempt.places
        ]
        if attempt.crowd:
            waits.append(self._wait_of_crowd(attempt.crowd))
        self._refuse_before(max(waits))
        for place in attempt.places:
            self._add(self._addresses, (attempt.canonical, place))
        if attempt.crowd:
            self._add(self._crowds, attempt.crowd)

    def count_request(self, crowd: str) -> None:
        """Count a request that comes from this network (empty: not known), whatever address it is about. Raises Paused."""
        if crowd:
            self._refuse_before(self._wait_of_crowd(crowd))
            self._add(self._crowds, crowd)

    def settle(self, attempt: Attempt) -> None:
        """One of the tries stands in the database now, for every process to see; here it is counted for its network alone."""
        for place in attempt.places:
            self._take(self._addresses, (attempt.canonical, place))

    def take_back(self, attempt: Attempt) -> None:
        """The password was not looked at."""
        self.settle(attempt)
        self._take(self._crowds, attempt.crowd)

    def forgive(self, attempt: Attempt) -> None:
        """The password was right: what was counted for the address is gone, and the network has one try less."""
        self.forget(attempt)
        self._take(self._crowds, attempt.crowd)

    def forget(self, attempt: Attempt) -> None:
        """A password was chosen: what was counted for the address is gone."""
        for place in attempt.places:
            self._addresses.pop((attempt.canonical, place), None)

    def _wait_of_crowd(self, crowd: str) -> int:
        return self._tally(self._crowds, crowd).waits_until(self._limits, self._limits.login_attempts_place)

    def _refuse_before(self, moment: int) -> None:
        if moment > self._clock():
            raise Paused(moment - self._clock())

    def _tally(self, tallies: OrderedDict[T, Tally], key: T) -> Tally:
        found = tallies.get(key, Tally())
        return found if found.last + self._limits.login_forget_seconds > self._clock() else Tally()

    def _add(self, tallies: OrderedDict[T, Tally], key: T) -> None:
        tallies[key] = Tally(self._tally(tallies, key).tries + 1, self._clock())
        tallies.move_to_end(key)
        while len(tallies) > max(1, self._limits.login_addresses):
            tallies.popitem(last=False)

    def _take(self, tallies: OrderedDict[T, Tally], key: T) -> None:
        found = tallies.pop(key, Tally())
        if found.tries > 1:
            tallies[key] = Tally(found.tries - 1, found.last)
