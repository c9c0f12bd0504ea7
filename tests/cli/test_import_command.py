"""`tui-portal import`: what scripts and people get to see, and the exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui_portal.cli import main

DATA = Path(__file__).parent.parent / "data"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """The program on a firm of its own, whose owner calls it."""

    def call(*words: object) -> tuple[int, str, str]:
        status = main(["--database", str(database_path), *map(str, words)])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    assert call("init", "--firm", "Hansen", "--owner-name", "Olga", "--owner-email", "olga@hansen.example")[0] == 0
    return call


def _json(out: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(out)
    return document


def test_an_export_is_imported_and_listed(run: Run) -> None:
    status, out, _err = run("import", DATA / "google_2024.csv", "--json")

    done = _json(out)
    assert status == 0
    assert {key: done[key] for key in ("ok", "dry_run", "lines", "taken", "skipped", "invitations")} == {
        "ok": True,
        "dry_run": False,
        "lines": 5,
        "taken": 5,
        "skipped": [],
        "invitations": 0,
    }
    assert done["accounts"] == {"created": 4, "existing": 0}
    assert done["contacts"] == {"created": 5, "existing": 0, "linked": 5, "completed": 0}
    assert done["addresses"] == {"created": 6, "existing": 0}
    assert done["columns"]["account"] == ["Organization Name"]
    assert [(told["line"], told["address"]) for told in done["warnings"]] == [(6, "office@hill-sons")]
    accounts = _json(run("accounts", "--json")[1])["accounts"]
    assert [account["name"] for account in accounts] == [
        "Boulangerie Dupont SARL",
        "Hill & Sons [Trust]",
        "Nobody Reached",
        "愛川 翼",
    ]


def test_a_second_run_and_a_dry_run_change_nothing(run: Run) -> None:
    told = _json(run("import", DATA / "practice.csv", "--dry-run", "--json")[1])
    assert _json(run("accounts", "--json")[1])["total"] == 0

    first = _json(run("import", DATA / "practice.csv", "--json")[1])
    second = _json(run("import", DATA / "practice.csv", "--json")[1])

    assert told == first | {"dry_run": True}
    assert second["changed"] == 0
    assert second["accounts"] == {"created": 0, "existing": 4}


def test_a_line_that_cannot_be_taken_gives_exit_status_1_and_is_told(run: Run) -> None:
    status, out, err = run("import", DATA / "outlook.csv")

    assert status == 1
    assert "2 of 3 lines taken (Windows-1252, parted by ,)" in err
    assert "account = Company" in err
    assert out.splitlines() == [
        "LINE  EMAIL  ACCOUNT  WHY",
        "5                     there is no name, no account and no e-mail address",
    ]


def test_access_is_given_and_invitations_are_queued(run: Run) -> None:
    words = ("import", DATA / "thunderbird.csv", "--login", "--notify", "--sync", "--invite", "--message", "Hola")

    done = _json(run(*words, "--json")[1])

    assert (done["settings"], done["invitations"], done["skipped"]) == (4, 4, [])
    emails = _json(run("account", "A-0001", "--json")[1])["account"]["contacts"][0]["emails"]
    assert [(e["address"], e["login"], e["notify"], e["sync"], e["state"]) for e in emails] == [
        ("maria@nunez.example", True, True, True, "invited"),
        ("maria.nunez@mail.example", True, True, True, "invited"),
    ]
    status, _out, err = run(*words)
    assert status == 0
    assert "0 invitations queued" in err


def test_invalid_addresses_are_skipped_with_their_line(run: Run) -> None:
    status, out, _err = run("import", DATA / "practice.csv", "--login", "--json")

    assert status == 0
    assert _json(out)["skipped"] == [
        {
            "line": 6,
            "address": "ida@garden",
            "account": "A-0004",
            "reason": "the address is not valid: the domain has no dot",
        }
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere.csv"], "nowhere.csv can't be read: No such file or directory."),
        ([DATA / "practice.csv", "--map", "account=Acount name"], "Did you mean Account name?"),
        ([DATA / "practice.csv", "--map", "mail=Email"], "Did you mean email?"),
        ([DATA / "practice.csv", "--message", "Hello"], "give --invite with it"),
        ([Path(sys.executable)], "This is no text file. A CSV file is needed."),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_status_2(run: Run, words: list[object], sentence: str) -> None:
    status, out, err = run("import", *words)

    assert (status, out) == (2, "")
    assert err.startswith("tui-portal: ")
    assert sentence in err
    assert err.count("\n") == 1
    as_json = _json(run("import", *words, "--json")[1])
    assert (as_json["ok"], as_json["error"]["kind"]) == (False, "usage")


def test_names_from_the_file_reach_the_terminal_harmless(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evil.csv"
    path.write_text('Name,Email,Language\n"\x1b]0;owned\x07Zoë","\x1b[31m@x","\x1b[2J"\n\x1b,b,\x1b,\x1b\n')

    status, out, err = run("import", path)

    assert status == 1
    assert "\x1b" not in out + err
    assert "\x07" not in out + err


def test_import_runs_without_textual(tmp_path: Path) -> None:
    script = (
        "import sys; from tui_portal.cli import main; "
        f"main(['--database', {str(tmp_path / 'none')!r}, 'import', 'x.csv']); sys.exit('textual' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=False).returncode == 0
