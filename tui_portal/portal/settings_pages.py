"""Settings: what a client chooses for themselves. Each part of the page is a form of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import Conflict, NotAllowed, Refused
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.i18n import OWN_NAMES
from tui_portal.portal.account_pages import AccountPage, AccountVisitor
from tui_portal.portal.devices import attempt_in
from tui_portal.portal.limits import Paused
from tui_portal.portal.login_pages import find_by_password, minutes, paused
from tui_portal.portal.security import set_cookie
from tui_portal.portal.visitors import lead_to, posted
from tui_portal.services import activation, passwords, portal_settings
from tui_portal.services.portal_settings import OwnNotifications, OwnSettings

SETTINGS = "/settings"

_SAVED = ("password", "language", "notifications", "sessions")


class SettingsPage(AccountPage):
    """The client's own password, language, notifications of this account, and the other browsers in which they are logged in."""

    async def get(self, request: Request) -> Response:
        """Show them, and what was saved a moment ago."""
        here = await self.enter_account(request)
        if isinstance(here, Response):
            return here
        saved = request.query_params.get("saved", "")
        return await self._show(request, here, saved=saved if saved in _SAVED else "")

    async def post(self, request: Request) -> Response:
        """Save the part of the page whose form was sent."""
        here = await self.enter_account(request)
        if isinstance(here, Response):
            return here
        fields = await posted(request, here.visitor)
        parts = {
            "password": self._change_password,
            "language": self._choose_language,
            "notifications": self._choose_notifications,
            "sessions": self._end_sessions,
        }
        save = parts.get(fields.get("part", ""))
        return await (save(request, here, fields) if save else self._show(request, here, status=422))

    async def _change_password(self, request: Request, here: AccountVisitor, fields: Mapping[str, str]) -> Response:
        visitor, desk = here.visitor, here.visitor.desk
        shown = fields if "show" in fields or "shown" in fields else {}
        if "show" in fields:
            return await self._show(request, here, typed=shown)
        former, password = fields.get("former", ""), fields.get("password", "")
        names = (await self._own(here)).names
        fault = await desk.hashes.run(passwords.find_fault, password, desk.context.settings, (*names, visitor.firm))
        different = passwords.normal_form(fields.get("again", "")) != passwords.normal_form(password)
        if not former or fault or different:
            problem = {"former": "" if former else "empty", "fault": fault, "different": different and not fault}
            return await self._show(request, here, status=422, typed=shown, **problem)
        attempt = attempt_in(request, check_address(here.user.address).canonical, visitor.cookies.session)
        try:
            found = await find_by_password(desk, attempt, former)
        except Paused as pause:
            answer = await self._show(request, here, status=429, typed=shown, former="pause", **minutes(pause))
            return paused(answer, pause)
        if found is None or found.password_hash is None:
            return await self._show(request, here, status=422, typed=shown, former="wrong")
        hashed = await desk.hashes.run(passwords.hash_password, password)
        try:
            session = await desk.lanes.write(
                portal_settings.change_password, here.user, found.password_hash, hashed, visitor.cookies.session
            )
        except Refused:
            return await self._show(request, here, status=409, former="wrong")
        desk.attempts.forget(attempt)
        answer = self._saved(here, "password")
        set_cookie(answer, desk.site, "session", session)
        return answer

    async def _choose_language(self, request: Request, here: AccountVisitor, fields: Mapping[str, str]) -> Response:
        try:
            await here.visitor.desk.lanes.write(portal_settings.choose_language, here.user, fields.get("language", ""))
        except Refused:
            return await self._show(request, here, status=422)
        return self._saved(here, "language")

    async def _choose_notifications(
        self, request: Request, here: AccountVisitor, fields: Mapping[str, str]
    ) -> Response:
        seen = set(fields.get("seen", "").split())
        wished = OwnNotifications("notify" in fields, {group: group.value in fields for group in NotificationGroup})
        expected = OwnNotifications("notify" in seen, {group: group.value in seen for group in NotificationGroup})
        try:
            await here.visitor.desk.lanes.write(
                portal_settings.choose_notifications, here.user, here.account, wished, expected
            )
        except Conflict:
            return await self._show(request, here, status=409, changed=True)
        except NotAllowed:
            return await self._show(request, here, status=403)
        return self._saved(here, "notifications")

    async def _end_sessions(self, _request: Request, here: AccountVisitor, _fields: Mapping[str, str]) -> Response:
        visitor = here.visitor
        await visitor.desk.lanes.write(activation.end_other_sessions, here.user.id, visitor.cookies.session)
        return self._saved(here, "sessions")

    def _saved(self, here: AccountVisitor, part: str) -> Response:
        return lead_to(here.visitor, f"{here.path}{SETTINGS}?saved={part}")

    async def _own(self, here: AccountVisitor) -> OwnSettings:
        visitor = here.visitor
        return await visitor.desk.lanes.read(
            portal_settings.read_own, here.user, here.account, visitor.cookies.session, visitor.language
        )

    async def _show(
        self,
        request: Request,
        here: AccountVisitor,
        *,
        status: int = 200,
        typed: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Response:
        """The page. The passwords that were typed come back to the browser only where the person wants to see them (`typed`)."""
        own, kept = await self._own(here), typed or {}
        known: dict[str, Any] = {
            "saved": "",
            "fault": None,
            "different": False,
            "former": "",
            "minutes": 0,
            "changed": False,
        }
        known |= {name: kept.get(name, "") for name in ("password", "again")} | {
            "former_password": kept.get("former", "")
        }
        return self.show(
            request,
            here,
            "settings.html",
            status,
            own=own,
            seen=_seen(own.notifications),
            languages=OWN_NAMES.items(),
            shortest=here.visitor.desk.context.settings.portal.password_min_length,
            shown=bool(kept),
            **(known | values),
        )


def _seen(notifications: OwnNotifications | None) -> str:
    """What the form was shown with, so that nothing is taken back that the firm changed meanwhile."""
    if notifications is None:
        return ""
    on = [group.value for group, is_on in notifications.groups.items() if is_on]
    return " ".join(["notify", *on] if notifications.notify else on)
