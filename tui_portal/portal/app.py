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
from tui_portal.portal import account_pages, login_pages, password_pages, people_pages, settings_pages, visitors
from tui_portal.portal.access_log import AccessLog, open_access_log
from tui_portal.portal.desk import Desk
from tui_portal.portal.health import HealthPage
from tui_portal.portal.limits import TooBusy
from tui_portal.portal.security import HEALTH, STATIC, Gate, Site
from tui_portal.services.context import Context

STYLE = "pages.css"
_log = logging.getLogger("tui_portal.portal")


def create_app(context: Context) -> Starlette:
    """The portal on this context; its threads start and end with the application. Raises WrongUse for a portal_url without a
    host and an access log that can't be written.
    """
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
            if lines:
                lines.close()

    routes = [
        Route(visitors.HOME, account_pages.FrontPage),
        Route(account_pages.ACCOUNTS, account_pages.ChoicePage),
        Route(account_pages.ACCOUNT, account_pages.HomePage),
        Route(account_pages.BAR, account_pages.BarPage),
        Route(people_pages.PEOPLE, people_pages.PeoplePage),
        Route(account_pages.ACCOUNT + settings_pages.SETTINGS, settings_pages.SettingsPage),
        Route(visitors.ACTIVATE + "{token:path}", password_pages.ActivationLink),
        Route(password_pages.ActivationPage.path, password_pages.ActivationPage),
        Route(visitors.RESET + "{token:path}", password_pages.ResetLink),
        Route(password_pages.ResetPage.path, password_pages.ResetPage),
        Route(visitors.LOGIN, login_pages.LoginPage),
        Route(visitors.FORGOT, login_pages.ForgotPage),
        Route(visitors.LOGOUT, login_pages.LogoutPage),
        Route(HEALTH, HealthPage),
        Route(STATIC + STYLE, show_style, methods=["GET"]),
    ]
    lines = open_access_log(context.settings)
    log = AccessLog(lines, context.settings.portal.client_address_header, routes) if lines else None
    limits = context.settings.limits
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, site=site, limits=limits, refuse=visitors.refusal, log=log)],
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
    response = await visitors.refusal(request, error.status_code if isinstance(error, HTTPException) else 500)
    response.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
    return response


async def _unavailable(request: Request, error: Exception) -> Response:
    _log.error("%s", error)
    response = await visitors.refusal(request, 503)
    response.headers["Retry-After"] = "30"
    return response


async def _busy(request: Request, error: Exception) -> Response:
    response = await visitors.refusal(request, 429)
    response.headers["Retry-After"] = str(error.seconds if isinstance(error, TooBusy) else 1)
    return response
