"""The pages behind a link through which a password is chosen: of an invitation, or by who forgot theirs.

The link itself shows no page while it works: its token goes into a cookie and the browser on to an address without it, so that no
history, no picture of the screen and no look over the shoulder gives it away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, Generic, Protocol, TypeVar

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from tui_portal.domain.addresses import check_address
from tui_portal.domain.invitations import LinkState
from tui_portal.portal.desk import Desk
from tui_portal.portal.devices import attempt_from
from tui_portal.portal.entering import enter
from tui_portal.portal.security import set_cookie
from tui_portal.portal.visitors import ACTIVATE, RESET, Visitor, lead_to, page, posted, receive
from tui_portal.services import activation, links, password_resets, passwords

_GONE = 410
_CONFLICT = 409
# What a token may look like that is kept in a cookie; anything else is none of ours.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")

Link = TypeVar("Link", bound="PasswordLink")


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


class _Behind(HTTPEndpoint, Generic[Link]):
    """What the link and the page behind it share."""

    cookie: ClassVar[str]
    path: ClassVar[str]
    template: ClassVar[str]
    template_of_dead: ClassVar[str]

    async def look_up(self, desk: Desk, token: str) -> Link:
        """What the link with this token is now."""
        raise NotImplementedError

    async def use(self, desk: Desk, token: str, password_hash: str, session: str) -> str:
        """Use the link up; the new session's id. Raises DeadLink."""
        raise NotImplementedError

    async def note(self, desk: Desk, link: Link) -> None:
        """Keep what is to be kept of a live link that was opened."""

    async def open(self, request: Request, token: str) -> tuple[Visitor, Link]:
        """The link behind a token, and who opens it."""
        desk: Desk = request.app.state.desk
        link = await self.look_up(desk, token)
        return await receive(request, link.language), link

    def show_dead(self, request: Request, visitor: Visitor, state: LinkState) -> Response:
        """The page of a link that does not work: why, and what to do. Not whose it is."""
        status = 404 if state is LinkState.UNKNOWN else _GONE
        return page(request, visitor, self.template_of_dead, status, state=state.value)

    def keep(self, response: Response, visitor: Visitor, token: str) -> Response:
        """Let the browser keep the token for a while."""
        site, seconds = visitor.desk.site, visitor.desk.context.settings.limits.link_seconds
        set_cookie(response, site, self.cookie, token, seconds)
        return response


class OpenedLink(_Behind[Link]):
    """The link itself. Opening it changes nothing, mail scanners do so: a dead one says so, a live one leads on."""

    async def get(self, request: Request) -> Response:
        """Take the token out of the address."""
        token = request.path_params["token"]
        visitor, link = await self.open(request, token)
        if link.state is not LinkState.LIVE:
            return self.show_dead(request, visitor, link.state)
        if request.method == "GET":
            visitor.desk.later(self.note(visitor.desk, link))
        return self.keep(lead_to(visitor, self.path), visitor, token)


