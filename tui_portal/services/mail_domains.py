"""Whether the domains of the stored addresses take mail: asked in the background, a few at a time, and only where the settings
allow it (`mail.check_domains`). No person waits for it, and no transaction is open meanwhile.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_portal.domain.addresses import AddressFlag, check_address
from tui_portal.domain.errors import PortalError
from tui_portal.domain.moments import DAY
from tui_portal.mail.exchangers import Exchange, find_exchange
from tui_portal.services import activity
from tui_portal.services.address_checks import MAILBOX_COLUMNS, Mailbox, mailbox_from, write_checks
from tui_portal.services.context import Context

if TYPE_CHECKING:
    from dns.resolver import Resolver

_ROWS = 300  # addresses that are looked at in one turn
_REMEMBERED = 10_000  # domains
_PAUSE = 600  # seconds without a question after a turn that got no answer at all


class DomainTurns:
    """Goes through the addresses whose domain was not asked for `limits.dns_days`, turn by turn, in one thread.

    What a domain answered is remembered, so that a thousand addresses of one provider are one question. `resolver` is the
    system's where none is given.
    """

    def __init__(self, context: Context, resolver: Resolver | None = None) -> None:
        self._context = context
        self._resolver = resolver
        self._answers: OrderedDict[str, Exchange] = OrderedDict()
        self._last = 0  # the id of the last address that was looked at
        self._from_the_start_at = 0.0  # by the monotonic clock, as the next
        self._not_before = 0.0

    def turn(self, stop: threading.Event | None = None) -> int:
        """One turn, which takes `limits.dns_seconds` at most; how many addresses it settled. What goes wrong waits for another."""
        if not self._context.settings.mail.check_domains or time.monotonic() < self._not_before:
            return 0
        with contextlib.suppress(PortalError):
            return self._turn(stop)
        return 0

    def _turn(self, stop: threading.Event | None) -> int:
        mailboxes, new = self._next()
        if not mailboxes:
            return 0
        answers = self._ask(new)
        if stop is not None and stop.is_set():
            return 0
        self._answers.update(answers)
        settled = _settle(self._context, [(m, self._answers.get(_domain(m), Exchange.UNKNOWN)) for m in mailboxes])
        self._last = mailboxes[-1].id
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        if answers and all(answer is Exchange.UNKNOWN for answer in answers.values()):
            self._not_before = time.monotonic() + _PAUSE
        return settled

    def _next(self) -> tuple[list[Mailbox], list[str]]:
        """The next addresses to look at, with no more domains among them that are to be asked than a turn may ask, and these.

        At the end it waits for new addresses, and begins again after a day, when what got no answer is asked again.
        """
        moment = time.monotonic()
        if moment >= self._from_the_start_at:
            self._last, self._from_the_start_at = 0, moment + DAY
            self._answers.clear()
        limits = self._context.settings.limits
        rows = self._context.database.rows(
            f"""
            SELECT {MAILBOX_COLUMNS} FROM email_address
            WHERE id > :last AND validity <> 'invalid' AND (domain_checked_at IS NULL OR domain_checked_at <= :since)
            ORDER BY id LIMIT {_ROWS}
            """,
            {"last": self._last, "since": self._context.clock() - limits.dns_days * DAY},
        )
        if not rows:
            self._last = int(self._context.database.value("SELECT coalesce(max(id), 0) FROM email_address"))
        taken, new = list[Mailbox](), dict[str, None]()
        for mailbox in (mailbox_from(self._context, row) for row in rows):
            domain = _domain(mailbox)
            if AddressFlag.SPECIAL_USE not in mailbox.flags and domain not in self._answers and domain not in new:
                if len(new) == limits.dns_batch:
                    break
                new[domain] = None
            taken.append(mailbox)
        return taken, list(new)

    def _ask(self, domains: Sequence[str]) -> dict[str, Exchange]:
        """Ask all `domains` at once: a turn is as long as the slowest, not as all of them."""
        from concurrent.futures import ThreadPoolExecutor

        if not domains:
            return {}
        seconds = self._context.settings.limits.dns_seconds
        with ThreadPoolExecutor(len(domains), thread_name_prefix="domains") as threads:
            found = threads.map(lambda domain: find_exchange(domain, seconds, self._resolver), domains)
            return dict(zip(domains, found, strict=True))


def _domain(mailbox: Mailbox) -> str:
    return mailbox.canonical.rpartition("@")[2]


def _settle(context: Context, found: list[tuple[Mailbox, Exchange]]) -> int:
    """Write what the domains answered; where none did, the address waits. How many were written."""
    checks = []
    for mailbox, answer in found:
        if AddressFlag.SPECIAL_USE in mailbox.flags or answer is Exchange.UNKNOWN:
            continue
        none = {AddressFlag.NO_MAIL_EXCHANGER} if answer is Exchange.TAKES_NONE else set[AddressFlag]()
        learnt = mailbox.learnt - {AddressFlag.NO_MAIL_EXCHANGER} | none
        checks.append((mailbox, check_address(mailbox.address).with_learnt(learnt)))
    if not checks:
        return 0
    with context.database.write():
        written = write_checks(context, checks, domain_checked=True)
        activity.record_many(
            context,
            "address_checked",
            (
                (None, m.id, {"validity": m.validity.value}, {"validity": c.validity.value, "reason": c.reason})
                for m, c in checks
                if m.id in written and m.validity is not c.validity
            ),
        )
    return len(written)
