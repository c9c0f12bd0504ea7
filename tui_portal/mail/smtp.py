"""SMTP: one connection for many envelopes, every answer waited for only so long (RFC 5321).

smtplib connects, encrypts and logs in. The letters are handed over here: in one go what the server lets us send in one go
(RFC 2920), which halves the time to a far one.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from functools import lru_cache

from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.conversation import Conversation, Exchange, Steps, Waiting, waited_for
from tui_portal.mail.handover import (
    ABOUT_SENDER,
    Answer,
    Fate,
    LineLost,
    MailServer,
    SenderRefused,
    ServerAway,
    ServerRefuses,
)
from tui_portal.mail.letters import Envelope

# Refused at the recipient, but for want of a login or of encryption (RFC 4954, RFC 3207): nothing the recipient can help.
_ABOUT_US = (530, 535, 538)
_CLOSING = 421
_WANTED = ((250,), (250, 251, 252), (354,))  # as answers to MAIL, RCPT and DATA
_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
_WORDS_LENGTH = 500
_TAKEN = Answer(Fate.ACCEPTED)  # nobody asks in which words


class _Dropped(Exception):
    """The connection ended before the letter itself was sent: it can be offered again. `named` tells whether after the
    recipient was named.
    """

    def __init__(self, why: str, named: bool = False) -> None:
        super().__init__(why)
        self.named = named


class SmtpTransport:
    """Hands envelopes to `server`. Connects when it must, and again when the server has had enough of one connection."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._connection: smtplib.SMTP | None = None
        self._talk: Conversation | None = None
        self._fresh = False
        self._speaking = False
        self._pipelining = False

    def ready(self) -> None:
        """Connect, encrypt and log in, where that is not done yet. Raises ServerAway, ServerRefuses."""
        self._ready()

    def _ready(self) -> tuple[smtplib.SMTP, Conversation]:
        if self._connection is not None and self._talk is not None:
            return self._connection, self._talk
        connection: smtplib.SMTP | None = None
        try:
            connection = self._connected()
            if self._server.security == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self._server.user:
                connection.login(self._server.user, self._server.password)
            if connection.sock is None:
                raise smtplib.SMTPServerDisconnected(_("Connection unexpectedly closed"))
        except (OSError, UnicodeError, ValueError) as error:  # what smtplib raises is an OSError
            if connection is not None:
                connection.close()
            raise self._problem(error) from error
        # The end of a letter does not wait until the rest of it is confirmed.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection, self._fresh = connection, True
        self._talk = Conversation(connection.sock, self._server.seconds)
        self._pipelining = connection.has_extn("pipelining")
        return connection, self._talk

    def hand_over(self, envelope: Envelope) -> Answer:
        """Hand one over. Where the connection was used before and has ended, once more on a new one."""
        while True:
            self._ready()[1].wait(Waiting.HERE)
            answer = waited_for(self._steps(envelope))
            if answer is not None:
                return answer

    def begin(self, envelope: Envelope, waiting: Waiting) -> Exchange[Answer | None] | None:
        """As `hand_over`, step by step; None where there is no connection or it is encrypted."""
        if self._talk is None or not self._talk.is_plain:
            return None
        self._talk.wait(waiting)
        return Exchange(self._talk, self._steps(envelope))

    def _steps(self, envelope: Envelope) -> Steps[Answer | None]:
        """Hand one over on the connection that is there; None where it had been used before and has ended."""
        connection, talk = self._ready()
        fresh, self._fresh = self._fresh, False
        self._speaking = True
        try:
            answer = yield from self._offer(connection, talk, envelope)
        except _Dropped as dropped:
            self._drop()
            if fresh:
                raise (LineLost if dropped.named else ServerAway)(self._closed(str(dropped))) from None
            return None
        except SenderRefused:
            self._speaking = False
            raise
        self._speaking = False
        return answer

    def close(self) -> None:
        """Say QUIT where there is a connection, unless in the middle of something; never raises."""
        if self._talk is not None and not self._speaking:
            self._talk.wait(Waiting.HERE)
            with contextlib.suppress(OSError):
                waited_for(self._talk.say(b"QUIT\r\n"))
                waited_for(self._talk.answer())
        self._drop()

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        name = socket.gethostname()
        if "." not in name or not name.isascii():
            name = "[127.0.0.1]"  # RFC 5321, 4.1.4: a literal where there is no full name; asking DNS for one can hang
        if server.security == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, name, timeout=server.seconds, context=context)
        return smtplib.SMTP(server.host, server.port, name, timeout=server.seconds)

    def _offer(self, connection: smtplib.SMTP, talk: Conversation, envelope: Envelope) -> Steps[Answer]:
        """MAIL, RCPT, DATA. Raises _Dropped as long as trying again does no harm, ServerRefuses for what is about us."""
        if envelope.international and not connection.has_extn("smtputf8"):
            return Answer(Fate.REFUSED, _("the mail server takes no addresses with letters beyond ASCII (SMTPUTF8)"))
        try:
            commands = _commands(envelope)
        except ValueError as error:
            return Answer(Fate.REFUSED, _shown(str(error)))
        if self._pipelining:
            commands = [b"".join(commands)]
        answers = yield from self._asked(talk, commands)
        for place, (code, said) in enumerate(answers):
            if code not in _WANTED[place]:
                if answers[-1][0] == _WANTED[-1][0]:
                    self._drop()  # it waits for a letter now that nobody is to get, not even an empty one (RFC 2920, 3.1)
                return (yield from self._not_taken(code, said, place))
        return (yield from self._send(talk, envelope.content))

    @staticmethod
    def _asked(talk: Conversation, commands: Sequence[bytes]) -> Steps[list[tuple[int, bytes]]]:
        """The answers to MAIL, RCPT and DATA, up to one that ends it: three where all of it was sent in one go."""
        answers: list[tuple[int, bytes]] = []
        try:
            for command in commands:
                if (sent := talk.say_at_once(command)) < len(command):
                    yield from talk.say(command[sent:])
                for _answer in range(len(_WANTED) // len(commands)):
                    answers.append(talk.heard() or (yield from talk.answer()))
                    if answers[-1][0] == _CLOSING:
                        return answers
                if answers[-1][0] not in _WANTED[len(answers) - 1]:
                    return answers
        except OSError as error:
            raise _Dropped(str(error), named=bool(answers)) from error
        return answers

    def _send(self, talk: Conversation, content: bytes) -> Steps[Answer]:
        """The letter. When the connection ends now nobody knows whether it was taken: it is tried again later."""
        try:
            yield from talk.say(_dotted(content))
            code, said = yield from talk.answer()
        except OSError as error:
            self._drop()
            return Answer(Fate.LATER, _("the connection ended before the answer: {why}").format(why=_shown(str(error))))
        if code == 250:
            return _TAKEN
        return (yield from self._not_taken(code, said, len(_WANTED)))

    def _not_taken(self, code: int, said: bytes, place: int) -> Steps[Answer]:
        """The answer for a code that is not the one wanted, at this `place` of the exchange; makes the connection ready for the
        next envelope.
        """
        words, status = _words(code, said), _status(said)
        if code == _CLOSING:
            raise _Dropped(words, named=place > 0)
        final = 500 <= code < 600
        if final and (place == 0 or code in _ABOUT_US or status in ABOUT_SENDER):
            raise SenderRefused(
                _("The mail server {server} takes no mail from us: {words}.").format(server=self._server, words=words)
            )
        if 400 <= code < 600:
            yield from self._reset()
        else:
            self._drop()  # an answer that fits no question: the two sides do not understand each other any more
        return Answer(Fate.REFUSED if final else Fate.LATER, words, status)

    def _reset(self) -> Steps[None]:
        if self._talk is None:
            return
        try:
            yield from self._talk.say(b"RSET\r\n")
            code, _said = yield from self._talk.answer()
        except OSError:
            code = 0
        if code != 250:
            self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = self._talk = None
        self._speaking = False

    def _closed(self, why: str) -> str:
        return _("The mail server {server} closed the connection: {why}.").format(server=self._server, why=_shown(why))

    def _problem(self, error: Exception) -> ServerAway | ServerRefuses:
        """What went wrong before any letter, as one sentence."""
        server = self._server
        if isinstance(error, ssl.SSLCertVerificationError):
            return ServerRefuses(
                _("The certificate of the mail server {server} can't be trusted: {why}.").format(
                    server=server, why=_shown(error.verify_message)
                )
            )
        if isinstance(error, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(error):
            return ServerRefuses(_("The mail server {server} offers no encryption (STARTTLS).").format(server=server))
        if isinstance(error, smtplib.SMTPNotSupportedError) or type(error) is smtplib.SMTPException:
            return ServerRefuses(
                _("The mail server {server} offers no login that is known here.").format(server=server)
            )
        if isinstance(error, smtplib.SMTPResponseException):
            words = _words(error.smtp_code, _bytes(error.smtp_error))
            sentence = _("The mail server {server} takes nothing from us: {words}.")
            if isinstance(error, smtplib.SMTPAuthenticationError):
                sentence = _("The mail server {server} does not take the login: {words}.")
            kind = ServerRefuses if 500 <= error.smtp_code < 600 else ServerAway
            return kind(sentence.format(server=server, words=words))
        if isinstance(error, TimeoutError) or "timed out" in str(error):
            return ServerAway(
                _("The mail server {server} does not answer within {n} s.").format(server=server, n=server.seconds)
            )
        why = getattr(error, "strerror", None) or str(error)
        return ServerAway(_("The mail server {server} can't be reached: {why}.").format(server=server, why=_shown(why)))


def _commands(envelope: Envelope) -> list[bytes]:
    """MAIL, RCPT and DATA for the envelope. Raises ValueError for an address that can't stand in a command."""
    options = b" SMTPUTF8 BODY=8BITMIME" if envelope.international else b""
    return [
        b"MAIL FROM:<%b>%b\r\n" % (_in_command(envelope.sender), options),
        b"RCPT TO:<%b>\r\n" % _in_command(envelope.recipient),
        b"DATA\r\n",
    ]


@lru_cache(maxsize=8)  # the sender is the same for many
def _in_command(address: str) -> bytes:
    if not address.isprintable() or " " in address or "<" in address or ">" in address:
        raise ValueError(_("the address can't be written in SMTP"))
    return address.encode()


def _dotted(content: bytes) -> bytes:
    """A letter as it is sent: a dot at the beginning of a line is doubled, one on a line of its own ends it (RFC 5321, 4.5.2)."""
    dot = b"." if content.startswith(b".") else b""
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return dot + content.replace(b"\n.", b"\n..") + end


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")


def _words(code: int, said: bytes) -> str:
    """What a server said, on one line and harmless."""
    return _shown(f"{code} " + said.decode("utf-8", "replace"))


def _shown(text: str) -> str:
    return safe(" ".join(text.split()))[:_WORDS_LENGTH].rstrip(".")


def _status(said: bytes) -> str:
    match = _STATUS.match(said.decode("utf-8", "replace"))
    return match[1] if match else ""
