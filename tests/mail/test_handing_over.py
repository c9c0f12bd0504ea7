"""Delivery to a real SMTP server: what is sent, what is refused, and what becomes of the mail then."""

from __future__ import annotations

import dataclasses
import socket

import pytest

from tests.conftest import Clock
from tests.mail.firm import (
    PORTAL,
    SENDER,
    crowd,
    invited,
    limited_to,
    link_in,
    settings_for,
    states,
    token_of,
    using,
)
from tests.smtp_server import DROP, MailServer
from tui_portal.config import InvitationSettings, LimitSettings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed
from tui_portal.domain.invitations import LinkState
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.activation import activate
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, key_file, open_context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.invitations import cancel, invite, open_link
from tui_portal.services.outbox import letters, summary
from tui_portal.services.runs import Delivered

DAY = 86_400


def _link_state(office: Context, link: str) -> LinkState:
    return open_link(office, token_of(link)).state


def test_an_invitation_arrives_and_its_link_makes_the_user_active(office: Context, mail_server: MailServer) -> None:
    account = invited(office, "zoe@dupont.example", message="À bientôt\n<Olga>")

    done = deliver_once(office)

    assert done == Delivered(sent=1)
    mail = mail_server.received[0]
    assert (mail.sender, mail.recipient, mail.options) == (SENDER, "zoe@dupont.example", ())
    assert mail.message["To"] == "Zoë Dupont <zoe@dupont.example>"
    assert "À bientôt\n<Olga>" in mail.part("plain")
    assert link_in(mail.part("plain")) == link_in(mail.part("html"))
    email = account_profile(office, account).emails[0]
    assert (email.invite_state, email.invite_sent) == ("sent", office.clock())
    assert states(office) == ["sent"]
    activate(office, token_of(link_in(mail.part("plain"))), "hash")
    assert account_profile(office, account).emails[0].activated


def test_what_was_sent_is_in_the_activity_log(office: Context) -> None:
    invited(office, "zoe@dupont.example")

    deliver_once(office)

    entry = office.database.one("SELECT kind, staff_id, after FROM activity ORDER BY id DESC LIMIT 1")
    assert entry == ("invitation_sent", office.actor.id if office.actor else 0, '{"invitation":1,"generation":1}')


