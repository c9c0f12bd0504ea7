"""`activity` and `export activity`: what they print, which entries they take, and the status that scripts see."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui_portal.cli import main
from tui_portal.demo import demo_settings, make_demo, write_demo_settings
from tui_portal.services.staff import caller_login


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name a demo firm, which is only read here."""
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "demo.sqlite3"
    make_demo(path, owner_login=caller_login(), settings=demo_settings(folder)).database.close()
    write_demo_settings(folder / "config.toml", demo_settings(folder))
    return ["--database", str(path), "--config", str(folder / "config.toml")]


Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(words: list[str], capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with --json; its exit status and its document."""

    def run(*command: str) -> tuple[int, dict[str, Any]]:
        status = main([*words, *command, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_activity_as_json_has_the_shape_that_scripts_rely_on(ask: Ask) -> None:
    status, told = ask("activity", "--account", "A-0031", "--since", "2026-11-12", "--limit", "3")
    assert (status, told["ok"], told["total"]) == (0, True, 5)
    assert [row["words"] for row in told["activity"]] == [
        "Invitation to elodie@dupont.example sent",
        "Invitation to elodie@dupont.example queued",
        "LOGIN on, NOTIFY on, EMAIL SYNC on for zoe@dupont.example",
    ]
    switched = told["activity"][2]
    assert switched.pop("id") > 0
    assert switched == {
        "at": "2026-11-12T09:38:00+00:00",
        "who": "Olga Owner",
        "origin": "",
        "kind": "access_changed",
        "account_id": "A-0031",
        "account": "Dupont [/SARL]",
        "address": "zoe@dupont.example",
        "contact": None,
        "words": "LOGIN on, NOTIFY on, EMAIL SYNC on for zoe@dupont.example",
        "before": {"login": False, "notify": False, "email_sync": False},
        "after": {"login": True, "notify": True, "email_sync": True},
    }


def test_the_whole_log_is_there_in_json_the_newest_first(ask: Ask) -> None:
    _status, told = ask("activity")
    assert len(told["activity"]) == told["total"] > 500
    numbers = [row["id"] for row in told["activity"]]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    ("since", "first"),
    [
        ("24h", "2026-11-11T12:"),
        ("90m", "2026-11-12T10:3"),
        ("1d", "2026-11-11T12:"),
        ("1w", "2026-11-05T12:"),
        ("2026-11-12", "2026-11-12T00:"),
        ("2026-11-12T09:38", "2026-11-12T09:38"),
        ("2026-11-12T10:38+01:00", "2026-11-12T09:38"),
        ("2026-11-12 09:38:00Z", "2026-11-12T09:38"),
    ],
)
def test_since_takes_a_date_a_moment_and_a_time_ago(ask: Ask, since: str, first: str) -> None:
    _status, told = ask("activity", "--since", since)
    times = [row["at"] for row in told["activity"]]
    assert times
    assert min(times) >= first
    _status, everything = ask("activity")
    assert len([row for row in everything["activity"] if row["at"] >= first]) >= len(times)
    assert not [row for row in everything["activity"] if row["at"] > min(times) and row["at"] not in times]


@pytest.mark.parametrize(
    "since", ["yesterday", "7", "7y", "-7d", "9999999d", "2026-13-01", "", "٧d", "11111111 11111", "0000-00-00"]
)
def test_a_moment_that_there_is_not_is_wrong_use(ask: Ask, since: str) -> None:
    status, told = ask("activity", f"--since={since}")
    assert (status, told["error"]["kind"]) == (2, "usage")


def test_an_account_that_there_is_not_is_told(ask: Ask) -> None:
    status, told = ask("activity", "--account", "A-9999")
    assert (status, told["error"]["kind"]) == (1, "not_found")


def test_people_see_the_newest_and_how_many_there_are(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "activity"]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].split() == ["WHEN", "WHO", "ACCOUNT", "WHAT"]
    assert lines[1].startswith("2026-11-12 11:50  Max Admin ")
    assert len(lines) == 201
    assert told.err.startswith("The newest 200 of ")
    assert main([*words, "activity", "--limit", "2"]) == 0
    told = capsys.readouterr()
    assert (len(told.out.splitlines()), told.err) == (3, "")


def test_the_log_is_exported_with_what_was_and_what_is(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command = [*words, "export", "activity", "--account", "A-0031", "--since", "2026-11-12"]
    assert main(command) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert [row["kind"] for row in rows] == [
        *("invitation_sent", "invitation_queued", "access_changed", "access_changed", "address_changed")
    ]
    assert json.loads(rows[-2]["after"]) == {"login": True, "notify": True}
    assert rows[-2]["words"] == "LOGIN on, NOTIFY on for elodie@dupont.example"
    assert main([*command, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["total"], told["activity"][-2]["after"]) == (True, 5, {"login": True, "notify": True})


def test_the_whole_log_is_exported_to_a_file(words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    assert main([*words, "export", "activity", "--output", str(path)]) == 0
    assert json.loads(path.read_text("utf-8"))["total"] > 500


@pytest.mark.parametrize(
    "wrong",
    [
        ["activity", "--filter", "login:offline"],
        ["activity", "--sort", "name"],
        ["activity", "--since", "yesterday"],
        ["accounts", "--since", "7d"],
        ["pending", "--account", "A-0031"],
    ],
)
def test_an_export_refuses_what_its_list_has_not(
    words: list[str], capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    assert main([*words, "export", *wrong]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err
