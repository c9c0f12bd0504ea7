"""What was mailed as a link is nowhere to be read, and each link has one winner."""

from __future__ import annotations

import dataclasses
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.conftest import Clock
from tests.mail.firm import PORTAL, crowd, invited, link_in, start_program, stop_the_clock, token_of, using
from tests.smtp_server import MailServer
from tui_portal.services.access import find_address
from tui_portal.services.activation import activate
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.invitations import invite
from tui_portal.services.outbox import letters
from tui_portal.services.password_resets import request_reset

DAY = 86_400
_LINKS = re.compile(rf"{re.escape(PORTAL)}/[a-z]+/([\w-]{{20,}})")


def test_no_link_that_was_mailed_can_be_read_anywhere(
    office: Context, mail_server: MailServer, clock: Clock, tmp_path: Path
) -> None:
    mail = dataclasses.replace(office.settings.mail, copies_to=("archive@hansen-partner.example",))
    office = using(office, dataclasses.replace(office.settings, mail=mail))
    mail_server.on_rcpt = lambda to: "451 later" if to.startswith("archive") else ""  # the copies stand in the database
    crowd(office, 20)
    invited(office, "zoe@dupont.example", "yves@dupont.example", message="See you")
    deliver_once(office)
    zoe, yves = (find_address(office, f"{name}@dupont.example") for name in ("zoe", "yves"))
    invite(office, [zoe], "again")
    deliver_once(office)
    activate(office, token_of(link_in(_last_to(mail_server, "yves@dupont.example"))), "hash")
    request_reset(office, yves)
    clock.advance(4 * DAY)  # the reminders' day has come
    deliver_once(office)

    found = [token for mail in mail_server.received for token in _LINKS.findall(mail.part("plain"))]
    kinds = {row.kind for row in letters(office)}
    assert {"invitation", "reminder", "password_reset"} <= kinds
    assert len(found) == len(mail_server.received) >= 23 + 21
    _assert_nowhere(office, set(found), tmp_path)


def test_nothing_that_the_program_prints_has_a_link_in_it(
    office: Context, mail_server: MailServer, tmp_path: Path
) -> None:
    crowd(office, 3)
    stop_the_clock(office)
    mail_server.on_data = lambda mail: f"554 5.6.0 {' '.join(mail.part('plain').split())[-400:]}"

    printed = "".join(
        text
        for words in (
            ("deliver", "--once"),
            ("--as", "olga", "outbox", "--json"),
            ("--as", "olga", "activity", "--json"),
        )
        for text in start_program(office, tmp_path, mail_server.url, *words).communicate(timeout=60)
    )

    assert "554 5.6.0" in printed
    assert "/activate/" in printed
    assert not _LINKS.search(printed)
    assert not [
        file for file in tmp_path.rglob("*") if file.is_file() and _LINKS.search(file.read_bytes().decode("latin-1"))
    ]


def _last_to(mail_server: MailServer, address: str) -> str:
    return next(mail.part("plain") for mail in reversed(mail_server.received) if mail.recipient == address)


def _assert_nowhere(office: Context, tokens: set[str], folder: Path) -> None:
    """Neither in the database, its log of writes, a backup of either kind, nor in anything else that lies beside them."""
    backup = sqlite3.connect(folder / "backup.sqlite3")
    source = sqlite3.connect(office.database.path)
    source.backup(backup)
    source.execute("VACUUM INTO ?", [str(folder / "vacuumed.sqlite3")])
    backup.close()
    source.close()
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert {"firm.sqlite3", "firm.sqlite3-wal", "backup.sqlite3", "vacuumed.sqlite3"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        assert [
            token for token in tokens if token.encode() in content or token.encode().hex().encode() in content
        ] == []


def test_each_of_300_invitations_is_accepted_by_one_of_four_processes(office: Context, mail_server: MailServer) -> None:
    crowd(office, 300)
    deliver_once(office)
    tokens = [token_of(link_in(mail.part("plain"))) for mail in mail_server.received]
    stop_the_clock(office)

    command = [sys.executable, "-m", "tests.mail.accepting", str(office.database.path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _process in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(json.dumps(tokens) + "\n")
        process.stdin.flush()
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    won = [int(process.communicate("go\n", timeout=60)[0]) for process in processes]

    assert sum(won) == 300
    assert office.database.value("SELECT count(*) FROM user") == 300
    assert office.database.rows("SELECT DISTINCT state FROM invitation") == [("used",)]
    assert office.database.value("SELECT count(*) FROM activity WHERE kind = 'user_activated'") == 300
