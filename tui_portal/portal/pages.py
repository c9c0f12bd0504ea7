"""The pages: choose a password or another one, log in, home, log out. What is shown and what it is called stands in the templates."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import PortalError, Refused
from tui_portal.domain.invitations import LinkState
from tui_portal.portal.desk import Desk
from tui_portal.portal.limits import TooBusy
from tui_portal.portal.rendering import render, wished_language
from tui_portal.portal.security import Cookies, set_cookie
from tui_portal.services import activation, links, login_attempts, password_resets, passwords

ACTIVATE = "/activate/"
FORGOT = "/forgot"
HOME = "/"
LOGIN = "/login"
RESET = "/reset/"

_FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20
_ADDRESS_MOST = 320
_GONE = 410
_log = logging.getLogger("tui_portal.portal")

Link = TypeVar("Link", bound="PasswordLink")


@dataclass(frozen=True, slots=True)
class Visitor:
    """The one who asks for a page: their browser's cookies, who is logged in, the language of their page."""

    desk: Desk
    cookies: Cookies
    firm: str
    user: activation.PortalUser | None
    language: str


class HomePage(HTTPEndpoint):
    """Where a client is after the login: the firm, and the accounts they may see."""

    async def get(self, request: Request) -> Response:
        """Show it; who is not logged in is led to the login."""
        visitor = await _receive(request)
        if visitor.user is None:
            return _lead_to(visitor, LOGIN)
        return _page(request, visitor, "home.html", user=visitor.user)


class PasswordLink(Protocol):
    """What a page behind a link knows of it. Only a live link says whose it is."""

    @property
    def state(self) -> LinkState:
        """What the link is worth now."""

    @property
    def language(self) -> str:
        """The language of the contact, or empty."""

    @property
    def address(self) -> str:
        """The address that the password will belong to."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the password must not be made of."""


class PasswordPage(HTTPEndpoint, Generic[Link]):
    """Behind a link through which a password is chosen. Opening it changes nothing: mail scanners open links."""

    template: ClassVar[str]
    template_of_dead: ClassVar[str]

    async def look_up(self, desk: Desk, token: str) -> Link:
        """What the link with this token is now."""
        raise NotImplementedError

    async def use(self, desk: Desk, token: str, password_hash: str, session: str) -> str:
        """Use the link up; the new session's id. Raises DeadLink."""
        raise NotImplementedError

    def task(self, desk: Desk, link: Link) -> BackgroundTask | None:
        """What is to be done once a live link has been shown."""
        return None

    async def get(self, request: Request) -> Response:
        """Say what the link is worth first, and only then ask for a password."""
        visitor, link = await self._open(request)
        page = self._show(request, visitor, link)
        if link.state is LinkState.LIVE:
            page.background = self.task(visitor.desk, link)
        return page

    async def post(self, request: Request) -> Response:
        """Take the password, use the link up, log the user in."""
        visitor, link = await self._open(request)
        fields = await _posted(request, visitor)
        if link.state is not LinkState.LIVE:
            return self._show(request, visitor, link)
        desk, password = visitor.desk, fields.get("password", "")
        fault = passwords.find_fault(password, desk.context.settings, (*link.names, visitor.firm))
        again = passwords.normal_form(fields.get("again", ""))
        if fault or again != passwords.normal_form(password):
            return self._show(request, visitor, link, status=422, fault=fault, different=not fault)
        hashed = await desk.hashes.run(passwords.hash_password, password)
        try:
            session = await self.use(desk, request.path_params["token"], hashed, visitor.cookies.session)
        except activation.DeadLink as dead:
            return self._show_dead(request, visitor, dead.state)
        desk.attempts.forget(check_address(link.address).canonical)
        return _enter(visitor, session)

    async def _open(self, request: Request) -> tuple[Visitor, Link]:
        desk: Desk = request.app.state.desk
        link = await self.look_up(desk, request.path_params["token"])
        return await _receive(request, link.language), link

    def _show(
        self,
        request: Request,
        visitor: Visitor,
        link: Link,
        *,
        status: int = 200,
        fault: passwords.PasswordFault | None = None,
        different: bool = False,
    ) -> Response:
        if link.state is not LinkState.LIVE:
            return self._show_dead(request, visitor, link.state)
        settings = visitor.desk.context.settings
        values = {"link": link, "fault": fault, "different": different}
        limits = {"shortest": settings.portal.password_min_length}
        return _page(request, visitor, self.template, status, **values, **limits)

    def _show_dead(self, request: Request, visitor: Visitor, state: LinkState) -> Response:
        status = 404 if state is LinkState.UNKNOWN else _GONE
        return _page(request, visitor, self.template_of_dead, status, state=state.value)


