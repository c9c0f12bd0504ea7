"""What a client asked for, on the command line: listed, approved by `invite`, refused by `cancel`, explained by `why`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.services.firms import activated
from tui_portal.cli import main
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access_requests import Wish, ask_for_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.staff import caller_login

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(office: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with --json on a firm whose client Zoë asked for Anna; its exit status and its document."""
    account = create_account(office, "Dupont [/SARL]", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])
    activated(office, account, "zoe@dupont.example")
    ask_for_access(office, 1, account, Wish("Anna", "anna@dupont.example", "Bis bald", "de"))
    office.database.execute("UPDATE staff SET login = ?", [caller_login()])
    office.database.execute("UPDATE firm SET fixed_now = ?", [office.clock()])
    config = tmp_path / "config.toml"
    config.write_text("")

    def run(*command: str) -> tuple[int, dict[str, Any]]:
        words = ["--database", str(office.database.path), "--config", str(config), *command, "--json"]
        status = main(words)
        return status, json.loads(capsys.readouterr().out)

    return run


def row(ask: Ask) -> dict[str, Any]:
    (found,) = ask("pending")[1]["pending"]
    return {name: found[name] for name in ("address", "state", "invited_by", "invite_sent", "requested")}


def test_invite_approves(ask: Ask) -> None:
    asked = {"address": "anna@dupont.example", "state": "to_approve", "invited_by": "Zoë Dupont"}
    assert row(ask) == asked | {"invite_sent": None, "requested": ["A-0001"]}
    assert "waits for approval" in ask("why", "A-0001", "anna@dupont.example")[1]["verdict"]
    told = {"ok": True, "dry_run": True, "changed": 1, "invitations": 1, "skipped": [], "approved": 1, "notices": 0}
    assert ask("invite", "anna@dupont.example", "--dry-run") == (0, told)
    assert row(ask)["state"] == "to_approve"
    assert ask("invite", "--filter", "to_approve") == (0, told | {"dry_run": False})
    assert row(ask) == asked | {"state": "queued", "invite_sent": None, "requested": []}


def test_cancel_refuses(ask: Ask) -> None:
    told = {"ok": True, "dry_run": True, "changed": 1, "invitations": 0, "skipped": [], "refused": 1}
    assert ask("cancel", "anna@dupont.example", "--dry-run") == (0, told)
    assert row(ask)["state"] == "to_approve"
    assert ask("cancel", "anna@dupont.example") == (0, told | {"dry_run": False})
    assert ask("pending")[1]["total"] == 0
