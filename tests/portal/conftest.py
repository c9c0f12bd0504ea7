"""The portal on a real firm in a real file: in-process over HTTP, or served for a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.portal.browsing import PORTAL, Browser, Client, Portal, Served, invite_client, run_portal, serve
from tui_portal.config import FirmSettings, Settings
from tui_portal.services.context import Context

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

_CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A real browser without a window, one for all tests of a module."""
    if not _CHROMIUM.exists():
        pytest.skip(f"there is no Chromium at {_CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def settings() -> Settings:
    return Settings(firm=FirmSettings(portal_url=PORTAL, reply_to="office@hansen-partner.example"))


@pytest.fixture
def zoe(office: Context) -> Client:
    """Zoë Dupont, invited to one account."""
    return invite_client(office)


@pytest.fixture
async def portal(office: Context) -> AsyncIterator[Portal]:
    """The portal on the office's database, on connections of its own, none of them this thread's."""
    async with run_portal(office, office.settings) as running:
        yield running


@pytest.fixture
async def browser(portal: Portal) -> AsyncIterator[Browser]:
    """A browser that was never here."""
    async with portal.browser() as one:
        yield one


@pytest.fixture
def served(office: Context) -> Iterator[Served]:
    """The portal as a process, without delivery."""
    with serve(office, '[firm]\nportal_url = "http://127.0.0.1:8080"\n', "--no-delivery") as running:
        yield running
