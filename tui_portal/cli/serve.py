"""Serve the client portal's pages, and deliver mail in the background."""

from __future__ import annotations

import argparse
import logging
import socket
import sys
from contextlib import nullcontext

from tui_portal.cli.delivering import delivering, warn
from tui_portal.cli.opening import open_for_program
from tui_portal.cli.output import say
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, PortalError, WrongUse
from tui_portal.i18n import _
from tui_portal.services.activation import is_in_order
from tui_portal.services.certificates import Certificate, open_certificate
from tui_portal.services.context import Context

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
        certificate = open_certificate(context.settings, context.clock)
        with _listen(arguments.host or settings.host, port) as listener:
            _serve(context, listener, certificate, deliver=not arguments.no_delivery)
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


def _serve(context: Context, listener: socket.socket, certificate: Certificate | None, *, deliver: bool) -> None:
    from tui_portal.portal.app import create_app
    from tui_portal.portal.server import PortalServer

    app = create_app(context)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    server = PortalServer(app, context.settings.limits, certificate.context if certificate else None)
    with server.heeding_signals():
        told = _tell(context, listener, certificate)
        with delivering(context, server.told_to_end, told) if deliver else nullcontext():
            server.run_on(listener)


def _tell(context: Context, listener: socket.socket, certificate: Certificate | None) -> str:
    """Say where the portal is, and what is wrong with that; what keeps it from working is returned too."""
    host, port = listener.getsockname()[:2]
    here = f"{'https' if certificate else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
    url = context.settings.firm.portal_url
    say(_("The client portal listens at {here} for {url}").format(here=here, url=url))
    if not url.startswith("https://") and not _is_loopback(host):
        warn(_("firm.portal_url is not https. Passwords cross the network unprotected."))
    elif certificate is None and not _is_loopback(host):
        warn(_("There is no [portal] certificate. From the proxy to here passwords cross the network unprotected."))
    elif certificate and certificate.warning:
        warn(certificate.warning)
    try:
        is_in_order(context)
    except DatabaseUnusable as error:
        warn(error.message)
        return error.message
    return ""


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    return ip_address(host.partition("%")[0]).is_loopback
