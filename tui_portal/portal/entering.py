"""The way in, once somebody has shown who they are."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from tui_portal.portal.devices import remember_device
from tui_portal.portal.security import set_cookie
from tui_portal.portal.visitors import HOME, Visitor, lead_to

LINKS = ("activate", "reset")  # the cookies that keep a link between its first page and its use


def enter(request: Request, visitor: Visitor, session: str, canonical: str) -> Response:
    """In, with a new session and as a browser that is known for this canonical address from now on; links are done with."""
    response = lead_to(visitor, HOME)
    site = visitor.desk.site
    set_cookie(response, site, "session", session)
    remember_device(response, request, canonical)
    for name in LINKS:
        if site.cookie(name) in request.cookies:
            set_cookie(response, site, name, "")
    return response
