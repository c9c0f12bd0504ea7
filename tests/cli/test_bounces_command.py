"""`bounces`: notices out of files, maildirs and the standard input."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mail.firm import invited, settings_for, using
from tests.notices import answer, holiday_note, notice_about
from tests.smtp_server import MailServer, Received
from tui_portal.cli import main
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once

LINE = b"From MAILER-DAEMON Thu Nov 12 12:00:05 2026\n"
ADDRESSES = ("zoe@dupont.example", "max@dupont.example", "ida@dupont.example")
NOTHING = {
    "ok": True,
    "read": 0,
    "bounced": [],
    "failed": [],
    "delayed": [],
    "delivered": 0,
    "repeated": 0,
    "ignored": 0,
    "ignored_reasons": {},
    "unread": [],
}


@pytest.fixture
def words(office: Context, tmp_path: Path) -> list[str]:
    """The options that name the office's database and its settings."""
    config = tmp_path / "config.toml"
    config.write_text('[mail]\nbounces_to = "bounces@hansen-partner.example"\n[limits]\nbounce_bytes = 65536\n')
    return ["--database", str(office.database.path), "--config", str(config), "bounces"]


@pytest.fixture
def mails(office: Context) -> Iterator[dict[str, Received]]:
    """Three invitations that the mail server took, by their recipients."""
    invited(office, *ADDRESSES)
    with MailServer() as server:
        deliver_once(using(office, settings_for(server.url, bounces_to="bounces@hansen-partner.example")))
        yield {mail.recipient: mail for mail in server.received}


def _ask(words: list[str], capsys: pytest.CaptureFixture[str], *sources: str) -> tuple[int, dict[str, Any]]:
    status = main([*words, *sources, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_an_mbox_is_read_and_told(
    words: list[str], mails: dict[str, Received], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zoe, max_, ida = (mails[address] for address in ADDRESSES)
    messages = [
        notice_about(zoe),
        holiday_note(max_),
        notice_about(max_, status="5.2.2", words="552 5.2.2 mailbox full"),
        answer(ida),
        notice_about(ida, action="delayed", status="4.4.1", words="connection timed out"),
        notice_about(zoe, to="bounces@hansen-partner.example"),
    ]
    mbox = tmp_path / "bounces.mbox"
    mbox.write_bytes(b"\n".join(LINE + message.replace(b"\r\n", b"\n") for message in messages))

    assert _ask(words, capsys, str(mbox)) == (
        0,
        NOTHING
        | {
            "read": 6,
            "bounced": [
                {
                    "address": "zoe@dupont.example",
                    "status": "5.1.1",
                    "words": "550 5.1.1 <zoe@dupont.example>: Recipient address rejected: User unknown",
                }
            ],
            "failed": [{"address": "max@dupont.example", "status": "5.2.2", "words": "552 5.2.2 mailbox full"}],
            "delayed": [{"address": "ida@dupont.example", "status": "4.4.1", "words": "connection timed out"}],
            "ignored": 3,
            "ignored_reasons": {"auto_reply": 1, "message": 1, "unsigned": 1},
        },
    )
    status, again = _ask(words, capsys, str(mbox))
    assert (status, again["bounced"], again["failed"], again["repeated"]) == (0, [], [], 2)


def test_a_person_is_told_in_words(
    words: list[str], mails: dict[str, Received], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    maildir = tmp_path / "Maildir"
    for folder in ("cur", "new", "tmp"):
        (maildir / folder).mkdir(parents=True)
    (maildir / "new" / "1").write_bytes(notice_about(mails[ADDRESSES[0]]))
    (maildir / "cur" / "2:2,S").write_bytes(holiday_note(mails[ADDRESSES[1]]))
    (maildir / "cur" / "3:2,").write_bytes(b"\xff" * 1_000_000)
    (maildir / "cur" / "4:2,").write_bytes(notice_about(mails[ADDRESSES[2]]) + b"x" * 1_000_000)

    assert main([*words, str(maildir)]) == 0

    told = capsys.readouterr()
    assert [line.split()[:3] for line in told.out.splitlines()] == [
        ["EMAIL", "STATE", "CODE"],
        ["zoe@dupont.example", "bouncing", "5.1.1"],
        ["ida@dupont.example", "bouncing", "5.1.1"],
    ]
    assert told.err.splitlines() == [
        "4 messages read, 2 addresses bouncing, 0 mails failed, 0 delayed, 0 delivered, 0 known already, 2 passed over",
        "  1 × answers of programs, such as holiday notes",
        "  1 × other messages, such as answers of people",
    ]


@pytest.mark.parametrize("source", [(), ("-",)])
def test_a_mail_server_can_pipe_a_message_in(
    words: list[str], mails: dict[str, Received], source: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_portal", *words, *source, "--json"],
        input=notice_about(mails[ADDRESSES[0]]),
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert [told["address"] for told in json.loads(done.stdout)["bounced"]] == ["zoe@dupont.example"]


def test_nothing_in_is_nothing_done(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    assert _ask(words, capsys, str(empty)) == (0, NOTHING)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert _ask(words, capsys) == (0, NOTHING)


def test_what_is_not_there_is_told_before_anything_is_read(
    words: list[str], mails: dict[str, Received], tmp_path: Path, capsys: pytest.CaptureFixture[str], office: Context
) -> None:
    notice = tmp_path / "notice"
    notice.write_bytes(notice_about(mails[ADDRESSES[0]]))
    status, told = _ask(words, capsys, str(notice), str(tmp_path / "nowhere"))
    assert (status, told["error"]["kind"]) == (2, "usage")
    status, told = _ask(words, capsys, str(notice), str(tmp_path))
    assert (status, "is no maildir" in told["error"]["message"]) == (2, True)
    assert office.database.value("SELECT count(*) FROM outbox WHERE state = 'failed'") == 0


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that can't be read even by root")
def test_what_can_not_be_read_is_told_and_the_rest_is_read(
    words: list[str], mails: dict[str, Received], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop, notice = tmp_path / "cur" / "1", tmp_path / "notice"
    loop.parent.mkdir()
    loop.symlink_to("/proc/self/mem")  # a file that is there, and can't be read from its beginning
    notice.write_bytes(notice_about(mails[ADDRESSES[0]]))

    status, told = _ask(words, capsys, str(tmp_path), str(notice))

    assert (status, told["ok"], told["read"], len(told["bounced"])) == (1, False, 1, 1)
    assert told["unread"] == [{"source": str(tmp_path), "reason": "Input/output error"}]


def test_a_read_only_database_records_nothing(
    words: list[str], mails: dict[str, Received], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = tmp_path / "notice"
    notice.write_bytes(notice_about(mails[ADDRESSES[0]]))
    status, told = _ask([*words, "--read-only"], capsys, str(notice))
    assert (status, told["error"]["kind"]) == (4, "not_allowed")
