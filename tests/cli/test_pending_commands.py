"""`pending`, `invite` and `cancel`: what they print, what they do, and the status that scripts see."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui_portal.cli import main
from tui_portal.demo import demo_settings, make_demo, write_demo_settings
from tui_portal.services.staff import caller_login


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "demo.sqlite3"
    make_demo(path, owner_login=caller_login(), settings=demo_settings(folder)).database.close()
    return path


@pytest.fixture
def words(original: Path, tmp_path: Path) -> list[str]:
    """The options that name a demo firm of the test's own."""
    for name in ("demo.sqlite3", "demo.sqlite3.key"):
        shutil.copy(original.with_name(name), tmp_path / name)
    write_demo_settings(tmp_path / "config.toml", demo_settings(tmp_path))
    return ["--database", str(tmp_path / "demo.sqlite3"), "--config", str(tmp_path / "config.toml")]


Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def ask(words: list[str], capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command with --json; its exit status and its document."""

    def run(*command: str) -> tuple[int, dict[str, Any]]:
        status = main([*words, *command, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def state_of(ask: Ask, address: str) -> str:
    _status, told = ask("pending", "--filter", address)
    return str(told["pending"][0]["state"])


def test_pending_as_json_has_the_shape_that_scripts_rely_on(ask: Ask) -> None:
    status, told = ask("pending", "--filter", "elodie@")
    assert status == 0
    assert told == {
        "ok": True,
        "total": 1,
        "pending": [
            {
                "address": "elodie@dupont.example",
                "accounts": [{"id": "A-0031", "name": "Dupont [/SARL]"}, {"id": "A-0032", "name": "Dupont privé"}],
                "invite_sent": "2026-11-12T09:40:40+00:00",
                "invited_by": "Olga Owner",
                "validity": "valid",
                "reason": "",
                "state": "sent",
                "expires": "2026-11-26T09:40:00+00:00",
                "failure": "",
                "flags": [],
                "reminders": True,
                "reminded": 0,
                "reminded_at": None,
                "next_reminder": "2026-11-15T09:40:40+00:00",
                "requested": [],
            }
        ],
    }


def test_pending_is_sorted_and_cut_as_asked(ask: Ask) -> None:
    _status, told = ask("pending", "--sort", "invite_sent:desc", "--limit", "2")
    assert told["total"] > 20
    assert [row["address"] for row in told["pending"]] == ["hanh.nguyen@mailbox.example", "elodie@dupont.example"]


@pytest.mark.parametrize("sort", ["colour", "address:up"])
def test_an_order_that_there_is_not_is_wrong_use(ask: Ask, sort: str) -> None:
    status, told = ask("pending", "--sort", sort)
    assert (status, told["error"]["kind"]) == (2, "usage")


def test_pending_for_people_shows_names_as_they_are(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "pending", "--filter", "failed"]) == 0
    head, rosso, taro = capsys.readouterr().out.splitlines()
    assert head.split() == ["EMAIL", "ACCOUNT(S)", "INVITE", "SENT", "INVITED", "BY", "STATE"]
    assert "[red]Rosso[/red] S.r.l." in rosso
    assert taro.startswith("!  taro@yamada.example")
    assert "failed: 550 5.1.1 <taro@yamada.example>" in taro


def test_invite_queues_an_invitation_for_each_address_once(ask: Ask) -> None:
    status, told = ask("invite", "zoe@dupont.example", "ZOE@dupont.example", "elodie@dupont.example")
    done = {"ok": True, "dry_run": False, "changed": 2, "invitations": 2, "skipped": [], "approved": 0, "notices": 0}
    assert (status, told) == (0, done)
    assert state_of(ask, "zoe@") == state_of(ask, "elodie@") == "queued"
    _status, outbox = ask("outbox", "--state", "queued")
    assert outbox["total"] == 4


def test_invite_tells_whom_it_skips_and_why(ask: Ask) -> None:
    status, told = ask(
        "invite", "zoe@dupont.example", "taro@yamada.example", "old@dupont.example", "paul@brasserie-marche.example"
    )
    assert (status, told["invitations"]) == (1, 1)
    assert {row["address"]: row["reason"] for row in told["skipped"]} == {
        "taro@yamada.example": "the address can't get mail",
        "old@dupont.example": "already active",
        "paul@brasserie-marche.example": "LOGIN is off",
    }


def test_who_was_invited_a_moment_ago_is_invited_again_only_with_again(
    ask: Ask, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    ask("invite", "zoe@dupont.example")
    status, told = ask("invite", "zoe@dupont.example", "elodie@dupont.example")
    assert (status, told["invitations"]) == (1, 1)
    assert told["skipped"] == [
        {"address": "zoe@dupont.example", "account": None, "reason": "an invitation was queued 1 second ago"}
    ]
    assert main([*words, "invite", "zoe@dupont.example"]) == 1
    assert (
        "An invitation to zoe@dupont.example was queued 1 second ago. Send another one? With --again it goes out."
        in capsys.readouterr().err
    )
    status, told = ask("invite", "zoe@dupont.example", "--again")
    assert (status, told["invitations"]) == (0, 1)
    assert ask("outbox", "--state", "withdrawn")[1]["total"] == 1


def test_an_invitation_without_reminders_says_so(ask: Ask) -> None:
    ask("invite", "zoe@dupont.example", "--no-reminders")
    (row,) = ask("pending", "--filter", "zoe@")[1]["pending"]
    assert (row["reminders"], row["reminded"], row["next_reminder"]) == (False, 0, None)


def test_invite_takes_a_filter_of_the_pending_list(ask: Ask) -> None:
    status, told = ask("invite", "--filter", "expired", "--message", "Bonjour")
    assert (status, told["invitations"]) == (0, 3)
    assert ask("pending", "--filter", "expired")[1]["total"] == 0


def test_a_filter_that_finds_nobody_does_nothing(ask: Ask) -> None:
    assert ask("invite", "--filter", "nobody-at-all") == (
        0,
        {"ok": True, "dry_run": False, "changed": 0, "invitations": 0, "skipped": [], "approved": 0, "notices": 0},
    )


def test_a_dry_run_tells_the_same_numbers_and_changes_nothing(ask: Ask) -> None:
    _status, would = ask("invite", "--filter", "never", "--dry-run")
    assert would["dry_run"]
    assert state_of(ask, "zoe@") == "not_sent"
    _status, told = ask("invite", "--filter", "never")
    assert told | {"dry_run": True} == would


def test_an_address_that_is_not_there_is_said_before_anybody_is_invited(ask: Ask) -> None:
    status, told = ask("invite", "zoe@dupont.example", "nobody@dupont.example")
    assert (status, told["error"]["kind"]) == (1, "not_found")
    assert state_of(ask, "zoe@") == "not_sent"


@pytest.mark.parametrize("command", ["invite", "cancel"])
@pytest.mark.parametrize("more", [[], ["zoe@dupont.example", "--filter", "zoe"]], ids=["neither", "both"])
def test_either_addresses_or_a_filter_are_needed(ask: Ask, command: str, more: list[str]) -> None:
    status, told = ask(command, *more)
    assert (status, told["error"]["kind"]) == (2, "usage")


def test_a_message_that_is_too_long_is_refused(ask: Ask) -> None:
    status, told = ask("invite", "zoe@dupont.example", "--message", "x" * 5001)
    assert (status, told["error"]["kind"]) == (1, "refused")
    assert state_of(ask, "zoe@") == "not_sent"


def test_cancel_withdraws_the_invitation_and_its_waiting_mail(ask: Ask) -> None:
    status, told = ask("cancel", "hanh.nguyen@mailbox.example", "elodie@dupont.example")
    done = {"ok": True, "dry_run": False, "changed": 2, "invitations": 0, "skipped": [], "refused": 0}
    assert (status, told) == (0, done)
    assert state_of(ask, "hanh") == state_of(ask, "elodie@") == "cancelled"
    assert ask("outbox", "--state", "queued")[1]["total"] == 1


def test_cancel_tells_who_had_no_invitation(ask: Ask) -> None:
    assert ask("cancel", "--filter", "dupont", "--dry-run")[1]["changed"] == 1
    status, told = ask("cancel", "--filter", "dupont")
    assert (status, told["changed"]) == (1, 1)
    assert told["skipped"] == [
        {"address": "zoe@dupont.example", "account": None, "reason": "there is no open invitation"}
    ]


def test_what_was_done_is_told_to_people_too(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "invite", "zoe@dupont.example", "taro@yamada.example", "--dry-run"]) == 1
    told = capsys.readouterr()
    assert told.err.splitlines() == ["Nothing was changed; this would be:", "1 invitation queued", "1 skipped:"]
    assert "taro@yamada.example" in told.out
    assert main([*words, "cancel", "elodie@dupont.example"]) == 0
    assert capsys.readouterr().err == "1 invitation cancelled\n"


@pytest.mark.parametrize("command", ["invite", "cancel"])
def test_nothing_is_changed_when_everything_is_read_only(ask: Ask, words: list[str], command: str) -> None:
    status, told = ask("--read-only", command, "elodie@dupont.example")
    assert (status, told["error"]["kind"]) == (4, "not_allowed")
    assert state_of(ask, "elodie@") == "sent"
