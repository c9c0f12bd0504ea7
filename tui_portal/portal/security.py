"""What stands between the network and a page: the portal's own address, headers, cookies, proofs that a form is ours."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui_portal.config import LimitSettings, Settings
from tui_portal.domain.errors import PortalError, WrongUse
from tui_portal.i18n import _

if TYPE_CHECKING:
    from tui_portal.portal.access_log import AccessLog

HEALTH = "/healthz"
STATIC = "/static/"

# What is none of these is no name of a handler either.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")

_HOST = re.compile(r"(?:(?P<name>[^\s:/?#@\[\]\\]+)|\[(?P<six>[0-9A-Fa-f:.]+)\])(?::[0-9]*)?")
_WHOLE_ADDRESS = re.compile(r"(?i:https?)://(?P<host>[^/]*)(?P<path>/.*)?", re.DOTALL)
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
        host = _HOST.fullmatch(host_header)
        try:
            return host is not None and _plain_host((host["name"] or host["six"]).lower()) == self.host
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


def set_cookie(response: Response, site: Site, name: str, value: str, seconds: int | None = None) -> None:
    """Give the browser a cookie for so many `seconds`, or until the browser ends; an empty value takes it away."""
    age = seconds if value else 0
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

    def about(self, token: str) -> str:
        """A further field of a form: the link that it was shown for, so that it is never taken for another one's."""
        return str(self._serializer.dumps(_mark(f"link {token}")))

    def is_about(self, field: str, token: str) -> bool:
        """Whether the form was shown for this link."""
        try:
            mark = self._serializer.loads(field)
        except BadData:
            return False
        return hmac.compare_digest(str(mark).encode(), _mark(f"link {token}").encode())


def _mark(session: str) -> str:
    """What stands for a session inside a form: whoever reads the page learns nothing of the session's id."""
    return hashlib.sha256(b"form\0" + session.encode("utf-8", "replace")).hexdigest()[:32]


class Gate:
    """Every request passes here first, every response last. `refuse` makes the page for a status."""

    def __init__(
        self, app: ASGIApp, site: Site, limits: LimitSettings, refuse: Refusal, log: AccessLog | None = None
    ) -> None:
        self._app = app
        self._site = site
        self._most = limits.request_bytes
        self._head_most = limits.head_bytes
        self._refuse = refuse
        self._log = log
        self._headers = dict(_HEADERS)
        if site.secure:
            self._headers["Strict-Transport-Security"] = f"max-age={_YEAR}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it, and note it in the access log."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = self._without_prefix(_without_host(scope))
        began = time.perf_counter()
        status = size = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                message["headers"] = headers.raw
            else:
                size += len(message.get("body", b"")) if scope["method"] != "HEAD" else 0
            await send(message)

        try:
            await self._pass_on(scope, receive, send_with_headers, lambda: status > 0)
        finally:
            if self._log is not None:
                self._log.write(scope, status, time.perf_counter() - began, size)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, is_answered: Callable[[], bool]) -> None:
        """Nothing that goes wrong behind reaches the browser but as a page."""
        try:
            status = self._fault(scope)
            if status:
                await self._answer(status, scope, receive, send)
            else:
                await self._app(scope, self._limited(receive), send)
        except ClientDisconnect:
            return
        except asyncio.CancelledError:
            # The server stops, and this took longer than it may.
            if not is_answered():
                await self._answer(503, scope, receive, send)
        except Exception as error:
            if isinstance(error.__cause__, PortalError):  # of what is done after the answer
                _log.error("%s", error.__cause__.message)
            else:
                # The path is left out: it may hold somebody's link.
                _log.exception("A %s request ended in an error", scope["method"])
            if not is_answered():
                await self._answer(500, scope, receive, send)

    async def _answer(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._refuse(Request(scope, receive), status)
        if status == 405:
            response.headers["Allow"] = "GET, HEAD, POST"
        await response(scope, receive, send)

    def _fault(self, scope: Scope) -> int:
        """The status that a request is refused with before anybody looks at it; 0 for none."""
        if scope["method"] not in METHODS:
            return 405
        told = sum(len(name) + len(value) for name, value in scope["headers"])
        if told + len(scope["path"]) + len(scope["query_string"]) > self._head_most:
            return 431
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


def _without_host(scope: Scope) -> Scope:
    """A request for a whole address as one for the path in it, at the host that it names (RFC 9112, 3.2.2)."""
    whole = _WHOLE_ADDRESS.fullmatch(scope["path"])
    if whole is None:
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    host = whole["host"].encode("utf-8")
    return {**scope, "path": whole["path"] or "/", "headers": [*headers, (b"host", host)]}
