"""A letter, and a mail as the program of its reader takes it apart."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser
from typing import cast

from tui_portal.mail.letters import Letter, LetterKind, Sender

NOON = 1_794_484_800  # 2026-11-12 12:00 UTC
LINK = "https://portal.hansen-partner.example/activate/AAAAAAAAAAEAAAABq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ"
SENDER = Sender(
    "Hansen & Partner", "Hansen & Partner", "portal@hansen-partner.example", "office@hansen-partner.example"
)
LETTER = Letter(
    kind=LetterKind.INVITATION,
    address="zoe@dupont.example",
    name="Zoë Dupont",
    language="en",
    accounts=("Dupont SARL", "Dupont [privé] & fils"),
    more_accounts=0,
    message="Chère Zoë,\n\n<b>à bientôt</b> & merci",
    link=LINK,
    expires_at=NOON + 14 * 86_400,
    message_id="<00112233445566778899AABBCCDDEEFF@hansen-partner.example>",
    queued_at=NOON,
)
FIELDS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]
TAGS = {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "p", "div", "br", "ul", "li", "a"}


def parsed(content: bytes) -> EmailMessage:
    """The message."""
    return cast(EmailMessage, message_from_bytes(content, policy=policy.default))


def part_of(message: EmailMessage, kind: str) -> str:
    """The text of the `plain` or the `html` part."""
    found = message.get_body((kind,))
    assert found is not None
    return cast(str, found.get_content()).replace("\r\n", "\n")


def mailbox_in(content: bytes, field: str) -> tuple[str, list[str]]:
    """The name (RFC 2047, 6.2: white space between encoded words is none) and all addresses in a field."""
    raw = message_from_bytes(content, policy=policy.compat32)[field]
    found = getaddresses([raw])
    return str(make_header(decode_header(found[0][0]))), [address for _name, address in found]


class Html(HTMLParser):
    """What of an HTML part is text, and what it names."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(source)
        self.text = re.sub(r"[ \t]*\n[ \t\n]*", "\n", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]

    def handle_data(self, data: str) -> None:
        self.text += data
