"""`link` and `reset-password`: what they print, what they do, and the status that scripts see."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail.firm import PORTAL
from tests.services.firms import WELCOME, activated, firm_of, token
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.services.access import change_access
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

INVITED, ACTIVE = "p0.0@crowd.example", "p1.0@crowd.example"


@pytest.fixture
def firm(database_path: Path) -> Iterator[Context]:
    """A firm whose owner runs the tests, with an invited client and an active one."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    acting = identify(context, login)
    accounts = firm_of(acting, 2)
    change_access(acting, accounts[:1], WELCOME)
    activated(acting, accounts[1], ACTIVE)
    yield acting
    context.database.close()


@pytest.fixture
def words(firm: Context, tmp_path: Path) -> list[str]:
    """The options that name the firm."""
    config = tmp_path / "config.toml"
    config.write_text(f'[firm]\nportal_url = "{PORTAL}"\n')
    return ["--database", str(firm.database.path), "--config", str(config)]


def test_link_prints_the_link_alone(firm: Context, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "link", " P0.0@Crowd.example "]) == 0

    told = capsys.readouterr()
    assert told.out == f"{PORTAL}/activate/{token(firm, INVITED)}\n"
    assert f"give it to nobody but {INVITED}" in told.err
    assert firm.database.value("SELECT count(*) FROM activity WHERE kind = 'invitation_link_copied'") == 1


def test_link_as_json(firm: Context, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "link", INVITED, "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert {k: v for k, v in told.items() if k != "expires"} == {
        "ok": True,
        "address": INVITED,
        "link": f"{PORTAL}/activate/{token(firm, INVITED)}",
    }
    assert told["expires"].endswith("+00:00")


@pytest.mark.parametrize(
    ("command", "status", "kind", "words_of_it"),
    [
        (["link", ACTIVE], 1, "refused", "has a password already"),
        (["link", "nobody@crowd.example"], 1, "not_found", "There is no e-mail address"),
        (["--read-only", "link", INVITED], 4, "not_allowed", "read-only"),
        (["reset-password", INVITED], 1, "refused", "has chosen no password yet"),
        (["reset-password", "nobody@crowd.example"], 1, "not_found", "There is no e-mail address"),
        (["--read-only", "reset-password", ACTIVE], 4, "not_allowed", "read-only"),
        (["link"], 2, "usage", "ADDRESS"),
    ],
)
def test_what_can_not_be_done_is_told_with_its_status(
    words: list[str],
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    status: int,
    kind: str,
    words_of_it: str,
) -> None:
    assert main([*words, *command, "--json"]) == status

    error = json.loads(capsys.readouterr().out)["error"]
    assert error["kind"] == kind
    assert words_of_it in error["message"]


def test_an_employee_gets_no_link_but_may_reset(
    firm: Context, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    firm.database.execute("UPDATE staff SET role = 'employee', manage_accounts = 1")

    assert main([*words, "link", INVITED]) == 4
    assert "Only the owner and admins" in capsys.readouterr().err
    assert main([*words, "reset-password", ACTIVE]) == 0


def test_reset_password_queues_a_mail_once(firm: Context, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "reset-password", ACTIVE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["changed"], told["address"]) == (True, 1, ACTIVE)
    assert told["expires"].endswith("+00:00")
    assert main([*words, "reset-password", ACTIVE]) == 1
    assert "a moment ago" in capsys.readouterr().err

    assert main([*words, "outbox", "--json"]) == 0
    mails = json.loads(capsys.readouterr().out)["outbox"]
    assert [(mail["to"], mail["state"]) for mail in mails if mail["kind"] == "password_reset"] == [(ACTIVE, "queued")]


def test_reset_password_tells_a_person_until_when(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "TUI_PORTAL_LANG", "en")
    assert main([*words, "reset-password", ACTIVE]) == 0

    told = capsys.readouterr()
    assert told.out == ""
    assert f"Mail to {ACTIVE} queued; its link works until 2" in told.err
