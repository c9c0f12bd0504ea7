"""Delivery status notices as mail servers write them, about mail that a test has sent."""

from __future__ import annotations

from tests.smtp_server import Received


def notice_about(
    mail: Received,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    words: str = "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown",
    recipient: str | None = None,
    to: str | None = None,
    whole: bool = True,
) -> bytes:
    """What a Postfix would write about `mail`, which could not be delivered to `recipient`, to the address `to`."""
    recipient, to = recipient or mail.recipient, to or mail.sender
    returned = mail.content if whole else mail.content.partition(b"\r\n\r\n")[0] + b"\r\n"
    return (
        f"Return-Path: <>\r\nDelivered-To: {to}\r\n"
        "Received: by mail.dupont.example (Postfix)\r\n\tid 4F2A1C0; Thu, 12 Nov 2026 12:00:05 +0000 (UTC)\r\n"
        "Date: Thu, 12 Nov 2026 12:00:05 +0000 (UTC)\r\n"
        "From: MAILER-DAEMON@mail.dupont.example (Mail Delivery System)\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nTo: {to}\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n"
        '\tboundary="4F2A1C0.1794484805/mail.dupont.example"\r\nMessage-Id: <20261112120005.4F2A1C0@mail.dupont.example>\r\n'
        "\r\nThis is a MIME-encapsulated message.\r\n\r\n"
        "--4F2A1C0.1794484805/mail.dupont.example\r\nContent-Description: Notification\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you that your message could not\r\n"
        "be delivered to one or more recipients.\r\n\r\n"
        "--4F2A1C0.1794484805/mail.dupont.example\r\nContent-Description: Delivery report\r\n"
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.dupont.example\r\n"
        "X-Postfix-Queue-ID: 4F2A1C0\r\nArrival-Date: Thu, 12 Nov 2026 12:00:04 +0000 (UTC)\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nOriginal-Recipient: rfc822;{recipient}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nRemote-MTA: dns; mx.dupont.example\r\n"
        f"Diagnostic-Code: smtp; {words.format(recipient=recipient)}\r\n\r\n"
        "--4F2A1C0.1794484805/mail.dupont.example\r\nContent-Description: Undelivered Message\r\n"
        f"Content-Type: {'message/rfc822' if whole else 'text/rfc822-headers'}\r\n\r\n"
    ).encode() + (returned + b"\r\n--4F2A1C0.1794484805/mail.dupont.example--\r\n")


def holiday_note(mail: Received) -> bytes:
    """The answer of an absent person's program to `mail` (RFC 3834)."""
    return (
        f"Return-Path: <>\r\nFrom: {mail.recipient}\r\nTo: {mail.sender}\r\nSubject: Away until Monday\r\n"
        f"Auto-Submitted: auto-replied (vacation)\r\nIn-Reply-To: {mail.message['Message-ID']}\r\n"
        "\r\n550 5.1.1 is what you will not get: I am away.\r\n"
    ).encode()


def answer(mail: Received, body: str = "Who are you?") -> bytes:
    """What a person writes back, the mail below it."""
    return (
        f"From: {mail.recipient}\r\nTo: {mail.sender}\r\nSubject: Re: Your access\r\n"
        f"References: {mail.message['Message-ID']}\r\n\r\n{body}\r\n\r\n"
    ).encode() + mail.content
