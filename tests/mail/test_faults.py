"""Mail servers that misbehave, and clocks: nothing is lost, nothing goes out twice, and the rows tell the truth."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.conftest import Clock
from tests.mail.firm import crowd, limited_to, settings_for, states, using
from tests.smtp_server import DROP, SILENCE, MailServer, Received
from tui_portal.config import InvitationSettings
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.outbox import letters
from tui_portal.services.runs import Delivered

DAY = 86_400


def _client(number: int) -> str:
    return f"client{number}@crowd.example"


@pytest.fixture(params=["one connection", "four connections", "four connections, pipelining"])
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with MailServer(pipelining="pipelining" in request.param) as server:
        yield server


@pytest.fixture
def firm(office: Context, server: MailServer, request: pytest.FixtureRequest) -> Context:
    """The office with this server, without reminders, which would come as days pass."""
    settings = dataclasses.replace(settings_for(server.url), invitations=InvitationSettings(reminder_days=()))
    connections = 1 if "one connection" in request.node.callspec.id else 4
    return limited_to(using(office, settings), mail_connections=connections, smtp_seconds=2)


def _marked(office: Context) -> list[str]:
    rows = office.database.rows("SELECT canonical FROM email_address WHERE validity <> 'valid' ORDER BY id")
    return [address for (address,) in rows]


def _healed(server: MailServer) -> None:
    server.on_mail = lambda _sender: ""
    server.on_rcpt = lambda _to: ""
    server.on_data = lambda _mail: ""


def test_some_recipients_are_refused_among_hundreds(firm: Context, server: MailServer, clock: Clock) -> None:
    crowd(firm, 200)
    answers = {_client(20): "550 5.1.1 no such user", _client(70): "550 5.7.1 policy", _client(150): "452 4.2.2 full"}
    server.on_rcpt = lambda to: answers.get(to, "")

    assert deliver_once(firm) == Delivered(sent=197, failed=2, waiting=1)
    rows = letters(firm)
    assert {row.to: (row.state, row.error) for row in rows if row.to in answers} == {
        _client(20): ("failed", answers[_client(20)]),
        _client(70): ("failed", answers[_client(70)]),
        _client(150): ("queued", answers[_client(150)]),
    }
    assert _marked(firm) == [_client(20)]

    _healed(server)
    clock.advance(300)
    assert deliver_once(firm) == Delivered(sent=1)
    assert Counter(server.recipients) == {_client(n): 1 for n in range(200) if n not in (20, 70)}
    assert firm.database.value("SELECT count(*) FROM invitation WHERE state = 'sent'") == 198


def test_all_recipients_are_refused(firm: Context, server: MailServer, clock: Clock) -> None:
    crowd(firm, 30)
    server.on_rcpt = lambda _to: "550 5.1.1 no such user"

    assert deliver_once(firm) == Delivered(failed=30)
    _healed(server)
    clock.advance(DAY)
    assert deliver_once(firm) == Delivered()
    assert server.received == []
    assert len(_marked(firm)) == 30


def test_a_sender_that_is_refused_from_some_mail_on_stops_the_queue_and_marks_nobody(
    firm: Context, server: MailServer, clock: Clock
) -> None:
    crowd(firm, 40)
    server.on_mail = lambda _sender: "550 5.7.1 blocked" if len(server.received) >= 10 else ""

    done = deliver_once(firm)

    assert "takes no mail from us: 550 5.7.1 blocked" in done.problem
    assert (done.sent, done.failed, done.sent + done.waiting) == (len(server.received), 0, 40)
    waiting = [row for row in letters(firm) if row.state == "queued"]
    assert {(row.next_try, row.error) for row in waiting} == {(clock() + 300, done.problem)}
    assert sum(row.attempts for row in waiting) == 1
    assert _marked(firm) == []

    _healed(server)
    clock.advance(300)
    assert deliver_once(firm).waiting == 0
    assert Counter(server.recipients) == {_client(n): 1 for n in range(40)}


def test_the_line_is_cut_after_the_dot(firm: Context, server: MailServer, clock: Clock) -> None:
    crowd(firm, 30)
    cut = {_client(3), _client(17)}
    server.on_data = lambda mail: DROP if mail.recipient in cut else ""

    assert deliver_once(firm) == Delivered(sent=28, waiting=2)
    assert {row.to for row in letters(firm) if "the connection ended before the answer" in row.error} == cut

    _healed(server)
    clock.advance(300)
    assert deliver_once(firm) == Delivered(sent=2)
    # Whether those two were taken nobody can know: they are the same message again.
    assert Counter(server.recipients) == {_client(n): 1 + (_client(n) in cut) for n in range(30)}
    assert len({mail.message["Message-ID"] for mail in server.received}) == 30


def test_a_server_that_stops_talking_is_left_after_its_time(firm: Context, server: MailServer, clock: Clock) -> None:
    crowd(firm, 20)
    firm = limited_to(firm, mail_connections=firm.settings.limits.mail_connections, smtp_seconds=1)
    server.on_data = lambda mail: SILENCE if mail.recipient == _client(5) else ""

    assert deliver_once(firm) == Delivered(sent=19, waiting=1)
    assert "the connection ended before the answer" in letters(firm)[5].error
    _healed(server)
    clock.advance(300)
    assert deliver_once(firm) == Delivered(sent=1)


def test_what_was_taken_is_written_down_while_a_server_says_nothing_to_the_next(
    firm: Context, server: MailServer
) -> None:
    crowd(firm, 2)
    server.on_data = lambda mail: SILENCE if mail.recipient == _client(1) else ""
    seen: list[list[str]] = []

    done = deliver_once(firm, beat=lambda: seen.append(states(firm)))

    assert done == Delivered(sent=1, waiting=1)
    assert seen[0] == ["sent", "sending"]


@pytest.mark.parametrize("rubbish", ["hello", "299 what", "\x00\x01\x02", "9999999999 what"])
def test_a_server_that_answers_rubbish_is_asked_again_later(
    firm: Context, server: MailServer, clock: Clock, rubbish: str
) -> None:
    crowd(firm, 20)
    server.on_rcpt = lambda to: rubbish if to == _client(5) else ""

    done = deliver_once(firm)

    assert (done.sent, done.failed, done.waiting, done.problem) == (19, 0, 1, "")
    assert _marked(firm) == []
    assert "\x00" not in letters(firm)[5].error
    _healed(server)
    clock.advance(300)
    assert deliver_once(firm) == Delivered(sent=1)
    assert Counter(server.recipients) == {_client(n): 1 for n in range(20)}


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_set_between_two_tries_neither_loses_nor_doubles(
    firm: Context, server: MailServer, clock: Clock, days: int
) -> None:
    crowd(firm, 20)
    server.on_rcpt = lambda to: "451 4.2.0 later" if to == _client(5) else ""
    assert deliver_once(firm) == Delivered(sent=19, waiting=1)
    _healed(server)
    clock.advance(days * DAY)

    assert deliver_once(firm).sent == (days > 0)
    next_try = letters(firm)[5].next_try
    if next_try is not None:  # it is told when that will be
        clock.advance(next_try - clock())
        assert deliver_once(firm).sent == 1
    assert Counter(server.recipients) == {_client(n): 1 for n in range(20)}


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_set_during_a_run_neither_loses_nor_doubles(
    firm: Context, server: MailServer, clock: Clock, days: int
) -> None:
    crowd(firm, 20)
    limits = dataclasses.replace(firm.settings.limits, claim_batch=3)
    firm = using(firm, dataclasses.replace(firm.settings, limits=limits))

    def set_the_clock(mail: Received) -> str:
        if mail.recipient == _client(4):
            clock.advance(days * DAY)
        return ""

    server.on_data = set_the_clock
    assert deliver_once(firm) == Delivered(sent=20)
    assert Counter(server.recipients) == {_client(n): 1 for n in range(20)}
    assert set(states(firm)) == {"sent"}


def test_a_letter_that_can_not_be_composed_is_told_and_the_others_go(firm: Context, server: MailServer) -> None:
    crowd(firm, 20)
    with firm.database.write():
        firm.database.execute("UPDATE outbox SET message_id = 'none' || id WHERE id IN (1, 7, 20)")

    assert deliver_once(firm) == Delivered(sent=17, failed=3)
    assert [row.id for row in letters(firm) if "could not be composed" in row.error] == [1, 7, 20]
    assert firm.database.value("SELECT count(*) FROM invitation WHERE state = 'failed' AND failure <> ''") == 3
    assert _marked(firm) == []
