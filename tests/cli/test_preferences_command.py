"""`preferences`: the seven groups of one address in one account, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.services.firms import everything
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify

WHERE = ["preferences", "A-0001", "zoe@dupont.example"]
ALL_ON = {group.value: True for group in NotificationGroup}


@pytest.fixture
def firm(tmp_path: Path) -> Context:
    """A-0001 Dupont, whose contact Zoë is notified; A-0002 Groß with another contact."""
    made = create_firm(
        tmp_path / "firm.sqlite3",
        Settings(),
        firm="Hansen",
        owner_login=caller_login(),
        owner_name="Olga",
        owner_email="olga@x.example",
    )
    office = identify(made)
    dupont = create_account(office, "Dupont", AccountType.COMPANY)
    create_contact(office, [dupont], "Zoë", ["zoe@dupont.example"])
    change_access(office, [dupont], AccessWish(notify=True))
    gross = create_account(office, "Groß", AccountType.COMPANY)
    create_contact(office, [gross], "Jürgen", ["juergen@gross.example"])
    return office


def run(firm: Context, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main(["--database", str(firm.database.path), *words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_the_seven_groups_are_shown(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    before = everything(firm)
    assert run(firm, capsys, *WHERE) == (
        0,
        {
            "ok": True,
            "address": "zoe@dupont.example",
            "account": "A-0001",
            "notify": True,
            "preferences": ALL_ON,
            "changed": 0,
        },
    )
    assert everything(firm) == before


def test_groups_are_set_in_the_order_in_which_they_are_named(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    status, told = run(firm, capsys, *WHERE, "--set", "all=off", "--set", "Approvals=ON", "--set", "file-uploads=on")
    assert (status, told["changed"]) == (0, 5)
    on = {group for group, enabled in told["preferences"].items() if enabled}
    assert on == {"approvals", "file_uploads"}
    assert (
        run(firm, capsys, "account", "A-0001")[1]["account"]["contacts"][0]["emails"][0]["preferences"]
        == told["preferences"]
    )
    assert run(firm, capsys, *WHERE, "--set", "all=on")[1]["preferences"] == ALL_ON


def test_a_person_reads_a_table_and_what_it_comes_to(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(firm.database.path), *WHERE, "--set", "approvals=off"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[3].split(maxsplit=2) == ["approvals", "off", "Documents: approvals           requests and reminders"]
    assert len(lines) == 8
    assert told.err == "1 preference changed\nNOTIFY is on: 6 of 7 groups are sent.\n"


@pytest.mark.parametrize(
    ("wish", "hint"),
    [
        ("aprovals=off", "There is no group aprovals. Did you mean approvals?"),
        ("invoices=off", "Did you mean invoices_and_payments?"),
        ("zzz=off", "Known: file_uploads, "),
        ("approvals=of", "approvals can be on or off, not of. Did you mean off?"),
        ("approvals=", "approvals can be on or off, not ''."),
        ("approvals", "approvals is not GROUP=on or GROUP=off."),
        ("\x1b[31m=on", "There is no group \ufffd[31m."),
    ],
)
def test_a_wrong_group_or_value_is_wrong_use_with_the_nearest_known_one(
    firm: Context, capsys: pytest.CaptureFixture[str], wish: str, hint: str
) -> None:
    before = everything(firm)
    status, told = run(firm, capsys, *WHERE, "--set", "all=off", "--set", wish)
    assert (status, told["ok"], told["error"]["kind"]) == (2, False, "usage")
    assert hint in told["error"]["message"]
    assert everything(firm) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["A-0001", "juergen@gross.example"], "juergen@gross.example is not in A-0001."),
        (["A-0001", "nobody@x.example"], "There is no e-mail address nobody@x.example."),
        (["A-0099", "zoe@dupont.example"], "There is no account A-0099."),
    ],
)
def test_what_is_not_there_is_refused(
    firm: Context, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    before = everything(firm)
    for wish in ([], ["--set", "all=off"]):
        status, told = run(firm, capsys, "preferences", *words, *wish)
        assert (status, told["error"]["kind"]) == (1, "not_found")
        assert told["error"]["message"].endswith(message)
    assert everything(firm) == before


def test_read_only_shows_and_changes_nothing(firm: Context, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(firm, capsys, "--read-only", *WHERE)[0] == 0
    assert run(firm, capsys, "--read-only", *WHERE, "--set", "all=off")[0] == 4
    assert run(firm, capsys, *WHERE)[1]["preferences"] == ALL_ON


def test_the_command_runs_without_textual(firm: Context) -> None:
    code = (
        "import sys; from tui_portal.cli import main\n"
        "status = main(sys.argv[1:])\n"
        "sys.exit(f'loaded {status}' if status or 'textual' in sys.modules else 0)"
    )
    words = [sys.executable, "-c", code, "--database", str(firm.database.path), *WHERE, "--set", "proposals=off"]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
