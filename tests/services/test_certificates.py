"""The certificate of the firm's own: what can be served with, and what is said of the rest."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.certificates import make_certificate
from tui_portal.config import FirmSettings, PortalSettings, Settings
from tui_portal.domain.errors import WrongUse
from tui_portal.services.certificates import open_certificate
from tui_portal.services.check import Level, check
from tui_portal.services.context import Context

DAY = 86_400


@dataclass
class Firm:
    """A firm with files for a certificate, and the real time."""

    folder: Path
    certificate: str = "0.crt"
    key: str = "0.key"
    url: str = "https://localhost:8443"
    days_later: int = 0

    @property
    def settings(self) -> Settings:
        """Settings beside the files."""
        portal = PortalSettings(certificate=self.certificate, certificate_key=self.key)
        return Settings(firm=FirmSettings(portal_url=self.url), portal=portal, source=self.folder / "config.toml")

    def clock(self) -> int:
        return int(time.time()) + 3600 + self.days_later * DAY


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_certificate(folder)
    make_certificate(folder)
    make_certificate(folder, kind="rsa")
    make_certificate(folder, "-passout", "pass:secret")
    make_certificate(folder, "-addext", "extendedKeyUsage=clientAuth")
    make_certificate(folder, kind="small")
    return folder


@pytest.fixture
def firm(files: Path, tmp_path: Path) -> Firm:
    shutil.copytree(files, tmp_path / "etc")
    return Firm(tmp_path / "etc")


def _open_to_all(firm: Firm) -> None:
    (firm.folder / firm.key).chmod(0o644)


def _shortened(firm: Firm) -> None:
    whole = (firm.folder / firm.certificate).read_text()
    (firm.folder / firm.certificate).write_text(whole[: len(whole) // 2])


def _with(**changes: object) -> Callable[[Firm], None]:
    return lambda firm: [setattr(firm, name, value) for name, value in changes.items()] and None


def test_a_certificate_is_taken_from_beside_the_settings(firm: Firm) -> None:
    found = open_certificate(firm.settings, firm.clock)

    assert found is not None
    assert found.warning == ""
    assert 29 * DAY < found.ends - firm.clock() <= 30 * DAY


def test_without_one_there_is_none() -> None:
    assert open_certificate(Settings(), lambda: 0) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_with(key=""), "certificate is set, but no certificate_key beside it"),
        (_with(certificate=""), "certificate_key is set, but no certificate beside it"),
        (_with(certificate="none.crt"), r"The certificate .*/none\.crt can't be read: No such file"),
        (_with(key="none.key"), r"The certificate's key .*/none\.key can't be read: No such file"),
        (_with(certificate="."), "can't be read: Is a directory"),
        (_open_to_all, r"Everybody .* can read the certificate's key .*/0\.key: chmod 600 it"),
        (_with(key="1.key"), r"/1\.key is not the key of the certificate .*/0\.crt"),
        (_with(key="2.key"), r"/2\.key is not the key of the certificate .*/0\.crt"),
        (_with(certificate="3.crt", key="3.key"), r"key .*/3\.key is locked with a password"),
        (_with(certificate="4.crt", key="4.key"), "can't be used: unsuitable certificate purpose"),
        (_with(certificate="5.crt", key="5.key"), "can't be used: ee key too small"),
        (_with(certificate="0.key"), "are no certificate and key in PEM"),
        (_shortened, "are no certificate and key in PEM"),
        (_with(days_later=31), r"0\.crt ended on 20\d\d-\d\d-\d\d"),
        (_with(days_later=-1), r"0\.crt is not valid before 20\d\d-\d\d-\d\d"),
        (_with(url="http://localhost:8443"), "it must begin with https://"),
    ],
)
def test_what_can_t_be_served_with_is_said(
    office: Context, firm: Firm, change: Callable[[Firm], None], said: str
) -> None:
    change(firm)

    with pytest.raises(WrongUse, match=said) as refused:
        open_certificate(firm.settings, firm.clock)

    found = check(replace(office, settings=firm.settings, clock=firm.clock))
    assert [(f.level, f.words) for f in found if f.about == "certificate"] == [(Level.FAULT, refused.value.message)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_with(days_later=20), "in 9 days."),
        (_with(days_later=28), "in 1 day."),
        (_with(url="https://portal.example"), "is not made for portal.example: browsers will refuse it."),
    ],
)
def test_what_will_not_do_for_long_is_warned_of(
    office: Context, firm: Firm, change: Callable[[Firm], None], said: str
) -> None:
    change(firm)

    found = open_certificate(firm.settings, firm.clock)

    assert found is not None
    assert found.warning.endswith(said)
    told = check(replace(office, settings=firm.settings, clock=firm.clock))
    assert [(f.level, f.words) for f in told if f.about == "certificate"] == [(Level.WARNING, found.warning)]


def test_check_says_how_long_a_certificate_lasts(office: Context, firm: Firm) -> None:
    firm.url = "https://127.0.0.1"

    told = check(replace(office, settings=firm.settings, clock=firm.clock))

    (line,) = (finding for finding in told if finding.about == "certificate")
    assert line.level is Level.FINE
    assert line.words.startswith("the portal's certificate is valid until 20")
