"""Copies of the mail for the firm's own people: without the link, after the client's mail, and never in its way."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests.conftest import Clock
from tests.mail.firm import PORTAL, crowd, invited, limited_to, link_in, states, token_of, using
from tests.smtp_server import DROP, MailServer
from tui_portal.config import MailSettings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.activation import activate
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.delivery import Delivered, deliver_once
from tui_portal.services.outbox import letters, summary

DAY = 86_400


def _with_copies(office: Context, *addresses: str, bounces_to: str = "") -> Context:
    mail = dataclasses.replace(office.settings.mail, copies_to=addresses, bounces_to=bounces_to)
    return using(office, dataclasses.replace(office.settings, mail=mail))


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_copy_says_what_the_client_reads_but_for_the_link(
    office: Context, mail_server: MailServer, kind: str
) -> None:
    invited(office, "zoe@dupont.example", message="Welcome <b>")
    copies = _with_copies(office, "archive@hansen-partner.example", "olga@hansen-partner.example")

    assert deliver_once(copies) == Delivered(sent=1)

    mail, *copied = mail_server.received
    assert mail_server.recipients == [
        "zoe@dupont.example",
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

    assert deliver_once(copies) == Delivered(sent=3)

    assert mail_server.recipients.count("olga@hansen-partner.example") == 3
    told = "the copy to archive@hansen-partner.example was not sent: 550 5.1.1 unknown"
    assert [(row.state, row.error) for row in letters(office)] == [("sent", told)] * 3
    assert summary(office).problem == ""
    clock.advance(DAY)
    assert deliver_once(copies) == Delivered()


def test_a_server_that_ends_the_connection_at_the_copy_gets_the_next_mail(
    office: Context, mail_server: MailServer
) -> None:
    crowd(office, 2)
    mail_server.on_rcpt = lambda to: DROP if to.startswith("archive") else ""

    assert deliver_once(_with_copies(office, "archive@hansen-partner.example")) == Delivered(sent=2)
    assert mail_server.recipients == ["client0@crowd.example", "client1@crowd.example"]
    assert all("the copy to archive" in row.error for row in letters(office))


def test_no_copy_goes_out_of_a_mail_that_did_not(office: Context, mail_server: MailServer) -> None:
    invited(office, "zoe@dupont.example", "zoe@other.example")
    mail_server.on_rcpt = lambda to: {"zoe@dupont.example": "550 5.1.1 no", "zoe@other.example": "450 later"}.get(
        to, ""
    )

    deliver_once(_with_copies(office, "archive@hansen-partner.example"))

    assert mail_server.received == []


def test_copies_count_among_the_mails_of_a_minute_and_come_from_the_address_for_notices(
    office: Context, mail_server: MailServer
) -> None:
    crowd(office, 3)
    office = _with_copies(office, "archive@hansen-partner.example", bounces_to="bounces@hansen-partner.example")

    assert deliver_once(limited_to(office, mails_per_minute=3)) == Delivered(sent=2, waiting=1)
    assert [mail.sender.partition("@")[0].partition("-")[0] for mail in mail_server.received] == [
        "bounces+1",
        "bounces",
        "bounces+2",
        "bounces",
    ]


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
