"""The settings file: what it may say, and what is said about what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_portal.config import read_settings
from tui_portal.domain.errors import WrongUse


def _read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return read_settings(path)


def test_what_the_file_says_is_taken_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[mail]\nsmtp = "smtp://localhost:25"\nfrom = "office@x.example"\n[invitations]\nexpire_days = 0\n')
    settings = read_settings(path)
    assert (settings.mail.smtp, settings.mail.sender) == ("smtp://localhost:25", "office@x.example")
    assert (settings.invitations.expire_days, settings.portal.port) == (0, 8080)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[mail]\nsmpt = "x"', ["mail.smpt", "mail.smtp"]),
        ("[portl]\nport = 1", ["portl", "portal"]),
        ('[portal]\nport = "x"', ["portal.port", "whole number"]),
        ("[portal]\nport = -1", ["portal.port", "not negative"]),
        ('[firm]\nlanguage = "pt"', ["pt", "fr"]),
        ('[firm]\nportal_url = "ftp://x"', ["firm.portal_url", "https://"]),
        ("[mail", ["TOML"]),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_nearest_known_one(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(WrongUse) as caught:
        _read(tmp_path, text)
    assert all(part in caught.value.message for part in ["config.toml", *told])


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"nowhere\.toml"):
        read_settings(tmp_path / "nowhere.toml")
