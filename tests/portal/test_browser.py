"""The way of a client in a real browser: on a telephone and a desk, with and without JavaScript, by mouse and by keyboard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.portal.browsing import PASSWORD, Client, Served
from tests.portal.town import give_account, queued_reset
from tui_portal.services.activation import activate
from tui_portal.services.context import Context
from tui_portal.services.passwords import hash_password

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

_OTHER = "drei reiher im fruehen nebel"
_PATIENCE = 10.0
_TOUCH = 44  # CSS pixels, WCAG 2.2, 2.5.5
_SIZES = {"telephone": (360, 740), "desk": (1280, 800)}


@pytest.fixture(params=list(_SIZES))
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    return _SIZES[request.param]


@pytest.fixture
def page(chromium: Browser, size: tuple[int, int], scripts: bool, served: Served) -> Iterator[Page]:
    context = chromium.new_context(
        base_url=served.url,
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=scripts,
        locale="en-GB",
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # A status of 4xx is told on the console too; what the content policy blocked is what counts here.
    assert not [text for text in complaints if "Failed to load resource" not in text]


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_link_password_choose_switch_close_the_bar_log_out_log_in(
    zoe: Client, page: Page, size: tuple[int, int]
) -> None:
    give_account(zoe, "Dupont privé")
    page.goto(zoe.link(2))
    _is_well_made(page, "Choose your password", size)
    page.get_by_label("Password", exact=True).fill("password1234")
    page.get_by_label("The same password again").fill("password1234")
    page.get_by_role("button", name="Save and log in").click()
    _is_well_made(page, "Choose your password", size)
    assert "among the first that others would try" in _description(page, page.get_by_label("Password", exact=True))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("The same password again").fill(PASSWORD)
    page.get_by_role("button", name="Save and log in").click()

    page.wait_for_url("**/accounts")
    _is_well_made(page, "Choose an account", size)
    assert page.get_by_role("listitem").all_inner_texts() == ["Brasserie du Marché SARL", "Dupont privé"]
    page.get_by_role("link", name="Dupont privé").click()
    page.wait_for_url("**/accounts/A-0002")
    _is_well_made(page, "Dupont privé", size)
    bar = page.get_by_role("region", name="Your account")
    assert "Dupont privé" in bar.inner_text()
    bar.get_by_role("link", name="Switch account").click()
    page.get_by_role("link", name="Brasserie du Marché SARL").click()
    page.wait_for_url("**/accounts/A-0001")
    bar.get_by_role("button", name="Close this bar until you log in again").click()
    page.wait_for_url("**/accounts/A-0001")
    _is_well_made(page, "Brasserie du Marché SARL", size)
    assert bar.count() == 0
    page.get_by_role("navigation").get_by_role("link", name="Switch account").click()
    page.get_by_role("link", name="Dupont privé").click()
    _is_well_made(page, "Dupont privé", size)
    assert bar.count() == 0

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login?out")
    assert page.get_by_role("status").inner_text() == "You are logged out."
    _is_well_made(page, "Log in", size)
    page.get_by_label("E-mail address").fill(zoe.address)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    assert "is not right" in page.get_by_role("alert").inner_text()
    _is_well_made(page, "Log in", size)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()

    page.wait_for_url("**/accounts")
    page.get_by_role("link", name="Brasserie du Marché SARL").click()
    bar.wait_for()
    page.goto(zoe.link(2))
    _is_well_made(page, "This link has been used already", size)


def test_the_whole_way_by_keyboard(zoe: Client, page: Page) -> None:
    give_account(zoe, "Dupont privé")
    page.goto(zoe.link(2))
    page.keyboard.press("Tab")
    assert _has_focus(page.get_by_role("link", name="To the content"))
    page.keyboard.press("Enter")
    _tab_to(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts")
    _tab_to(page, page.get_by_role("link", name="Brasserie du Marché SARL"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/A-0001")

    order = []
    for _press in range(8):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.innerText.trim()"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert [text.split("\n")[-1] for text in order] == [
        "To the content",
        "Log out",
        "Switch account",
        "Close this bar until you log in again",
        "Home",
        "People",
        "Settings",
        "Switch account",
    ]
    page.get_by_role("button", name="Close this bar until you log in again").focus()
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Your account").wait_for(state="detached")

    _tab_to(page, page.get_by_role("button", name="Log out"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/login?out")

    _tab_to(page, page.get_by_label("E-mail address"))
    page.keyboard.type(zoe.address)
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    # The focus is where there is something to type.
    assert _has_focus(page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts")


def test_forgotten_mail_another_password_home(office: Context, zoe: Client, page: Page, size: tuple[int, int]) -> None:
    activate(office, zoe.link().removeprefix("/activate/"), hash_password(PASSWORD))
    page.goto("/login")
    page.get_by_role("link", name="Forgot your password?").click()
    _is_well_made(page, "Choose another password", size)
    page.get_by_role("button", name="Send the mail").click()
    field = page.get_by_label("E-mail address")
    assert "that you log in with" in _description(page, field)
    assert _has_focus(field)
    page.keyboard.type(zoe.address)
    page.keyboard.press("Enter")
    page.wait_for_url("**/forgot?sent")
    _is_well_made(page, "Choose another password", size)
    assert "is on its way" in page.get_by_role("status").inner_text()

    link = _queued_reset(office)
    page.goto(link)
    _is_well_made(page, "Choose another password", size)
    page.get_by_label("Password", exact=True).fill(_OTHER)
    page.get_by_label("The same password again").fill(_OTHER + "x")
    page.get_by_role("button", name="Save and log in").click()
    _is_well_made(page, "Choose another password", size)
    assert "not the same" in _description(page, page.get_by_label("Password", exact=True))
    page.get_by_label("Password", exact=True).fill(_OTHER)
    page.get_by_label("The same password again").fill(_OTHER)
    page.get_by_role("button", name="Save and log in").click()

    page.wait_for_url("**/accounts/A-0001")
    _is_well_made(page, "Brasserie du Marché SARL", size)
    page.goto(link)
    _is_well_made(page, "This link has been used already", size)


def _queued_reset(office: Context) -> str:
    """The link of the mail for another password that waits, as a path. Its mail is queued once the answer has gone."""
    end = time.monotonic() + _PATIENCE
    while not (link := queued_reset(office)):
        assert time.monotonic() < end, "no mail was queued"
    return link


def _is_well_made(page: Page, heading: str, size: tuple[int, int]) -> None:
    """One heading, nothing wider than the window, everything big enough for a thumb and with a name."""
    page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("html").evaluate("node => node.scrollWidth") <= size[0]
    for part in page.locator("button, .button, input:visible, .side a, .choices a, .switch").all():
        box = part.bounding_box()
        assert box is not None
        assert box["height"] >= _TOUCH
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
    for field in page.locator("input:visible").all():
        assert page.locator(f"label[for={field.get_attribute('id')}]").count() == 1


def _description(page: Page, field: Locator) -> str:
    """What a screen reader reads after the name of the field."""
    ids = (field.get_attribute("aria-describedby") or "").split()
    return " ".join(page.locator(f"#{name}").inner_text() for name in ids)


def _tab_to(page: Page, part: Locator) -> None:
    for _press in range(10):
        if _has_focus(part):
            return
        page.keyboard.press("Tab")
    raise AssertionError("tab does not lead there")


def _has_focus(part: Locator) -> bool:
    return bool(part.evaluate("node => node === document.activeElement"))
