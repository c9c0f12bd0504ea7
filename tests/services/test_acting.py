"""Who acts: the operating system's user, under sudo the one who called it, and nobody whom the environment alone names."""

from __future__ import annotations

import os
import pwd
from dataclasses import replace
from pathlib import Path

import pytest

from tui_portal.config import Settings, StaffSettings
from tui_portal.domain.errors import NotAllowed
from tui_portal.services.context import Context
from tui_portal.services.files import is_restricted
from tui_portal.services.staff import caller_id, caller_login, identify, is_root_stepped_down

OTHER = 1 if os.getuid() != 1 else 2  # a user of every system, and not the one who runs the tests
STRANGER = 3_000_000_001  # nobody's number


@pytest.fixture
def path(office: Context) -> Path:
    return office.database.path


def test_who_called_sudo_is_the_caller_of_a_process_that_the_database_belongs_to(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", str(OTHER))
    assert caller_id(path) == caller_id() == OTHER
    assert caller_login(path) == pwd.getpwuid(OTHER).pw_name
    monkeypatch.setenv("SUDO_UID", str(STRANGER))
    assert caller_login(path) == f"uid{STRANGER}"


def test_a_user_who_only_says_that_sudo_was_called_is_not_believed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: STRANGER)
    monkeypatch.setenv("SUDO_UID", str(path.stat().st_uid))
    monkeypatch.setenv("SUDO_USER", "olga")
    assert caller_id(path) == STRANGER
    assert not is_root_stepped_down(path)


@pytest.mark.parametrize("told", ["", "olga", "-1", "1 ", "²", "1e3", "0x1", "9" * 30])
def test_what_is_no_number_of_a_user_counts_for_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("SUDO_UID", told)
    assert caller_id(path) == os.getuid()


def test_a_caller_of_sudo_who_is_not_among_the_staff_acts_as_nobody_else(
    office: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = replace(office, actor=None)
    own = identify(nobody, wish="olga")  # who owns the file, and is not among the staff
    assert own.actor is not None
    monkeypatch.setenv("SUDO_UID", str(STRANGER))
    with pytest.raises(NotAllowed, match="--as is not allowed here"):
        identify(nobody, wish="olga")
    with pytest.raises(NotAllowed, match=f"uid{STRANGER} is not among the staff"):
        identify(nobody)


def test_trust_as_lets_a_caller_act_as_another(office: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", str(STRANGER))
    trusting = replace(office, actor=None, settings=Settings(staff=StaffSettings(trust_as=True)))
    acting = identify(trusting, wish="olga").actor
    assert acting is not None
    assert acting.login == "olga"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file to somebody else")
def test_trust_as_counts_only_in_a_file_of_roots_or_of_the_databases_owner(
    office: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.toml"
    file.touch()
    monkeypatch.setenv("SUDO_UID", str(STRANGER))
    trusting = replace(office, actor=None, settings=Settings(staff=StaffSettings(trust_as=True), source=file))
    assert identify(trusting, wish="olga").actor is not None
    os.chown(office.database.path, OTHER, -1)
    os.chown(file, OTHER, -1)
    assert identify(trusting, wish="olga").actor is not None
    os.chown(file, OTHER + 1, -1)
    with pytest.raises(NotAllowed, match="--as is not allowed here"):
        identify(trusting, wish="olga")


def test_only_root_who_stepped_down_is_free_of_the_restricted_mode(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(staff=StaffSettings(restricted=True))
    assert is_restricted(settings, path)
    assert not is_restricted(Settings(), path)
    monkeypatch.setenv("SUDO_UID", str(OTHER))
    assert is_restricted(settings, path)
    monkeypatch.setenv("SUDO_UID", "0")
    monkeypatch.setattr(os, "getuid", lambda: STRANGER)
    assert is_restricted(settings, path)  # which is somebody else's: that it was root is only said
    assert not is_restricted(settings, path.with_name("not made yet"))
