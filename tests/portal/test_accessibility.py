"""Every page of the portal under axe-core: on a telephone and a desk, light and dark, without one violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.portal.town import Town, open_town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

_SIZES = ((360, 740), (1280, 800))
_SCHEMES = ("light", "dark")
_ACCOUNT = "/accounts/A-0001"
# What can differ between light and dark: the rest of the rules is asked once for each size.
_OF_COLOUR = {"runOnly": ["color-contrast"]}

Deed = Callable[["Page"], object]


def _press(button: str) -> Deed:
    """Send the form of the page as it is."""
    return lambda page: page.get_by_role("main").get_by_role("button", name=button, exact=True).click()


def _forge(page: Page) -> None:
    page.locator("main [name=proof]").evaluate("node => { node.value = '' }")
    _press("Log in")(page)


# Every page: its address or the name of a link of the town, whose session is at hand ("": nobody's), the beginning of its
# title, and what is done to get there.
PAGES: list[tuple[str, str, str, Deed | None]] = [
    ("invited", "", "Choose your password", None),
    ("invited", "", "Not yet right: Choose your password", _press("Save and log in")),
    ("invited", "", "Choose your password", _press("Show what I typed")),
    ("/activate", "", "Please open the link in the mail once more", None),
    ("used", "", "This link has been used already", None),
    ("expired", "", "This link has expired", None),
    ("withdrawn", "", "This link has been withdrawn", None),
    ("replaced", "", "There is a newer link", None),
    ("/activate/none", "", "This link does not work", None),
    ("/login", "", "Log in", None),
    ("/login?out", "", "Log in", None),
    ("/login", "", "Not yet right: Log in", _press("Log in")),
    ("/login", "", "Please send that once more", _forge),
    ("/forgot", "", "Choose another password", None),
    ("/forgot?sent", "", "Choose another password", None),
    ("/forgot", "", "Not yet right: Choose another password", _press("Send the mail")),
    ("reset", "", "Choose another password", None),
    ("/reset/none", "", "This link does not work", None),
    ("/nowhere", "", "There is no such page", None),
    ("/accounts", "session", "Choose an account", None),
    (_ACCOUNT, "session", "Home", None),
    ("/accounts/A-0005", "session", "Home", None),
    (f"{_ACCOUNT}/people", "session", "People", None),
    (f"{_ACCOUNT}/people", "session", "Not yet right: People", _press("Invite")),
    (f"{_ACCOUNT}/people?asked", "session", "People", None),
    (f"{_ACCOUNT}/settings", "session", "Settings", None),
    (f"{_ACCOUNT}/settings", "session", "Not yet right: Settings", _press("Save the new password")),
    (f"{_ACCOUNT}/settings", "session", "Settings", _press("Show what I typed")),
    (f"{_ACCOUNT}/settings?saved=password", "session", "Settings", None),
    ("/accounts/A-9999", "session", "You can't see this account", None),
    ("/", "lost", "Your access has ended", None),
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with open_town(tmp_path_factory.mktemp("town") / "firm.sqlite3") as town:
        yield town


@pytest.fixture(scope="module")
def page(chromium: Browser, town: Town) -> Iterator[Page]:
    context = chromium.new_context(base_url=town.served.url, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("address", "who", "title", "deed"), PAGES, ids=[f"{title} {address}" for address, _who, title, _deed in PAGES]
)
def test_axe_finds_nothing_on_any_page(
    town: Town, page: Page, address: str, who: str, title: str, deed: Deed | None
) -> None:
    log_in(page.context, town, who)
    page.goto(town.links.get(address, address))
    if deed:
        deed(page)
    page.wait_for_function("start => document.title.startsWith(start)", arg=f"{title} – ")
    page.evaluate(AXE_SCRIPT)

    for size in _SIZES:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        for scheme in _SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert _violations(page, {} if scheme == "light" else _OF_COLOUR) == []


def log_in(context: BrowserContext, town: Town, who: str) -> None:
    """Give the browser the session of this name, and no other."""
    context.clear_cookies()
    if who:
        context.add_cookies([{"name": "tui_portal_session", "value": getattr(town, who), "url": town.served.url}])


def _violations(page: Page, options: dict[str, Any]) -> list[str]:
    """What axe finds, one sentence for each part of the page."""
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [f"{rule['id']}: {rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]
