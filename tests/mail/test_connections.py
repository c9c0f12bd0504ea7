"""Several connections at once: as many as there is work for, fewer where the server wants fewer, and nothing twice."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.mail.firm import crowd, invited, limited_to, settings_for, start_program, states, stop_the_clock, using
from tests.smtp_server import MailServer, Received
from tui_portal.services.access import find_address
from tui_portal.services.context import Context, open_context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.invitations import cancel
from tui_portal.services.outbox import letters
from tui_portal.services.runs import Delivered


@pytest.mark.parametrize("most", [1, 4, 7])
def test_mail_goes_over_as_many_connections_as_the_settings_say(
    office: Context, mail_server: MailServer, most: int
) -> None:
    crowd(office, 60)

    assert deliver_once(limited_to(office, mail_connections=most)) == Delivered(sent=60)
    assert (mail_server.at_once, mail_server.connections) == (most, most)
    assert set(Counter(mail_server.recipients).values()) == {1}


def test_there_are_never_more_connections_than_mails(office: Context, mail_server: MailServer) -> None:
    crowd(office, 2)

    assert deliver_once(limited_to(office, mail_connections=100)) == Delivered(sent=2)
    assert mail_server.connections <= 2


@pytest.mark.parametrize("most", [1, 2])
@pytest.mark.parametrize("too_many", ["421 4.7.0 too many connections", "554 5.7.0 too many connections"])
def test_a_server_that_allows_fewer_connections_gets_all_mail_over_those(
    office: Context, most: int, too_many: str
) -> None:
    crowd(office, 60)
    with MailServer(most=most, too_many=too_many) as server:
        done = deliver_once(using(office, settings_for(server.url)))

    assert done == Delivered(sent=60)
    assert server.at_once == most
    assert server.connections <= 4
    assert Counter(server.recipients) == {f"client{n}@crowd.example": 1 for n in range(60)}
    assert {(row.attempts, row.error) for row in letters(office)} == {(1, "")}


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize("connections", [1, 4])
def test_a_server_that_closes_after_some_mails_gets_all_of_them(
    office: Context, pipelining: bool, connections: int
) -> None:
    crowd(office, 60)
    with MailServer(pipelining=pipelining, closes_after=7) as server:
        office = limited_to(using(office, settings_for(server.url)), mail_connections=connections)
        assert deliver_once(office) == Delivered(sent=60)

    assert server.connections >= 60 / 7
    assert set(Counter(server.recipients).values()) == {1}


def test_one_letter_that_a_server_cannot_bear_does_not_cost_the_others(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    crowd(office, 40)
    mail_server.on_rcpt = lambda to: "421 4.3.0 internal error" if to == "client20@crowd.example" else ""

    done = deliver_once(office)

    assert (done.sent, done.waiting, done.problem) == (39, 1, "")
    late = letters(office)[20]
    assert (late.state, late.attempts, late.next_try) == ("queued", 1, clock() + 300)
    assert "internal error" in late.error


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_letter_is_looked_at_again_right_before_it_goes(office: Context, pipelining: bool) -> None:
    crowd(office, 5)
    victims = [find_address(office, f"client{n}@crowd.example") for n in (1, 3)]

    def cancel_meanwhile(mail: Received) -> str:
        if mail.recipient in ("client0@crowd.example", "client2@crowd.example"):
            other = open_context(office.database.path, office.settings, clock=office.clock).acting_as(office.actor)
            cancel(other, [victims.pop(0)])
            other.database.close()
        return ""

    with MailServer(pipelining=pipelining) as server:
        server.on_data = cancel_meanwhile
        office = limited_to(using(office, settings_for(server.url)), mail_connections=1)
        done = deliver_once(office)

    assert done == Delivered(sent=3, withdrawn=2)
    assert server.recipients == [f"client{n}@crowd.example" for n in (0, 2, 4)]
    assert states(office) == ["sent", "withdrawn", "sent", "withdrawn", "sent"]


def test_a_mailbox_that_was_refused_gets_nothing_more_in_the_same_run(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")
    with office.database.write():  # a second mail to the same mailbox
        office.database.execute(
            "INSERT INTO outbox (kind, email_address_id, invitation_id, generation, language, message_id, next_try_at, "
            "created_at) SELECT kind, email_address_id, invitation_id, generation, language, '<2@x.example>', next_try_at, "
            "created_at FROM outbox"
        )
    mail_server.on_rcpt = lambda _to: "550 5.1.1 unknown"

    done = deliver_once(limited_to(office, mail_connections=1))

    assert (done.failed, done.withdrawn) == (1, 1)


def test_a_kill_repeats_few_and_loses_none(office: Context, mail_server: MailServer, tmp_path: Path) -> None:
    crowd(office, 200)
    stop_the_clock(office)
    started, limits = threading.Event(), office.settings.limits

    def kill_at_the_hundredth(_mail: Received) -> str:
        if len(mail_server.received) == 100:
            assert started.wait(30)
            first.send_signal(signal.SIGKILL)
        return ""

    mail_server.on_data = kill_at_the_hundredth
    first = start_program(office, tmp_path, mail_server.url, "deliver", "--once")
    started.set()
    first.communicate(timeout=60)
    assert first.returncode == -signal.SIGKILL
    second = start_program(office, tmp_path, mail_server.url, "deliver", "--once")
    second.communicate(timeout=60)

    assert second.returncode == 0
    assert set(states(office)) == {"sent"}
    times = Counter(mail_server.recipients)
    assert len(times) == 200
    assert sum(times.values()) - 200 <= limits.unrecorded_mails + limits.mail_connections
    contents = {mail.recipient: mail.content for mail in mail_server.received}
    assert all(contents[mail.recipient] == mail.content for mail in mail_server.received)
