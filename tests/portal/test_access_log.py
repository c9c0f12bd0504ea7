"""The access log: a line for each request, and in none of them what opens a door or what a person typed."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.portal.browsing import PASSWORD, Client, hidden_in, run_portal
from tui_portal.config import PortalSettings, Settings
from tui_portal.domain.errors import WrongUse
from tui_portal.portal.access_log import open_access_log
from tui_portal.portal.app import create_app
from tui_portal.services.context import Context

_LINE = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ (\S+) (\S+) (\S+) (\d+|-) (\d+) (\d+)")

Logged = Callable[[], list[tuple[str, ...]]]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    portal = PortalSettings(access_log=str(tmp_path / "access.log"), client_address_header="X-Forwarded-For")
    return replace(settings, portal=portal)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "access.log"


@pytest.fixture
def logged(log: Path) -> Logged:
    """What the lines say but the moment and the duration: address, method, page, status, bytes."""

    def read() -> list[tuple[str, ...]]:
        found = [_LINE.fullmatch(line) for line in log.read_text("utf-8").splitlines()]
        return [(*line.group(1, 2, 3, 4), line[6]) for line in found if line is not None]

    return read


async def test_a_whole_visit_leaves_no_link_no_password_and_no_name(
    office: Context, zoe: Client, log: Path, logged: Logged
) -> None:
    forbidden = [zoe.link().rpartition("/")[2], PASSWORD, "wrong one", "zoe", "dupont", "typed", "evil", "marie"]
    async with run_portal(office, office.settings) as portal, portal.browser() as browser:
        forbidden += hidden_in(await browser.open(zoe.link())).values()
        await browser.activate(zoe.link(), "short")
        await browser.activate(zoe.link())
        home = await browser.open("/?typed=typed")
        account = home.url.path
        await browser.open(f"{account}/people")
        await browser.send(f"{account}/people", {"name": "Marie Typed", "address": "marie@typed.example"})
        await browser.open(f"{account}/settings")
        await browser.open("/accounts/typed")
        forbidden += browser.http.cookies.values()
        await browser.send("/logout", {}, home)
        await browser.log_in(zoe.address, "wrong one")
        await browser.send("/forgot", {"username": zoe.address})
        await browser.open("/typed/typed")
        await browser.open("/login?typed", Host="evil.example")
        await browser.http.request("TYPED", "/login")
        await browser.log_in(zoe.address)

    written = log.read_text("utf-8").lower()
    assert [word for word in forbidden if word.lower() in written] == []
    assert len(logged()) == len(written.splitlines())
    pages = {(method, page, status) for _address, method, page, status, _size in logged()}
    assert pages >= {
        ("GET", "/activate/*", "303"),
        ("GET", account, "200"),
        ("POST", f"{account}/people", "303"),
        ("GET", "/accounts/*", "403"),
        ("POST", "/logout", "303"),
        ("POST", "/login", "422"),
        ("POST", "/login", "303"),
        ("POST", "/forgot", "303"),
        ("GET", "-", "404"),
        ("GET", "-", "421"),
        ("-", "-", "405"),
    }


async def test_a_line_tells_the_browser_s_address_and_the_size_of_the_page(office: Context, logged: Logged) -> None:
    async with run_portal(office, office.settings) as portal, portal.browser() as browser:
        page = await browser.open("/login", **{"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})
        await browser.http.head("/login", headers={"X-Forwarded-For": "2001:DB8::1"})

    assert logged() == [
        ("203.0.113.9", "GET", "/login", "200", str(len(page.content))),
        ("2001:db8::1", "HEAD", "/login", "200", "0"),
    ]


async def test_a_log_that_was_moved_away_is_begun_anew(office: Context, log: Path, logged: Logged) -> None:
    async with run_portal(office, office.settings) as portal, portal.browser() as browser:
        await browser.open("/login")
        log.rename(log.with_suffix(".1"))
        await browser.open("/healthz")

    assert [line[2] for line in logged()] == ["/healthz"]
    assert log.stat().st_mode & 0o777 == 0o600
    assert "/login" in log.with_suffix(".1").read_text("utf-8")


async def test_a_log_that_can_t_be_written_keeps_no_page_back_and_is_told_once(
    office: Context, log: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with run_portal(office, office.settings) as portal, portal.browser() as browser:
        log.unlink()
        log.mkdir()
        assert [(await browser.open("/login")).status_code for _ in range(3)] == [200, 200, 200]

    assert caplog.text.count("The access log can't be written") == 1


def test_without_the_setting_there_is_none() -> None:
    assert open_access_log(Settings()) is None


def test_a_log_that_can_t_be_begun_is_said(office: Context) -> None:
    nowhere = replace(office.settings, portal=PortalSettings(access_log="/nowhere/access.log"))

    with pytest.raises(WrongUse, match=r"access log /nowhere/access\.log can't be written: No such file"):
        create_app(replace(office, settings=nowhere))


def test_it_can_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    handler = open_access_log(Settings(portal=PortalSettings(access_log="-")))
    assert handler is not None

    handler.handle(logging.makeLogRecord({"msg": "a line"}))

    assert capsys.readouterr().err == "a line\n"
