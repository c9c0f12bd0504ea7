"""One pass over the mail that is due: claimed, handed over by couriers with no transaction open, recorded (architecture.md, rule 2).

One thread owns the database. It looks at each mail again right before a courier takes it, and records what they bring back in
small groups: after a crash at most `limits.unrecorded_mails` and those under way go out a second time, each the same message with
the same link.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from tui_portal.domain.errors import DatabaseBusy, MailUnavailable, PortalError
from tui_portal.mail.handover import (
    Answer,
    Fate,
    LineLost,
    SenderRefused,
    ServerRefuses,
    copies_of,
    open_transport,
    sender_of,
)
from tui_portal.services import claims, copies, fates, leases
from tui_portal.services.claims import COPIES, MAILS, Queue
from tui_portal.services.context import Context
from tui_portal.services.couriers import Crew, Errand, Return
from tui_portal.services.envelopes import Envelopes
from tui_portal.services.next_mails import NextMails
from tui_portal.services.outbox import MailState
from tui_portal.services.pacing import Places

T = TypeVar("T")

_TOLD = 50  # the sums are told after so many mails


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the mail: handed over, failed for good, not wanted any more; how many still wait, and what stands in
    the way (empty: nothing). The copies for the firm's own people are counted by themselves.
    """

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    withdrawn: int = 0
    problem: str = ""
    copies_sent: int = 0
    copies_failed: int = 0
    copies_waiting: int = 0

    @property
    def is_eventful(self) -> bool:
        """Whether anything became of any mail, or something stands in the way."""
        return replace(self, waiting=0, copies_waiting=0) != Delivered()


Report = Callable[[Delivered], object]