class PasswordPage(_Behind[Link]):
    """The page on which a password is chosen, for the link that this browser opened last."""

    async def get(self, request: Request) -> Response:
        """Say what the link is worth first, and only then ask for a password."""
        token = self._token(request)
        if not token:
            return self._ask_again(request, await receive(request), "missing", 400)
        visitor, link = await self.open(request, token)
        return self._show(request, visitor, link, token)

    async def post(self, request: Request) -> Response:
        """Take the password, use the link up, log the user in."""
        token = self._token(request)
        if not token:
            visitor = await receive(request)
            await posted(request, visitor)
            return self._ask_again(request, visitor, "missing", _CONFLICT)
        visitor, link = await self.open(request, token)
        fields, desk = await posted(request, visitor), visitor.desk
        if not desk.forms.is_about(fields.get("link", ""), token):
            return self._ask_again(request, visitor, "other", _CONFLICT)
        if link.state is not LinkState.LIVE or "show" in fields:
            return self._show(request, visitor, link, token, shown=fields)
        password = fields.get("password", "")
        fault = await desk.hashes.run(
            passwords.find_fault, password, desk.context.settings, (*link.names, visitor.firm)
        )
        again = passwords.normal_form(fields.get("again", ""))
        if fault or again != passwords.normal_form(password):
            shown = fields if "shown" in fields else {}
            return self._show(request, visitor, link, token, status=422, fault=fault, different=not fault, shown=shown)
        hashed = await desk.hashes.run(passwords.hash_password, password)
        try:
            session = await self.use(desk, token, hashed, visitor.cookies.session)
        except activation.DeadLink as dead:
            return self.show_dead(request, visitor, dead.state)
        canonical = check_address(link.address).canonical
        desk.attempts.forget(attempt_from(request, canonical))
        return enter(request, visitor, session, canonical)

    def _token(self, request: Request) -> str:
        """The token that the browser keeps; empty where it keeps none."""
        desk: Desk = request.app.state.desk
        token = request.cookies.get(desk.site.cookie(self.cookie), "")
        return token if _TOKEN.fullmatch(token) else ""

    def _show(
        self,
        request: Request,
        visitor: Visitor,
        link: Link,
        token: str,
        *,
        status: int = 200,
        fault: passwords.PasswordFault | None = None,
        different: bool = False,
        shown: Mapping[str, str] | None = None,
    ) -> Response:
        """The form. What was typed comes back to the browser only where the person wants to see it (`shown`)."""
        if link.state is not LinkState.LIVE:
            return self.show_dead(request, visitor, link.state)
        desk, kept = visitor.desk, shown or {}
        answer = page(
            request,
            visitor,
            self.template,
            status,
            link=link,
            about=desk.forms.about(token),
            fault=fault,
            different=different,
            shortest=desk.context.settings.portal.password_min_length,
            shown=bool(shown),
            password=kept.get("password", ""),
            again=kept.get("again", ""),
        )
        return self.keep(answer, visitor, token)

    def _ask_again(self, request: Request, visitor: Visitor, why: str, status: int) -> Response:
        """The page for a browser that keeps no link, or another one than its form was shown for."""
        return page(request, visitor, "dead_open.html", status, why=why)


class _Activation(_Behind[activation.Activation]):
    """Behind the link of an invitation. That it was opened is noted on the side, for `Why?`."""

    cookie = "activate"
    path = ACTIVATE.rstrip("/")
    template = "activate.html"
    template_of_dead = "dead_link.html"

    async def look_up(self, desk: Desk, token: str) -> activation.Activation:
        return await desk.lanes.read(activation.open_activation, token)

    async def use(self, desk: Desk, token: str, password_hash: str, session: str) -> str:
        return await desk.lanes.write(activation.activate, token, password_hash, session)

    async def note(self, desk: Desk, link: activation.Activation) -> None:
        if link.unopened is not None:
            await desk.lanes.write(links.record_opened, link.unopened)


class _Reset(_Behind[password_resets.ResetLink]):
    """Behind the link by which a user chooses another password."""

    cookie = "reset"
    path = RESET.rstrip("/")
    template = "reset.html"
    template_of_dead = "dead_reset.html"

    async def look_up(self, desk: Desk, token: str) -> password_resets.ResetLink:
        return await desk.lanes.read(password_resets.open_reset, token)

    async def use(self, desk: Desk, token: str, password_hash: str, session: str) -> str:
        return await desk.lanes.write(password_resets.use_reset, token, password_hash, session)


class ActivationLink(_Activation, OpenedLink[activation.Activation]):
    """The link in an invitation."""


class ActivationPage(_Activation, PasswordPage[activation.Activation]):
    """Where an invited person chooses their first password."""


class ResetLink(_Reset, OpenedLink[password_resets.ResetLink]):
    """The link in a mail for another password."""


class ResetPage(_Reset, PasswordPage[password_resets.ResetLink]):
    """Where a user chooses another password."""
