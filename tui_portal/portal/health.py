"""For the program that watches the server."""

from __future__ import annotations

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tui_portal.portal.desk import Desk
from tui_portal.services import activation


class HealthPage(HTTPEndpoint):
    """Whether pages can be served."""

    async def get(self, request: Request) -> Response:
        """`ok`, or 503 where no page could be served."""
        desk: Desk = request.app.state.desk
        ready = await desk.lanes.read(activation.is_in_order)
        return PlainTextResponse("ok\n" if ready else "no firm\n", 200 if ready else 503)
