"""Which browsers were logged in before, and from where a password is tried.

A browser that was logged in with an address keeps a cookie that says so under our seal (OWASP, Slow Down Online Guessing Attacks with
Device Cookies): its tries are counted by themselves, so that nobody who guesses elsewhere keeps its owner waiting.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from ipaddress import ip_network

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from tui_portal.domain.moments import DAY
from tui_portal.portal.desk import Desk
from tui_portal.portal.limits import Attempt
from tui_portal.portal.origins import client_address, network
from tui_portal.portal.security import set_cookie

_COOKIE = "device"
_MOST = 5  # addresses that one browser is known for: a family's
_PURPOSE = b"tui_portal portal devices 1"


@dataclass(frozen=True, slots=True)
class _Device:
    """A browser that was logged in: its own name, and the marks of the addresses, the latest last."""

    name: str
    marks: tuple[str, ...]


def attempt_from(request: Request, canonical: str) -> Attempt:
    """A try at the password of this canonical address, as it is counted."""
    desk: Desk = request.app.state.desk
    crowd = crowd_of(request)
    device = _device(request, desk)
    if device is not None and _mark(desk, "address", canonical) in device.marks:
        return Attempt(canonical, _mark(desk, "device", device.name), known=True)
    return Attempt(canonical, _mark(desk, "network", network(client_address(request))), known=False, crowd=crowd)


def attempt_in(request: Request, canonical: str, session: str) -> Attempt:
    """A try by somebody who is logged in with this session: that is a place of its own, too."""
    desk: Desk = request.app.state.desk
    return Attempt(canonical, _mark(desk, "session", session), known=True)


def crowd_of(request: Request) -> str:
    """A mark of the network that a request comes from; empty where all come from this machine, as through a proxy that is not told
    of in the settings: there one who tries much would keep everybody waiting.
    """
    desk: Desk = request.app.state.desk
    origin = network(client_address(request))
    if not origin or ip_network(origin, strict=False).is_loopback:
        return ""
    return _mark(desk, "network", origin)


def remember_device(response: Response, request: Request, canonical: str) -> None:
    """Let the browser be known from now on as one that was logged in with this canonical address."""
    desk: Desk = request.app.state.desk
    former, mark = _device(request, desk), _mark(desk, "address", canonical)
    others = [known for known in former.marks if known != mark] if former else []
    # With a name of its own after each login, what somebody else once copied is counted by itself.
    value = _sealer(desk).dumps([secrets.token_urlsafe(16), [*others, mark][-_MOST:]])
    set_cookie(response, desk.site, _COOKIE, str(value), desk.context.settings.limits.device_days * DAY)


def _device(request: Request, desk: Desk) -> _Device | None:
    try:
        name, marks = _sealer(desk).loads(request.cookies.get(desk.site.cookie(_COOKIE), ""))
    except (BadData, ValueError, TypeError):
        return None
    return _Device(str(name), tuple(str(mark) for mark in marks))


def _sealer(desk: Desk) -> URLSafeSerializer:
    derived = hmac.new(desk.context.key, _PURPOSE, hashlib.sha256).digest()
    return URLSafeSerializer(
        derived, salt=_COOKIE, signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
    )


def _mark(desk: Desk, kind: str, text: str) -> str:
    """What stands for a network, a browser or an address: whoever reads it learns nothing without the key."""
    named = b"\0".join((_PURPOSE, kind.encode(), text.encode("utf-8", "replace")))
    return hmac.new(desk.context.key, named, hashlib.sha256).hexdigest()[:32]
