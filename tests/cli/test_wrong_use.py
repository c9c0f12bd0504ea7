"""What nobody expects on the command line, in the settings or in a row: one sentence, the right status, no traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from textual.worker import WorkerFailed

from tests.pty_terminal import PtyTerminal, log_path
from tui_portal.cli import main
from tui_portal.config import Settings
from tui_portal.crash import write_crash
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import open_context
from tui_portal.services.staff import identify

INIT = ["init", "--firm", "Hansen & Partner", "--owner-name", "Olga Owner", "--owner-email", "olga@x.example"]
BROKEN = "x\udcff"  # what Python makes of the byte FF in an argument


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = str(tmp_path / "firm.sqlite3")
    assert main(["--database", path, *INIT]) == 0
    return path


@pytest.mark.parametrize(
    "words",
    [
        ["accounts", "--filter", BROKEN],
        ["pending", "--filter", BROKEN],
        ["invite", BROKEN],
        ["cancel", f"{BROKEN}@x.example"],
        ["access", "A-1", "--login", "on", "--email", BROKEN],
        ["--as", BROKEN, "accounts"],
        [BROKEN],
        [*INIT, "--owner", BROKEN],
    ],
)
def test_an_argument_that_is_no_text_is_wrong_use(
    database: str, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(["--database", database, *words]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert "x\ufffd" in told
    assert "UTF-8" in told


@pytest.mark.parametrize("command", ["accounts", "outbox", "pending"])
@pytest.mark.parametrize("limit", ["99999999999999999999", "9" * 500, "-1", "x", "1.5", "²"])
def test_a_limit_that_is_no_number_of_lines_is_wrong_use(
    database: str, capsys: pytest.CaptureFixture[str], command: str, limit: str
) -> None:
    assert main(["--database", database, command, "--limit", limit]) == 2
    assert "--limit" in capsys.readouterr().err
    assert main(["--database", database, command, "--limit", "0", "--json"]) == 0


@pytest.mark.parametrize("command", ["accounts", "pending"])
@pytest.mark.parametrize("words", ["a " * 2000, "a" * 100_000], ids=["words", "characters"])
def test_a_filter_longer_than_anybody_means_is_wrong_use(
    database: str, capsys: pytest.CaptureFixture[str], command: str, words: str
) -> None:
    assert main(["--database", database, command, "--filter", words]) == 2
    told = capsys.readouterr().err
    assert "too long for a filter" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["accounts", "--limit", "x", "--json"],
        ["accounts", "--json", "--no-such-option"],
        ["account", "--json"],
        ["no-such-command", "--json"],
        ["--lang", "xx", "accounts", "--json"],
        ["export", "nothing", "--json"],
    ],
)
def test_wrong_use_is_json_where_json_was_asked_for(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert (document["ok"], document["error"]["kind"]) == (False, "usage")
    assert document["error"]["message"]
    assert told.err == ""


def test_wrong_use_says_how_it_is_used_and_obeys_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accounts", "--\x1b[31mred"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("usage: tui-portal accounts")
    assert "\x1b" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE staff SET role = 'emperor'", ["accounts"]),
        ("UPDATE account SET type = 'guild'", ["accounts"]),
        ("UPDATE email_address SET validity = 'perhaps'", ["account", "A-0001"]),
        ("UPDATE email_address SET validity = 'perhaps'", ["pending"]),
        ("UPDATE outbox SET kind = 'postcard'", ["outbox"]),
        ("UPDATE outbox SET state = 'lost'", ["outbox"]),
        ("PRAGMA user_version = -5", ["accounts"]),
    ],
)
def test_a_value_that_this_program_does_not_know_is_told_as_a_database_that_can_not_be_used(
    database: str, capsys: pytest.CaptureFixture[str], change: str, words: list[str]
) -> None:
    context = identify(open_context(Path(database), Settings()))
    account = create_account(context, "Dupont", AccountType.COMPANY)
    create_contact(context, [account], "Zoë", ["zoe@dupont.example"])
    change_access(context, [account], AccessWish(login=True, invite=True))
    context.database.rows("PRAGMA ignore_check_constraints = 1")
    context.database.execute(change)
    context.database.close()
    capsys.readouterr()

    assert main(["--database", database, *words]) == 3
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert database in told


@pytest.mark.parametrize("moment", [2**62, -(2**62)])
def test_a_moment_that_no_calendar_holds_keeps_no_list_from_being_shown(
    database: str, capsys: pytest.CaptureFixture[str], moment: int
) -> None:
    context = identify(open_context(Path(database), Settings()))
    account = create_account(context, "Dupont", AccountType.COMPANY)
    create_contact(context, [account], "Zoë", ["zoe@dupont.example"])
    change_access(context, [account], AccessWish(login=True, invite=True))
    context.database.execute("UPDATE invitation SET expires_at = ?, sent_at = ?, state = 'sent'", [moment, moment])
    context.database.execute("UPDATE outbox SET next_try_at = ?", [moment])
    context.database.close()

    for words in (["pending"], ["account", "A-0001"], ["outbox"], ["accounts"]):
        assert main(["--database", database, *words]) == 0
        assert main(["--database", database, *words, "--json"]) == 0


def test_what_nobody_foresaw_is_one_line_and_a_log(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    context = identify(open_context(Path(database), Settings()))
    account = create_account(context, "Secret-Name GmbH", AccountType.COMPANY)
    create_contact(context, [account], "Zoë", ["zoe@dupont.example"])
    context.database.execute(
        "CREATE TRIGGER odd BEFORE INSERT ON activity BEGIN SELECT RAISE(ABORT, 'nothing is written here'); END"
    )
    context.database.close()
    capsys.readouterr()

    words = ["--database", database, "access", "A-0001", "--notify", "on"]
    assert main(words) == 1
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert str(log_path(tmp_path)) in told.err
    assert "Traceback" in log_path(tmp_path).read_text()
    assert "Secret-Name" not in log_path(tmp_path).read_text()

    assert main([*words, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["kind"] == "crash"


def test_a_full_disk_behind_the_output_is_one_sentence(database: str) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tui_portal", "--database", database, "paths"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "disk is full" in done.stderr


def test_the_log_has_the_frames_of_what_failed_in_a_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / int("0")
    told = write_crash(WorkerFailed(caught.value))
    assert "ZeroDivisionError" in told
    assert "test_the_log_has_the_frames" in log_path(tmp_path).read_text()


def test_a_name_that_the_terminal_can_not_write_is_written_as_it_can(database: str) -> None:
    context = identify(open_context(Path(database), Settings()))
    create_account(context, "日本 Zoë", AccountType.COMPANY)
    context.database.close()
    for words in (["accounts"], ["accounts", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "tui_portal", "--database", database, *words],
            env={"PYTHONIOENCODING": "latin-1", "HOME": str(Path(database).parent)},
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        assert b"\\u65e5\\u672c Zo\xeb" in done.stdout


def test_read_only_makes_no_database(tmp_path: Path) -> None:
    with PtyTerminal("--database", str(tmp_path / "new.sqlite3"), "--read-only") as terminal:
        assert terminal.ends() == 3
        assert "There is no database at" in terminal.text
        assert "[m] make one" not in terminal.text
    assert list(tmp_path.iterdir()) == []


def test_the_first_questions_are_asked_again_until_the_answer_is_one(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite3"
    with PtyTerminal("--database", str(path), size=(100, 40)) as terminal:
        terminal.shows("[m] make one")
        terminal.send("m\n")
        terminal.shows("Name of the firm:")
        terminal.send(" \n")
        terminal.until(lambda text: text.count("Name of the firm:") == 2)
        terminal.send("Müller & Söhne\n")
        terminal.shows("Your name:")
        terminal.send_bytes(b"Ol\xff\n")
        terminal.shows("UTF-8")
        terminal.until(lambda text: text.count("Your name:") == 2)
        terminal.send("Olga\n")
        terminal.shows("Your e-mail address:")
        terminal.send("olga\n")
        terminal.shows("olga is not an e-mail address")
        terminal.until(lambda text: text.count("Your e-mail address:") == 2)
        terminal.send("olga@x.example\n")
        terminal.shows("Müller & Söhne › Accounts", "0 of 0")
        terminal.send("q")
        assert terminal.ends() == 0
    assert path.exists()


def test_the_end_of_the_input_ends_the_first_questions(tmp_path: Path) -> None:
    with PtyTerminal("--database", str(tmp_path / "new.sqlite3")) as terminal:
        terminal.shows("[m] make one")
        terminal.send("m\n")
        terminal.shows("Name of the firm:")
        terminal.send("\x04")
        assert terminal.ends() == 130
    assert list(tmp_path.iterdir()) == []
