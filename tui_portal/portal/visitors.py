"""Who asks for a page, and what every page answers with: the form that came from us, the page, the way to another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tui_portal.portal.desk import Desk
from tui_portal.portal.rendering import render, wished_language
from tui_portal.portal.security import Cookies, set_cookie
from tui_portal.services import activation

ACTIVATE = "/activate/"
FORGOT = "/forgot"
HOME = "/"
LOGIN = "/login"
LOGOUT = "/logout"
RESET = "/reset/"

_FORM_TYPE = "application/x-www-form-urlencoded"
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Visitor:
    """The one who asks for a page: their browser's cookies, who is logged in, the language of their page.

    `shut_out` is whether they were logged in until the last account that they might see was taken from them.
    """

    desk: Desk
    cookies: Cookies
    firm: str
    user: activation.PortalUser | None
    language: str
    shut_out: bool = False


async def refusal(request: Request, status: int) -> Response:
    """The page for a request that is refused or that failed. Asks neither the database nor the key."""
    desk: Desk = request.app.state.desk
    visit = desk.last_visit
    wish = wished_language(request.headers.get("accept-language", ""))
    language = getattr(request.state, "language", "") or wish or visit.language
    path = request.scope["path"]
    pages = (LOGIN, FORGOT, ACTIVATE.rstrip("/"), RESET.rstrip("/"))
    back = path if path in pages or path.startswith((ACTIVATE, RESET)) else HOME
    values = {"status": status, "back": desk.site.prefix + back, "url": desk.site.url}
    text = render("refusal.html", language, **surroundings(desk, visit.firm), **values)
    return HTMLResponse(text, status, {"Content-Language": language})


async def receive(request: Request, language: str = "") -> Visitor:
    """Who asks; `language` is that of the contact whose page it is."""
    desk: Desk = request.app.state.desk
    cookies = Cookies.of(request, desk.site)
    visit = await desk.visit(cookies.session)
    theirs = visit.user.language if visit.user else ""
    language = language or theirs or wished_language(request.headers.get("accept-language", "")) or visit.language
    request.state.language = language
    return Visitor(desk, cookies, visit.firm, visit.user, language, visit.shut_out)


async def posted(request: Request, visitor: Visitor) -> dict[str, str]:
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


def page(request: Request, visitor: Visitor, template: str, status: int = 200, **values: Any) -> Response:
    """The page that `template` makes of `values`, with what every page and form needs."""
    desk = visitor.desk
    values = {"user": visitor.user, **values}
    values |= {"proof": desk.forms.proof(visitor.cookies), "action": desk.site.prefix + request.scope["path"]}
    text = render(template, visitor.language, **surroundings(desk, visitor.firm), **values)
    response = HTMLResponse(text, status, {"Content-Language": visitor.language})
    if visitor.cookies.nonce_is_new:
        set_cookie(response, desk.site, "form", visitor.cookies.nonce)
    return response


def surroundings(desk: Desk, firm: str) -> dict[str, str]:
    """What every template knows."""
    settings = desk.context.settings
    return {"firm": firm, "prefix": desk.site.prefix, "style": desk.style, "reply_to": settings.firm.reply_to}


def lead_to(visitor: Visitor, path: str) -> Response:
    """The way to another page of this portal."""
    return RedirectResponse(visitor.desk.site.prefix + path, 303)


def send_away(request: Request, visitor: Visitor) -> Response:
    """For who is not logged in: the login; but who lost their last account is told so first, and is a stranger from then on."""
    if not visitor.shut_out:
        return lead_to(visitor, LOGIN)
    response = page(request, visitor, "shut_out.html", 403)
    set_cookie(response, visitor.desk.site, "session", "")
    return response
