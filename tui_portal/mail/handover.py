"""Handing envelopes over: what can come of it, and the way that the settings name.

A refusal of one letter is an `Answer`; what concerns every letter (no connection, no login, a sender that is not wanted)
is raised, and ends the run.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from tui_portal.config import Settings
from tui_portal.domain.addresses import Validity, check_address
from tui_portal.domain.errors import MailUnavailable
from tui_portal.domain.return_addresses import MOST_LOCAL
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.conversation import Exchange, Waiting
from tui_portal.mail.encoding import one_line
from tui_portal.mail.letters import Envelope, Sender
from tui_portal.mail.templates import templates_of

PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Of the codes about addresses these two are about the sender's (RFC 3463, 3.2).
ABOUT_SENDER = ("5.1.7", "5.1.8")
# Those that say that no mail will ever arrive there: 5.1.X, less the sender's, "address valid" (5.1.5) and a server on the way
# (5.1.9, RFC 3886); and a mailbox that was switched off (5.2.1). Full mailboxes and policies are not the address's fault.
_NO_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})


class ServerAway(MailUnavailable):
    """The server can't be reached or takes nothing for now; later it may."""


class LineLost(ServerAway):
    """The connection ended after the recipient was named and before the letter was sent: it may be about this letter."""


class ServerRefuses(MailUnavailable):
    """The server wants nothing from us as we are set up: a person has to do something."""


class SenderRefused(ServerRefuses):
    """The server talks to us and takes no letter of ours."""


class Fate(Enum):
    """What became of one letter."""

    ACCEPTED = auto()
    LATER = auto()
    REFUSED = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one letter, in the server's words, with its enhanced status code (RFC 3463) where it gave one."""

    fate: Fate
    words: str = ""
    status: str = ""

    @property
    def no_such_mailbox(self) -> bool:
        """Whether the refusal is for good and for the address itself."""
        return self.fate is Fate.REFUSED and means_no_mailbox(self.status)


def means_no_mailbox(status: str) -> bool:
    """Whether an enhanced status code (RFC 3463) says that no mail will ever arrive at the address: it is marked as bouncing."""
    return status in _NO_MAILBOX


class Transport(Protocol):
    """A way out for many envelopes."""

    def ready(self) -> None:
        """Be able to take an envelope now. Raises ServerAway, ServerRefuses."""

    def hand_over(self, envelope: Envelope) -> Answer:
        """Hand one over. Raises ServerAway, ServerRefuses where it is not about this one, LineLost where it may be; it was not
        taken then.
        """

    def begin(self, envelope: Envelope, waiting: Waiting) -> Exchange[Answer | None] | None:
        """As `hand_over`, step by step on the connection that is there, with the outcome None where that had ended before, and another
        one is needed. None where there is no connection, or none that can do that.
        """

    def close(self) -> None:
        """Take leave, unless in the middle of something; never raises."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how mail is handed over. `security` is `smtp`, `smtps` or `smtp+starttls`; no user: no login."""

    security: str
    host: str
    port: int
    user: str
    password: str
    seconds: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return safe(f"{host}:{self.port}")


def open_transport(settings: Settings) -> Transport:
    """The way that `[mail] smtp` names; nothing is connected yet. Raises ServerRefuses with what is missing or wrong."""
    named = settings.mail.smtp
    if not named:
        raise ServerRefuses(
            _(
                'No mail server is set: put smtp = "smtp://host:25" (or smtps://, smtp+starttls://, folder:PATH) under [mail] in the settings.'
            )
        )
    if named.startswith("folder:"):
        from tui_portal.mail.folder import FolderTransport

        base = settings.source.parent if settings.source else Path()
        return FolderTransport(base / Path(named.removeprefix("folder:")).expanduser())
    from tui_portal.mail.smtp import SmtpTransport

    return SmtpTransport(_server(settings))


def most_connections(settings: Settings) -> int:
    """How many transports can work side by side: a folder is one place."""
    return 1 if settings.mail.smtp.startswith("folder:") else settings.limits.mail_connections


