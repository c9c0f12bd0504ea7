"""Hand queued mail to the mail server: what is due now, or with no --once whatever falls due until it is ended."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tui_portal.cli.opening import open_for_program
from tui_portal.cli.output import say, show_json
from tui_portal.domain.errors import MailUnavailable, WrongUse
from tui_portal.domain.moments import iso
from tui_portal.i18n import _, ngettext
from tui_portal.services.context import Context
from tui_portal.services.delivery import check_delivery, deliver_once, deliver_until
from tui_portal.services.outbox import summary, try_all_now
from tui_portal.services.runs import Delivered

_INTERRUPTED = 128 + signal.SIGINT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--once", action="store_true", help=_("hand over what is due, then end"))
    parser.add_argument("--now", action="store_true", help=_("do not wait for the next try of mail that was put off"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document (with --once)"))


def run(arguments: argparse.Namespace) -> int:
    """Deliver and tell what became of it; the exit status: 1 where mail failed for good, 5 where the server is in the way."""
    if arguments.json and not arguments.once:
        raise WrongUse(_("--json goes with --once."))
    context = open_for_program(arguments)
    if arguments.now:
        try_all_now(context)
    tell = _Teller()
    with _ended_by_signals() as (stop, signals):
        if not arguments.once:
            check_delivery(context)
            deliver_until(context, stop, tell)
            return _INTERRUPTED if signal.SIGINT in signals else 0
        done = deliver_once(context, None if arguments.json else tell, stop)
    if arguments.json:
        show_json(_document(done))
    else:
        tell(done)
        _tell_next_try(context, done)
    if signal.SIGINT in signals:
        return _INTERRUPTED
    if done.problem:
        return MailUnavailable.exit_status
    return 1 if done.failed else 0


class _Teller:
    """Says what became of the mail, in numbers, and each problem; nothing twice in a row."""

    def __init__(self) -> None:
        self._last: Delivered | None = None

    def __call__(self, done: Delivered) -> None:
        if done == self._last:
            return
        if done.problem and (self._last is None or done.problem != self._last.problem):
            say(f"tui-portal: {done.problem}")
        say(in_numbers(done))
        self._last = done


def in_numbers(done: Delivered) -> str:
    """What became of the mail, on one line."""
    parts = [
        ngettext("{n} sent", "{n} sent", done.sent).format(n=done.sent),
        ngettext("{n} failed", "{n} failed", done.failed).format(n=done.failed),
        ngettext("{n} waits", "{n} wait", done.waiting).format(n=done.waiting),
        ngettext("{n} withdrawn", "{n} withdrawn", done.withdrawn).format(n=done.withdrawn),
    ]
    text = _(", ").join(parts)
    if done.copies_sent or done.copies_failed or done.copies_waiting:
        copies = _("copies: {sent} sent, {failed} failed, {waiting} waiting")
        numbers = {"sent": done.copies_sent, "failed": done.copies_failed, "waiting": done.copies_waiting}
        text += f" ({copies.format(**numbers)})"
    return text


def _tell_next_try(context: Context, done: Delivered) -> None:
    next_try = summary(context).next_try_at
    if done.waiting and next_try is not None:
        moment = (iso(next_try) or "")[:16].replace("T", " ")
        say(_("The next try is at {moment}; `tui-portal deliver --once --now` tries at once.").format(moment=moment))


def _document(done: Delivered) -> dict[str, object]:
    found: dict[str, object] = {
        "ok": not done.problem,
        "sent": done.sent,
        "failed": done.failed,
        "waiting": done.waiting,
        "withdrawn": done.withdrawn,
        "copies_sent": done.copies_sent,
        "copies_failed": done.copies_failed,
        "copies_waiting": done.copies_waiting,
        "problem": done.problem or None,
    }
    if done.problem:
        found["error"] = {"kind": MailUnavailable.kind, "message": done.problem}
    return found


@contextmanager
def _ended_by_signals() -> Iterator[tuple[threading.Event, list[int]]]:
    """An event that SIGINT, SIGTERM and SIGHUP set, so that the mail in hand is ended properly, and the signals that came.

    A second SIGINT does not wait for the mail in hand.
    """
    stop, came = threading.Event(), list[int]()

    def end(number: int, _frame: FrameType | None) -> None:
        if number in came and number == signal.SIGINT:
            raise KeyboardInterrupt
        came.append(number)
        stop.set()

    # What the caller ignores (nohup, a job in the background) stays ignored.
    wanted = [n for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]
    former = {number: signal.signal(number, end) for number in wanted}
    try:
        yield stop, came
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
