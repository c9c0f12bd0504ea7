"""What a letter needs, and what the post needs: plain values between the services and the mail server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_portal.i18n import _


class LetterKind(StrEnum):
    """What a letter is about. The value is what the outbox keeps."""

    INVITATION = "invitation"
    ACCESS_NOTICE = "access_notice"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, no password

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return {
            LetterKind.INVITATION: _("invitation"),
            LetterKind.ACCESS_NOTICE: _("access notice"),
            LetterKind.PASSWORD_RESET: _("password link"),
        }[self]


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom every letter comes: the firm, its name in the From line, its address, where answers go (or nothing), and where
    notices about undelivered mail go (or nothing: to the address).
    """

    firm: str
    name: str
    address: str
    reply_to: str = ""
    bounces_to: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter before it is composed. Texts are as people wrote them; composing makes them harmless.

    `address` is written as SMTP takes it: the domain in ASCII. `accounts` are the names to tell, `more_accounts` how many
    were left out. `expires_at` and `queued_at` are seconds since 1970; None: the link never expires. `asked_by_firm` tells a
    password link that the firm sends from one that somebody asked for on the login page.
    """

    kind: LetterKind
    address: str
    name: str
    language: str
    accounts: tuple[str, ...]
    more_accounts: int
    message: str
    link: str
    expires_at: int | None
    message_id: str
    queued_at: int
    asked_by_firm: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A composed letter on its way: the address that notices about it come back to, who it goes to, its bytes, and a name that
    sorts by time and stays the same. Neither address need stand in the letter itself.
    """

    sender: str
    recipient: str
    content: bytes
    name: str

    @property
    def international(self) -> bool:
        """Whether an address holds more than ASCII, which only a server with SMTPUTF8 takes (RFC 6531)."""
        return not (self.sender + self.recipient).isascii()
