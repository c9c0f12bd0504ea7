"""`address`: what is known of an address, and what the staff say about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui_portal.cli import main
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.staff import caller_login

TARO = "taro@yamada.example"


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The options that name a demo firm of the test's own."""
    path = tmp_path / "demo.sqlite3"
    make_demo(path, owner_login=caller_login(), settings=demo_settings(tmp_path)).database.close()
    return ["--database", str(path)]


def ask(words: list[str], capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, dict[str, Any]]:
    status = main([*words, "address", *command, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_what_is_known_is_shown(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(words, capsys, TARO) == (
        0,
        {
            "ok": True,
            "changed": 0,
            "email": {
                "address": TARO,
                "validity": "bouncing",
                "reason": "bounced",
                "flags": ["bounced"],
                "checked": "2026-11-10T09:26:40+00:00",
                "suppressed": False,
            },
        },
    )
    assert main([*words, "address", TARO]) == 0
    assert [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()][:2] == [
        ["EMAIL", TARO],
        ["state", "bouncing"],
    ]


def test_the_staff_say_try_again_and_stop(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    status, told = ask(words, capsys, TARO, "--try-again", "--mail", "off")
    assert (status, told["changed"]) == (0, 2)
    assert (told["email"]["validity"], told["email"]["flags"]) == ("valid", ["suppressed"])

    status, told = ask(words, capsys, TARO, "--try-again")
    assert (status, told["error"]["kind"]) == (1, "refused")
    status, told = ask(words, capsys, TARO, "--mail", "on")
    assert (status, told["email"]["flags"]) == (0, [])
    assert main([*words, "--read-only", "address", TARO, "--mail", "off"]) == 4
