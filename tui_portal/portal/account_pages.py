"""Choosing an account, and what every page of one account has: its name in the bar, the side bar, the right to see it.

The address of a page carries the account, so that two tabs can show two accounts. The right is looked at anew for every request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.background import BackgroundTask
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from tui_portal.domain.accounts import account_code, account_number
from tui_portal.portal.desk import Desk
from tui_portal.portal.visitors import Visitor, lead_to, page, posted, receive, send_away
from tui_portal.services import activation, portal_home
from tui_portal.services.activation import PortalUser

ACCOUNTS = "/accounts"
ACCOUNT = "/accounts/{account}"
BAR = "/accounts/{account}/bar"

# The rooms of an account, as the address names them; home is the account itself.
_ROOMS = ("people", "settings")


@dataclass(frozen=True, slots=True)
class AccountVisitor:
    """A client who looks at one of their accounts."""

    visitor: Visitor
    user: PortalUser
    account: int
    name: str

    @property
    def path(self) -> str:
        """Where the pages of this account begin."""
        return f"{ACCOUNTS}/{account_code(self.account)}"


class FrontPage(HTTPEndpoint):
    """Where everybody arrives: led to the login, to their only account, or to the choice among several."""

    async def get(self, request: Request) -> Response:
        """Lead on."""
        visitor = await receive(request)
        if visitor.user is None:
            return send_away(request, visitor)
        if len(visitor.user.accounts) == 1:
            return lead_to(visitor, f"{ACCOUNTS}/{account_code(visitor.user.accounts[0][0])}")
        return lead_to(visitor, ACCOUNTS)


class ChoicePage(HTTPEndpoint):
    """The accounts that the client may see, each with what is new in it."""

    async def get(self, request: Request) -> Response:
        """Show them; who is not logged in is led to the login, who has one account only into it."""
        visitor = await receive(request)
        user = visitor.user
        if user is None:
            return send_away(request, visitor)
        if len(user.accounts) == 1:
            return lead_to(visitor, f"{ACCOUNTS}/{account_code(user.accounts[0][0])}")
        found = await visitor.desk.lanes.read(portal_home.news_of_accounts, user)
        names = [account.name for account in found]
        accounts = [
            # Only the short ID tells two accounts of one name apart.
            (account_code(account.number), account.name, account.news, names.count(account.name) > 1)
            for account in found
        ]
        return page(request, visitor, "accounts.html", accounts=accounts)


class AccountPage(HTTPEndpoint):
    """A page of one account: to be asked for with `enter_account`, and answered with `show`."""

    async def enter_account(self, request: Request) -> AccountVisitor | Response:
        """Who looks at which account, or the answer for who may not: the login, or the page that says so.

        It is the same whether or not there is such an account.
        """
        visitor = await receive(request)
        if visitor.user is None:
            return send_away(request, visitor)
        number = account_number(request.path_params["account"])
        name = dict(visitor.user.accounts).get(number or 0)
        if number is None or name is None:
            return page(request, visitor, "no_account.html", 403)
        return AccountVisitor(visitor, visitor.user, number, name)

    def show(self, request: Request, here: AccountVisitor, template: str, status: int = 200, **values: Any) -> Response:
        """The page with the bar and the side bar of the account."""
        prefix, path = here.visitor.desk.site.prefix, request.scope["path"]
        room = "/".join(path.split("/")[3:4])
        return page(
            request,
            here.visitor,
            template,
            status,
            account=here.name,
            several=len(here.user.accounts) > 1,
            base=prefix + here.path,
            room=room,
            **values,
        )


class HomePage(AccountPage):
    """Where a client is after the login."""

    async def get(self, request: Request) -> Response:
        """Show it; what was new is kept as seen, on the side."""
        here = await self.enter_account(request)
        if isinstance(here, Response):
            return here
        desk, language = here.visitor.desk, here.visitor.language
        home = await desk.lanes.read(portal_home.open_home, here.user, here.account, language)
        response = self.show(request, here, "home.html", home=home, greeting=desk.context.settings.portal.greeting)
        if home.unseen:
            response.background = BackgroundTask(_note_visit, desk, here.user, here.account)
        return response


class BarPage(AccountPage):
    """There is no page, only the button that closes the bar."""

    async def post(self, request: Request) -> Response:
        """Close it until the next login, and lead back to the page that it stood on."""
        here = await self.enter_account(request)
        if isinstance(here, Response):
            return here
        fields = await posted(request, here.visitor)
        await here.visitor.desk.lanes.write(activation.close_bar, here.visitor.cookies.session)
        room = fields.get("room", "")
        return lead_to(here.visitor, f"{here.path}/{room}" if room in _ROOMS else here.path)


async def _note_visit(desk: Desk, user: PortalUser, account: int) -> None:
    await desk.lanes.write(portal_home.record_visit, user, account)
