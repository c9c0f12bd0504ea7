"""Delivery: the outbox emptied into the mail server, once or for as long as somebody wants it.

Claim, hand over with no transaction open, record (architecture.md, rule 2). Any number of processes may do it at once. A
process that is killed leaves its mail in hand; the next one finds that its owner is no more, and sends the same message
with the same link again.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from tui_portal.domain.errors import DatabaseBusy, MailUnavailable, NotAllowed, PortalError
from tui_portal.domain.moments import utc
from tui_portal.domain.return_addresses import make_return_address
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.handover import Answer, Fate, ServerRefuses, Transport, copies_of, open_transport, sender_of
from tui_portal.mail.letters import Envelope, Letter, Sender
from tui_portal.services import fates, leases, outbox
from tui_portal.services.context import Context
from tui_portal.services.mail_domains import DomainTurns
from tui_portal.services.outbox import MailState, Unwanted
from tui_portal.services.pacing import Places

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the mail: handed over, failed for good, not wanted any more; how many still wait, and what stands in
    the way (empty: nothing).
    """

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    withdrawn: int = 0
    problem: str = ""


Report = Callable[[Delivered], object]


def deliver_once(context: Context, on_outcome: Report | None = None, stop: threading.Event | None = None) -> Delivered:
    """Hand over all mail that is due now; `on_outcome` hears the sums after every batch.

    Ends after the mail in hand when `stop` is set, and at the first sign that the server wants nothing at all: `problem`
    says what. Raises DatabaseUnusable, also without the key: no link goes out unsigned. Raises NotAllowed when read-only.
    """
    _check_writable(context)
    run = _Run(context, on_outcome, stop or threading.Event())
    if outbox.count_waiting(context) and _has_key(context):
        run.deliver()
    return run.told()


def deliver_until(context: Context, stop: threading.Event, on_outcome: Report | None = None) -> None:
    """Deliver what falls due until `stop` is set, on a connection of the calling thread's own; `on_outcome` hears of
    every run that did something or met a problem.

    Works while this process holds the lease for delivery, and stands by while another does. What goes wrong is told and
    tried again after a pause; it never ends this.
    """
    owner, seconds = leases.this_process(), outbox.lease_seconds(context)
    limits, domains = context.settings.limits, DomainTurns(context)
    seen: int | None = None
    not_before = 0.0
    try:
        while not stop.is_set():
            try:
                context.database.connect()
                version = context.database.data_version()
                held = leases.hold(context, leases.DELIVERY, owner, seconds)
                if held and (version != seen or (time.monotonic() >= not_before and outbox.has_due(context))):
                    seen = version
                    done = deliver_once(
                        context, lambda _sums: leases.hold(context, leases.DELIVERY, owner, seconds), stop
                    )
                    if done.problem:
                        not_before = time.monotonic() + limits.retry_first_seconds
                    if on_outcome is not None and done != Delivered(waiting=done.waiting):
                        on_outcome(done)
                if held:
                    domains.turn(stop)
            except DatabaseBusy:
                seen = None  # looked at again at the next turn
            except PortalError as error:
                not_before = time.monotonic() + limits.retry_first_seconds
                if on_outcome is not None:
                    on_outcome(Delivered(problem=error.message))
            stop.wait(max(1, limits.watch_seconds))
    finally:
        with contextlib.suppress(PortalError):
            leases.give_back(context, leases.DELIVERY, owner)
        context.database.close()


def check_delivery(context: Context) -> None:
    """Raises what would keep every mail back: NotAllowed when read-only, DatabaseUnusable without the key, MailUnavailable
    for settings that name no mail server or no sender.
    """
    _check_writable(context)
    _has_key(context)
    open_transport(context.settings).close()
    sender_of(context.settings, context.firm_name)
    copies_of(context.settings)


def _check_writable(context: Context) -> None:
    if context.read_only:
        raise NotAllowed(_("This is read-only: no mail can be sent."))


def _has_key(context: Context) -> bool:
    """True, or DatabaseUnusable: links are signed or not made at all."""
    return bool(context.key)


