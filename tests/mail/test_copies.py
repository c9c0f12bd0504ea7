"""Copies of the mail for the firm's own people: without the link, after the client's mail, and never in its way."""

from __future__ import annotations

import dataclasses
import re
import threading

import pytest

from tests.conftest import Clock
from tests.mail.firm import PORTAL, crowd, invited, limited_to, link_in, states, token_of, using
from tests.smtp_server import DROP, MailServer, Received
from tui_portal.config import InvitationSettings, MailSettings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.activation import activate
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.outbox import has_due, letters, summary
from tui_portal.services.runs import Delivered

DAY = 86_400


def _marked(office: Context) -> list[str]:
    return [
        address for (address,) in office.database.rows("SELECT address FROM email_address WHERE validity <> 'valid'")
    ]


def _with_copies(office: Context, *addresses: str, bounces_to: str = "") -> Context:
    mail = dataclasses.replace(office.settings.mail, copies_to=addresses, bounces_to=bounces_to)
    return using(office, dataclasses.replace(office.settings, mail=mail))


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_copy_says_what_the_client_reads_but_for_the_link(
    office: Context, mail_server: MailServer, kind: str
) -> None:
    invited(office, "zoe@dupont.example", message="Welcome <b>")
    copies = _with_copies(office, "archive@hansen-partner.example", "olga@hansen-partner.example")

    assert deliver_once(copies) == Delivered(sent=1, copies_sent=2)

    mail, *copied = mail_server.received
    assert mail.recipient == "zoe@dupont.example"
    assert sorted(copy.recipient for copy in copied) == [
        "archive@hansen-partner.example",
        "olga@hansen-partner.example",
    ]
    token = token_of(link_in(mail.part(kind)))
    for copy in copied:
        assert token.encode() not in copy.content.replace(b"=\r\n", b"")
        assert "/activate/" not in copy.part(kind)
        assert "the link, which is the client" in " ".join(copy.part(kind).split())
        assert "Welcome" in copy.part(kind)
        assert [copy.message[name] for name in ("To", "From", "Subject")] == [
            mail.message[name] for name in ("To", "From", "Subject")
        ]
        assert b"Bcc" not in copy.content
    # Neither an answer nor a notice can take a copy for the mail.
    own, theirs = mail.message["Message-ID"], {copy.message["Message-ID"] for copy in copied}
    assert len(theirs) == 1
    assert own.strip("<>").partition("@")[0] not in theirs.pop()


