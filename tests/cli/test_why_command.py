"""`why`: the reasons on the command line, for people and for scripts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui_portal.cli import main
from tui_portal.demo import demo_settings, make_demo, write_demo_settings
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.reasons import LinkName
from tui_portal.services.staff import caller_login


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name a demo firm, which nothing here changes."""
    folder = tmp_path_factory.mktemp("demo")
    settings = demo_settings(folder)
    make_demo(folder / "demo.sqlite3", owner_login=caller_login(), settings=settings).database.close()
    write_demo_settings(folder / "config.toml", settings)
    return ["--database", str(folder / "demo.sqlite3"), "--config", str(folder / "config.toml")]


def test_for_people_the_verdict_comes_first(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "why", "A-0069", "taro@yamada.example"]) == 0

    told = capsys.readouterr().out
    assert told.splitlines()[0] == (
        "taro@yamada.example can't log in to A-0069 山田 太郎: the receiving server refused the address for good."
    )
    assert "no     E-mail address  the receiving server refused the address for good · checked on 10 Nov 09:26" in told
    assert "taro@yamada.example gets no notifications" in told
    assert told.splitlines()[-1] == "LOGIN is on in 2 further accounts."


def test_the_answer_is_no_failure_either_way(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "why", "a-1", "katrin@adler-apotheke.example"]) == 0
    assert "can log in to A-0001 Adler Apotheke OHG." in capsys.readouterr().out


def test_for_scripts_it_is_one_document(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "why", "A-0031", "elodie@dupont", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert (told["account"], told["address"]) == ({"id": "A-0031", "name": "Dupont [/SARL]"}, "elodie@dupont")
    assert (told["can_log_in"], told["broken"]) == (False, "address")
    assert (told["validity"], told["flags"], told["checked"]) == ("invalid", ["syntax"], "2021-04-06T09:15:00+00:00")
    assert [link["name"] for link in told["links"]] == list(LinkName)
    assert told["links"][3] == {
        "name": "address",
        "ok": False,
        "words": "the address is not valid: the domain has no dot · checked on 6 Apr 2021",
        "where": "e puts the address right",
    }
    assert set(told["notifications"]["groups"]) == set(NotificationGroup)
    assert told["notifications"]["groups"]["proposals"]["sent"] is False
    assert told["other_accounts"] == 0


@pytest.mark.parametrize(
    ("command", "status", "kind"),
    [
        (["A-4711", "zoe@dupont.example"], 1, "not_found"),
        (["A-0031", "nobody@x.example"], 1, "not_found"),
        (["A-0001", "zoe@dupont.example"], 1, "not_found"),
        (["A-0001"], 2, "usage"),
    ],
)
def test_what_is_not_there_is_told(
    words: list[str], capsys: pytest.CaptureFixture[str], command: list[str], status: int, kind: str
) -> None:
    assert main([*words, "why", *command, "--json"]) == status
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == kind


def test_the_flags_stand_in_the_profile_and_in_the_export(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([*words, "account", "A-0016", "--json"]) == 0
    emails = json.loads(capsys.readouterr().out)["account"]["contacts"][0]["emails"]
    assert [(email["flags"], email["checked"]) for email in emails] == [
        ([], "2020-02-03T09:05:00+00:00"),
        (["internationalised", "role"], "2020-02-03T09:05:00+00:00"),
    ]

    assert main([*words, "export", "settings", "--filter", "A-0026", "--output", str(tmp_path / "s.csv")]) == 0
    head, *lines = (tmp_path / "s.csv").read_text("utf-8-sig").splitlines()
    assert head.endswith("invite_sent,last_login,flags,checked")
    assert [line.split(",")[-2:] for line in lines if "office@" in line] == [
        ["role; suppressed", "2026-06-15T10:20:00+00:00"]
    ]
