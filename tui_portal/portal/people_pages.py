"""People of an account: who has access, those whom the client asked for, and the form to ask for one more."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tui_portal.domain.errors import NotAllowed
from tui_portal.portal.account_pages import ACCOUNT, AccountPage, AccountVisitor
from tui_portal.portal.visitors import lead_to, page, posted
from tui_portal.services import access_requests, portal_people
from tui_portal.services.access_requests import NotAsked, Problem, Wish

PEOPLE = ACCOUNT + "/people"

_ADDRESS_MOST = 320
_STATUS = {Problem.CLOSED: 403, Problem.MANY: 429}


class PeoplePage(AccountPage):
    """Everybody with access sees it; whether they may ask for further people is the firm's setting."""

    async def get(self, request: Request) -> Response:
        """Show it; after something was asked for, with a word about that."""
        here = await self.enter_account(request)
        if isinstance(here, Response):
            return here
        told = next((word for word in ("asked", "withdrawn") if word in request.query_params), "")
        return await self._show(request, here, told=told)

    async def post(self, request: Request) -> Response:
        """Ask for a person, or take back what was asked."""
        here = await self.enter_account(request)
        if isinstance(here, Response):
            return here
        # A browser sends a line of the note with two characters at its end; shown again it has one.
        fields = {name: value.replace("\r\n", "\n") for name, value in (await posted(request, here.visitor)).items()}
        try:
            if "withdraw" in fields:
                await self._take_back(here, fields["withdraw"])
                return lead_to(here.visitor, f"{here.path}/people?withdrawn")
            await self._ask(here, fields)
        except NotAsked as refused:
            status = next((_STATUS[problem] for problem in refused.problems if problem in _STATUS), 422)
            return await self._show(request, here, status, typed=fields, problems=refused.problems)
        except NotAllowed:
            return page(request, here.visitor, "no_account.html", 403)
        return lead_to(here.visitor, f"{here.path}/people?asked")

    async def _ask(self, here: AccountVisitor, fields: dict[str, str]) -> None:
        address = fields.get("address", "")[:_ADDRESS_MOST]
        wish = Wish(fields.get("name", ""), address, fields.get("note", ""), here.visitor.language)
        await here.visitor.desk.lanes.write(access_requests.ask_for_access, here.user.id, here.account, wish)

    async def _take_back(self, here: AccountVisitor, number: str) -> None:
        request = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
        await here.visitor.desk.lanes.write(access_requests.take_back_request, here.user.id, here.account, request)

    async def _show(
        self,
        request: Request,
        here: AccountVisitor,
        status: int = 200,
        *,
        typed: dict[str, str] | None = None,
        problems: tuple[Problem, ...] = (),
        told: str = "",
    ) -> Response:
        lanes, limits = here.visitor.desk.lanes, here.visitor.desk.context.settings.limits
        people = await lanes.read(portal_people.people_with_access, here.account, here.user.email_address)
        asked = await lanes.read(access_requests.asked_for, here.user.id, here.account, here.visitor.language)
        values: dict[str, Any] = {
            "people": [person for person in people if person.may_be_named],
            "unnamed": sum(not person.may_be_named for person in people),
            "asked": asked,
            "mode": here.visitor.desk.context.settings.portal.clients_invite,
            "typed": {name: (typed or {}).get(name, "") for name in ("name", "address", "note")},
            "problems": problems,
            "told": told,
            "most_name": limits.name_characters,
            "most_note": limits.client_note_characters,
            "most_people": limits.client_invitations,
        }
        return self.show(request, here, "people.html", status, **values)
