"""Where a request comes from: the browser's address, as the network tells it or as the firm's own proxy does."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from tui_portal.portal.desk import Desk

_NETWORK_BITS = 64


def client_address(request: Request) -> str:
    """The address of the browser, in its normal form; empty where it is not known."""
    desk: Desk = request.app.state.desk
    return address_of(request.scope, desk.context.settings.portal.client_address_header)


def address_of(scope: Scope, header: str) -> str:
    """The address that `scope` comes from; empty where it is not known.

    What stands last in `header` is believed only when the connection comes from this machine: there is the firm's proxy.
    """
    client = scope.get("client")
    peer = _address(client[0]) if client else None
    if header and (client is None or (peer is not None and peer.is_loopback)):
        told = Headers(scope=scope).getlist(header)
        peer = (_address(told[-1].rpartition(",")[2]) if told else None) or peer
    return str(peer) if peer else ""


def network(address: str) -> str:
    """What is counted as one origin: an IPv4 address, or the /64 that one IPv6 customer has to themselves."""
    known = _address(address)
    if not isinstance(known, IPv6Address):
        return str(known) if known else address
    first = int(known) >> _NETWORK_BITS << _NETWORK_BITS
    return f"{IPv6Address(first)}/{_NETWORK_BITS}"


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, with or without a port, brackets, quotes and a zone; IPv4 written as IPv6 is IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
