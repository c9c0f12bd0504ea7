"""`accounts`, `access` and `export` with filters: the same text as in the filter line, and errors that point at the word."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tui_portal.cli import main
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.staff import caller_login


@pytest.fixture
def demo(tmp_path: Path) -> str:
    path = tmp_path / "demo.sqlite3"
    make_demo(path, owner_login=caller_login(), settings=demo_settings(tmp_path)).database.close()
    return str(path)


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_accounts_are_filtered_sorted_and_limited(demo: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--filter", "login:active type:company", "--sort", "last_login:desc", "--limit", "3", "--json"]
    assert main(["--database", demo, "accounts", *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["total"] > len(found["accounts"]) == 3
    assert {(a["type"], a["status"]) for a in found["accounts"]} == {("company", "active")}
    logins = [a["last_login"] for a in found["accounts"]]
    assert logins == sorted(logins, reverse=True)


def test_a_filter_may_begin_with_a_minus(demo: str, capsys: pytest.CaptureFixture[str]) -> None:
    totals = []
    for text in ("", "dupont", "-dupont"):
        assert main(["--database", demo, "accounts", "--filter", text, "--limit", "1", "--json"]) == 0
        totals.append(json.loads(capsys.readouterr().out)["total"])
    assert totals[0] == totals[1] + totals[2]


@pytest.mark.parametrize("command", [["accounts"], ["access", "--login", "on"], ["export", "settings"]])
def test_a_filter_that_cannot_be_read_is_pointed_at(
    demo: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--database", demo, *command, "--filter", "山田 logn:offline x"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines()[1:] == ["  山田 logn:offline x", "       ^^^^^^^^^^^^"]
    assert "login:" in told.err


def test_a_filter_error_in_json_says_where(demo: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", demo, "accounts", "--json", "--filter", "x logn:1"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["kind"], error["start"], error["end"]) == ("usage", 2, 8)


@pytest.mark.parametrize("words", [["--sort", "size"], ["--sort", "name:up"]])
def test_an_order_that_is_none_is_refused(demo: str, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", demo, "accounts", *words]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_access_changes_what_the_filter_finds(demo: str, capsys: pytest.CaptureFixture[str]) -> None:
    count = ["--database", demo, "accounts", "--filter", "login:offline -address:invalid -contacts:0", "--json"]
    assert main(count) == 0
    before = json.loads(capsys.readouterr().out)["total"]
    words = ["--filter", "login:offline -address:invalid -contacts:0", "--login", "on", "--json"]
    main(["--database", demo, "access", *words])
    assert json.loads(capsys.readouterr().out)["changed"] >= before > 0
    assert main(count) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0


def test_access_with_an_empty_filter_is_refused(demo: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", demo, "access", "--filter", " ", "--login", "off"]) == 2
    assert "archived:no" in capsys.readouterr().err


def test_export_writes_what_accounts_shows(demo: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", demo, "accounts", "--filter", "type:family", "--sort", "sync:desc", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    words = ["export", "accounts", "--filter", "type:family", "--sort", "sync:desc"]
    assert main(["--database", demo, *words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == shown
    assert main(["--database", demo, *words]) == 0
    text = capsys.readouterr().out
    assert [line["id"] for line in csv.DictReader(io.StringIO(text[1:]))] == [a["id"] for a in shown["accounts"]]


def test_export_writes_a_file_and_replaces_one_only_by_force(
    demo: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pending.json"
    words = ["--database", demo, "export", "pending", "--sort", "invite_sent:desc", "--output", str(path)]
    assert main(words) == 0
    assert "lines written" in capsys.readouterr().err
    total = json.loads(path.read_text())["total"]
    assert main(words) == 1
    assert "--force" in capsys.readouterr().err
    assert main([*words, "--force", "--filter", "never"]) == 0
    assert 0 < json.loads(path.read_text())["total"] < total
