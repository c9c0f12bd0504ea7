"""The settings file: what it may say, and what is said about what it may not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tui_portal.config import InvitationSettings, LimitSettings, PortalSettings, read_settings
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
        ("[portal]\nport = -1", ["portal.port", "from 0 to 65535"]),
        ("[portal]\nport = 70000", ["portal.port", "from 0 to 65535"]),
        ("[portal]\npassword_min_length = 5000", ["portal.password_min_length", "to 128"]),
        ("[invitations]\nexpire_days = 9999999999", ["invitations.expire_days", "from 0 to 36500"]),
        ("[invitations]\nreminder_days = [3, -1]", ["invitations.reminder_days", "from 1 to 36500"]),
        ("[invitations]\nreminder_days = [true]", ["invitations.reminder_days", "whole number"]),
        ('[invitations]\nreminder_days = "x"', ["invitations.reminder_days", "whole number"]),
        ("[limits]\nclaim_batch = 0", ["limits.claim_batch", "from 1 to"]),
        ("[limits]\nlease_seconds = 99999999999999999999", ["limits.lease_seconds", "to 86400"]),
        ("[limits]\nlease_seconds = true", ["limits.lease_seconds", "whole number"]),
        ("[mail]\ncopies_to = [3]", ["mail.copies_to", "text in quotes"]),
        ("firm = 3", ["firm must be a table", "[firm]"]),
        ("limits = []", ["limits must be a table", "[limits]"]),
        ("frm = 3", ["frm is not a setting", "firm"]),
        ('[ui]\ntheme = "nix"', ["ui.theme", "nix", "portal-dark, portal-light"]),
        ("[ui.keys]\nfind = 3", ["ui.keys.find", "keys in quotes"]),
        ("x = " + "[" * 5000, ["TOML"]),
        ("x = " + "9" * 5000, ["TOML"]),
        ('[firm]\nlanguage = "pt"', ["pt", "fr"]),
        ('[firm]\nportal_url = "ftp://x"', ["firm.portal_url", "https://"]),
        ("[mail", ["TOML"]),
    ],
)
def test_a_mistake_names_the_file_the_key_and_the_nearest_known_one(tmp_path: Path, text: str, told: list[str]) -> None:
    with pytest.raises(WrongUse) as caught:
        _read(tmp_path, text)
    assert all(part in caught.value.message for part in ["config.toml", *told])


def test_every_number_has_bounds_that_hold_its_default() -> None:
    for section in (InvitationSettings, PortalSettings, LimitSettings):
        for setting in dataclasses.fields(section):
            default = getattr(section(), setting.name)
            if isinstance(default, int | tuple) and not isinstance(default, bool):
                least, most = setting.metadata["least"], setting.metadata["most"]
                assert all(least <= n <= most for n in (default if isinstance(default, tuple) else [default])), setting


@pytest.mark.parametrize("theme", ["portal-dark", "portal-light"])
def test_a_theme_of_the_styles_is_taken(tmp_path: Path, theme: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[ui]\ntheme = "{theme}"\n[mail]\ncopies_to = "office@x.example"\n')
    settings = read_settings(path)
    assert (settings.ui.theme, settings.mail.copies_to) == (theme, ("office@x.example",))


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match=r"nowhere\.toml"):
        read_settings(tmp_path / "nowhere.toml")
