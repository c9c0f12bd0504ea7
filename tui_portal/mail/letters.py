"""What a letter needs, and what the post needs: plain values between the services and the mail server."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_portal.i18n import _

if TYPE_CHECKING:
    from tui_portal.mail.templates import Templates


class LetterKind(StrEnum):
    """What a letter is about. The value is what the outbox keeps."""

    INVITATION = "invitation"
    REMINDER = "reminder"
    ACCESS_NOTICE = "access_notice"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, no password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - as above

    @property
    def label(self) -> str:
        """The kind in the reader's language."""
        return {
            LetterKind.INVITATION: _("invitation"),
            LetterKind.REMINDER: _("reminder"),
            LetterKind.ACCESS_NOTICE: _("access notice"),
            LetterKind.PASSWORD_RESET: _("password link"),
            LetterKind.PASSWORD_CHANGED: _("password changed"),
        }[self]


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom every letter comes: the firm, its name in the From line, its address, where answers go (or nothing), where
    notices about undelivered mail go (or nothing: to the address), and the firm's own mail templates (None: those of the program).
    """

    firm: str
    name: str
    address: str
    reply_to: str = ""
    bounces_to: str = ""
    templates: Templates | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter before it is composed. Texts are as people wrote them; composing makes them harmless.

    `address` is written as SMTP takes it: the domain in ASCII. `accounts` are the names to tell, `more_accounts` how many
    were left out. `expires_at`, `queued_at` and `invited_at` are seconds since 1970; None: the link never expires.
    `asked_by_firm` tells a password link that the firm sends from one that somebody asked for on the login page. A reminder says
    when its reader was invited; a letter that tells of a changed password was queued when that happened.
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
    invited_at: int | None = None


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
