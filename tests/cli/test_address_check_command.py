"""`check --addresses`: what it tells, what it keeps, and what a terminal sees of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context, open_context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "firm.sqlite3"


@pytest.fixture
def own(path: Path) -> Context:
    """A firm of the caller's own, whose four addresses were checked by older rules."""
    context = create_firm(
        path, Settings(), firm="F", owner_login=caller_login(), owner_name="O", owner_email="o@hansen-partner.example"
    )
    acting = identify(context, login=caller_login())
    create_contact(acting, [], "Zoë", ["zoe@x.example", "zoe@nodot", "zoe@gmial.com", "zoe@y.example"])
    with acting.database.write():
        acting.database.execute(
            "UPDATE email_address SET check_version = 0, validity = 'valid', reason = '', flags = ''"
        )
        acting.database.execute(
            "UPDATE email_address SET canonical = 'ZOE@y.example', address = 'zoe@Y.example' WHERE id = 4"
        )
    return acting


def test_for_people_it_tells_numbers_and_names(own: Context, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--database", str(path), "check", "--addresses"]) == 0

    told = capsys.readouterr()
    assert told.err.splitlines() == [
        "4 addresses checked",
        "1 was valid and is not valid",
        "1 was valid and is suspect",
        "1 has another spelling",
    ]
    assert [line.split() for line in told.out.splitlines()][1:3] == [
        ["zoe@nodot", "valid", "not", "valid", "the", "domain", "has", "no", "dot"],
        ["zoe@gmial.com", "valid", "suspect", "the", "domain", "looks", "like", "a", "slip", "of", "the", "hand"],
    ]
    assert "\x1b" not in told.err + told.out

    assert main(["--database", str(path), "check", "--addresses"]) == 0
    assert capsys.readouterr().err == "0 addresses checked\n"
    assert main(["--database", str(path), "check", "--addresses", "--all"]) == 0
    assert capsys.readouterr().err == "4 addresses checked\n"


def test_for_scripts_it_is_one_document(own: Context, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    create_contact(own, [], "Zoé", ["zoe@z.example"])
    with own.database.write():
        own.database.execute(
            "UPDATE email_address SET canonical = 'ZOE@X.example', address = 'zoe@X.example' WHERE id = 4"
        )

    assert main(["--database", str(path), "check", "--addresses", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert {name: told[name] for name in ("ok", "checked", "changed", "rewritten", "left")} == {
        "ok": True,
        "checked": 4,
        "changed": 2,
        "rewritten": 0,
        "left": 1,
    }
    assert told["changes"][0] == {
        "address": "zoe@nodot",
        "before": "valid",
        "after": "invalid",
        "reason": "no_dot",
        "former": None,
    }
    assert told["skipped"] == [
        {"address": "zoe@X.example", "account": None, "reason": "zoe@x.example is another mailbox already"}
    ]


@pytest.mark.parametrize("command", [["--all"], ["--addresses", "--mail"]])
def test_words_that_do_not_go_together_are_wrong_use(own: Context, path: Path, command: list[str]) -> None:
    assert main(["--database", str(path), "check", *command]) == 2


def test_where_nothing_can_be_changed_nothing_is(own: Context, path: Path) -> None:
    assert main(["--database", str(path), "--read-only", "check", "--addresses"]) == 4
    assert own.database.value("SELECT count(*) FROM email_address WHERE check_version = 0") == 4


def test_on_a_terminal_it_tells_how_far_it_is_and_can_be_interrupted(own: Context, path: Path) -> None:
    with own.database.write():
        own.database.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
            INSERT INTO email_address (address, canonical, validity, checked_at)
            SELECT 'p' || i || '@crowd.example', 'p' || i || '@crowd.example', 'valid', 0 FROM n
            """
        )
    own.database.close()

    with PtyTerminal("--database", str(path), "check", "--addresses") as terminal:
        terminal.shows(" of 60004 addresses checked")
        terminal.send("\x03")
        assert terminal.ends() == 130
        assert "What was checked is kept" in terminal.text

    again = open_context(path, Settings())
    left = again.database.value("SELECT count(*) FROM email_address WHERE check_version = 0")
    again.database.close()
    assert 0 < left < 60004
    assert left % 1000 == 4
