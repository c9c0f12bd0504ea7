"""Notices about mail that was sent: what each changes, what it leaves alone, and that nobody can make one up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.conftest import Clock
from tests.mail.firm import invited, link_in, settings_for, states, token_of, using
from tests.notices import answer, holiday_note, notice_about
from tests.services.firms import everything, faults
from tests.smtp_server import MailServer, Received
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.activation import activate
from tui_portal.services.address_checks import clear_bounce
from tui_portal.services.bounces import BounceReport, Ignored, Told, record_notices
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, key_file, open_context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.invitations import invite
from tui_portal.services.outbox import letters
from tui_portal.services.password_resets import request_reset

BOUNCES = "bounces@hansen-partner.example"
ZOE = "zoe@dupont.example"
UNKNOWN = f"550 5.1.1 <{ZOE}>: Recipient address rejected: User unknown"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(mail_server: MailServer) -> Settings:
    return settings_for(mail_server.url, bounces_to=BOUNCES)


@pytest.fixture
def mail(office: Context, mail_server: MailServer) -> Received:
    """An invitation to Zoë that the mail server took."""
    invited(office, ZOE)
    assert deliver_once(office).sent == 1
    return mail_server.received[0]


def _unsigned(office: Context) -> Context:
    """The same office without an address for notices."""
    return using(office, replace(office.settings, mail=replace(office.settings.mail, bounces_to="")))


def _standing(office: Context, address: str = ZOE) -> tuple[Any, ...]:
    """Validity of the address, state and failure of its newest invitation."""
    row = office.database.one(
        """
        SELECT e.validity, i.state, i.failure FROM email_address e JOIN invitation i ON i.email_address_id = e.id
        WHERE e.canonical = ? ORDER BY i.id DESC
        """,
        [address],
    )
    assert row is not None
    return row


def _kinds(office: Context) -> list[str]:
    return [kind for (kind,) in office.database.rows("SELECT kind FROM activity ORDER BY id")]


def test_each_mail_comes_from_a_return_address_of_its_own(office: Context, mail_server: MailServer) -> None:
    invited(office, ZOE, "zoe@other.example")
    deliver_once(office)

    senders = {mail.sender for mail in mail_server.received}
    assert len(senders) == 2
    assert all(sender.startswith("bounces+") and sender.endswith("@hansen-partner.example") for sender in senders)
    assert {mail.message["From"].addresses[0].addr_spec for mail in mail_server.received} == {
        "portal@hansen-partner.example"
    }
    assert not any(BOUNCES.encode() in mail.content or b"bounces+" in mail.content for mail in mail_server.received)


def test_a_mailbox_that_does_not_exist_is_bouncing_and_the_invitation_failed(office: Context, mail: Received) -> None:
    report = record_notices(office, [notice_about(mail)])

    assert report == BounceReport(read=1, bounced=[Told(ZOE, "5.1.1", UNKNOWN)])
    assert _standing(office) == ("bouncing", "failed", UNKNOWN)
    assert [(row.state, row.error) for row in letters(office)] == [("failed", UNKNOWN)]
    assert _kinds(office)[-2:] == ["invitation_failed", "address_bounced"]
    assert invite(office, [find_address(office, ZOE)])[0] == 0
    assert faults(office) == []


def test_the_same_notice_again_changes_nothing_more(office: Context, mail: Received) -> None:
    record_notices(office, [notice_about(mail)])
    clear_bounce(office, find_address(office, ZOE))
    before = everything(office)

    report = record_notices(office, [notice_about(mail), notice_about(mail, whole=False)])

    assert report == BounceReport(read=2, repeated=2)
    assert everything(office) == before


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.0.0", "5.4.4", "4.4.7"])
def test_what_is_not_the_addresss_fault_fails_the_invitation_only(office: Context, mail: Received, status: str) -> None:
    report = record_notices(office, [notice_about(mail, status=status, words="not now")])

    assert report.failed == [Told(ZOE, status, "not now")]
    assert _standing(office) == ("valid", "failed", "not now")
    assert invite(office, [find_address(office, ZOE)])[0] == 1


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_not_the_end_is_told_and_changes_nothing(office: Context, mail: Received, action: str) -> None:
    before = everything(office)
    status = "4.4.1" if action == "delayed" else "2.0.0"

    report = record_notices(office, [notice_about(mail, action=action, status=status, words="400 wait")])

    assert (report.delayed, report.delivered) == (
        ([Told(ZOE, "4.4.1", "400 wait")], 0) if action == "delayed" else ([], 1)
    )
    assert everything(office) == before
    assert record_notices(office, [notice_about(mail)]).bounced


def test_nothing_but_notices_counts(office: Context, mail: Received) -> None:
    before = everything(office)
    notice = notice_about(mail)
    forwarded = answer(mail, "Look:") + b"\n\n" + notice
    attached = (
        b'Delivered-To: x@x.example\nContent-Type: multipart/mixed; boundary="o"\n\n--o\nContent-Type: message/rfc822\n\n'
        + notice
        + b"\n--o--\n"
    )
    challenge = (
        b"From: guard@x.example\nTo: " + mail.sender.encode() + b"\nSubject: Confirm that you are a person\n\nclick"
    )
    messages = [holiday_note(mail), answer(mail), forwarded, attached, challenge, b"\x00\xff" * 500_000, b"\n"]
    messages += [notice.replace(b"delivery-status", b"disposition-notification"), notice[:900]]

    report = record_notices(office, messages)

    assert report.ignored == {
        Ignored.AUTO_REPLY: 1,
        Ignored.MESSAGE: 6,
        Ignored.OTHER_REPORT: 1,
        Ignored.BROKEN: 1,
    }
    assert (report.read, report.bounced, report.failed) == (9, [], [])
    assert everything(office) == before


def test_a_notice_that_did_not_come_to_the_signed_address_marks_nobody(
    office: Context, mail: Received, mail_server: MailServer
) -> None:
    invited(office, "max@other.example")
    deliver_once(office)
    own = mail_server.received[1].sender
    local, _at, domain = mail.sender.partition("@")
    forged = [
        BOUNCES,
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}",
        "bounces+1-aaaaaaaaaaaaaaaa@x.example",
    ]
    forged += [mail.sender.replace("+1-", "+2-"), own.replace("+2-", "+1-"), own.replace("+2-", "+999999999999-")]

    report = record_notices(office, [notice_about(mail, to=to) for to in forged])

    assert report.ignored == {Ignored.UNSIGNED: len(forged)}
    # Whoever got a mail can tell of that one only, whatever he writes into the notice.
    report = record_notices(office, [notice_about(mail, to=own)])
    assert [told.address for told in report.failed] == ["max@other.example"]
    assert _standing(office) == ("valid", "sent", "")
    assert _standing(office, "max@other.example")[:2] == ("valid", "failed")


def test_the_letters_of_a_return_address_may_change_their_case(office: Context, mail: Received) -> None:
    assert record_notices(office, [notice_about(mail, to=mail.sender.upper())]).bounced


def test_a_notice_about_where_the_mail_was_passed_on_to_does_not_mark_the_address(
    office: Context, mail: Received
) -> None:
    report = record_notices(office, [notice_about(mail, recipient="zoe@elsewhere.example")])

    assert [told.address for told in report.failed] == [ZOE]
    assert _standing(office)[:2] == ("valid", "failed")


def test_without_a_signed_address_the_message_id_and_the_recipient_must_fit(
    office: Context, mail_server: MailServer
) -> None:
    office = _unsigned(office)
    invited(office, ZOE, "max@other.example")
    deliver_once(office)
    zoe, max_ = sorted(mail_server.received, key=lambda mail: mail.recipient, reverse=True)
    assert zoe.sender == "portal@hansen-partner.example"
    guessed = replace(zoe, content=zoe.content.replace(b"Message-ID: <", b"Message-ID: <0"))
    nothing = replace(zoe, content=b"Subject: none\r\n\r\n")

    report = record_notices(
        office,
        [
            notice_about(guessed),
            notice_about(nothing),
            notice_about(max_, recipient=ZOE),
            notice_about(zoe, whole=False),
        ],
    )

    assert report.ignored == {Ignored.UNKNOWN_MAIL: 2, Ignored.OTHER_RECIPIENT: 1}
    assert [told.address for told in report.bounced] == [ZOE]
    assert _standing(office, "max@other.example")[:2] == ("valid", "sent")


def test_a_late_notice_leaves_what_was_sent_again_alone(
    office: Context, mail: Received, mail_server: MailServer, clock: Clock
) -> None:
    clock.advance(86_400)
    invite(office, [find_address(office, ZOE)])
    deliver_once(office)

    report = record_notices(office, [notice_about(mail)])

    assert len(report.bounced) == 1
    assert _standing(office) == ("bouncing", "sent", "")
    assert states(office) == ["failed", "sent"]
    newer = mail_server.received[1]
    assert activate(office, token_of(link_in(newer.part("plain"))), "hash")


def test_a_resend_that_still_waits_is_not_marked_but_not_sent_to_a_bouncing_address(
    office: Context, mail: Received
) -> None:
    invite(office, [find_address(office, ZOE)])
    record_notices(office, [notice_about(mail)])
    assert _standing(office)[:2] == ("bouncing", "queued")

    assert deliver_once(office).withdrawn == 1
    assert _standing(office) == ("bouncing", "failed", "the address can't get mail")


def test_the_invitation_of_an_active_user_is_not_touched(office: Context, mail: Received) -> None:
    activate(office, token_of(link_in(mail.part("plain"))), "hash")

    report = record_notices(office, [notice_about(mail, status="5.7.1", words="late")])

    assert len(report.failed) == 1
    assert _standing(office) == ("valid", "used", "")


def test_notices_about_other_mail_fail_that_mail(office: Context, mail: Received, mail_server: MailServer) -> None:
    activate(office, token_of(link_in(mail.part("plain"))), "hash")
    account = create_account(office, "Atelier Zoë", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", [ZOE])
    change_access(office, [account], AccessWish(login=True, invite=True))
    request_reset(office, find_address(office, ZOE))
    deliver_once(office)
    notice, reset = mail_server.received[1:]

    report = record_notices(office, [notice_about(m, status="5.2.2", words="full") for m in (notice, reset)])

    assert len(report.failed) == 2
    assert [row.state for row in letters(office)] == ["sent", "failed", "failed"]
    assert "password_reset_failed" in _kinds(office)
    assert faults(office) == []


def test_a_mail_that_was_taken_without_our_knowing_is_not_tried_again(
    office: Context, mail_server: MailServer, clock: Clock
) -> None:
    invited(office, ZOE)
    mail_server.on_data = lambda _mail: "drop"
    assert deliver_once(office).waiting == 1

    assert record_notices(office, [notice_about(mail_server.received[0])]).bounced
    assert _standing(office)[:2] == ("bouncing", "failed")
    clock.advance(86_400)
    assert deliver_once(office).waiting == 0
    assert len(mail_server.received) == 1
    assert faults(office) == []


def test_a_thousand_messages_are_counted(office: Context, mail: Received) -> None:
    report = record_notices(office, (notice_about(mail) for _n in range(1000)))
    assert (report.read, len(report.bounced), report.repeated) == (1000, 1, 999)


def test_without_the_key_or_read_only_nothing_is_recorded(office: Context, mail: Received) -> None:
    reader = open_context(office.database.path, office.settings, read_only=True)
    with pytest.raises(NotAllowed, match="read-only"):
        record_notices(reader, [notice_about(mail)])
    reader.database.close()
    key_file(office.database.path).unlink()
    with pytest.raises(DatabaseUnusable, match="key file"):
        record_notices(replace(office), [notice_about(mail)])
    assert _standing(office)[:2] == ("valid", "sent")
