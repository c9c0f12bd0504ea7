"""What a start loads: a script pays for what it uses, and a person sees the list before the rest is there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import Pty
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.services.staff_settings import keep_tour

_LOADED = re.compile(rb"import time:\s+\d+ \|\s+\d+ \|\s+([\w.]+)")  # python -X importtime
_WEB = ("starlette", "uvicorn", "jinja2", "itsdangerous", "multipart", "argon2", "zxcvbn")
_SCREENS = ("textual", "rich", "asyncio", "curses")


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm with an account, whose owner is the one who runs the tests."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    context = identify(context, login)
    keep_tour(context)
    create_account(context, "Dupont", AccountType.COMPANY)
    yield context
    context.database.close()


def _loaded(office: Context, *words: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-m", "tui_portal", "--database", str(office.database.path), *words]
    done = subprocess.run(command, capture_output=True, check=True)
    return _names(done.stderr)


def _names(log: bytes) -> set[str]:
    return {name.decode() for name in _LOADED.findall(log)}


def _check(loaded: set[str], most_own: int, *unwanted: str) -> None:
    """`loaded` has none of `unwanted` or what is inside them, and at most so many modules of this program."""
    found = sorted(name for name in loaded if any(name == one or name.startswith(f"{one}.") for one in unwanted))
    assert not found
    own = sorted(name for name in loaded if name.split(".")[0] == "tui_portal")
    assert 0 < len(own) <= most_own, own


def test_the_version_is_told_by_a_handful_of_modules(office: Context) -> None:
    loaded = _loaded(office, "--version")
    _check(loaded, 8, *_SCREENS, *_WEB, "sqlite3", "peewee", "email", "logging", "dataclasses", "tomllib", "json")
    assert len(loaded) <= 100


def test_a_list_for_a_script_loads_no_screens_and_nothing_that_writes_mail(office: Context) -> None:
    loaded = _loaded(office, "accounts", "--json")
    _check(loaded, 50, *_SCREENS, *_WEB, "email", "smtplib", "ssl", "email_validator", "dns", "tui_portal.mail")
    assert "tui_portal.services.access" not in loaded


def test_delivery_loads_no_screens_and_no_pages(office: Context) -> None:
    loaded = _loaded(office, "deliver", "--once")
    _check(loaded, 80, *_SCREENS, *_WEB, "dns", "tui_portal.tui", "tui_portal.portal", "tui_portal.demo")


def test_the_first_frame_stands_before_textual_and_peewee_are_loaded(office: Context) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "tui_portal", "--database", str(office.database.path)]
    with Pty(command, size=(120, 40)) as terminal:
        while b"Dupont" not in terminal.wire:
            assert terminal.read(20)
        before = _names(bytes(terminal.wire).partition(b"Dupont")[0])
        while b"1 of 1" not in terminal.wire:
            assert terminal.read(20)
        standing = _names(bytes(terminal.wire).partition(b"1 of 1")[0])
        terminal.send("q")
        assert terminal.ends() == 0
    _check(before, 60, "textual", "asyncio", "peewee", "logging", "concurrent", "email", "smtplib", "ssl", *_WEB)
    # Of Rich only what tells how wide a text is.
    assert not [name for name in before if re.match(r"rich\.(?!cells|_unicode_data|_extension)", name)]
    unwanted = ("email", "smtplib", "email_validator", "dns", "html", "textual.widgets._text_area")
    _check(standing, 115, *unwanted, *_WEB, "textual.widgets._markdown", "tui_portal.mail")
    assert not [name for name in standing if re.match(r"tui_portal\.tui\.(screens\.profile|screens\..*_actions)", name)]
