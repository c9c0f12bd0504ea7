"""Letters become messages: a text part and an HTML part that say the same, in the recipient's language.

`compose` is the one way in. It knows no state, so that a faster way (once for a language and a message, then filled in) can
take its place.
"""

from __future__ import annotations

import hashlib
import html
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import format_datetime
from functools import cache
from gettext import NullTranslations
from pathlib import Path
from string import Template

from tui_portal.domain.moments import local
from tui_portal.domain.text import safe
from tui_portal.i18n import catalogue
from tui_portal.mail.encoding import CRLF, field, mailbox, one_line, text_part, unstructured
from tui_portal.mail.letters import Letter, LetterKind, Sender

_WIDTH = 72
_TEMPLATES = Path(__file__).parent / "templates"
_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


@dataclass(frozen=True, slots=True)
class _Wording:
    """Everything that is said, in one language. An empty text is left out."""

    subject: str
    greeting: str
    message_head: str
    message: str
    lead: str
    accounts: tuple[str, ...]
    remark: str
    before_link: str
    button: str
    link: str
    until: str
    closing: str
    firm: str
    left_out: str = ""  # instead of the link


def compose(letter: Letter, sender: Sender, *, as_copy: bool = False) -> bytes:
    """The message, ready for SMTP: ASCII but for an international address in its header, lines ended by CRLF.

    With `as_copy` it is the message that the firm's own people get: what the client reads, less a link that works for the
    client alone, and with a Message-ID of its own, so that no notice about it is taken for one about the client's.

    Raises ValueError for a Message-ID or a link that could not stand in a message.
    """
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise ValueError("a Message-ID that is none")
    if one_line(letter.link) != letter.link or " " in letter.link:
        raise ValueError("a link that is none")
    translations = catalogue(letter.language)
    words = _WORDINGS[letter.kind](letter, sender, translations)
    if as_copy:
        # Not to be guessed from the copy, because a notice about the client's mail is believed for its Message-ID.
        own = hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
        letter = replace(letter, message_id=f"<{own}.copy@{letter.message_id.rpartition('@')[2]}")
        if letter.kind is not LetterKind.ACCESS_NOTICE:  # that leads to the login page, and has no secret in it
            left_out = translations.gettext(
                "(This is a copy for the firm: the link, which is the client's alone, was left out.)"
            )
            words = replace(words, link="", left_out=left_out)
    # Neither of the two encodings makes "=_", so no part can hold the boundary.
    boundary = f"=_{hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]}"
    parts = (text_part("plain", _as_text(words)), text_part("html", _as_html(words, letter.language)))
    body = "".join(f"--{boundary}{CRLF}{part}{CRLF}" for part in parts)
    return f"{_head(letter, sender, words.subject, boundary)}{CRLF}{body}--{boundary}--{CRLF}".encode()


def read_aloud(letter: Letter, sender: Sender) -> tuple[str, str]:
    """What the recipient will read: the subject, and the text part of the message."""
    words = _WORDINGS[letter.kind](letter, sender, catalogue(letter.language))
    return one_line(words.subject), _as_text(words)


def _head(letter: Letter, sender: Sender, subject: str, boundary: str) -> str:
    fields = [
        field("From", mailbox(sender.name, sender.address)),
        field("To", mailbox(letter.name, letter.address)),
        field("Subject", unstructured(subject)),
        field("Date", [format_datetime(local(letter.queued_at))]),
        field("Message-ID", [letter.message_id]),
        field("Auto-Submitted", ["auto-generated"]),  # RFC 3834: nobody's holiday note answers it
        field("Content-Language", [letter.language]),
        field("MIME-Version", ["1.0"]),
        field("Content-Type", ["multipart/alternative;", f'boundary="{boundary}"']),
    ]
    if sender.reply_to:
        fields.insert(2, field("Reply-To", [sender.reply_to]))
    return "".join(fields)


def _invitation(letter: Letter, sender: Sender, t: NullTranslations) -> _Wording:
    firm, accounts = one_line(sender.firm), _accounts(letter, t)
    return _Wording(
        subject=t.gettext("Your access to the client portal of {firm}").format(firm=firm),
        greeting=_greeting(letter, t),
        message_head=t.gettext("A message from {firm}:").format(firm=firm),
        message=safe(letter.message, lines=True).strip(),
        lead=t.ngettext(
            "{firm} invites you to its client portal, where the firm and you share documents and messages. You will see this account:",
            "{firm} invites you to its client portal, where the firm and you share documents and messages. You will see these accounts:",
            len(accounts),
        ).format(firm=firm),
        accounts=accounts,
        remark="",
        before_link=t.gettext("To begin, choose your password on this page:"),
        button=t.gettext("Choose your password"),
        link=letter.link,
        until=_until(letter, t),
        closing=t.gettext(
            "If you did not expect this mail, ignore it. Nobody can get in as long as no password has been chosen."
        ),
        firm=firm,
    )


