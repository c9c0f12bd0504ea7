"""Delivery beside the portal's pages, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tui_portal.cli.output import say
from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.delivery import check_delivery, deliver_until
from tui_portal.services.runs import Delivered


@contextmanager
def delivering(context: Context, stop: threading.Event, told: str) -> Iterator[None]:
    """Deliver mail until `stop` is set, and at the latest to the end of this. `told` is a problem that was said already."""
    last = told

    def tell(done: Delivered) -> None:
        nonlocal last
        if done.problem and done.problem != last:
            warn(done.problem)
        last = done.problem

    try:
        check_delivery(context)
    except PortalError as error:
        tell(Delivered(problem=error.message))
    thread = threading.Thread(target=deliver_until, args=(context, stop, tell), name="delivery", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        # What is being handed over is waited for: else the next run would hand it over again.
        thread.join(context.settings.limits.smtp_seconds + context.settings.limits.stop_seconds)


def warn(what: str) -> None:
    """Say what is wrong, while everything goes on."""
    say(_("Warning: {what}").format(what=what))
