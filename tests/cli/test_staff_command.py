"""`staff` from the command line, and what who sees only assigned accounts gets from the other commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.firms import firm_of
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

EMMA = ("emma", "--name", "Emma Employee", "--email", "emma@x.example", "--role", "employee")


@pytest.fixture
def firm(tmp_path: Path) -> Context:
    """The caller's firm with four accounts, where `--as` is trusted."""
    path = tmp_path / "firm.sqlite3"
    made = create_firm(
        path, Settings(), firm="Hansen", owner_login=caller_login(), owner_name="Olga", owner_email="olga@x.example"
    )
    (tmp_path / "config.toml").write_text("[staff]\ntrust_as = true\n", encoding="utf-8")
    office = identify(made)
    firm_of(office, 4)
    return office


def run(firm: Context, capsys: pytest.CaptureFixture[str], *words: str, acting: str = "") -> tuple[int, Any]:
    path = firm.database.path
    who = ["--as", acting] if acting else []
    status = main(["--database", str(path), "--config", str(path.with_name("config.toml")), *who, *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_staff_member_from_the_first_day_to_the_last(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    status, added = run(firm, capsys, "staff", "add", *EMMA, "--manage-accounts", "--assigned-only", "--language", "fr")
    assert status == 0
    expected = {"login": "emma", "role": "employee", "language": "fr", "manage_accounts": True, "view_all": False}
    assert expected.items() <= added["staff"].items()
    assert run(firm, capsys, "staff", "assign", "emma", "A-0001", "A-0002")[1]["changed"] == 2
    assert run(firm, capsys, "staff", "unassign", "emma", "--filter", "A-0002")[1]["changed"] == 1
    changed = run(firm, capsys, "staff", "change", "emma", "--new-login", "emma.e", "--view-all", "--language", "none")[
        1
    ]
    assert {"login": "emma.e", "view_all": True, "language": None, "accounts": 1}.items() <= changed["staff"].items()
    assert run(firm, capsys, "staff", "remove", "emma.e")[1]["changed"] == 1
    assert run(firm, capsys, "accounts", acting="emma.e")[0] == 4
    assert run(firm, capsys, "staff", "restore", "emma.e")[1]["changed"] == 1
    listed = run(firm, capsys, "staff", "list")[1]
    assert [(row["login"], row["active"]) for row in listed["staff"]] == [("emma.e", True), (caller_login(), True)]
    assert run(firm, capsys, "staff", "list", acting="emma.e")[0] == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("staff", "remove", caller_login()), 1, "last owner"),
        (("staff", "change", caller_login(), "--role", "admin"), 1, "last owner"),
        (("staff", "add", "-x"), 2, "required"),
        (("staff", "add", "eve", "--name", "Eve", "--email", "none"), 1, "not an e-mail address"),
        (("staff", "add", caller_login(), "--name", "Eve", "--email", "e@x.example"), 1, "already"),
        (("staff", "assign", "nobody", "A-0001"), 1, "not among the staff"),
        (("staff", "assign", caller_login(), "A-0001", "--filter", "x"), 2, "one of the two"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    firm: Context, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], status: int, said: str
) -> None:
    refused = run(firm, capsys, *words)
    assert refused[0] == status
    assert said in refused[1]["error"]["message"]


def test_who_is_no_owner_or_admin_manages_nobody(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    run(firm, capsys, "staff", "add", *EMMA, "--manage-accounts")
    for words in (
        ("add", "eve", "--name", "Eve", "--email", "eve@x.example"),
        ("change", "emma", "--role", "owner"),
        ("remove", caller_login()),
        ("assign", "emma", "A-0001"),
    ):
        assert run(firm, capsys, "staff", *words, acting="emma")[0] == 4


def test_one_says_yes_to_lose_a_right_of_ones_own(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    run(firm, capsys, "staff", "add", "max", "--name", "Max", "--email", "max@x.example", "--role", "owner")
    told = run(firm, capsys, "staff", "remove", "max", acting="max")
    assert told[0] == 1
    assert "--yes" in told[1]["error"]["message"]
    assert run(firm, capsys, "staff", "remove", "max", "--yes", acting="max")[0] == 0


def test_every_command_shows_only_what_is_assigned(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    run(firm, capsys, "staff", "add", *EMMA, "--manage-accounts", "--assigned-only")
    run(firm, capsys, "staff", "assign", "emma", "A-0002")
    run(firm, capsys, "access", "--filter", "client", "--login", "on", "--invite")

    def emma(*words: str) -> tuple[int, Any]:
        return run(firm, capsys, *words, acting="emma")

    assert [row["id"] for row in emma("accounts")[1]["accounts"]] == ["A-0002"]
    assert [row["accounts"][0]["id"] for row in emma("pending")[1]["pending"]] == ["A-0002"]
    assert [row["to"] for row in emma("outbox")[1]["outbox"]] == ["p1.0@crowd.example"]
    assert {row["account_id"] for row in emma("activity")[1]["activity"]} <= {"A-0002", None}
    for words in (
        ("account", "A-0001"),
        ("access", "A-0001", "--login", "off"),
        ("why", "A-0001", "p0.0@crowd.example"),
        ("preferences", "A-0001", "p0.0@crowd.example"),
        ("address", "p0.0@crowd.example"),
        ("link", "p0.0@crowd.example"),
        ("activity", "--account", "A-0001"),
    ):
        status, told = emma(*words)
        assert (status, told["ok"]) != (0, True), words
        assert "Client 0" not in str(told)
    for what in ("accounts", "contacts", "settings", "pending", "activity"):
        path = firm.database.path
        base = ["--database", str(path), "--config", str(path.with_name("config.toml")), "--as", "emma"]
        assert main([*base, "export", what, "--format", "json"]) == 0
        told = capsys.readouterr().out
        assert "Client 1" in told or what == "settings"
        assert "Client 0" not in told
        assert "p0.0@" not in told


def test_without_an_action_the_actions_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["staff"]) == 2
    assert "list|add|change|remove|restore|assign|unassign" in capsys.readouterr().err.splitlines()[-1]
