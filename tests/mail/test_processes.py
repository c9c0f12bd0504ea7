"""Delivery by processes of their own: killed, ended, many at once, and for as long as somebody wants it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.mail.firm import crowd, invited, link_in, start_program, states, stop_the_clock, token_of
from tests.smtp_server import MailServer, Received
from tui_portal.domain.invitations import LinkState
from tui_portal.services.activation import DeadLink, activate
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_until
from tui_portal.services.leases import delivery_is_held
from tui_portal.services.outbox import letters

_NO_COPIES = {"copies_sent": 0, "copies_failed": 0, "copies_waiting": 0}


class _Victim:
    """A delivering process that the server stops, ends or kills while it hands a mail over."""

    def __init__(self) -> None:
        self._started = threading.Event()
        self._process: subprocess.Popen[str] | None = None

    def is_process(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._started.set()

    def send(self, number: int) -> None:
        assert self._started.wait(30)
        assert self._process is not None
        os.kill(self._process.pid, number)


def test_a_kill_between_the_answer_and_the_commit_sends_the_same_mail_once_more(
    office: Context, mail_server: MailServer, tmp_path: Path
) -> None:
    invited(office, "zoe@dupont.example")
    stop_the_clock(office)
    victim = _Victim()

    def stop(_mail: Received) -> str:
        victim.send(signal.SIGSTOP)  # it can't read the answer before it is killed
        return ""

    mail_server.on_data, mail_server.when_taken = stop, lambda _mail: victim.send(signal.SIGKILL)
    first = start_program(office, tmp_path, mail_server.url, "deliver", "--once")
    victim.is_process(first)
    first.communicate(timeout=60)
    assert first.returncode == -signal.SIGKILL
    assert states(office) == ["sending"]

    mail_server.on_data, mail_server.when_taken = lambda _mail: "", None
    second = start_program(office, tmp_path, mail_server.url, "deliver", "--once", "--json")
    assert json.loads(second.communicate(timeout=60)[0])["sent"] == 1
    third = start_program(office, tmp_path, mail_server.url, "deliver", "--once", "--json")
    assert json.loads(third.communicate(timeout=60)[0])["sent"] == 0

    assert len(mail_server.received) == 2
    assert mail_server.received[0].content == mail_server.received[1].content
    links = {link_in(mail.part("plain")) for mail in mail_server.received}
    token = token_of(links.pop())
    activate(office, token, "hash")
    with pytest.raises(DeadLink) as dead:
        activate(office, token, "other hash")
    assert dead.value.state is LinkState.USED


def test_four_processes_on_one_queue_send_nothing_twice(
    office: Context, mail_server: MailServer, tmp_path: Path
) -> None:
    crowd(office, 1000)
    stop_the_clock(office)

    processes = [start_program(office, tmp_path, mail_server.url, "deliver", "--once", "--json") for _ in range(4)]
    told = [json.loads(process.communicate(timeout=120)[0]) for process in processes]

    assert sum(done["sent"] for done in told) == 1000
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    assert set(Counter(mail_server.recipients).values()) == {1}
    assert len(mail_server.received) == 1000
    assert set(states(office)) == {"sent"}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_ends_the_run_after_the_mail_in_hand(
    office: Context, mail_server: MailServer, tmp_path: Path, number: int, status: int
) -> None:
    crowd(office, 20)
    stop_the_clock(office)
    victim = _Victim()

    def end_at_the_third(_mail: Received) -> str:
        if len(mail_server.received) == 2:
            victim.send(number)
        return ""

    mail_server.on_data = end_at_the_third
    process = start_program(office, tmp_path, mail_server.url, "deliver", "--once", "--json", connections=1)
    victim.is_process(process)
    told = json.loads(process.communicate(timeout=60)[0])

    assert process.returncode == status
    assert len(mail_server.received) == told["sent"] == 3
    assert told["waiting"] == 17
    assert Counter(states(office)) == {"sent": 3, "queued": 17}


def test_delivery_goes_on_until_it_is_told_to_stop(office: Context, mail_server: MailServer) -> None:
    arrived = threading.Semaphore(0)
    mail_server.when_taken = lambda _mail: arrived.release()
    invited(office, "zoe@dupont.example")
    stop = threading.Event()
    thread = threading.Thread(target=deliver_until, args=(office, stop))
    assert not delivery_is_held(office)
    thread.start()
    try:
        assert arrived.acquire(timeout=30)
        assert delivery_is_held(office)
        invited(office, "yves@dupont.example", account="Another")
        assert arrived.acquire(timeout=30)
    finally:
        stop.set()
        thread.join(30)

    assert mail_server.recipients == ["zoe@dupont.example", "yves@dupont.example"]
    assert states(office) == ["sent", "sent"]
    assert not delivery_is_held(office)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_process_that_delivers_is_known_by_its_lease_until_it_ends(
    office: Context, mail_server: MailServer, tmp_path: Path, number: int, status: int
) -> None:
    arrived = threading.Event()
    mail_server.when_taken = lambda _mail: arrived.set()
    invited(office, "zoe@dupont.example")
    stop_the_clock(office)
    process = start_program(office, tmp_path, mail_server.url, "deliver")
    try:
        assert arrived.wait(30)
        assert delivery_is_held(office)
    finally:
        process.send_signal(number)
        process.communicate(timeout=30)

    assert process.returncode == status
    assert not delivery_is_held(office)


def test_one_json_document_needs_an_end(office: Context, tmp_path: Path) -> None:
    process = start_program(office, tmp_path, "", "deliver", "--json")
    told = json.loads(process.communicate(timeout=60)[0])

    assert (process.returncode, told["error"]["kind"]) == (2, "usage")


def test_deliver_says_in_numbers_what_became_of_the_mail(
    office: Context, mail_server: MailServer, tmp_path: Path
) -> None:
    crowd(office, 3)
    stop_the_clock(office)
    mail_server.on_rcpt = lambda to: {
        "client1@crowd.example": "550 5.1.1 no",
        "client2@crowd.example": "450 later",
    }.get(to, "")

    process = start_program(office, tmp_path, mail_server.url, "deliver", "--once")
    out, said = process.communicate(timeout=60)

    assert (process.returncode, out) == (1, "")
    assert said.splitlines()[0] == "1 sent, 1 failed, 1 waits, 0 withdrawn"
    assert "--once --now" in said.splitlines()[1]
    mail_server.on_rcpt = lambda _to: ""
    process = start_program(office, tmp_path, mail_server.url, "deliver", "--once", "--now", "--json")
    told = json.loads(process.communicate(timeout=60)[0])
    assert told == {"ok": True, "sent": 1, "failed": 0, "waiting": 0, "withdrawn": 0, "problem": None, **_NO_COPIES}
    assert [row.attempts for row in letters(office)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("smtp", "words", "status", "said"),
    [
        ("", ["--once"], 5, "No mail server is set"),
        ("", [], 5, "No mail server is set"),
        ("smtp://127.0.0.1:1", ["--once"], 5, "can't be reached"),
        ("smtp://127.0.0.1:1", ["--once", "--read-only"], 4, "read-only"),
    ],
    ids=["no setting", "no setting, for good", "no server", "read only"],
)
def test_what_keeps_mail_back_is_one_sentence_and_an_exit_status(
    office: Context, tmp_path: Path, smtp: str, words: list[str], status: int, said: str
) -> None:
    invited(office, "zoe@dupont.example")
    stop_the_clock(office)

    process = start_program(office, tmp_path, smtp, "deliver", *words)
    out, error = process.communicate(timeout=60)

    assert process.returncode == status
    assert said in error.splitlines()[0]
    assert "Traceback" not in error
    assert out == ""
    assert states(office) == ["queued"]


def test_a_missing_key_is_exit_3_and_nothing_is_sent(office: Context, mail_server: MailServer, tmp_path: Path) -> None:
    invited(office, "zoe@dupont.example")
    stop_the_clock(office)
    office.database.path.with_name("firm.sqlite3.key").unlink()

    process = start_program(office, tmp_path, mail_server.url, "deliver", "--once", "--json")
    told = json.loads(process.communicate(timeout=60)[0])

    assert process.returncode == 3
    assert told["ok"] is False
    assert told["error"]["kind"] == "database"
    assert mail_server.received == []


def test_a_server_problem_is_told_to_programs_with_the_numbers(office: Context, tmp_path: Path) -> None:
    invited(office, "zoe@dupont.example")
    stop_the_clock(office)

    process = start_program(office, tmp_path, "smtp://127.0.0.1:1", "deliver", "--once", "--json")
    told = json.loads(process.communicate(timeout=60)[0])

    assert process.returncode == 5
    assert told["problem"] == "The mail server 127.0.0.1:1 can't be reached: Connection refused."
    assert told == {
        "ok": False,
        "sent": 0,
        "failed": 0,
        "waiting": 1,
        "withdrawn": 0,
        "problem": told["problem"],
        **_NO_COPIES,
        "error": {"kind": "mail", "message": told["problem"]},
    }


def test_the_outbox_is_listed_for_people_and_for_programs(
    office: Context, mail_server: MailServer, tmp_path: Path
) -> None:
    invited(office, "zoe@dupont.example", "no@dupont.example")
    stop_the_clock(office)
    mail_server.on_rcpt = lambda to: "550 5.1.1 no\x1b[2J" if to.startswith("no@") else ""
    start_program(office, tmp_path, mail_server.url, "deliver", "--once").communicate(timeout=60)

    listed = start_program(office, tmp_path, mail_server.url, "--as", "olga", "outbox", "--json")
    told = json.loads(listed.communicate(timeout=60)[0])
    assert (told["ok"], told["total"]) == (True, 2)
    assert [(row["to"], row["kind"], row["state"], row["attempts"], row["next_try"]) for row in told["outbox"]] == [
        ("zoe@dupont.example", "invitation", "sent", 1, None),
        ("no@dupont.example", "invitation", "failed", 1, None),
    ]

    listed = start_program(office, tmp_path, mail_server.url, "--as", "olga", "outbox", "--state", "failed")
    lines = listed.communicate(timeout=60)[0].splitlines()
    assert len(lines) == 2
    assert "no@dupont.example" in lines[1]
    assert "\x1b" not in lines[1]
