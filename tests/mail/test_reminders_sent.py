"""Reminders as a mail server gets them: the same link in a mail of its own, from whoever delivers."""

from __future__ import annotations

import threading
from dataclasses import replace

from tests.conftest import Clock
from tests.mail.firm import crowd, invited, link_in, states, token_of
from tests.smtp_server import MailServer, Received
from tui_portal.services.activation import activate
from tui_portal.services.context import Context, open_context
from tui_portal.services.delivery import deliver_once, deliver_until
from tui_portal.services.invitations import open_link
from tui_portal.services.runs import Delivered

DAY = 86_400


def test_a_reminder_carries_the_same_link_in_a_mail_of_its_own(
    office: Context, clock: Clock, mail_server: MailServer
) -> None:
    invited(office, "zoe@dupont.example", message="À bientôt")
    deliver_once(office)
    clock.advance(3 * DAY)
    assert (deliver_once(office), deliver_once(office)) == (Delivered(sent=1), Delivered())
    first, second = mail_server.received
    assert link_in(second.part("plain")) == link_in(second.part("html")) == link_in(first.part("plain"))
    assert second.message["Subject"] == "A reminder: your access to the client portal of Hansen & Partner"
    assert "on 12 November 2026" in second.part("plain").replace("\n", " ")
    assert "À bientôt" in second.part("plain")
    assert first.message["Message-ID"] != second.message["Message-ID"]
    activate(office, token_of(link_in(second.part("plain"))), "hash")
    clock.advance(7 * DAY)
    assert deliver_once(office) == Delivered()


def test_a_client_who_is_not_known_there_any_more_keeps_the_invitation_and_is_marked(
    office: Context, clock: Clock, mail_server: MailServer
) -> None:
    invited(office, "zoe@dupont.example")
    deliver_once(office)
    mail_server.on_rcpt = lambda _recipient: "550 5.1.1 no such user"
    clock.advance(3 * DAY)
    assert deliver_once(office).failed == 1
    assert open_link(office, token_of(link_in(mail_server.received[0].part("plain")))).state == "live"
    assert office.database.rows("SELECT i.state, e.validity FROM invitation i, email_address e") == [
        ("sent", "bouncing")
    ]


class Turns(threading.Event):
    """What ends delivery, and tells when it has looked round and waits for its next turn, which begins when `go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.waits, self.go = threading.Event(), threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.set()
        return self.go.wait(30) and self.is_set()


def test_who_delivers_as_long_as_it_runs_reminds_when_the_day_comes_and_nobody_has_written(
    office: Context, clock: Clock, mail_server: MailServer
) -> None:
    crowd(office, 3)
    deliver_once(office)
    stop, came = Turns(), threading.Event()

    def taken(_mail: Received) -> None:
        if len(mail_server.received) == 6:
            came.set()

    mail_server.when_taken = taken
    own = replace(open_context(office.database.path, office.settings), clock=clock)
    delivering = threading.Thread(target=deliver_until, args=(own, stop))
    delivering.start()
    assert stop.waits.wait(30)
    assert len(mail_server.received) == 3
    clock.advance(3 * DAY)
    stop.go.set()
    assert came.wait(30)
    stop.set()
    delivering.join()
    assert states(office) == ["sent"] * 6
    assert office.database.rows("SELECT DISTINCT reminded, reminded_at FROM invitation") == [(1, clock.moment)]
