"""What stands between the network and a page: the portal's own address, headers, cookies, proofs that a form is ours."""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui_portal.config import Settings
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _

HEALTH = "/healthz"
STATIC = "/static/"

_NONCE = re.compile(r"[A-Za-z0-9_-]{43}")
_SESSION_MOST = 100
_PURPOSE = b"tui_portal portal forms 1"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_YEAR = 31_536_000
_log = logging.getLogger("tui_portal.portal")

Refusal = Callable[[Request, int], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Site:
    """The portal's own address, taken from the settings only: what a request says about it is never believed.

    `prefix` is the path in front of every page, empty where the portal has a host of its own.
    """

    url: str
    host: str
    prefix: str
    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> Site:
        """The site that the settings name. Raises WrongUse where `firm.portal_url` names no host."""
        url = settings.firm.portal_url.rstrip("/")
        try:
            parts = urlsplit(url)
            host = _plain_host(parts.hostname or "")
        except ValueError:
            host = ""
        if not host:
            raise WrongUse(
                _("firm.portal_url is {url}: no host is named in it that a browser could open.").format(url=url)
            )
        return cls(url, host, parts.path.rstrip("/"), parts.scheme == "https")

    def cookie(self, name: str) -> str:
        """The full name of a cookie: with https one that only this host can have set (RFC 6265bis, 4.1.3.2)."""
        return f"__Host-tui_portal_{name}" if self.secure else f"tui_portal_{name}"

    def is_asked_for(self, host_header: str) -> bool:
        """Whether a Host header names this site. The port is left out: in front of a proxy it is another one."""
        try:
            return _plain_host(urlsplit(f"//{host_header}").hostname or "") == self.host
        except ValueError:
            return False


def _plain_host(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode("ascii")


@dataclass(frozen=True, slots=True)
class Cookies:
    """The two cookies of a browser: its session (empty: none) and the secret half of its forms."""

    session: str
    nonce: str
    nonce_is_new: bool

    @classmethod
    def of(cls, request: Request, site: Site) -> Cookies:
        """The cookies that came with `request`; the secret half is made where there is none."""
        session = request.cookies.get(site.cookie("session"), "")
        nonce = request.cookies.get(site.cookie("form"), "")
        if _NONCE.fullmatch(nonce):
            return cls(session[:_SESSION_MOST], nonce, False)
        return cls(session[:_SESSION_MOST], secrets.token_urlsafe(32), True)


def set_cookie(response: Response, site: Site, name: str, value: str) -> None:
    """Give the browser a cookie that ends when the browser does; an empty value takes it away."""
    age = None if value else 0
    response.set_cookie(
        site.cookie(name), value, max_age=age, path="/", secure=site.secure, httponly=True, samesite="lax"
    )


class Forms:
    """Proofs that a form came from our page, in this browser and in this session (OWASP: signed double submit)."""

    def __init__(self, key: bytes) -> None:
        derived = hmac.new(key, _PURPOSE, hashlib.sha256).digest()
        self._serializer = URLSafeSerializer(
            derived, salt="form", signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256}
        )

    def proof(self, cookies: Cookies) -> str:
        """The hidden field of a form."""
        return str(self._serializer.dumps([cookies.nonce, _mark(cookies.session)]))

    def is_ours(self, proof: str, cookies: Cookies) -> bool:
        """Whether `proof` was made here for these cookies."""
        try:
            nonce, session = self._serializer.loads(proof)
        except (BadData, ValueError, TypeError):
            return False
        same_nonce = hmac.compare_digest(str(nonce), cookies.nonce)
        return same_nonce and hmac.compare_digest(str(session), _mark(cookies.session))


def _mark(session: str) -> str:
    """What stands for a session inside a form: whoever reads the page learns nothing of the session's id."""
    return hashlib.sha256(b"form\0" + session.encode("utf-8", "replace")).hexdigest()[:32]


class Gate:
    """Every request passes here first, every response last. `refuse` makes the page for a status."""

    def __init__(self, app: ASGIApp, site: Site, request_bytes: int, refuse: Refusal) -> None:
        self._app = app
        self._site = site
        self._most = request_bytes
        self._refuse = refuse
        self._headers = dict(_HEADERS)
        if site.secure:
            self._headers["Strict-Transport-Security"] = f"max-age={_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it. Nothing that goes wrong behind reaches the browser but as a page."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = self._without_prefix(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(raw=message["headers"])
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                message["headers"] = headers.raw
            await send(message)

        try:
            status = self._fault(scope)
            if status:
                await self._answer(status, scope, receive, send_with_headers)
            else:
                await self._app(scope, self._limited(receive), send_with_headers)
        except ClientDisconnect:
            return
        except Exception:
            # The path is left out: it may hold somebody's link.
            _log.exception("A %s request ended in an error", scope["method"])
            if not started:
                await self._answer(500, scope, receive, send_with_headers)

    async def _answer(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._refuse(Request(scope, receive), status)
        await response(scope, receive, send)

    def _fault(self, scope: Scope) -> int:
        """The status that a request is refused with before anybody looks at it; 0 for none."""
        headers = Headers(scope=scope)
        if scope["path"] != HEALTH:
            hosts = headers.getlist("host")
            if len(hosts) != 1:
                return 400
            if not self._site.is_asked_for(hosts[0]):
                return 421
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400
        return 413 if int(length) > self._most else 0

    def _limited(self, receive: Receive) -> Receive:
        came = 0

        async def receive_some() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._most:
                raise HTTPException(413)
            return message

        return receive_some

    def _without_prefix(self, scope: Scope) -> Scope:
        """The request as if the portal had a host of its own, whether or not a proxy took the prefix away."""
        prefix, path = self._site.prefix, scope["path"]
        if not prefix or not (path == prefix or path.startswith(f"{prefix}/")):
            return scope
        return {**scope, "path": path.removeprefix(prefix) or "/"}