class Run:
    """One pass. `on_outcome` hears the sums now and then, `beat` is called every `limits.watch_seconds` while it goes on."""

    def __init__(
        self, context: Context, on_outcome: Report | None, stop: threading.Event, beat: Callable[[], object] | None
    ) -> None:
        self._context = context
        self._started = context.clock()
        self._on_outcome = on_outcome
        self._stop = stop
        self._beat = beat
        self._owner = leases.this_process()
        self._sums = Delivered()
        self._told = 0
        self._beaten = time.monotonic()
        self._places = Places(context, self._owner)
        self._in_hand: dict[Queue, deque[int]] = {MAILS: deque(), COPIES: deque()}
        self._dry: set[Queue] = set()  # the queues of which nothing more is to be claimed for now
        self._copies_stopped = False
        self._unrecorded: list[Return] = []
        self._refused = False  # whether one of them was
        self._since = 0.0  # when the first of them came, by the monotonic clock
        self._lease_until = 0

    def told(self) -> Delivered:
        """The sums so far, with what waits now."""
        waiting, copies_waiting = (claims.count_waiting(self._context, queue) for queue in (MAILS, COPIES))
        return replace(self._sums, waiting=waiting, copies_waiting=copies_waiting)

    def deliver(self) -> None:
        """Claim, hand over, record, until nothing that was due at the start is left."""
        context, settings = self._context, self._context.settings
        try:
            open_transport(settings).close()
            self._copies_to = copies_of(settings)
            self._envelopes = Envelopes(sender_of(settings, context.firm_name), context.key)
        except MailUnavailable as error:
            self._sums = replace(self._sums, problem=error.message)
            return
        self._crew = Crew(settings)
        self._next_mails = NextMails(context, self._owner, self._envelopes)
        orderly = False
        try:
            self._deliver()
            orderly = True
        except PortalError:
            with contextlib.suppress(PortalError):
                self._finish()
                orderly = True
            raise
        finally:
            self._release()
            self._crew.close(wait=orderly)
        self._tell(1)

    def _deliver(self) -> None:
        while True:
            if self._refused:
                self._record()  # before anything more goes to the same address
            self._send_out()
            self._next_mails.prepare(self._in_hand[MAILS])
            if self._unrecorded and (not self._crew.is_away or self._seconds_left() <= 0):
                self._record()
                self._tell(_TOLD)
            elif self._crew.is_away:
                self._wait()
            else:
                return

    def _finish(self) -> None:
        """Wait for what is under way, and record it."""
        while self._crew.is_away:
            self._wait()
        self._record()

    def _send_out(self) -> None:
        """Give every courier that is free an errand."""
        most = self._context.settings.limits.unrecorded_mails
        while not self._stop.is_set() and not self._sums.problem and len(self._unrecorded) < most:
            errand = self._next() if self._crew.has_place() else None
            if errand is None:
                return
            self._crew.send(errand)

    def _next(self) -> Errand | None:
        """The next that is to be handed over, None where nothing is left: a batch of mails, then the copies that wait by then."""
        while self._claim():
            self._renew()
            errand = self._next_mail() if self._in_hand[MAILS] else self._next_copy()
            if errand is not None:
                return errand
        return None

    def _claim(self) -> bool:
        """Whether there is anything in hand, after one more batch was claimed where there was not."""
        if not any(self._in_hand.values()):
            context = self._context
            for queue, until in ((MAILS, self._started), (COPIES, context.clock())):
                if queue not in self._dry:
                    held = self._held(queue)
                    claimed = self._surely(lambda: claims.claim(context, queue, self._owner, until, held))  # noqa: B023 - called at once
                    self._in_hand[queue].extend(claimed)
                    if not claimed:
                        self._dry.add(queue)
            if not self._held(MAILS) and not self._held(COPIES):  # else those run out earlier
                self._lease_until = context.clock() + claims.lease_seconds(context)
        return any(self._in_hand.values())

    def _next_mail(self) -> Errand | None:
        context, owner, in_hand = self._context, self._owner, self._in_hand[MAILS]
        number = in_hand[0]
        found = self._next_mails.take(in_hand)
        if isinstance(found, tuple):
            letter, envelope = found
            if not isinstance(envelope, Answer) and not self._has_place(MAILS, number, letter.address):
                return None
            in_hand.popleft()
            if not isinstance(envelope, Answer):
                return Errand(MAILS, number, envelope, letter)
            refused = [fates.Outcome(number, envelope)]
            self._count_all(self._surely(lambda: fates.record(context, owner, refused)))
            return None
        in_hand.popleft()
        if found is not None:
            self._count(self._surely(lambda: fates.record_unwanted(context, owner, number, found.state, found.reason)))
            self._next_mails.forget()
        return None

    def _next_copy(self) -> Errand | None:
        context, owner, in_hand = self._context, self._owner, self._in_hand[COPIES]
        number = in_hand[0]
        copy = copies.take_up(context, owner, number)
        if copy is not None and copy.address not in self._copies_to:
            self._surely(lambda: copies.withdraw(context, owner, number))
            copy = None
        elif copy is not None and not self._has_place(COPIES, number, copy.address):
            return None
        in_hand.popleft()
        return None if copy is None else Errand(COPIES, number, self._envelopes.of_copy(copy))

    def _has_place(self, queue: Queue, number: int, address: str) -> bool:
        """Whether the mail can go now by the delivery limits; else it waits for its turn, with all in hand that waits for the same."""
        domain = address.rpartition("@")[2].lower()
        turn = self._surely(lambda: self._places.take(queue, number, domain))
        if turn is None:
            return True
        in_hand = self._in_hand[queue]
        late = self._surely(lambda: self._places.put_off(turn, queue, in_hand))
        self._in_hand[queue] = deque(other for other in in_hand if other not in late and other != number)
        return False

    def _wait(self) -> None:
        """Wait for the first that comes back, or until something else is to be done; then take all that have come."""
        seconds = min(self._seconds_left(), self._context.settings.limits.watch_seconds)
        came = self._crew.wait(max(0.0, seconds))
        while came is not None:
            self._take_back(came)
            came = self._crew.wait(0)
        if time.monotonic() - self._beaten >= self._context.settings.limits.watch_seconds:
            self._beaten = time.monotonic()
            self._renew()
            if self._beat is not None:
                self._beat()

    def _seconds_left(self) -> float:
        """How long the recording of what came back can wait."""
        if not self._unrecorded:
            return float("inf")
        limits = self._context.settings.limits
        if len(self._unrecorded) >= limits.unrecorded_mails:
            return 0.0
        return self._since + limits.unrecorded_milliseconds / 1000 - time.monotonic()

    def _take_back(self, came: Return) -> None:
        if came.problem is None:
            self._since = self._since if self._unrecorded else time.monotonic()
            self._unrecorded.append(came)
            self._refused = self._refused or (came.answer is not None and came.answer.fate is Fate.REFUSED)
        elif came.errand.queue == COPIES and not came.unconnected:
            self._stop_copies(came.errand, came.problem)
        elif isinstance(came.problem, SenderRefused) or not self._crew.let_go(came.courier):
            self._stop_all(came.errand, came.problem)
        elif isinstance(came.problem, LineLost):
            # It may be this letter that the server can't bear: the other connections do not try it as well.
            self._unrecorded.append(replace(came, answer=Answer(Fate.LATER, came.problem.message), problem=None))
        else:
            self._in_hand[came.errand.queue].appendleft(came.errand.number)

    def _stop_all(self, errand: Errand, problem: MailUnavailable) -> None:
        """Nothing can be handed over: the mail at hand waits longer each time, the rest of what is due a while."""
        words = problem.message
        if not self._sums.problem:
            self._wait_longer(errand, problem)
        else:
            self._in_hand[errand.queue].append(errand.number)
        self._sums = replace(self._sums, problem=self._sums.problem or words)
        self._release()
        for queue in (MAILS, COPIES):
            self._surely(lambda: claims.put_off(self._context, queue, words))  # noqa: B023 - called at once

    def _stop_copies(self, errand: Errand, problem: MailUnavailable) -> None:
        """The server took a copy badly, in a way that would stop the clients' mail: the copies wait, that goes on."""
        self._wait_longer(errand, problem)
        self._dry.add(COPIES)
        self._copies_stopped = True
        self._release(COPIES)
        self._surely(lambda: claims.put_off(self._context, COPIES, problem.message))

    def _wait_longer(self, errand: Errand, problem: MailUnavailable) -> None:
        context, owner, number, words = self._context, self._owner, errand.number, problem.message
        give_up = not isinstance(problem, ServerRefuses)  # what a person has to put right is not the mail's end
        if errand.queue == MAILS:
            self._count(self._surely(lambda: fates.record_later(context, owner, number, words, give_up=give_up)))
        else:
            self._count_copy(self._surely(lambda: copies.record_later(context, owner, number, words, give_up=give_up)))

    def _record(self) -> None:
        """Write down what came back, in one transaction for the mails and one for the copies."""
        context, owner, came = self._context, self._owner, self._unrecorded
        mails = [self._outcome(back.errand, back.answer) for back in came if back.answer and back.errand.queue == MAILS]
        if mails:
            self._count_all(self._surely(lambda: fates.record(context, owner, mails, self._copies_to)))
        others = [(back.errand.number, back.answer) for back in came if back.answer and back.errand.queue == COPIES]
        for known in self._surely(lambda: copies.record(context, owner, others)) if others else ():
            self._count_copy(known)
        self._unrecorded, self._refused = [], False

    def _outcome(self, errand: Errand, answer: Answer) -> fates.Outcome:
        """What became of a client's mail, with the copy that is to follow one that was taken."""
        if not self._copies_to or answer.fate is not Fate.ACCEPTED or errand.letter is None:
            return fates.Outcome(errand.number, answer)
        copy = self._envelopes.composed(errand.letter, as_copy=True)
        if isinstance(copy, Answer):
            return fates.Outcome(errand.number, answer, None, copy.words)
        return fates.Outcome(errand.number, answer, copy)

    def _count_all(self, states: list[MailState | None]) -> None:
        for state, many in Counter(states).items():
            self._count(state, many)
        if set(states) != {MailState.SENT}:
            self._next_mails.forget()  # an address that was marked gets nothing more
        if MailState.SENT in states and self._copies_to and not self._copies_stopped:
            self._dry.discard(COPIES)

    def _held(self, queue: Queue) -> list[int]:
        """What is under way or not yet recorded."""
        errands = [*self._crew.errands, *(back.errand for back in self._unrecorded)]
        return [errand.number for errand in errands if errand.queue == queue]

    def _renew(self) -> None:
        """Keep what was claimed for as long as a hand-over can take."""
        context = self._context
        if self._lease_until - context.clock() >= claims.handover_seconds(context):
            return
        self._lease_until = context.clock() + claims.lease_seconds(context)
        for queue in (MAILS, COPIES):
            numbers = [*self._in_hand[queue], *self._held(queue)]
            if numbers:
                self._surely(lambda: claims.renew(context, queue, self._owner, numbers))  # noqa: B023 - called at once

    def _release(self, *queues: Queue) -> None:
        """Give back what was claimed and not tried."""
        for queue in queues or (MAILS, COPIES):
            numbers = self._in_hand[queue]
            if numbers:
                self._surely(lambda: claims.release(self._context, queue, self._owner, numbers))  # noqa: B023 - called at once
                numbers.clear()

    def _tell(self, least: int) -> None:
        """Say the sums where at least so many mails were dealt with since."""
        sums = self._sums
        done = sums.sent + sums.failed + sums.withdrawn + sums.copies_sent + sums.copies_failed
        if self._on_outcome is not None and done - self._told >= least:
            self._told = done
            self._on_outcome(self.told())

    def _count(self, state: MailState | None, many: int = 1) -> None:
        sums = self._sums
        if state is MailState.SENT:
            self._sums = replace(sums, sent=sums.sent + many)
        elif state is MailState.FAILED:
            self._sums = replace(sums, failed=sums.failed + many)
        elif state is MailState.WITHDRAWN:
            self._sums = replace(sums, withdrawn=sums.withdrawn + many)

    def _count_copy(self, taken: bool | None) -> None:
        sums = self._sums
        if taken is not None:
            self._sums = replace(
                sums, copies_sent=sums.copies_sent + taken, copies_failed=sums.copies_failed + (not taken)
            )

    def _surely(self, record: Callable[[], T]) -> T:
        """Do `record`, again and again while others keep the database busy: what was sent should be known as sent."""
        last = time.monotonic() + self._context.settings.limits.lease_seconds
        while True:
            try:
                return record()
            except DatabaseBusy:
                if time.monotonic() >= last:
                    raise
