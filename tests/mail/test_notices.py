"""Delivery status notices as the servers of this world write them, and all that is none."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.links import KEY_BYTES
from tui_portal.domain.return_addresses import MOST_LOCAL, is_genuine, make_return_address, return_tokens
from tui_portal.mail.handover import means_no_mailbox
from tui_portal.mail.mailboxes import messages_in, messages_of
from tui_portal.mail.notices import Action, NoNotice, Notice, RecipientStatus, read_notice

KEY = b"k" * KEY_BYTES
ID = "<00112233445566778899aabbccddeeff@hansen-partner.example>"


def _report(
    status: str, *, head: str = "", kind: str = "delivery-status", returned: str = f"Message-ID: {ID}"
) -> bytes:
    """A notice with this machine-readable part, and fields in the header beyond those that it needs."""
    return (
        f'{head}MIME-Version: 1.0\nContent-Type: multipart/report; report-type={kind}; boundary="b1"\n\n'
        "--b1\nContent-Type: text/plain\n\nSorry.\n\n"
        f"--b1\nContent-Type: message/{kind}\n\n{status}\n\n"
        f"--b1\nContent-Type: text/rfc822-headers\n\nSubject: x\n{returned}\n\n--b1--\n"
    ).encode()


def _notice(content: bytes) -> Notice:
    found = read_notice(content)
    assert isinstance(found, Notice), found
    return found


EXCHANGE = """Reporting-MTA: dns;mail.dupont.example
Received-From-MTA: dns;mx.hansen-partner.example
Arrival-Date: Thu, 12 Nov 2026 12:00:04 +0000

Original-Recipient: rfc822;zoe@dupont.example
Final-Recipient: rfc822;zoe@mailbox.dupont.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
X-Display-Name: zoe@dupont.example"""

EXIM = """Reporting-MTA: dns; mail.dupont.example

Action: failed
Final-Recipient: rfc822;zoe@dupont.example
Status: 5.0.0
Remote-MTA: dns; mx.dupont.example
Diagnostic-Code: smtp; 550-5.1.1 The account that you tried to reach does not exist.
 550 5.1.1 Try double-checking."""

SENDMAIL = """Reporting-MTA: dns; mail.dupont.example
Arrival-Date: Thu, 12 Nov 2026 12:00:04 GMT

Final-Recipient: RFC822; <Zoe@Dupont.example>
Action: failed
Status: 5.2.1 (mailbox disabled)
Last-Attempt-Date: Thu, 12 Nov 2026 12:00:04 GMT"""

INTERNATIONAL = """Reporting-MTA: dns; mail.dupont.example

