"""What may be a password."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_portal.config import PortalSettings, Settings
from tui_portal.services.passwords import PasswordFault, find_fault, hash_password, is_outdated, is_password

NAMES = ("Hansen & Partner", "Zoë Dupont", "zoe@dupont.example", "山田商店")


@pytest.mark.parametrize(
    "password",
    [
        "gardening on tuesday mornings",
        "hansen is my favourite firm",
        "dupont-xk3v9q",
        "butterfly chocolate summer golf",
        "naïve café at dusk",
        "<[%*}#:~;^|=]>",
        "庭の池に家鴨が三羽います今日",
        "😀🐱🐶🦊🐻🐼🐸🐵🐔🐧🐦🐤",
    ],
)
def test_long_and_hard_to_guess_is_enough(password: str) -> None:
    assert find_fault(password, Settings(), NAMES) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", PasswordFault.EMPTY),
        ("elevenchars", PasswordFault.SHORT),
        ("e\u0301" * 11, PasswordFault.SHORT),
        ("ab\x00cdefghijklmnop", PasswordFault.UNSEEN),
        ("y" * 1025, PasswordFault.LONG),
        ("é" * 513, PasswordFault.LONG),
        ("aaaaaaaaaaaa", PasswordFault.COMMON),
        ("x9 " * 341, PasswordFault.COMMON),
        ("121212121212", PasswordFault.COMMON),
        ("123456789012", PasswordFault.COMMON),
        ("qwertyuiop12", PasswordFault.COMMON),
        ("POIUYTREWQ99", PasswordFault.COMMON),
        ("q1w2e3r4t5y6", PasswordFault.COMMON),
        ("112233445566", PasswordFault.COMMON),
        ("Frühling2026!", PasswordFault.COMMON),
        ("ManchesterUnited7", PasswordFault.COMMON),
        ("guitar rainbow 1987", PasswordFault.COMMON),
        ("P@ssw0rd2026!", PasswordFault.COMMON),
        ("Sommer2026!!", PasswordFault.COMMON),
        ("Correct Horse Battery Staple", PasswordFault.COMMON),
        ("motdepasse123", PasswordFault.COMMON),
        ("!@#$%^&*()_+", PasswordFault.COMMON),
        ("jennifer2000!", PasswordFault.COMMON),
        ("michaeljordan23", PasswordFault.COMMON),
        ("dragonmaster1", PasswordFault.COMMON),
        ("letmein12345", PasswordFault.COMMON),
        ("HansenPartner2026", PasswordFault.NAMES),
        ("Zoe Dupont 19851224", PasswordFault.NAMES),
        ("tui-portal-2026", PasswordFault.NAMES),
        ("山田商店山田商店山田商店", PasswordFault.NAMES),
        ("HansenSommer2026", PasswordFault.NAMES),
    ],
)
def test_what_is_easy_to_guess_is_none(password: str, fault: PasswordFault) -> None:
    assert find_fault(password, Settings(), NAMES) is fault


def test_the_firm_sets_how_long() -> None:
    eight = replace(Settings(), portal=PortalSettings(password_min_length=8))

    assert find_fault("kiq7 9wz", eight) is None
    assert find_fault("kiq7 9w", eight) is PasswordFault.SHORT


def test_a_hash_knows_its_password_and_no_other() -> None:
    kept = hash_password("gardening on tuesday")

    assert is_password("gardening on tuesday", kept)
    assert not is_password("gardening on Tuesday", kept)
    assert not is_password("gardening on tuesday", None)
    assert not is_password("gardening on tuesday", "no hash")
    assert not is_outdated(kept)
    assert kept != hash_password("gardening on tuesday")


@given(st.text(max_size=60))
@settings(deadline=None)
def test_nothing_that_is_typed_goes_wrong(password: str) -> None:
    fault = find_fault(password, Settings(), NAMES)

    assert fault is not None or len(password) > 2
