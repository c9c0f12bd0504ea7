"""Delivery limits: so many mails a minute, to all and to one domain, whoever sends them."""

from __future__ import annotations

from tests.conftest import Clock
from tests.mail.firm import crowd, invited, limited_to, states
from tests.smtp_server import MailServer
from tui_portal.services.context import Context, open_context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.outbox import letters
from tui_portal.services.runs import Delivered


def _next_tries(office: Context, clock: Clock) -> list[int]:
    """In how many seconds each waiting mail is tried, in the order in which they were queued."""
    return [row.next_try - clock() for row in letters(office) if row.next_try is not None]


def test_no_domain_gets_more_mails_a_minute_than_set(office: Context, mail_server: MailServer, clock: Clock) -> None:
    crowd(office, 7)
    invited(office, "zoe@dupont.example")
    limited = limited_to(office, domain_per_minute=2, claim_batch=3, mail_connections=1)

    assert deliver_once(limited) == Delivered(sent=3, waiting=5)
    assert mail_server.recipients == ["client0@crowd.example", "client1@crowd.example", "zoe@dupont.example"]
    assert _next_tries(office, clock) == [60, 60, 120, 120, 180]
    assert {row.attempts for row in letters(office) if row.state == "queued"} == {0}
    clock.advance(59)
    assert deliver_once(limited) == Delivered(waiting=5)
    for seconds, sent in ((1, 2), (60, 2), (60, 1)):
        clock.advance(seconds)
        assert deliver_once(limited).sent == sent
    assert states(office) == ["sent"] * 8


def test_no_60_seconds_have_more_mails_than_set_whoever_sends_them(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    crowd(office, 40)
    limited, began = limited_to(office, mails_per_minute=5), clock()
    sent: list[int] = []
    mail_server.on_data = lambda _mail: sent.append(clock() - began) or ""
    while states(office).count("sent") < 40:
        other = open_context(limited.database.path, limited.settings, clock=clock)
        deliver_once(other)
        other.database.close()
        clock.advance(7)

    assert len(sent) == 40
    assert all(sent[n + 5] - sent[n] >= 60 for n in range(35))
    assert sent[-1] <= 40 / 5 * 63


def test_the_tighter_of_two_limits_counts_and_none_is_no_limit(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    crowd(office, 4)
    invited(office, "zoe@dupont.example", "zoe@other.example")

    assert deliver_once(limited_to(office, mails_per_minute=3, domain_per_minute=2, mail_connections=1)).sent == 3
    assert mail_server.recipients[-1] == "zoe@dupont.example"
    assert _next_tries(office, clock) == [60, 60, 60]
    clock.advance(60)
    assert deliver_once(office).sent == 3
    assert office.database.rows("SELECT name FROM lease WHERE until <= ?", [clock()])  # left to the next limited run
    assert deliver_once(limited_to(office, mails_per_minute=1)) == Delivered()


def test_a_turn_is_never_before_a_place_is_free(office: Context, mail_server: MailServer, clock: Clock) -> None:
    invited(
        office,
        "c0@crowd.example",
        "c1@crowd.example",
        "a@a.example",
        "b@b.example",
        "c2@crowd.example",
        "c3@crowd.example",
    )
    began = clock()
    mail_server.on_data = lambda _mail: clock.advance(25) or ""

    assert deliver_once(limited_to(office, domain_per_minute=1, claim_batch=1, mail_connections=1)) == Delivered(
        sent=4, waiting=2
    )
    assert mail_server.recipients == ["c0@crowd.example", "a@a.example", "b@b.example", "c2@crowd.example"]
    late = [row.next_try - began for row in letters(office) if row.next_try is not None]
    assert late[0] == 60
    assert late[1] >= 75 + 60