class ActivationPage(PasswordPage[activation.Activation]):
    """Behind the link of an invitation. That it was opened is noted on the side, for `Why?`."""

    template = "activate.html"
    template_of_dead = "dead_link.html"

    async def look_up(self, desk: Desk, token: str) -> activation.Activation:
        return await desk.lanes.read(activation.open_activation, token)

    async def use(self, desk: Desk, token: str, password_hash: str, session: str) -> str:
        return await desk.lanes.write(activation.activate, token, password_hash, session)

    def task(self, desk: Desk, link: activation.Activation) -> BackgroundTask | None:
        if link.unopened is None:
            return None
        return BackgroundTask(_note_opened, desk, link.unopened)


class ResetPage(PasswordPage[password_resets.ResetLink]):
    """Behind the link by which a user chooses another password."""

    template = "reset.html"
    template_of_dead = "dead_reset.html"

    async def look_up(self, desk: Desk, token: str) -> password_resets.ResetLink:
        return await desk.lanes.read(password_resets.open_reset, token)

    async def use(self, desk: Desk, token: str, password_hash: str, session: str) -> str:
        return await desk.lanes.write(password_resets.use_reset, token, password_hash, session)


class LoginPage(HTTPEndpoint):
    """E-mail address and password. An address that is not known is answered like a wrong password, in the same time."""

    async def get(self, request: Request) -> Response:
        """Show the form; who is logged in already is led home."""
        visitor = await _receive(request)
        if visitor.user is not None:
            return _lead_to(visitor, HOME)
        return self._show(request, visitor, logged_out="out" in request.query_params)

    async def post(self, request: Request) -> Response:
        """Log in, with a new session."""
        visitor = await _receive(request)
        fields = await _posted(request, visitor)
        desk, password = visitor.desk, fields.get("password", "")
        typed = fields.get("username", "")[:_ADDRESS_MOST]
        if not typed.strip() or not password:
            return self._show(request, visitor, status=422, typed=typed, problem="missing", password=password)
        canonical = check_address(typed).canonical
        candidate = await desk.lanes.read(activation.login_candidate, canonical)
        tries = candidate.tries
        try:
            desk.attempts.count(canonical, *((tries.count, tries.since) if tries else ()))
        except TooBusy as pause:
            return _paused(
                self._show(request, visitor, status=429, typed=typed, problem="pause", **_minutes(pause)), pause
            )
        session = await self._session(visitor, candidate, password)
        if session is None:
            page = self._show(request, visitor, status=422, typed=typed, problem="wrong")
            # After the answer: neither its time nor a busy database tells which addresses are known here.
            page.background = BackgroundTask(_settle, desk, canonical, tries.address) if tries else None
            return page
        desk.attempts.forget(canonical)
        return _enter(visitor, session)

    async def _session(self, visitor: Visitor, candidate: activation.LoginCandidate, password: str) -> str | None:
        desk, kept = visitor.desk, candidate.password_hash
        right = await desk.hashes.run(passwords.is_password, password, kept)
        if not right or kept is None:
            return None
        renewed = await desk.hashes.run(passwords.hash_password, password) if passwords.is_outdated(kept) else ""
        try:
            return await desk.lanes.write(activation.log_in, candidate.user, kept, renewed, visitor.cookies.session)
        except Refused:
            return None

    def _show(self, request: Request, visitor: Visitor, *, status: int = 200, **values: Any) -> Response:
        known = {"typed": "", "problem": "", "password": "", "minutes": 0, "logged_out": False}
        return _page(request, visitor, "login.html", status, **(known | values))


class ForgotPage(HTTPEndpoint):
    """For who forgot their password: the answer is the same for every address, and is given before it is looked up."""

    async def get(self, request: Request) -> Response:
        """Show the form, or that it was taken."""
        return self._show(request, await _receive(request), sent="sent" in request.query_params)

    async def post(self, request: Request) -> Response:
        """Answer; then mail a link to whoever may log in with this address."""
        visitor = await _receive(request)
        fields = await _posted(request, visitor)
        typed = fields.get("username", "")[:_ADDRESS_MOST]
        if not typed.strip():
            return self._show(request, visitor, status=422, typed=typed, problem="missing")
        canonical = check_address(typed).canonical
        try:
            visitor.desk.requests.count(canonical)
        except TooBusy as pause:
            return _paused(
                self._show(request, visitor, status=429, typed=typed, problem="pause", **_minutes(pause)), pause
            )
        answer = _lead_to(visitor, f"{FORGOT}?sent")
        answer.background = BackgroundTask(_mail_link, visitor.desk, canonical)
        return answer

    def _show(self, request: Request, visitor: Visitor, *, status: int = 200, **values: Any) -> Response:
        hours = visitor.desk.context.settings.limits.reset_hours
        known = {"typed": "", "problem": "", "minutes": 0, "sent": False, "hours": hours}
        return _page(request, visitor, "forgot.html", status, **(known | values))


