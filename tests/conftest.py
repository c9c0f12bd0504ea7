"""What every test stands on: a clean environment, a clock that stands still, and a real firm in a real file."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_UNWANTED = ("NO_COLOR", "FORCE_COLOR", "TEXTUAL", "TUI_PORTAL", "SUDO_")
for _name in [n for n in os.environ if n.startswith(_UNWANTED) and n != "TEXTUAL_SNAPSHOT_TEMPDIR"]:
    del os.environ[_name]
_home = tempfile.TemporaryDirectory(prefix="tui-portal-tests-")
os.environ["HOME"] = _home.name
for _name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CONFIG_DIRS"):
    os.environ.pop(_name, None)
os.environ["TZ"] = "UTC"
os.environ["LC_ALL"] = "C.UTF-8"
time.tzset()

from tui_portal.config import Settings  # noqa: E402 - after the environment is clean
from tui_portal.services.context import Context  # noqa: E402 - as above
from tui_portal.services.firm import create_firm  # noqa: E402 - as above
from tui_portal.services.staff import identify  # noqa: E402 - as above

NOON = 1_794_484_800  # 2026-11-12 12:00 UTC


@dataclass
class Clock:
    """A clock that a test moves by hand."""

    moment: int = NOON

    def __call__(self) -> int:
        return self.moment

    def advance(self, seconds: int) -> None:
        """Let `seconds` pass."""
        self.moment += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "firm.sqlite3"


@pytest.fixture
def office(database_path: Path, settings: Settings, clock: Clock) -> Iterator[Context]:
    """An empty firm, with its owner Olga acting."""
    context = create_firm(
        database_path,
        settings,
        firm="Hansen & Partner",
        owner_login="olga",
        owner_name="Olga Owner",
        owner_email="olga@hansen-partner.example",
        clock=clock,
    )
    acting = identify(Context(context.database, settings, clock), login="olga")
    yield acting
    context.database.close()
