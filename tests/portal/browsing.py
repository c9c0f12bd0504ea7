"""Clients of the firm, and browsers without a screen that keep cookies and fill in forms as they were shown."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

import httpx

from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.portal.app import create_app
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, open_context
from tui_portal.services.invitations import link_for, queue_invitations
from tui_portal.services.password_resets import link_for as reset_link_for

PORTAL = "https://portal.hansen-partner.example"
PASSWORD = "vogelhaus am stillen teich"


@dataclass
class Client:
    """A contact with one mailbox, invited to an account."""

    office: Context
    account: int
    address: str
    name: str

    def link(self, generation: int = 1) -> str:
        """The link in the mail of this generation, as a path."""
        mailbox = find_address(self.office, self.address)
        number, canonical = self.office.database.one(
            """
            SELECT i.id, e.canonical FROM invitation i JOIN email_address e ON e.id = i.email_address_id
            WHERE e.id = ? ORDER BY i.id DESC
            """,
            [mailbox],
        ) or (0, "")
        link = link_for(self.office, number, generation, canonical)
        return link.removeprefix(self.office.settings.firm.portal_url)

    def login(self, on: bool) -> None:
        """Switch LOGIN."""
        change_access(self.office, [self.account], AccessWish(login=on))

    def resend(self, *, handed_over: bool) -> None:
        """A further invitation mail, and whether the mail server has taken it."""
        mailbox = find_address(self.office, self.address)
        with self.office.database.write():
            queue_invitations(self.office, [mailbox], "")
        if handed_over:
            self.office.database.execute(
                "UPDATE invitation SET state = 'sent', live_generation = generation WHERE state = 'queued'"
            )


def invite_client(
    office: Context,
    account_name: str = "Brasserie du Marché SARL",
    name: str = "Zoë Dupont",
    address: str = "zoe@dupont.example",
    language: str | None = None,
) -> Client:
    """A new account with one contact, who is invited."""
    account = create_account(office, account_name, AccountType.COMPANY)
    create_contact(office, [account], name, [address], language=language)
    change_access(office, [account], AccessWish(login=True, invite=True))
    return Client(office, account, address, name)


def newest_reset_link(office: Context) -> str:
    """The newest link for another password, as a path."""
    row = office.database.one(
        """
        SELECT r.id, e.canonical, u.password_hash FROM password_reset r JOIN user u ON u.id = r.user_id
        JOIN email_address e ON e.id = u.email_address_id ORDER BY r.id DESC
        """
    )
    assert row is not None
    return reset_link_for(office, *row).removeprefix(office.settings.firm.portal_url)


class Browser:
    """A browser without a screen: keeps cookies, fills in forms as they were shown."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.http = client

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.http.aclose()

    async def open(self, path: str, **headers: str) -> httpx.Response:
        """GET a page; who is logged in is followed from the front page to their account, who opens a link to its page."""
        answer = await self.http.get(path, headers=headers)
        while re.search("/accounts|/(activate|reset)$", answer.headers.get("location", "")):
            answer = await self.http.get(answer.url.join(answer.headers["location"]), headers=headers)
        return answer

    async def send(self, path: str, fields: dict[str, str], page: httpx.Response | None = None) -> httpx.Response:
        """POST the form of `page` (of the page at `path` where none is given) with `fields` filled in."""
        page = page or await self.open(path)
        fields = {**hidden_in(page), **fields}
        return await self.http.post(re.sub("^/(activate|reset)/.*", r"/\1", path), data=fields)

    async def activate(self, link: str, password: str = PASSWORD, again: str | None = None) -> httpx.Response:
        """Choose a password through a link."""
        return await self.send(link, {"password": password, "again": password if again is None else again})

    async def log_in(self, address: str, password: str = PASSWORD) -> httpx.Response:
        """Fill in the login form."""
        return await self.send("/login", {"username": address, "password": password})


def proof_in(page: httpx.Response) -> str:
    """The hidden field of the form on a page, empty where there is no form."""
    found = re.search(r'name="proof" value="([^"]+)"', page.text)
    return found[1] if found else ""


def hidden_in(page: httpx.Response) -> dict[str, str]:
    """What a form sends along unseen: its proof, and the link that it was shown for."""
    names = ("proof", "link")
    return {name: found[1] for name in names if (found := re.search(rf'name="{name}" value="([^"]+)"', page.text))}


class _Patient(httpx.ASGITransport):
    """Comes back once the portal has done what it puts off until after an answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        await self.app.state.desk.finish()  # type: ignore[attr-defined]  # it is the portal's
        return answer


@dataclass
class Portal:
    """The application, and as many browsers as a test wants."""

    transport: httpx.ASGITransport
    url: str

    def browser(self, **headers: str) -> Browser:
        """A browser that was never here."""
        return Browser(httpx.AsyncClient(transport=self.transport, base_url=self.url, headers=headers))

    def browser_at(self, address: str, **headers: str) -> Browser:
        """A browser that was never here, whose connection comes from this network address."""
        transport = _Patient(app=self.transport.app, client=(address, 1))
        return Browser(httpx.AsyncClient(transport=transport, base_url=self.url, headers=headers))


@asynccontextmanager
async def run_portal(office: Context, settings: Settings) -> AsyncIterator[Portal]:
    """The portal with other settings on the same database."""
    context = replace(open_context(office.database.path, settings), clock=office.clock)
    context.database.close()
    app = create_app(context)
    async with app.router.lifespan_context(app):
        yield Portal(_Patient(app=app), settings.firm.portal_url)


@dataclass
class Served:
    """`tui-portal serve` in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status."""
        self.process.send_signal(number)
        return self.process.wait(20)


@contextmanager
def serve(office: Context, config: str, *words: str) -> Iterator[Served]:
    """The portal on a free port of the loopback, with these settings, while the clock stands still."""
    path = office.database.path.with_name("config.toml")
    path.write_text(config)
    office.database.execute("UPDATE firm SET fixed_now = ?", [office.clock()])
    command = ["--database", str(office.database.path), "--config", str(path), "serve", "--port", "0", *words]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    with subprocess.Popen(
        [sys.executable, "-m", "tui_portal", *command], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            found = re.search(r"https?://127\.0\.0\.1:\d+", line)
            assert found, line + process.stderr.read()
            yield Served(process, found[0])
        finally:
            process.kill()