class LogoutPage(HTTPEndpoint):
    """There is no page, only its button."""

    async def post(self, request: Request) -> Response:
        """End the session, here and in the database."""
        visitor = await _receive(request)
        await _posted(request, visitor)
        if visitor.cookies.session:
            await visitor.desk.lanes.write(activation.log_out, visitor.cookies.session)
        response = _lead_to(visitor, f"{LOGIN}?out")
        set_cookie(response, visitor.desk.site, "session", "")
        return response


class HealthPage(HTTPEndpoint):
    """For the program that watches the server."""

    async def get(self, request: Request) -> Response:
        """`ok`, or 503 where no page could be served."""
        desk: Desk = request.app.state.desk
        ready = await desk.lanes.read(activation.is_in_order)
        return PlainTextResponse("ok\n" if ready else "no firm\n", 200 if ready else 503)


async def refusal(request: Request, status: int) -> Response:
    """The page for a request that is refused or that failed. Asks neither the database nor the key."""
    desk: Desk = request.app.state.desk
    visit = desk.last_visit
    language = getattr(request.state, "language", "") or wished_language(request.headers.get("accept-language", ""))
    path = request.scope["path"]
    back = path if path in (LOGIN, FORGOT) or path.startswith((ACTIVATE, RESET)) else HOME
    values = {"status": status, "back": desk.site.prefix + back, "url": desk.site.url}
    text = render("refusal.html", language or visit.language, **_surroundings(desk, visit.firm), **values)
    return HTMLResponse(text, status)


async def _receive(request: Request, language: str = "") -> Visitor:
    """Who asks; `language` is that of the contact whose page it is."""
    desk: Desk = request.app.state.desk
    cookies = Cookies.of(request, desk.site)
    visit = await desk.visit(cookies.session)
    theirs = visit.user.language if visit.user else ""
    language = language or theirs or wished_language(request.headers.get("accept-language", "")) or visit.language
    request.state.language = language
    return Visitor(desk, cookies, visit.firm, visit.user, language)


async def _posted(request: Request, visitor: Visitor) -> dict[str, str]:
    """The fields of a form that came from our own page. Raises HTTPException for everything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM_TYPE:
        raise HTTPException(415)
    # A browser that says where a form comes from is believed when it says "elsewhere".
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403)
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if visitor.cookies.nonce_is_new or not visitor.desk.forms.is_ours(fields.get("proof", ""), visitor.cookies):
        raise HTTPException(403)
    return fields


def _page(request: Request, visitor: Visitor, template: str, status: int = 200, **values: Any) -> Response:
    desk = visitor.desk
    values |= {"proof": desk.forms.proof(visitor.cookies), "action": desk.site.prefix + request.scope["path"]}
    text = render(template, visitor.language, **_surroundings(desk, visitor.firm), **values)
    response = HTMLResponse(text, status, {"Content-Language": visitor.language})
    if visitor.cookies.nonce_is_new:
        set_cookie(response, desk.site, "form", visitor.cookies.nonce)
    return response


def _surroundings(desk: Desk, firm: str) -> dict[str, str]:
    settings = desk.context.settings
    return {"firm": firm, "prefix": desk.site.prefix, "style": desk.style, "reply_to": settings.firm.reply_to}


def _lead_to(visitor: Visitor, path: str) -> Response:
    return RedirectResponse(visitor.desk.site.prefix + path, 303)


def _enter(visitor: Visitor, session: str) -> Response:
    response = _lead_to(visitor, HOME)
    set_cookie(response, visitor.desk.site, "session", session)
    return response


async def _note_opened(desk: Desk, invitation: int) -> None:
    await desk.lanes.write(links.record_opened, invitation)


async def _settle(desk: Desk, canonical: str, address: int) -> None:
    """Let a wrong password be counted in the database, where that is possible; else it stays counted here."""
    if await desk.lanes.write(login_attempts.count_attempt, address):
        desk.attempts.settle(canonical)


async def _mail_link(desk: Desk, canonical: str) -> None:
    try:
        await desk.lanes.write(password_resets.request_forgotten, canonical)
    except PortalError as error:
        _log.error("A link for another password was asked for and could not be queued: %s", error.message)


def _minutes(pause: TooBusy) -> dict[str, int]:
    return {"minutes": -(-pause.seconds // 60)}


def _paused(page: Response, pause: TooBusy) -> Response:
    page.headers["Retry-After"] = str(pause.seconds)
    return page