Final-Recipient: utf-8; zo\\x{EB}@dupont.example
Action: failed
Status: 5.7.1
Diagnostic-Code: smtp; 550 5.7.1 refusé"""

ONE_GROUP = """Reporting-MTA: dns; mail.dupont.example
Final-Recipient: rfc822; zoe@dupont.example
Action: delayed
Status: 4.4.1
Will-Retry-Until: Mon, 16 Nov 2026 12:00:04 +0000"""


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (
            EXCHANGE,
            RecipientStatus(
                Action.FAILED,
                "5.1.10",
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
                ("zoe@dupont.example", "zoe@mailbox.dupont.example"),
            ),
        ),
        (
            EXIM,
            RecipientStatus(
                Action.FAILED,
                "5.1.1",
                "550-5.1.1 The account that you tried to reach does not exist. 550 5.1.1 Try double-checking",
                ("zoe@dupont.example",),
            ),
        ),
        (SENDMAIL, RecipientStatus(Action.FAILED, "5.2.1", "5.2.1 (mailbox disabled)", ("Zoe@Dupont.example",))),
        (INTERNATIONAL, RecipientStatus(Action.FAILED, "5.7.1", "550 5.7.1 refusé", ("zoë@dupont.example",))),
        (ONE_GROUP, RecipientStatus(Action.DELAYED, "4.4.1", "4.4.1", ("zoe@dupont.example",))),
    ],
    ids=["Exchange", "Exim", "Sendmail", "international", "all in one group"],
)
def test_what_a_server_says_is_found(status: str, found: RecipientStatus) -> None:
    notice = _notice(_report(status))
    assert notice.statuses == (found,)
    assert notice.message_id == ID
    assert read_notice(_report(status).replace(b"\n", b"\r\n")) == notice


@pytest.mark.parametrize(
    ("fields", "action", "status"),
    [
        ("Action: relayed\nStatus: 2.1.9", Action.DELIVERED, "2.1.9"),
        ("Action: EXPANDED\nStatus: 2.0.0", Action.DELIVERED, "2.0.0"),
        ("Action: delivered (to the mailbox)", Action.DELIVERED, ""),
        ("Action: delayed\nStatus: 5.0.0", Action.DELAYED, "5.0.0"),
        ("Action: failed\nStatus: 4.4.7", Action.FAILED, "4.4.7"),
        ("Status: 5.1.1", Action.FAILED, "5.1.1"),
        ("Action: failed\nStatus: 550\nDiagnostic-Code: smtp;550 5.1.2 x", Action.FAILED, "5.1.2"),
        ("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: x-unix; exited with 5.1.1", Action.FAILED, "5.0.0"),
        ("Action: failed\nStatus: 5.7.0\nDiagnostic-Code: smtp;550 5.1.1 x", Action.FAILED, "5.7.0"),
        ("Action: failed\nDiagnostic-Code: smtp;550 no, not from 10.5.1.1", Action.FAILED, ""),
    ],
)
def test_action_and_code_together_say_what_became_of_it(fields: str, action: Action, status: str) -> None:
    found = _notice(_report(f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\n{fields}")).statuses[0]
    assert (found.action, found.status) == (action, status)


@pytest.mark.parametrize(
    ("status", "gone"),
    [
        ("5.1.1", True),
        ("5.1.2", True),
        ("5.1.6", True),
        ("5.1.10", True),
        ("5.2.1", True),
        ("5.1.5", False),
        ("5.1.7", False),
        ("5.1.8", False),
        ("5.2.2", False),
        ("5.7.1", False),
        ("5.0.0", False),
        ("4.1.1", False),
        ("", False),
    ],
)
def test_which_codes_say_that_no_mail_will_ever_arrive(status: str, gone: bool) -> None:
    assert means_no_mailbox(status) is gone


STATUS = "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", NoNotice.MESSAGE),
        (b"\xff\xfe\x00rubbish" * 1000, NoNotice.MESSAGE),
        (b"Subject: hello\n\nAction: failed\nStatus: 5.1.1\n", NoNotice.MESSAGE),
        (b"Auto-Submitted: auto-replied\n\nI am away\n", NoNotice.AUTO_REPLY),
        (b"Auto-Submitted: auto-generated; owner=x\n\nticket 4711\n", NoNotice.AUTO_REPLY),
        (b"Auto-Submitted: no\n\nhello\n", NoNotice.MESSAGE),
        (b"X-Autoreply: yes\n\nI am away\n", NoNotice.AUTO_REPLY),
        (b"Precedence: auto_reply\n\nI am away\n", NoNotice.AUTO_REPLY),
        (_report(STATUS, kind="disposition-notification"), NoNotice.OTHER_REPORT),
        (_report(STATUS, kind="feedback-report"), NoNotice.OTHER_REPORT),
        (b"Content-Type: multipart/report; report-type=delivery-status\n\nno boundary\n", NoNotice.BROKEN),
        (b'Content-Type: multipart/report; boundary="b1"\n\n--b1\n\nno status\n', NoNotice.BROKEN),
        (_report("Action: whatever"), NoNotice.BROKEN),
        (_report("Action: failed\nStatus: 2.0.0"), NoNotice.BROKEN),
        (_report("Action: delivered\nStatus: 5.1.1"), NoNotice.BROKEN),
        (b'Content-Type: multipart/mixed; boundary="o"\n\n--o\n' + _report(STATUS) + b"\n--o--\n", NoNotice.MESSAGE),
        (b"Subject: Fwd\nContent-Type: message/rfc822\n\n" + _report(STATUS), NoNotice.MESSAGE),
    ],
)
def test_what_is_no_notice_is_known_for_what_it_is(content: bytes, kind: NoNotice) -> None:
    assert read_notice(content) is kind


def test_parts_that_a_gateway_encoded_are_read() -> None:
    encoded = b"UmVwb3J0aW5nLU1UQTogZG5zOyB4DQoNCkZpbmFsLVJlY2lwaWVudDogcmZjODIyOyBhQGIuZXhhbXBsZQ0KQWN0aW9uOiBmYWlsZWQNClN0YXR1czogNS4xLjENCg=="
    content = _report("").replace(
        b"Content-Type: message/delivery-status\n\n",
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" + encoded,
    )
    assert _notice(content).statuses[0].status == "5.1.1"


def test_a_notice_that_was_cut_is_read_as_far_as_it_goes() -> None:
    whole = _report(STATUS)
    assert _notice(whole[: whole.index(b"--b1\nContent-Type: text/rfc822-headers") - 1]).message_id == ""
    assert _notice(whole[: whole.index(b"--b1--")]).message_id == ID


def test_what_a_server_says_is_harmless_and_short() -> None:
    status = f"{STATUS}\nDiagnostic-Code: smtp; 550 \x1b[31mno\u202e {'x' * 5000}"
    words = _notice(_report(status)).statuses[0].words
    assert words.startswith("550 \N{REPLACEMENT CHARACTER}[31mno\N{REPLACEMENT CHARACTER} xxx")
    assert len(words) == 500


@given(st.binary(max_size=2000))
def test_rubbish_is_never_more_than_rubbish(content: bytes) -> None:
    assert read_notice(content) in tuple(NoNotice)


@given(st.integers(0, 700), st.binary(min_size=1, max_size=40), st.integers(0, 60))
def test_a_notice_with_rubbish_in_it_is_read_or_not_but_never_fails(place: int, rubbish: bytes, gone: int) -> None:
    whole = _report(EXCHANGE)
    read_notice(whole[:place] + rubbish + whole[place + gone :])


@pytest.mark.parametrize(
    "content",
    [
        b"x" * 4_000_000,
        b"Content-Type: " + b'multipart/report;x="' * 200_000,
        b'Content-Type: multipart/report; boundary="b"\n\n' + b"--b\n" * 1_000_000,
        b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
        + b"\n" * 4_000_000,
        b"A: b\n" * 800_000,
        b"A: b\n" + b" c\n" * 1_300_000,
        b"".join(b'Content-Type: multipart/report; boundary="%d"\n\n--%d\n' % (n, n) for n in range(60_000)),
    ],
    ids=["one line", "parameters", "parts", "empty lines", "fields", "folds", "nested"],
)
def test_megabytes_made_to_be_slow_are_not(content: bytes) -> None:
    began = time.process_time()
    assert not isinstance(read_notice(content), Notice)
    assert time.process_time() - began < 5  # some 0.1 s; what grows with the square would take minutes


def test_return_addresses_are_known_again_and_no_others() -> None:
    address = make_return_address(KEY, "bounces@hansen-partner.example", 4711, ID)
    assert len(address.rpartition("@")[0]) <= 64
    for text in (address, f"<{address.upper()}>", f"Somebody <{address}>, other@x.example"):
        (token,) = return_tokens(text)
        assert token.number == 4711
        assert is_genuine(KEY, token, ID)
        assert not is_genuine(KEY, token, ID.replace("00", "01"))
        assert not is_genuine(b"j" * KEY_BYTES, token, ID)
    (other,) = return_tokens(address.replace("4711", "4712"))
    assert not is_genuine(KEY, other, ID)
    assert list(return_tokens("bounces+4711@x.example, bounces+0-aaaaaaaaaaaaaaaa@x.example")) == []
    longest = make_return_address(KEY, "b" * MOST_LOCAL + "@x.example", 999_999_999_999, ID)
    assert len(longest.rpartition("@")[0]) == 64
    with pytest.raises(ValueError, match="too short"):
        make_return_address(b"short", "b@x.example", 1, ID)


def test_a_notice_names_the_return_addresses_that_it_arrived_at() -> None:
    mine = make_return_address(KEY, "bounces@x.example", 1, ID)
    for name in ("Delivered-To", "X-Original-To", "To", "Return-Path", "Envelope-To"):
        (token,) = _notice(_report(STATUS, head=f"{name}: <{mine}>\n")).tokens
        assert is_genuine(KEY, token, ID)
    inside = _report(STATUS, head="To: bounces@x.example\n", returned=f"Return-Path: <{mine}>\nMessage-ID: {ID}")
    assert _notice(inside).tokens == ()


def test_an_mbox_is_taken_apart_and_a_message_is_not() -> None:
    first, second = b"Subject: 1\n\nFrom here on\n\n>From quoted\n", b"Subject: 2\n\n\nFrom Monday on I am away\n"
    line = b"From MAILER-DAEMON Thu Nov 12 12:00:05 2026\n"
    assert [m.strip() for m in messages_in(io.BytesIO(line + first + b"\n" + line + second), 10_000)] == [
        first.strip(),
        second.strip(),
    ]
    assert list(messages_in(io.BytesIO(first + b"\n" + line + second), 10_000)) == [first + b"\n" + line + second]
    assert list(messages_in(io.BytesIO(b""), 10_000)) == []
    assert list(messages_in(io.BytesIO(b"\n\n" + line + first), 10_000)) == [first]


def test_of_a_message_no_more_is_held_than_wanted() -> None:
    line = b"From MAILER-DAEMON Thu Nov 12 12:00:05 2026\n"
    found = list(messages_in(io.BytesIO(line + b"x" * 1_000_000 + b"\n\n" + line + b"y\n"), 5000))
    assert [len(message) for message in found] == [5000, 2]


def test_a_maildir_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    for name, content in (("new/2", b"b"), ("cur/1:2,S", b"a"), ("tmp/3", b"not yet there"), ("new/.hidden", b"no")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "new" / "folder").mkdir()
    assert list(messages_of(tmp_path, 100)) == [b"b", b"a"]
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [".hidden", "1:2,S", "2", "3"]
