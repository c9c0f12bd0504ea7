"""The portal as one ASGI application, made anew for each server that runs it."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator
from concurrent.futures import BrokenExecutor
from contextlib import asynccontextmanager
from dataclasses import replace

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.paths import styles_folder
from tui_portal.portal import pages
from tui_portal.portal.desk import Desk
from tui_portal.portal.limits import TooBusy
from tui_portal.portal.security import HEALTH, STATIC, Gate, Site
from tui_portal.services.context import Context

STYLE = "pages.css"
_log = logging.getLogger("tui_portal.portal")


def create_app(context: Context) -> Starlette:
    """The portal on this context; its threads start and end with the application. Raises WrongUse for a portal_url without a host."""
    site = Site.of(context.settings)
    style = (styles_folder() / STYLE).read_bytes()
    desk = Desk(replace(context, actor=None, origin="portal"), site, hashlib.sha256(style).hexdigest()[:12])

    async def show_style(_request: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await desk.open()
        try:
            yield
        finally:
            await desk.close()

    app = Starlette(
        routes=[
            Route(pages.HOME, pages.HomePage),
            Route(pages.ACTIVATE + "{token:path}", pages.ActivationPage),
            Route(pages.RESET + "{token:path}", pages.ResetPage),
            Route(pages.LOGIN, pages.LoginPage),
            Route(pages.FORGOT, pages.ForgotPage),
            Route("/logout", pages.LogoutPage),
            Route(HEALTH, pages.HealthPage),
            Route(STATIC + STYLE, show_style, methods=["GET"]),
        ],
        middleware=[
            Middleware(Gate, site=site, request_bytes=context.settings.limits.request_bytes, refuse=pages.refusal)
        ],
        exception_handlers={
            HTTPException: _refused,
            DatabaseUnusable: _unavailable,
            BrokenExecutor: _unavailable,
            TooBusy: _busy,
        },
        lifespan=lifespan,
    )
    app.state.desk = desk
    # A redirect to the path without its slash would be made from what the request says about the host.
    app.router.redirect_slashes = False
    return app


async def _refused(request: Request, error: Exception) -> Response:
    response = await pages.refusal(request, error.status_code if isinstance(error, HTTPException) else 500)
    response.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
    return response


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("%s", error)
    response = await pages.refusal(request, 503)
    response.headers["Retry-After"] = "30"
    return response


async def _busy(request: Request, error: Exception) -> Response:
    response = await pages.refusal(request, 503)
    response.headers["Retry-After"] = str(error.seconds if isinstance(error, TooBusy) else 1)
    return response
