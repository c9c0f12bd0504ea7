"""`access` on many accounts, and `check`, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.firms import everything, firm_of
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify


@pytest.fixture
def firm(tmp_path: Path) -> Context:
    """Four accounts of the caller's firm, one with an address that is not valid."""
    path = tmp_path / "firm.sqlite3"
    made = create_firm(
        path, Settings(), firm="Hansen", owner_login=caller_login(), owner_name="Olga", owner_email="olga@x.example"
    )
    office = identify(made)
    create_contact(office, firm_of(office, 4)[:1], "Bad", ["bad@nodot"])
    office.database.execute(
        "UPDATE firm SET fixed_now = ?", [office.clock()]
    )  # no second begins in the middle of a command
    return office


def run(firm: Context, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    status = main(["--database", str(firm.database.path), *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_dry_run_tells_what_the_run_does_and_changes_nothing(
    firm: Context, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["access", "--filter", "client", "--login", "on", "--invite", "--message", "Welcome"]
    before = everything(firm)

    tried = run(firm, capsys, *words, "--dry-run")
    assert everything(firm) == before
    done = run(firm, capsys, *words)

    skipped = [
        {"address": "bad@nodot", "account": "A-0001", "reason": "the address is not valid: the domain has no dot"}
    ]
    expected = {"ok": True, "dry_run": True, "changed": 4, "invitations": 4, "notices": 0, "skipped": skipped}
    assert tried == (1, expected)
    assert done == (1, expected | {"dry_run": False})
    assert (
        firm.database.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND next_try_at = created_at + 60") == 4
    )


def test_invitations_are_told_only_where_they_were_wished(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--database", str(firm.database.path), "access", "A-0002"]
    assert main([*words, "--notify", "on"]) == 0
    assert capsys.readouterr().err == "1 setting changed\n"
    assert main([*words, "--login", "on", "--invite"]) == 0
    assert capsys.readouterr().err == "1 setting changed\n1 invitation queued\n"


def test_check_is_content_with_what_was_done(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    run(firm, capsys, "access", "--filter", "client", "--login", "on", "--invite")

    status, told = run(firm, capsys, "check")

    assert (status, told["ok"]) == (0, True)
    assert {"about": "integrity", "level": "fine", "message": "the database file is whole"} in told["check"]
    assert {row["level"] for row in told["check"]} == {"fine", "warning"}


def test_check_finds_what_is_wrong_and_says_so_by_its_status(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    run(firm, capsys, "access", "--filter", "client", "--login", "on", "--invite")
    with firm.database.write():
        firm.database.execute("UPDATE contact_settings SET login = 0")

    assert run(firm, capsys, "check")[0] == 1
    assert main(["--database", str(firm.database.path), "check"]) == 1
    assert "FAULT  an invitation is open for an address that may log in nowhere" in capsys.readouterr().out


def test_check_connects_to_the_mail_server_only_when_asked(
    firm: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    (tmp_path / "file").write_text("in the way")
    config.write_text('[mail]\nsmtp = "folder:file"\nfrom = "portal@hansen.example"\n')

    assert run(firm, capsys, "--config", str(config), "check")[0] == 0
    assert run(firm, capsys, "--config", str(config), "check", "--mail")[0] == 1


def test_check_of_a_database_that_is_none_is_status_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("not a database, but long enough to look at")

    assert main(["--database", str(tmp_path / "notes.txt"), "check"]) == 3
    assert main(["--database", str(tmp_path / "none.sqlite3"), "check"]) == 3
