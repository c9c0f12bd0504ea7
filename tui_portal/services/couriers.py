"""Couriers: threads that hand envelopes over, each on a connection of its own. They know no database; what they bring back is
recorded by the thread that sends them.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.config import Settings
from tui_portal.domain.errors import MailUnavailable
from tui_portal.mail.handover import Answer, Transport, most_connections, open_transport
from tui_portal.mail.letters import Envelope, Letter
from tui_portal.services.claims import Queue


@dataclass(frozen=True, slots=True)
class Errand:
    """What a courier is to hand over: the envelope of the mail with this id in this queue. `letter` is what it was made from, of
    a client's mail.
    """

    queue: Queue
    number: int
    envelope: Envelope
    letter: Letter | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """What came of an errand: the server's answer, or the `problem` that left it undone; `unconnected` where that was that no
    connection could be made.
    """

    errand: Errand
    courier: Courier
    answer: Answer | None = None
    problem: MailUnavailable | None = None
    unconnected: bool = False
    error: BaseException | None = None


class Courier:
    """One thread with one transport. It has one errand at a time."""

    def __init__(self, settings: Settings, returns: queue.SimpleQueue[Return]) -> None:
        self._settings = settings
        self._returns = returns
        self._transport: Transport | None = None
        self._errands: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        # A run that is broken off does not wait for a server that says nothing.
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)
        self._thread.start()

    def send(self, errand: Errand) -> None:
        """Let it go."""
        self._errands.put(errand)

    def dismiss(self) -> None:
        """Let it take leave of the server, after the errand at hand."""
        self._errands.put(None)

    def join(self) -> None:
        """Wait until it has taken leave."""
        self._thread.join()

    def _work(self) -> None:
        while (errand := self._errands.get()) is not None:
            try:
                came = self._run(errand)
            except BaseException as error:  # raised again by the thread that waits for it
                came = Return(errand, self, error=error)
            self._returns.put(came)
        if self._transport is not None:
            self._transport.close()

    def _run(self, errand: Errand) -> Return:
        try:
            transport = self._transport = self._transport or open_transport(self._settings)
            transport.ready()
        except MailUnavailable as problem:
            return Return(errand, self, problem=problem, unconnected=True)
        try:
            return Return(errand, self, transport.hand_over(errand.envelope))
        except MailUnavailable as problem:
            return Return(errand, self, problem=problem)


class Crew:
    """The couriers of one run: as many as there is work for, up to the limit, and fewer where the server wants fewer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._returns: queue.SimpleQueue[Return] = queue.SimpleQueue()
        self._most = most_connections(settings)
        self._proven = False
        self._idle: list[Courier] = []
        self._away: dict[Courier, Errand] = {}

    @property
    def errands(self) -> Sequence[Errand]:
        """What is under way."""
        return list(self._away.values())

    @property
    def is_away(self) -> bool:
        """Whether anything is under way."""
        return bool(self._away)

    def has_place(self) -> bool:
        """Whether one more errand can be run now. The first connection shows whether the server wants us before others are made."""
        return bool(self._idle) or len(self._away) < (self._most if self._proven else min(1, self._most))

    def send(self, errand: Errand) -> None:
        """Let a courier go, where `has_place`."""
        courier = self._idle.pop() if self._idle else Courier(self._settings, self._returns)
        self._away[courier] = errand
        courier.send(errand)

    def wait(self, seconds: float) -> Return | None:
        """The next that comes back, None where nobody did for so long. Raises what went wrong where no rule says what it means."""
        try:
            came = self._returns.get(timeout=seconds) if seconds > 0 else self._returns.get_nowait()
        except queue.Empty:
            return None
        del self._away[came.courier]
        self._idle.append(came.courier)
        if came.error is not None:
            raise came.error
        self._proven = self._proven or not came.unconnected
        return came

    def let_go(self, courier: Courier) -> bool:
        """Do without this one, whom the server did not let in, and make no other in its place; whether there are others."""
        self._idle.remove(courier)
        courier.dismiss()
        self._most = len(self._idle) + len(self._away)
        return self._most > 0

    def close(self, *, wait: bool) -> None:
        """Let all of them take leave, and with `wait` do not go before them."""
        couriers = [*self._idle, *self._away]
        for courier in couriers:
            courier.dismiss()
        for courier in couriers if wait else ():
            courier.join()
