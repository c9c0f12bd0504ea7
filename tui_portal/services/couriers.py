"""Couriers: threads that hand envelopes over, each on a connection of its own. They know no database; what they bring back is
recorded by the thread that sends them.
"""

from __future__ import annotations

import contextlib
import queue
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui_portal.config import Settings
from tui_portal.domain.errors import MailUnavailable
from tui_portal.mail.conversation import Exchange, Waiting
from tui_portal.mail.handover import Answer, Transport, most_connections, open_transport
from tui_portal.mail.letters import Envelope, Letter
from tui_portal.services.claims import Queue


@dataclass(slots=True, eq=False)  # not frozen: one is made for each mail, and that takes three times as long
class Errand:
    """What a courier is to hand over: the envelope of the mail with this id in this queue. `letter` is what it was made from, of
    a client's mail.
    """

    queue: Queue
    number: int
    envelope: Envelope
    letter: Letter | None = None


@dataclass(slots=True, eq=False)  # as above
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
    """One thread with one transport. It has one errand at a time, which is run by the thread, or from outside where the transport
    can do that step by step; `wake` is called when the thread has put something into `returns`.
    """

    def __init__(self, settings: Settings, returns: queue.SimpleQueue[Return], wake: Callable[[], object]) -> None:
        self._settings = settings
        self._returns = returns
        self._wake = wake
        self._transport: Transport | None = None
        self._errands: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        # A run that is broken off does not wait for a server that says nothing.
        self._thread = threading.Thread(target=self._work, name="courier", daemon=True)
        self._thread.start()

    def send(self, errand: Errand) -> None:
        """Let it go."""
        self._errands.put(errand)

    def begin(self, errand: Errand, waiting: Waiting) -> Exchange[Answer | None] | None:
        """The errand step by step, None where that can't be done: it has not begun then. Not while the thread has one."""
        return None if self._transport is None else self._transport.begin(errand.envelope, waiting)

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
            self._wake()
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
    """The couriers of one run: as many as there is work for, up to the limit, and fewer where the server wants fewer.

    What can be done step by step is done by the thread that waits here: two threads of Python that hand every mail to each other
    take twice the time. The couriers' own threads make connections, and do what can't be done so.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._returns: queue.SimpleQueue[Return] = queue.SimpleQueue()
        self._most = most_connections(settings)
        self._proven = False
        self._idle: list[Courier] = []
        self._away: dict[Courier, Errand] = {}
        # Of those away what is done here, by the number of the connection.
        self._near: dict[int, tuple[Courier, Exchange[Answer | None]]] = {}
        self._come: deque[Return] = deque()  # what has come back and was not yet asked for
        self._poll = select.poll()
        self._bell, self._ringer = socket.socketpair()  # a courier's thread rings where the poll waits for its return
        self._bell.setblocking(False)
        self._ringer.setblocking(False)
        self._poll.register(self._bell, select.POLLIN)
        self._look_at = time.monotonic()  # when what is late is looked for

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
        courier = self._idle.pop() if self._idle else Courier(self._settings, self._returns, self._ring)
        self._away[courier] = errand
        exchange = courier.begin(errand, Waiting.ELSEWHERE if self._most > 1 else Waiting.A_WHILE)
        if exchange is None:
            courier.send(errand)
        else:
            self._near[exchange.fileno] = courier, exchange
            self._go_on(courier, exchange)

    def wait(self, seconds: float) -> Return | None:
        """The next that comes back, None where nobody did for so long. Raises what went wrong where no rule says what it means."""
        if not self._come and self._away:
            self._look(seconds)
        if not self._come:
            return None
        came = self._come.popleft()
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
        self._bell.close()
        self._ringer.close()

    def _look(self, seconds: float) -> None:
        """Go on with what is done here, until something comes back, for so long at most."""
        if not self._near:
            self._take_return(seconds)
        elif self._most == 1:
            for courier, exchange in [*self._near.values()]:  # there is but one
                self._go_on(courier, exchange, time.monotonic() + seconds)
        else:
            self._look_at_all(seconds)

    def _look_at_all(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._near and not self._come:
            found = self._poll.poll(max(0.0, end - time.monotonic()) * 1000)
            for number, _event in found:
                if number in self._near:
                    self._go_on(*self._near[number])
                else:
                    self._hear_bell()
            if time.monotonic() >= self._look_at:
                self._look_at = time.monotonic() + self._settings.limits.watch_seconds
                for courier, late in list(self._near.values()):
                    self._go_on(courier, late, ready=False)
            if not found:
                return

    def _go_on(
        self, courier: Courier, exchange: Exchange[Answer | None], until: float = 0.0, *, ready: bool = True
    ) -> None:
        errand, event = self._away[courier], exchange.event
        try:
            if not exchange.go_on(until, ready=ready):
                if exchange.event != event:
                    self._poll.register(exchange.fileno, exchange.event)
                return
            came = Return(errand, courier, exchange.outcome)
        except MailUnavailable as problem:
            came = Return(errand, courier, problem=problem)
        del self._near[exchange.fileno]
        if event:
            self._poll.unregister(exchange.fileno)
        if came.answer is None and came.problem is None:
            courier.send(errand)  # it has to connect again
        else:
            self._come.append(came)

    def _take_return(self, seconds: float) -> None:
        with contextlib.suppress(queue.Empty):
            self._come.append(self._returns.get(timeout=seconds) if seconds > 0 else self._returns.get_nowait())

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # it has been rung often enough, or nobody listens any more
            self._ringer.send(b".")

    def _hear_bell(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        while not self._returns.empty():
            self._take_return(0)