def test_a_second_run_sends_nothing_again(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")

    assert deliver_once(office) == Delivered(sent=1)
    assert deliver_once(office) == Delivered()
    assert len(mail_server.received) == 1


def test_300_mails_go_over_one_connection(office: Context, mail_server: MailServer) -> None:
    crowd(office, 300)
    told: list[Delivered] = []

    done = deliver_once(limited_to(office, mail_connections=1), told.append)

    assert done == Delivered(sent=300)
    assert mail_server.connections == 1
    assert mail_server.recipients == [f"client{n}@crowd.example" for n in range(300)]
    assert all(sums.sent + sums.waiting == 300 for sums in told)
    steps = [sums.sent for sums in told]
    assert steps[-1] == 300
    assert all(50 <= after - before < 70 for before, after in zip([0, *steps[:-2]], steps[:-1], strict=True))


def test_a_connection_that_the_server_ends_between_mails_is_made_anew(office: Context, mail_server: MailServer) -> None:
    crowd(office, 5)
    mail_server.on_mail = lambda _sender: (
        "421 4.7.0 too many on one connection" if len(mail_server.received) == mail_server.connections * 2 else ""
    )

    assert deliver_once(limited_to(office, mail_connections=1)) == Delivered(sent=5)
    assert mail_server.connections == 3


def test_a_temporary_refusal_waits_twice_as_long_each_time(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example", "zoe@other.example")
    mail_server.on_rcpt = lambda to: "450 4.2.0 greylisted" if to == "zoe@dupont.example" else ""

    waits = []
    for attempt in range(1, 7):
        done = deliver_once(office)
        assert (done.sent, done.failed, done.waiting, done.problem) == (int(attempt == 1), 0, 1, "")
        row = letters(office)[0]
        assert (row.state, row.attempts, row.error) == ("queued", attempt, "450 4.2.0 greylisted")
        assert row.next_try is not None
        waits.append(row.next_try - clock())
        clock.advance(waits[-1] - 1)
        assert deliver_once(office).sent == 0
        clock.advance(1)

    assert waits == [300, 600, 1200, 2400, 4000, 4000]
    mail_server.on_rcpt = lambda _to: ""
    assert deliver_once(office).sent == 1
    assert len({mail.message["Message-ID"] for mail in mail_server.received}) == 2


def test_a_mail_that_is_put_off_for_days_fails_in_the_end(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    account = invited(office, "zoe@dupont.example")
    mail_server.on_rcpt = lambda _to: "452 4.2.2 mailbox full"
    deliver_once(office)
    clock.advance(5 * DAY - 100)

    assert deliver_once(office).failed == 1
    email = account_profile(office, account).emails[0]
    assert (email.invite_state, email.failure) == ("failed", "452 4.2.2 mailbox full")


def test_a_mail_is_tried_no_longer_than_its_link_lives(office: Context, mail_server: MailServer, clock: Clock) -> None:
    settings = dataclasses.replace(office.settings, invitations=InvitationSettings(expire_days=1))
    office = using(office, settings)
    account = invited(office, "zoe@dupont.example")
    mail_server.on_rcpt = lambda _to: "450 4.2.0 greylisted"
    tries, began = 0, clock()
    while deliver_once(office).failed == 0:
        tries += 1
        next_try = letters(office)[0].next_try
        assert next_try is not None
        assert next_try < began + DAY
        clock.advance(next_try - clock())

    assert tries == 24  # after 300, 600, 1200 and 2400 s, then every 4000 s
    email = account_profile(office, account).emails[0]
    assert (email.invite_state, email.failure) == ("failed", "450 4.2.0 greylisted")


def test_a_mailbox_that_does_not_exist_fails_at_once_and_is_marked(office: Context, mail_server: MailServer) -> None:
    account = invited(office, "zoe@dupont.example", "zoe@other.example")
    mail_server.on_rcpt = lambda to: "550 5.1.1 no such\x1b[31m user" if to == "zoe@dupont.example" else ""

    done = deliver_once(office)

    assert (done.sent, done.failed, done.problem) == (1, 1, "")
    email = account_profile(office, account).emails[0]
    assert (email.validity, email.reason, email.invite_state) == ("bouncing", "bounced", "failed")
    assert email.failure == "550 5.1.1 no such\N{REPLACEMENT CHARACTER}[31m user"
    assert invite(office, [email.id])[0] == 0


@pytest.mark.parametrize("answer", ["550 5.7.1 not wanted here", "550 no", "552 5.2.2 mailbox full"])
def test_a_refusal_that_is_not_about_the_address_leaves_the_address_valid(
    office: Context, mail_server: MailServer, answer: str
) -> None:
    account = invited(office, "zoe@dupont.example")
    mail_server.on_rcpt = lambda _to: answer

    assert deliver_once(office).failed == 1
    email = account_profile(office, account).emails[0]
    assert (email.validity, email.failure) == ("valid", answer)


def test_a_refusal_of_the_content_fails_that_mail_only(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example", "zoe@other.example")
    mail_server.on_data = lambda mail: "554 5.6.0 spam" if mail.recipient == "zoe@dupont.example" else ""

    done = deliver_once(office)

    assert (done.sent, done.failed) == (1, 1)
    assert mail_server.connections == 1


def test_an_answer_that_fits_no_question_is_tried_again_on_a_new_connection(
    office: Context, mail_server: MailServer
) -> None:
    invited(office, "zoe@dupont.example", "zoe@other.example")
    mail_server.on_rcpt = lambda to: "299 what" if to == "zoe@dupont.example" else ""

    done = deliver_once(office)

    assert (done.sent, done.waiting, done.problem) == (1, 1, "")
    assert mail_server.connections == 2


@pytest.mark.parametrize("where", ["mail", "sender at the recipient", "login at the recipient"])
def test_a_refused_sender_stops_the_run_and_marks_nobody(office: Context, mail_server: MailServer, where: str) -> None:
    crowd(office, 3)
    if where == "mail":
        mail_server.on_mail = lambda _sender: "550 5.7.1 you may not send"
    elif where == "sender at the recipient":
        mail_server.on_rcpt = lambda _to: "550 5.1.8 sender's domain not found"
    else:
        mail_server.on_rcpt = lambda _to: "530 5.7.0 authentication required"

    done = deliver_once(office)

    assert (done.sent, done.failed, done.waiting) == (0, 0, 3)
    assert "takes no mail from us: 5" in done.problem
    rows = letters(office)
    assert {row.state for row in rows} == {"queued"}
    assert [row.attempts for row in rows] == [1, 0, 0]
    assert {row.error for row in rows} == {done.problem}
    assert summary(office).problem == done.problem
    assert office.database.value("SELECT count(*) FROM email_address WHERE validity = 'valid'") == 3
    assert summary(office).due == 0


def test_no_server_there_keeps_the_mail_and_says_so(office: Context, mail_server: MailServer, clock: Clock) -> None:
    crowd(office, 3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    done = deliver_once(using(office, settings_for(f"smtp://127.0.0.1:{port}")))

    assert (done.sent, done.waiting) == (0, 3)
    assert done.problem == f"The mail server 127.0.0.1:{port} can't be reached: Connection refused."
    assert summary(office).next_try_at == clock() + 300
    clock.advance(300)
    assert deliver_once(office) == Delivered(sent=3)


@pytest.mark.parametrize(
    ("greeting", "why"),
    [("554 5.7.1 go away", "554 5.7.1 go away"), ("421 4.3.2 not now", "421 4.3.2 not now"), ("HTTP/1.1 400 Bad", "")],
)
def test_a_server_that_greets_with_a_refusal_gets_nothing(office: Context, greeting: str, why: str) -> None:
    invited(office, "zoe@dupont.example")
    with MailServer(greeting=greeting) as server:
        done = deliver_once(using(office, settings_for(server.url)))

    assert (done.failed, done.waiting) == (0, 1)
    assert why in done.problem
    assert "takes nothing from us" in done.problem


def test_a_server_that_says_nothing_is_given_up_after_the_time_limit(office: Context) -> None:
    invited(office, "zoe@dupont.example")
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        settings = settings_for(f"smtp://127.0.0.1:{deaf.getsockname()[1]}")
        settings = dataclasses.replace(settings, limits=LimitSettings(smtp_seconds=1))
        done = deliver_once(using(office, settings))

    assert "does not answer within 1 s" in done.problem
    assert states(office) == ["queued"]


def test_a_connection_cut_after_the_dot_is_tried_again_with_the_same_message(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example")
    mail_server.on_data = lambda _mail: DROP
    assert deliver_once(office).waiting == 1
    assert "the connection ended before the answer" in letters(office)[0].error
    mail_server.on_data = lambda _mail: ""
    clock.advance(300)

    assert deliver_once(office).sent == 1
    first, second = mail_server.received
    assert first.content == second.content


def test_the_former_link_dies_when_the_new_mail_is_handed_over_and_not_before(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example")
    address = find_address(office, "zoe@dupont.example")
    deliver_once(office)
    former = link_in(mail_server.received[0].part("plain"))

    invite(office, [address])
    assert _link_state(office, former) is LinkState.LIVE
    mail_server.on_rcpt = lambda _to: "550 5.7.1 not wanted here"
    assert deliver_once(office).failed == 1
    assert _link_state(office, former) is LinkState.LIVE

    mail_server.on_rcpt = lambda _to: ""
    invite(office, [address])
    assert deliver_once(office).sent == 1
    newer = link_in(mail_server.received[1].part("plain"))
    assert _link_state(office, former) is LinkState.REPLACED
    assert _link_state(office, newer) is LinkState.LIVE


def test_a_cancel_while_the_mail_is_under_way_stands(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")
    address = find_address(office, "zoe@dupont.example")

    def cancel_meanwhile(_mail: object) -> str:
        other = open_context(office.database.path, office.settings, clock=office.clock).acting_as(office.actor)
        cancel(other, [address])
        other.database.close()
        return ""

    mail_server.on_data = cancel_meanwhile
    assert deliver_once(office).sent == 1
    assert office.database.value("SELECT state FROM invitation") == "withdrawn"
    assert _link_state(office, link_in(mail_server.received[0].part("plain"))) is LinkState.WITHDRAWN


def test_a_resend_while_the_mail_is_under_way_sends_the_newer_one_too(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")
    address = find_address(office, "zoe@dupont.example")

    def resend_meanwhile(_mail: object) -> str:
        if not mail_server.received:
            other = open_context(office.database.path, office.settings, clock=office.clock).acting_as(office.actor)
            invite(other, [address])
            other.database.close()
        return ""

    mail_server.on_data = resend_meanwhile
    deliver_once(office)
    assert office.database.value("SELECT state FROM invitation") in ("queued", "sent")
    deliver_once(office)
    first, second = (link_in(mail.part("plain")) for mail in mail_server.received)
    assert (_link_state(office, first), _link_state(office, second)) == (LinkState.REPLACED, LinkState.LIVE)
    assert office.database.value("SELECT state FROM invitation") == "sent"


def test_an_active_user_is_told_of_a_further_account_without_a_new_password(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example")
    deliver_once(office)
    activate(office, token_of(link_in(mail_server.received[0].part("plain"))), "hash")
    further = [create_account(office, name, AccountType.COMPANY) for name in ("Atelier Zoë", "Zoë Immo")]
    create_contact(office, further, "Zoë Dupont", ["zoe@dupont.example"])

    change_access(office, further[:1], AccessWish(login=True, invite=True))
    deliver_once(office)
    text = mail_server.received[1].part("plain")
    assert "Atelier Zoë" in text
    assert "Dupont SARL" not in text
    assert f"{PORTAL}/login" in text
    assert "/activate/" not in text

    change_access(office, further[:1], AccessWish(login=False))
    change_access(office, further, AccessWish(login=True, invite=True))
    clock.advance(office.settings.limits.hold_seconds)
    deliver_once(office)
    text = mail_server.received[2].part("plain")
    assert all(name in text for name in ("Atelier Zoë", "Zoë Immo"))


def test_without_the_key_nothing_is_sent(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")
    key_file(office.database.path).unlink()

    with pytest.raises(DatabaseUnusable, match=r"The key file .* can't be read"):
        deliver_once(office)

    assert mail_server.connections == 0
    assert states(office) == ["queued"]


def test_a_read_only_database_sends_nothing(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")
    reader = open_context(office.database.path, office.settings, read_only=True)

    with pytest.raises(NotAllowed, match="read-only"):
        deliver_once(reader)
    reader.database.close()
    assert mail_server.connections == 0


def test_one_odd_mail_does_not_end_the_run(office: Context, mail_server: MailServer) -> None:
    invited(
        office, "zoe@dupont.example", "zoe@other.example", name="Zoë", account="\\o/ ${firm} {name} =?utf-8?q?=0A?="
    )
    with office.database.write():
        office.database.execute("UPDATE outbox SET message_id = 'none' WHERE id = 1")

    done = deliver_once(office)

    assert (done.sent, done.failed) == (1, 1)
    assert "could not be composed" in letters(office)[0].error
    assert "\\o/ ${firm} {name} =?utf-8?q?=0A?=" in mail_server.received[0].part("plain")
