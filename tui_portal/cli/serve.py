"""Serve the client portal's pages, and deliver mail in the background."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui_portal.cli.opening import open_for_program
from tui_portal.cli.output import say
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, PortalError, WrongUse
from tui_portal.i18n import _
from tui_portal.services.activation import is_in_order
from tui_portal.services.context import Context

if TYPE_CHECKING:
    import uvicorn

_BACKLOG = 256
_MOST_PORT = 65_535


class CantListen(PortalError):
    """The address can't be listened at."""

    kind = "network"
    exit_status = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--host", metavar="HOST", help=_("the address to listen at; default: portal.host"))
    parser.add_argument(
        "--port", metavar="PORT", type=int, help=_("the port; 0 takes a free one; default: portal.port")
    )
    parser.add_argument(
        "--no-delivery", action="store_true", help=_("only the pages: mail is left to `tui-portal deliver`")
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM (exit status 0) or an interrupt (130)."""
    if arguments.read_only:
        raise NotAllowed(_("Clients can't log in where nothing can be changed: serve takes no --read-only."))
    context = open_for_program(arguments)
    try:
        settings = context.settings.portal
        port = settings.port if arguments.port is None else arguments.port
        with _listen(arguments.host or settings.host, port) as listener:
            _serve(context, listener, deliver=not arguments.no_delivery)
    finally:
        context.database.close()
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A socket that takes connections already. Raises WrongUse, CantListen."""
    if not 0 <= port <= _MOST_PORT:
        raise WrongUse(_("{port} is no port: it must be between 0 and 65535.").format(port=port))
    listener = None
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise CantListen(
            _("The portal can't listen at {host}, port {port}: {why}.").format(
                host=host, port=port, why=error.strerror or error
            )
        ) from None
    listener.setblocking(False)
    return listener


def _serve(context: Context, listener: socket.socket, *, deliver: bool) -> None:
    import uvicorn

    from tui_portal.portal.app import create_app

    limits = context.settings.limits
    app = create_app(context)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,  # its lines would hold the links
            server_header=False,
            proxy_headers=False,  # what a proxy says about host and scheme stands in the settings
            ws="none",
            lifespan="on",
            limit_concurrency=limits.portal_connections or None,
            timeout_graceful_shutdown=limits.stop_seconds,
        )
    )
    with _stopping(server):
        told = _tell(context, listener)
        with _delivering(context, told) if deliver else _nothing():
            server.run(sockets=[listener])


def _tell(context: Context, listener: socket.socket) -> str:
    """Say where the portal is, and what is wrong with that; what keeps it from working is returned too."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = context.settings.firm.portal_url
    say(_("The client portal listens at http://{host}:{port} for {url}").format(host=shown, port=port, url=url))
    if not url.startswith("https://") and not _is_loopback(host):
        _warn(_("firm.portal_url is not https. Passwords cross the network unprotected."))
    try:
        is_in_order(context)
    except DatabaseUnusable as error:
        _warn(error.message)
        return error.message
    return ""


def _warn(what: str) -> None:
    say(_("Warning: {what}").format(what=what))


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    return ip_address(host.partition("%")[0]).is_loopback


@contextmanager
def _stopping(server: uvicorn.Server) -> Iterator[None]:
    """Leave in order on SIGTERM, and on SIGHUP where it is not ignored (nohup)."""

    def stop(_number: int, _frame: object) -> None:
        server.should_exit = True

    numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]
    former = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def _delivering(context: Context, told: str) -> Iterator[None]:
    """Deliver mail in a thread of its own, as long as the pages are served. `told` is a problem that was said already."""
    from tui_portal.services.delivery import Delivered, check_delivery, deliver_until

    last = told

    def tell(done: Delivered) -> None:
        nonlocal last
        if done.problem and done.problem != last:
            _warn(done.problem)
        last = done.problem

    try:
        check_delivery(context)
    except PortalError as error:
        tell(Delivered(problem=error.message))
    stop = threading.Event()
    thread = threading.Thread(target=deliver_until, args=(context, stop, tell), name="delivery", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        # What is being handed over is waited for: else the next run would hand it over again.
        thread.join(context.settings.limits.smtp_seconds + context.settings.limits.stop_seconds)


@contextmanager
def _nothing() -> Iterator[None]:
    yield
