"""From a link to its page: the token leaves the address, and no link is taken for another one."""

from __future__ import annotations

from tests.portal.browsing import PASSWORD, Browser, Client, Portal, hidden_in, invite_client, newest_reset_link
from tui_portal.services.access import find_address
from tui_portal.services.context import Context
from tui_portal.services.password_resets import request_reset

_OTHER = "drei reiher im fruehen nebel"
_LINK = "__Host-tui_portal_activate"


async def test_the_token_leaves_the_address_with_the_first_answer(zoe: Client, browser: Browser) -> None:
    token = zoe.link().rpartition("/")[2]
    opened = await browser.http.get(zoe.link())

    assert (opened.status_code, opened.headers["location"]) == (303, "/activate")
    assert opened.headers["referrer-policy"] == "no-referrer"
    cookie = opened.headers["set-cookie"]
    assert cookie.startswith(f"{_LINK}={token};")
    attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert attributes == {"path=/", "secure", "httponly", "samesite=lax", "max-age=3600"}
    page = await browser.open("/activate")
    assert page.status_code == 200
    assert token not in page.text
    assert 'action="/activate"' in page.text

    entered = await browser.send("/activate", {"password": PASSWORD, "again": PASSWORD}, page)
    assert entered.headers["location"] == "/"
    assert _LINK not in browser.http.cookies
    assert (await browser.open("/activate")).status_code == 400


async def test_a_login_takes_the_link_of_another_out_of_the_browser(zoe: Client, portal: Portal) -> None:
    jean = invite_client(zoe.office, "Petit", "Jean Petit", "jean@petit.example")
    async with portal.browser() as browser:
        await browser.activate(jean.link())
    async with portal.browser() as browser:
        await browser.open(zoe.link())
        await browser.log_in(jean.address)

        assert _LINK not in browser.http.cookies


async def test_to_ask_for_a_link_s_head_is_not_to_open_it(office: Context, zoe: Client, browser: Browser) -> None:
    answer = await browser.http.head(zoe.link())

    assert (answer.status_code, answer.headers["location"]) == (303, "/activate")
    assert office.database.value("SELECT opened_at FROM invitation") is None


async def test_a_browser_that_keeps_no_cookies_is_told_what_to_do(zoe: Client, portal: Portal) -> None:
    async with portal.browser() as browser:
        opened = await browser.http.get(zoe.link())
    async with portal.browser() as forgetful:
        page = await forgetful.open(opened.headers["location"])

    assert page.status_code == 400
    assert "Please open the link in the mail once more" in page.text
    assert "keeps no cookies" in page.text
    assert "<form" not in page.text


async def test_a_form_that_was_open_for_too_long_says_so(office: Context, zoe: Client, browser: Browser) -> None:
    page = await browser.open(zoe.link())
    browser.http.cookies.delete(_LINK)

    answer = await browser.send("/activate", {"password": PASSWORD, "again": PASSWORD}, page)

    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text
    assert office.database.value("SELECT count(*) FROM user") == 0
    assert (await browser.activate(zoe.link())).status_code == 303


async def test_two_links_in_two_tabs_are_never_mixed_up(office: Context, zoe: Client, browser: Browser) -> None:
    jean = invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    first = await browser.open(zoe.link())
    second = await browser.open(jean.link())

    refused = await browser.send("/activate", {"password": PASSWORD, "again": PASSWORD}, first)

    assert refused.status_code == 409
    assert "A second link was opened in this browser" in refused.text
    assert "jean" not in refused.text.casefold()
    assert office.database.value("SELECT count(*) FROM user") == 0
    assert (await browser.send("/activate", {"password": PASSWORD, "again": PASSWORD}, second)).status_code == 303
    users = "SELECT e.address FROM user u JOIN email_address e ON e.id = u.email_address_id"
    assert office.database.rows(users) == [(jean.address,)]


async def test_the_link_of_one_flow_is_nothing_in_the_other(office: Context, zoe: Client, portal: Portal) -> None:
    invited = invite_client(office, "Petit", "Jean Petit", "jean@petit.example")
    async with portal.browser() as browser:
        await browser.activate(zoe.link())
    request_reset(office, find_address(office, zoe.address))
    reset = newest_reset_link(office)
    kept = office.database.rows("SELECT * FROM user")

    for link, path in ((reset, "activate"), (invited.link(), "reset")):
        token = link.rpartition("/")[2]
        async with portal.browser() as browser:
            assert (await browser.open(f"/{path}/{token}")).status_code == 404
            browser.http.cookies.set(f"__Host-tui_portal_{path}", token)
            assert (await browser.open(f"/{path}")).status_code == 404
            page = await browser.open(link)
            # The form of one flow, sent to the other: with the link in its cookie, and with the form's own.
            fields = {**hidden_in(page), "password": _OTHER, "again": _OTHER}
            assert (await browser.http.post(f"/{path}", data=fields)).status_code == 404
            browser.http.cookies.delete(f"__Host-tui_portal_{path}")
            other = invited.link() if path == "activate" else reset
            await browser.open(other)
            assert (await browser.http.post(f"/{path}", data=fields)).status_code == 409
    assert office.database.rows("SELECT * FROM user") == kept