def test_a_notice_of_access_is_copied_with_its_link_to_the_login_page(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example")
    deliver_once(office)
    activate(office, token_of(link_in(mail_server.received[0].part("plain"))), "hash")
    further = create_account(office, "Atelier Zoë", AccountType.COMPANY)
    create_contact(office, [further], "Zoë Dupont", ["zoe@dupont.example"])
    change_access(office, [further], AccessWish(login=True, invite=True))

    deliver_once(_with_copies(office, "archive@hansen-partner.example"))

    assert f"{PORTAL}/login" in mail_server.received[2].part("plain")


def test_a_copy_that_fails_leaves_the_clients_mail_sent_and_says_so(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    crowd(office, 3)
    mail_server.on_rcpt = lambda to: "550 5.1.1 unknown" if to.startswith("archive") else ""
    copies = _with_copies(office, "archive@hansen-partner.example", "olga@hansen-partner.example")

    assert deliver_once(copies) == Delivered(sent=3, copies_sent=3, copies_failed=3)

    assert mail_server.recipients.count("olga@hansen-partner.example") == 3
    told = "the copy to archive@hansen-partner.example was not sent: 550 5.1.1 unknown"
    assert [(row.state, row.error) for row in letters(office)] == [("sent", told)] * 3
    assert _marked(office) == []
    assert summary(office).problem == ""
    clock.advance(DAY)
    assert deliver_once(copies) == Delivered()


def test_a_copy_that_can_not_be_sent_now_waits_like_the_mail_would(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example")
    mail_server.on_rcpt = lambda to: "451 4.2.0 later" if to.startswith("archive") else ""
    copies = _with_copies(office, "archive@hansen-partner.example")

    assert deliver_once(copies) == Delivered(sent=1, copies_waiting=1)
    assert [(row.state, row.error) for row in letters(office)] == [("sent", "")]
    waits = []
    for _try in range(5):
        (next_try,) = office.database.rows("SELECT next_try_at FROM outbox_copy")[0]
        waits.append(next_try - clock())
        clock.advance(waits[-1] - 1)
        assert not has_due(office)
        clock.advance(1)
        assert has_due(office)
        if _try == 4:
            mail_server.on_rcpt = lambda _to: ""
        assert deliver_once(copies).copies_sent == (_try == 4)

    assert waits == [300, 600, 1200, 2400, 4000]
    first, copy = mail_server.received
    assert copy.message["Subject"] == first.message["Subject"]
    assert office.database.rows("SELECT state, content, error FROM outbox_copy") == [("sent", None, "")]
    assert deliver_once(copies) == Delivered()


def test_a_copy_is_given_up_after_some_days_and_that_is_told(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example")
    mail_server.on_rcpt = lambda to: "451 4.2.0 later" if to.startswith("archive") else ""
    office = using(office, dataclasses.replace(office.settings, invitations=InvitationSettings(reminder_days=())))
    copies = _with_copies(office, "archive@hansen-partner.example")
    deliver_once(copies)
    clock.advance(5 * DAY - 100)

    assert deliver_once(copies) == Delivered(copies_failed=1)
    assert "the copy to archive@hansen-partner.example was not sent: 451 4.2.0 later" in letters(office)[0].error
    assert letters(office)[0].state == "sent"


@pytest.mark.parametrize("answer", [DROP, "550 5.1.8 your domain is not wanted"])
def test_what_a_server_does_at_a_copy_never_stops_the_clients_mail(
    office: Context, mail_server: MailServer, clock: Clock, answer: str
) -> None:
    crowd(office, 5)
    mail_server.on_rcpt = lambda to: answer if to.startswith("archive") else ""
    copies = limited_to(office, claim_batch=2)
    copies = _with_copies(copies, "archive@hansen-partner.example")

    done = deliver_once(copies)

    assert (done.sent, done.waiting, done.copies_waiting, done.problem) == (5, 0, 5, "")
    assert sorted(mail_server.recipients) == [f"client{n}@crowd.example" for n in range(5)]
    mail_server.on_rcpt = lambda _to: ""
    clock.advance(600)
    assert deliver_once(copies).copies_sent == 5


def test_a_crash_before_the_copy_loses_none_and_sends_none_twice(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    crowd(office, 3)
    copies = _with_copies(office, "archive@hansen-partner.example")
    stop = threading.Event()

    def stop_before_the_answer(_mail: Received) -> str:
        stop.set()
        return ""

    mail_server.on_data = stop_before_the_answer

    done = deliver_once(copies, stop=stop)  # the run ends after the mail in hand; its copy stands in the queue
    assert (done.sent, done.copies_sent, done.copies_waiting) == (1, 0, 1)
    mail_server.on_data = lambda _mail: ""
    assert deliver_once(copies) == Delivered(sent=2, copies_sent=3)
    assert mail_server.recipients.count("archive@hansen-partner.example") == 3
    assert deliver_once(copies) == Delivered()


def test_who_does_not_stand_in_the_settings_any_more_gets_no_copy(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, "zoe@dupont.example")
    mail_server.on_rcpt = lambda to: "451 later" if to != "zoe@dupont.example" else ""
    deliver_once(_with_copies(office, "archive@hansen-partner.example", "former@hansen-partner.example"))
    mail_server.on_rcpt = lambda _to: ""
    clock.advance(300)

    assert deliver_once(_with_copies(office, "archive@hansen-partner.example")) == Delivered(copies_sent=1)
    assert mail_server.recipients == ["zoe@dupont.example", "archive@hansen-partner.example"]
    states_of = office.database.rows("SELECT address, state FROM outbox_copy ORDER BY address")
    assert states_of == [("archive@hansen-partner.example", "sent"), ("former@hansen-partner.example", "withdrawn")]


def test_no_copy_goes_out_of_a_mail_that_did_not(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example", "zoe@other.example")
    mail_server.on_rcpt = lambda to: {"zoe@dupont.example": "550 5.1.1 no", "zoe@other.example": "450 later"}.get(
        to, ""
    )

    deliver_once(_with_copies(office, "archive@hansen-partner.example"))

    assert mail_server.received == []


def test_copies_count_among_the_mails_of_a_minute_and_come_from_the_address_for_notices(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    crowd(office, 3)
    office = _with_copies(office, "archive@hansen-partner.example", bounces_to="bounces@hansen-partner.example")

    office = limited_to(office, mails_per_minute=4, mail_connections=1)
    assert deliver_once(office) == Delivered(sent=3, copies_sent=1, copies_waiting=2)
    assert [mail.sender.partition("@")[0].partition("-")[0] for mail in mail_server.received] == [
        "bounces+1",
        "bounces+2",
        "bounces+3",
        "bounces",
    ]
    clock.advance(59)
    assert deliver_once(office) == Delivered(copies_waiting=2)
    clock.advance(1)
    assert deliver_once(office) == Delivered(copies_sent=2)


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ({"bounces_to": "no address"}, r"\[mail\] bounces_to in the settings is not an e-mail address"),
        ({"bounces_to": "b" * 40 + "@x.example"}, "at most 34 characters before the @"),
        ({"bounces_to": "rückläufer@x.example"}, "none beyond ASCII"),
        ({"copies_to": ("archive@x..example",)}, r"\[mail\] copies_to in the settings is not an e-mail address"),
    ],
)
def test_addresses_that_can_not_be_used_are_named_and_the_mail_waits(
    office: Context, mail: dict[str, object], said: str
) -> None:
    invited(office, "zoe@dupont.example")
    settings = dataclasses.asdict(office.settings.mail) | mail

    done = deliver_once(using(office, dataclasses.replace(office.settings, mail=MailSettings(**settings))))

    assert re.search(said, done.problem)
    assert states(office) == ["queued"]