class _Run:
    """One pass over what is due."""

    def __init__(self, context: Context, on_outcome: Report | None, stop: threading.Event) -> None:
        self._context = context
        self._on_outcome = on_outcome
        self._stop = stop
        self._owner = leases.this_process()
        self._sums = Delivered()
        self._places = Places(context, self._owner)
        self._copies: tuple[str, ...] = ()
        self._in_hand: list[int] = []
        self._lease_until = 0

    def told(self) -> Delivered:
        """The sums so far, with what waits now."""
        return replace(self._sums, waiting=outbox.count_waiting(self._context))

    def deliver(self) -> None:
        """Claim, hand over, record, until nothing that was due at the start is left."""
        context = self._context
        started = context.clock()
        try:
            transport = open_transport(context.settings)
            sender = sender_of(context.settings, context.firm_name)
            self._copies = copies_of(context.settings)
        except MailUnavailable as error:
            self._sums = replace(self._sums, problem=error.message)
            return
        try:
            while not self._stop.is_set() and not self._sums.problem:
                self._in_hand = outbox.claim(context, self._owner, started)
                if not self._in_hand:
                    break
                self._lease_until = context.clock() + outbox.lease_seconds(context)
                self._deliver_batch(transport, sender)
                if self._on_outcome is not None:
                    self._on_outcome(self.told())
        finally:
            transport.close()

    def _deliver_batch(self, transport: Transport, sender: Sender) -> None:
        try:
            while self._in_hand and not self._stop.is_set():
                number = self._in_hand[0]
                try:
                    transport.ready()
                    self._deliver_one(transport, sender, number)
                except MailUnavailable as error:
                    self._server_problem(error, number)
                    return
                self._in_hand.pop(0)
        finally:
            if self._in_hand:
                self._surely(lambda: outbox.release(self._context, self._owner, self._in_hand))

    def _deliver_one(self, transport: Transport, sender: Sender, number: int) -> None:
        context, owner = self._context, self._owner
        if self._lease_until - context.clock() < outbox.handover_seconds(context):
            self._lease_until = outbox.renew(context, owner, self._in_hand)
        letter = outbox.take_up(context, owner, number)
        if letter is None:
            return
        if isinstance(letter, Unwanted):
            state, reason = letter.state, letter.reason
            self._count(self._surely(lambda: fates.record_unwanted(context, owner, number, state, reason)))
            return
        if not self._has_place(letter, number):
            return
        answer = self._hand_over(transport, sender, letter, number)
        became = self._surely(lambda: self._record(answer, number))
        self._count(became)
        if became is MailState.SENT:
            for copy in range(len(self._copies)):
                self._send_copy(transport, sender, letter, number, copy)

    def _has_place(self, letter: Letter, number: int) -> bool:
        """Whether the mail can go now by the delivery limits; else it waits for its turn, with all in hand that waits for the same."""
        turn = self._surely(lambda: self._places.take(str(number), _domain(letter.address)))
        if turn is None:
            return True
        late = self._surely(lambda: self._places.put_off(turn, self._in_hand))
        self._in_hand = [number, *(other for other in self._in_hand[1:] if other not in late)]
        return False

    def _hand_over(
        self, transport: Transport, sender: Sender, letter: Letter, number: int, copy: int | None = None
    ) -> Answer:
        """Compose and hand over the letter, or the copy of it that goes to the one with the index `copy`."""
        from tui_portal.mail.composing import compose

        try:
            content = compose(letter, sender, as_copy=copy is not None)
        except Exception as error:  # one odd letter never ends a run
            why = safe(f"{type(error).__name__}: {error}")
            return Answer(Fate.REFUSED, _("the mail could not be composed: {why}").format(why=why))
        name = f"{utc(letter.queued_at):%Y%m%dT%H%M%SZ}-{number:08d}-{letter.message_id[1:9]}"
        back_to = sender.bounces_to or sender.address
        if copy is not None:
            return transport.hand_over(Envelope(back_to, self._copies[copy], content, f"{name}-copy{copy + 1}"))
        if sender.bounces_to:
            back_to = make_return_address(self._context.key, sender.bounces_to, number, letter.message_id)
        return transport.hand_over(Envelope(back_to, letter.address, content, name))

    def _send_copy(self, transport: Transport, sender: Sender, letter: Letter, number: int, copy: int) -> None:
        """Send one copy of a mail that was handed over. It is tried once; that it failed is told with the mail."""
        address = self._copies[copy]
        self._surely(lambda: self._places.take(f"{number}.{copy}", _domain(address), at_once=True))
        try:
            answer = self._hand_over(transport, sender, letter, number, copy)
        except MailUnavailable as error:
            answer = Answer(Fate.REFUSED, error.message)
        if answer.fate is not Fate.ACCEPTED:
            words = _("the copy to {address} was not sent: {why}").format(address=safe(address), why=answer.words)
            self._surely(lambda: fates.record_copy_failed(self._context, number, words))

    def _record(self, answer: Answer, number: int) -> MailState | None:
        context, owner = self._context, self._owner
        if answer.fate is Fate.ACCEPTED:
            return fates.record_sent(context, owner, number)
        if answer.fate is Fate.LATER:
            return fates.record_later(context, owner, number, answer.words)
        return fates.record_failed(context, owner, number, answer.words, no_such_mailbox=answer.no_such_mailbox)

    def _count(self, state: MailState | None) -> None:
        sums = self._sums
        if state is MailState.SENT:
            self._sums = replace(sums, sent=sums.sent + 1)
        elif state is MailState.FAILED:
            self._sums = replace(sums, failed=sums.failed + 1)
        elif state is MailState.WITHDRAWN:
            self._sums = replace(sums, withdrawn=sums.withdrawn + 1)

    def _server_problem(self, error: MailUnavailable, number: int) -> None:
        """Nothing can be handed over: the mail at hand waits longer each time, the rest of what is due a while."""
        context, owner, words = self._context, self._owner, error.message
        give_up = not isinstance(error, ServerRefuses)  # what a person has to put right is not the mail's end
        self._count(self._surely(lambda: fates.record_later(context, owner, number, words, give_up=give_up)))
        self._surely(lambda: outbox.release(context, owner, self._in_hand))
        self._in_hand = []
        self._surely(lambda: fates.put_off(context, words))
        self._sums = replace(self._sums, problem=words)

    def _surely(self, record: Callable[[], T]) -> T:
        """Do `record`, again and again while others keep the database busy: what was sent should be known as sent."""
        last = time.monotonic() + self._context.settings.limits.lease_seconds
        while True:
            try:
                return record()
            except DatabaseBusy:
                if time.monotonic() >= last:
                    raise


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