def sender_of(settings: Settings, firm: str) -> Sender:
    """From whom letters come by the settings. Raises ServerRefuses where `from` or `bounces_to` under [mail] or `[firm] reply_to`
    is no address, or none that can be used; TemplatesUnusable for a fault in the firm's own mail templates.
    """
    if not settings.mail.sender:
        raise ServerRefuses(_('No sender is set: put from = "portal@your-firm.example" under [mail] in the settings.'))
    name, address = _named_address(settings.mail.sender, "[mail] from")
    reply_to = _named_address(settings.firm.reply_to, "[firm] reply_to")[1] if settings.firm.reply_to else ""
    bounces_to = _named_address(settings.mail.bounces_to, "[mail] bounces_to")[1] if settings.mail.bounces_to else ""
    local = bounces_to.rpartition("@")[0]
    if len(local) > MOST_LOCAL or not local.isascii():
        raise ServerRefuses(
            _(
                "[mail] bounces_to in the settings can't be used: there must be at most {n} characters before the @, and none beyond ASCII."
            ).format(n=MOST_LOCAL)
        )
    return Sender(firm, name or firm, address, reply_to, bounces_to, templates_of(settings))


def copies_of(settings: Settings) -> tuple[str, ...]:
    """To whom a copy of every letter goes by the settings. Raises ServerRefuses where one of `[mail] copies_to` is no address."""
    return tuple(_named_address(value, "[mail] copies_to")[1] for value in settings.mail.copies_to if value)


def _named_address(value: str, setting: str) -> tuple[str, str]:
    """The name and the address in `Name <address>` or `address`, the domain in ASCII."""
    before, bracket, after = value.strip().rpartition("<")
    name, address = (before.strip().strip('"'), after.removesuffix(">")) if bracket else ("", value)
    check = check_address(address)
    if check.validity is Validity.INVALID:
        raise ServerRefuses(
            _("{setting} in the settings is not an e-mail address: {value}.").format(setting=setting, value=safe(value))
        )
    return one_line(name), smtp_address(check.address, check.canonical)


def smtp_address(address: str, canonical: str) -> str:
    """An address as SMTP takes it: the local part as typed, the domain in ASCII, which every server knows (RFC 5891)."""
    return f"{address.rpartition('@')[0]}@{canonical.rpartition('@')[2]}"


def _server(settings: Settings) -> MailServer:
    named = settings.mail.smtp
    try:
        parts = urlsplit(named)
        port = parts.port
    except ValueError:
        raise _no_server(named) from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
        raise _no_server(named)
    user = settings.mail.user
    if user and parts.scheme == "smtp" and parts.hostname not in _LOOPBACK:
        raise ServerRefuses(
            _(
                "The password for {host} would travel unencrypted: use smtps:// or smtp+starttls:// in [mail] smtp."
            ).format(host=safe(parts.hostname))
        )
    return MailServer(
        parts.scheme,
        parts.hostname,
        port or PORTS[parts.scheme],
        user,
        _password(settings) if user else "",
        settings.limits.smtp_seconds,
    )


def _password(settings: Settings) -> str:
    """What stands in the password file, which nobody but its owner (and group) may read."""
    if not settings.mail.password_file:
        raise ServerRefuses(_("[mail] user is set, but no password_file beside it."))
    base = settings.source.parent if settings.source else Path()
    path = base / Path(settings.mail.password_file).expanduser()
    try:
        if path.stat().st_mode & stat.S_IROTH:
            raise ServerRefuses(
                _("Everybody on this machine can read the password file {path}: chmod 600 it.").format(path=path)
            )
        return path.read_text("utf-8").strip()
    except OSError as error:
        raise ServerRefuses(
            _("The password file {path} can't be read: {why}.").format(path=path, why=error.strerror)
        ) from None
    except UnicodeDecodeError:
        raise ServerRefuses(_("The password file {path} is not UTF-8 text.").format(path=path)) from None


def _no_server(named: str) -> ServerRefuses:
    return ServerRefuses(
        _("[mail] smtp is {value}; it must be smtp://host:port, smtps://, smtp+starttls:// or folder:PATH.").format(
            value=safe(named)
        )
    )
