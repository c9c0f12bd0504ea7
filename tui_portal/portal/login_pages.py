"""Log in, log out, and what to do with a forgotten password. The answers are the same for every address, known here or not."""

from __future__ import annotations

import logging
from typing import Any

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import PortalError, Refused
from tui_portal.portal.desk import Desk
from tui_portal.portal.devices import attempt_from, crowd_of
from tui_portal.portal.entering import enter
from tui_portal.portal.limits import Attempt, Paused, TooBusy
from tui_portal.portal.security import set_cookie
from tui_portal.portal.visitors import FORGOT, HOME, LOGIN, Visitor, lead_to, page, posted, receive, send_away
from tui_portal.services import activation, login_attempts, password_resets, passwords

_ADDRESS_MOST = 320
_log = logging.getLogger("tui_portal.portal")


class LoginPage(HTTPEndpoint):
    """E-mail address and password. An address that is not known is answered like a wrong password, in the same time."""

    async def get(self, request: Request) -> Response:
        """Show the form; who is logged in already is led home."""
        visitor = await receive(request)
        if visitor.user is not None:
            return lead_to(visitor, HOME)
        if visitor.shut_out:
            return send_away(request, visitor)
        logged_out = "out" in request.query_params
        return self._show(request, visitor, logged_out=logged_out, ended=bool(visitor.cookies.session))

    async def post(self, request: Request) -> Response:
        """Log in, with a new session."""
        visitor = await receive(request)
        fields = await posted(request, visitor)
        password, typed = fields.get("password", ""), fields.get("username", "")[:_ADDRESS_MOST]
        if not typed.strip() or not password:
            return self._show(request, visitor, status=422, typed=typed, problem="missing", password=password)
        attempt = attempt_from(request, check_address(typed).canonical)
        try:
            candidate = await find_by_password(visitor.desk, attempt, password)
        except Paused as pause:
            return paused(
                self._show(request, visitor, status=429, typed=typed, problem="pause", **minutes(pause)), pause
            )
        session = candidate and await self._log_in(visitor, candidate, password)
        if not session:
            return self._show(request, visitor, status=422, typed=typed, problem="wrong")
        visitor.desk.attempts.forgive(attempt)
        return enter(request, visitor, session, attempt.canonical)

    async def _log_in(self, visitor: Visitor, candidate: activation.LoginCandidate, password: str) -> str:
        """The id of a new session; empty where the password was changed in this moment."""
        desk, kept = visitor.desk, candidate.password_hash or ""
        renewed = await desk.hashes.run(passwords.hash_password, password) if passwords.is_outdated(kept) else ""
        try:
            return await desk.lanes.write(activation.log_in, candidate.user, kept, renewed, visitor.cookies.session)
        except Refused:
            return ""

    def _show(self, request: Request, visitor: Visitor, *, status: int = 200, **values: Any) -> Response:
        known = {"typed": "", "problem": "", "password": "", "minutes": 0, "logged_out": False, "ended": False}
        return page(request, visitor, "login.html", status, **(known | values))


class ForgotPage(HTTPEndpoint):
    """For who forgot their password: the answer is the same for every address, and is given before it is looked up."""

    async def get(self, request: Request) -> Response:
        """Show the form, or that it was taken."""
        return self._show(request, await receive(request), sent="sent" in request.query_params)

    async def post(self, request: Request) -> Response:
        """Answer; then mail a link to whoever may log in with this address. However often others ask, nobody is refused for it."""
        visitor = await receive(request)
        fields = await posted(request, visitor)
        typed = fields.get("username", "")[:_ADDRESS_MOST]
        if not typed.strip():
            return self._show(request, visitor, status=422, typed=typed, problem="missing")
        try:
            visitor.desk.requests.count_request(crowd_of(request))
        except Paused as pause:
            return paused(
                self._show(request, visitor, status=429, typed=typed, problem="pause", **minutes(pause)), pause
            )
        visitor.desk.later(_mail_link(visitor.desk, check_address(typed).canonical))
        return lead_to(visitor, f"{FORGOT}?sent")

    def _show(self, request: Request, visitor: Visitor, *, status: int = 200, **values: Any) -> Response:
        hours = visitor.desk.context.settings.limits.forgotten_hours
        known = {"typed": "", "problem": "", "minutes": 0, "sent": False, "hours": hours}
        return page(request, visitor, "forgot.html", status, **(known | values))


class LogoutPage(HTTPEndpoint):
    """There is no page, only its button."""

    async def post(self, request: Request) -> Response:
        """End the session, here and in the database."""
        visitor = await receive(request)
        await posted(request, visitor)
        if visitor.cookies.session:
            await visitor.desk.lanes.write(activation.log_out, visitor.cookies.session)
        response = lead_to(visitor, f"{LOGIN}?out")
        set_cookie(response, visitor.desk.site, "session", "")
        return response


async def find_by_password(desk: Desk, attempt: Attempt, password: str) -> activation.LoginCandidate | None:
    """Who may log in with this address and `password`; None for a wrong one, which is counted. Raises Paused where there were too
    many of late, TooBusy.
    """
    candidate = await desk.lanes.read(activation.login_candidate, attempt.canonical, attempt.places)
    desk.attempts.count(attempt, candidate.tries.tallies if candidate.tries else {})
    try:
        right = await desk.hashes.run(passwords.is_password, password, candidate.password_hash)
    except TooBusy:
        desk.attempts.take_back(attempt)
        raise
    if right:
        return candidate
    if candidate.tries is not None:
        # After the answer: neither its time nor a busy database tells which addresses are known here.
        desk.later(_settle(desk, attempt, candidate.tries.address))
    return None


def minutes(pause: Paused) -> dict[str, int]:
    """How long it takes, for a page."""
    return {"minutes": -(-pause.seconds // 60)}


def paused(shown: Response, pause: Paused) -> Response:
    """The page that says so, with the same for programs."""
    shown.headers["Retry-After"] = str(pause.seconds)
    return shown


async def _settle(desk: Desk, attempt: Attempt, address: int) -> None:
    """Let a wrong password be counted in the database, where that is possible; else it stays counted here."""
    if await desk.lanes.write(login_attempts.count_attempt, address, attempt.places):
        desk.attempts.settle(attempt)


async def _mail_link(desk: Desk, canonical: str) -> None:
    try:
        await desk.lanes.write(password_resets.request_forgotten, canonical)
    except PortalError as error:
        _log.error("A link for another password was asked for and could not be queued: %s", error.message)