def _access_notice(letter: Letter, sender: Sender, t: NullTranslations) -> _Wording:
    firm, accounts = one_line(sender.firm), _accounts(letter, t)
    return _Wording(
        subject=t.gettext("Your access to the client portal of {firm}").format(firm=firm),
        greeting=_greeting(letter, t),
        message_head=t.gettext("A message from {firm}:").format(firm=firm),
        message=safe(letter.message, lines=True).strip(),
        lead=t.ngettext(
            "In the client portal of {firm} you may now see this account:",
            "In the client portal of {firm} you may now see these accounts:",
            len(accounts),
        ).format(firm=firm),
        accounts=accounts,
        remark=t.gettext("There is nothing to set up: your password stays as it is."),
        before_link=t.gettext("Log in here:"),
        button=t.gettext("Log in"),
        link=letter.link,
        until="",
        closing=t.gettext("If you did not expect this mail, ignore it."),
        firm=firm,
    )


def _password_reset(letter: Letter, sender: Sender, t: NullTranslations) -> _Wording:
    firm = one_line(sender.firm)
    if letter.asked_by_firm:
        lead = t.gettext("{firm} sends you a link through which you can choose another password for its client portal.")
        closing = t.gettext("If you did not expect this mail, ignore it: your password stays as it is.")
    else:
        lead = t.gettext(
            "Somebody typed your address on the login page of {firm}'s client portal and asked for another password."
        )
        closing = t.gettext("If it was not you, ignore this mail: your password stays as it is.")
    return _Wording(
        subject=t.gettext("Another password for the client portal of {firm}").format(firm=firm),
        greeting=_greeting(letter, t),
        message_head="",
        message="",
        lead=lead.format(firm=firm),
        accounts=(),
        remark=t.gettext("Once you have chosen it, every browser in which you are logged in is logged out."),
        before_link=t.gettext("Choose another password on this page:"),
        button=t.gettext("Choose another password"),
        link=letter.link,
        until=_until(letter, t),
        closing=closing,
        firm=firm,
    )


_WORDINGS: dict[LetterKind, Callable[[Letter, Sender, NullTranslations], _Wording]] = {
    LetterKind.INVITATION: _invitation,
    LetterKind.ACCESS_NOTICE: _access_notice,
    LetterKind.PASSWORD_RESET: _password_reset,
}


def _until(letter: Letter, t: NullTranslations) -> str:
    if letter.expires_at is None:
        return t.gettext("The link works once.")
    return t.gettext("The link works once, until {moment}.").format(moment=_moment(letter.expires_at, t))


def _greeting(letter: Letter, t: NullTranslations) -> str:
    name = one_line(letter.name)
    return t.gettext("Hello {name},").format(name=name) if name else t.gettext("Hello,")


def _accounts(letter: Letter, t: NullTranslations) -> tuple[str, ...]:
    shown = tuple(one_line(name) for name in letter.accounts)
    if not letter.more_accounts:
        return shown
    more = t.ngettext("and {n} more", "and {n} more", letter.more_accounts).format(n=letter.more_accounts)
    return (*shown, more)


def _moment(moment: int, t: NullTranslations) -> str:
    """A moment as a person reads it in a letter: day, month by name, year, time and its zone."""
    then = local(moment)
    months = (
        t.gettext("January"),
        t.gettext("February"),
        t.gettext("March"),
        t.gettext("April"),
        t.pgettext("month", "May"),
        t.gettext("June"),
        t.gettext("July"),
        t.gettext("August"),
        t.gettext("September"),
        t.gettext("October"),
        t.gettext("November"),
        t.gettext("December"),
    )
    return t.gettext("{day} {month} {year}, {time} ({zone})").format(
        day=then.day, month=months[then.month - 1], year=then.year, time=f"{then:%H:%M}", zone=f"{then:%Z}"
    )


def _as_text(words: _Wording) -> str:
    """The plain part: paragraphs of a width that every terminal shows, the message and the link as they are."""
    message = [words.message_head, words.message] if words.message else []
    accounts = "\n".join(f"  - {name}" for name in words.accounts)
    paragraphs = [
        _wrapped(words.greeting),
        *message,
        _wrapped(words.lead),
        accounts,
        _wrapped(words.remark),
        words.before_link,
        words.link or _wrapped(words.left_out),
        _wrapped(words.until),
        _wrapped(words.closing),
        f"-- \n{words.firm}",  # what follows "-- " is known to mail programs as a signature
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _wrapped(paragraph: str) -> str:
    return "\n".join(textwrap.wrap(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False))


def _as_html(words: _Wording, language: str) -> str:
    """The HTML part. Every text is escaped; the only markup is that of the templates."""
    message = ""
    if words.message:
        lines = _escaped(words.message).replace("\n", "<br>\n")
        message = _template("message.html").substitute(head=_escaped(words.message_head), message=lines).strip()
    optional = {
        name: f'<p class="small">{_escaped(text)}</p>' if text else ""
        for name, text in (("remark", words.remark), ("until", words.until))
    }
    accounts = "\n".join(f'<li dir="auto">{_escaped(name)}</li>' for name in words.accounts)
    way_in = f"<p>{_escaped(words.left_out)}</p>"
    if words.link:
        way_in = _template("button.html").substitute(button=_escaped(words.button), link=_escaped(words.link)).strip()
    return _template("letter.html").substitute(
        language=_escaped(language),
        subject=_escaped(words.subject),
        firm=_escaped(words.firm),
        greeting=_escaped(words.greeting),
        message=message,
        lead=_escaped(words.lead),
        accounts=f"<ul>\n{accounts}\n</ul>" if accounts else "",
        way_in=way_in,
        closing=_escaped(words.closing),
        **optional,
    )


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


@cache
def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text("utf-8"))
