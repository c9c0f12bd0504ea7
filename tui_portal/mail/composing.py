"""Letters become messages: a text part and an HTML part that say the same, in the recipient's language.

What letters have in common (kind, language, sender, message) is composed and encoded once and kept for a while; for each letter
the rest is filled in: to whom, the accounts, the link, moments.
"""

from __future__ import annotations

import hashlib
import re
from email.utils import format_datetime
from functools import lru_cache

from tui_portal.domain.moments import utc
from tui_portal.i18n import choose_language
from tui_portal.mail.encoding import CRLF, field, mailbox, one_line, unstructured
from tui_portal.mail.letters import Letter, LetterKind, Sender
from tui_portal.mail.preparing import Prepared, prepare
from tui_portal.mail.wordings import Case

_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")
_SPECIAL = re.compile(r"[<>()\[\]\\,;:\"]")
_ABOUT_PASSWORDS = (LetterKind.PASSWORD_RESET, LetterKind.PASSWORD_CHANGED)
_KEPT = 64  # so many are kept prepared, at some 10 kB each, 100 where the message is long


def compose(letter: Letter, sender: Sender, *, as_copy: bool = False) -> bytes:
    """The message, ready for SMTP: ASCII but for an international address in its header, lines ended by CRLF.

    With `as_copy` it is the message that the firm's own people get: what the client reads, less a link that works for the
    client alone, and with a Message-ID of its own, so that no notice about it is taken for one about the client's.

    Raises ValueError for an address, a Message-ID or a link that could not stand in a message.
    """
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise ValueError("a Message-ID that is none")
    if not _is_plain(letter.link):
        raise ValueError("a link that is none")
    name = one_line(letter.name)
    decisive = _decisive(letter, name)
    prepared = _prepared(*decisive, sender, as_copy)
    before_to, before_date, before_boundary = _head(decisive[1], sender, prepared.subject)
    message_id = letter.message_id
    if as_copy:
        # Not to be guessed from the copy, because a notice about the client's mail is believed for its Message-ID.
        message_id = f"<{_digest(message_id)}.copy@{message_id.rpartition('@')[2]}"
    # Neither of the two encodings makes "=_", so no part can hold the boundary.
    boundary = f"=_{_digest(message_id)}"
    head = (
        f"{before_to}{field('To', mailbox(name, _address(letter.address)))}{before_date}"
        f"Date: {_date(letter.queued_at)}{CRLF}Message-ID: {message_id}{CRLF}{before_boundary}"
        f'"{boundary}"{CRLF}{CRLF}--{boundary}{CRLF}'
    )
    line = f"{CRLF}--{boundary}".encode("ascii")
    blocks = [block.lines(letter, name) for block in prepared.blocks]
    plain = prepared.plain.filled([text for text, _page in blocks])
    page = prepared.html.filled([page for _text, page in blocks])
    return b"".join((head.encode("utf-8"), plain, line, b"\r\n", page, line, b"--\r\n"))


def read_aloud(letter: Letter, sender: Sender, *, as_copy: bool = False) -> tuple[str, str]:
    """What the recipient will read: the subject, and the text part of the message. With `as_copy`, less a link that works for
    the recipient alone.
    """
    name = one_line(letter.name)
    prepared = _prepared(*_decisive(letter, name), sender, as_copy)
    pieces = [prepared.texts[0]]
    for block, text in zip(prepared.blocks, prepared.texts[1:], strict=True):
        pieces += block.lines(letter, name)[0], text
    return prepared.subject, "".join(pieces)


def _decisive(letter: Letter, name: str) -> tuple[LetterKind, str, bool, int, bool, bool, bool, str]:
    """What of `letter`, to somebody who is called `name`, decides its words: the values of a `Case`, and the personal message."""
    # Which accounts somebody may see is nothing that a mail about their password has to tell.
    accounts = 0 if letter.kind in _ABOUT_PASSWORDS else min(2, len(letter.accounts) + bool(letter.more_accounts))
    expires, dated = letter.expires_at is not None, letter.invited_at is not None
    language = choose_language(letter.language)
    return letter.kind, language, bool(name), accounts, expires, letter.asked_by_firm, dated, letter.message


@lru_cache(_KEPT)
def _prepared(
    kind: LetterKind,
    language: str,
    named: bool,
    accounts: int,
    expires: bool,
    asked_by_firm: bool,
    dated: bool,
    message: str,
    sender: Sender,
    as_copy: bool,
) -> Prepared:
    case = Case(kind, language, named, accounts, expires, asked_by_firm, dated)
    return prepare(case, sender, message, as_copy=as_copy)


@lru_cache(_KEPT)
def _head(language: str, sender: Sender, subject: str) -> tuple[str, str, str]:
    """The header in three stretches: up to the To field, from there to the Date, from behind the Message-ID to the boundary."""
    answers = field("Reply-To", [_address(sender.reply_to)]) if sender.reply_to else ""
    rest = (
        field("Auto-Submitted", ["auto-generated"]),  # RFC 3834: nobody's holiday note answers it
        field("Content-Language", [language]),
        field("MIME-Version", ["1.0"]),
        f"Content-Type: multipart/alternative;{CRLF} boundary=",
    )
    sent_by = field("From", mailbox(sender.name, _address(sender.address)))
    return sent_by, f"{answers}{field('Subject', unstructured(subject))}", "".join(rest)


@lru_cache(_KEPT)
def _date(moment: int) -> str:
    return format_datetime(utc(moment))


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.encode()).hexdigest()[:32]


def _address(address: str) -> str:
    """The address, which can end no field and begin no other. Raises ValueError for what is none."""
    if not _is_plain(address) or _SPECIAL.search(address) or address.count("@") != 1:
        raise ValueError("an address that is none")
    return address


def _is_plain(text: str) -> bool:
    """Whether `text` is one word, with nothing unseen in it."""
    return bool(text) and " " not in text and (text.isprintable() or one_line(text) == text)
