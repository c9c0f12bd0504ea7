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

from tui_portal.domain.errors import DatabaseBusy, NotAllowed, PortalError
from tui_portal.i18n import _
from tui_portal.mail.handover import copies_of, open_transport, sender_of
from tui_portal.services import claims, leases, outbox, reminders
from tui_portal.services.claims import COPIES, MAILS
from tui_portal.services.context import Context
from tui_portal.services.mail_domains import DomainTurns
from tui_portal.services.runs import Delivered, Report, Run


def deliver_once(
    context: Context,
    on_outcome: Report | None = None,
    stop: threading.Event | None = None,
    beat: Callable[[], object] | None = None,
) -> Delivered:
    """Hand over all mail that is due now; `on_outcome` hears the sums now and then, `beat` is called while it goes on.

    Ends after the mail in hand when `stop` is set, and at the first sign that the server wants nothing at all: `problem`
    says what. Raises DatabaseUnusable, also without the key: no link goes out unsigned. Raises NotAllowed when read-only.
    """
    _check_writable(context)
    reminders.queue_due_reminders(context)
    run = Run(context, on_outcome, stop or threading.Event(), beat)
    if any(claims.count_waiting(context, queue) for queue in (MAILS, COPIES)) and _has_key(context):
        run.deliver()
    return run.told()


def deliver_until(context: Context, stop: threading.Event, on_outcome: Report | None = None) -> None:
    """Deliver what falls due until `stop` is set, on a connection of the calling thread's own; `on_outcome` hears of
    every run that did something or met a problem.

    Works while this process holds the lease for delivery, and stands by while another does. What goes wrong is told and
    tried again after a pause; it never ends this.
    """
    owner, seconds = leases.this_process(), claims.lease_seconds(context)
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
                        context, stop=stop, beat=lambda: leases.hold(context, leases.DELIVERY, owner, seconds)
                    )
                    if done.problem:
                        not_before = time.monotonic() + limits.retry_first_seconds
                    if on_outcome is not None and done.is_eventful:
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
