"""A real SMTP server on a free loopback port, which keeps what it takes and answers as a test wants."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

DROP = "drop"  # an answer that is none: the connection is cut
SILENCE = "silence"  # an answer that never comes
_TAKEN = "250 2.0.0 OK"


@dataclass(frozen=True)
class Received:
    """One mail as it came: the envelope and the bytes."""

    sender: str
    recipient: str
    content: bytes
    options: tuple[str, ...]

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return cast(EmailMessage, message_from_bytes(self.content, policy=policy.default))

    def part(self, kind: str) -> str:
        """The text of the `plain` or the `html` part."""
        found = self.message.get_body((kind,))
        assert found is not None
        return cast(str, found.get_content()).replace("\r\n", "\n")


class MailServer:
    """Use it as a context manager; `url` is what goes into the settings.

    `on_mail`, `on_rcpt` and `on_data` are asked for the answer: with the sender, the recipient, what was received. An empty
    answer takes the mail. `greeting` is said instead of all of that, then the connection is closed; so is `too_many` to whoever
    comes while `most` connections are open (0: any number). `when_taken` runs in the server's thread after the answer to a
    mail was written. With `pipelining` it lets itself be told several things at once; `closes_after` so many mails on one
    connection it has enough of it (0: never).
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        encrypted: bool = False,
        utf8: bool = False,
        login: tuple[str, str] | None = None,
        greeting: str = "",
        pipelining: bool = False,
        closes_after: int = 0,
        most: int = 0,
        too_many: str = "421 4.7.0 too many connections",
    ) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.open = 0
        self.at_once = 0  # the most that were open at a time
        self.login = login
        self.on_mail: Callable[[str], str] = lambda _sender: ""
        self.on_rcpt: Callable[[str], str] = lambda _recipient: ""
        self.on_data: Callable[[Received], str] = lambda _mail: ""
        self.when_taken: Callable[[Received], None] | None = None
        self.port = 0
        self._tls, self._encrypted, self._utf8, self._greeting = tls, encrypted, utf8, greeting
        self._pipelining, self._most, self._too_many = pipelining, most, too_many
        self.closes_after = closes_after
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="mail server")
        self._protocols: list[Any] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        """To whom the mails that were taken went, in their order."""
        return [mail.recipient for mail in self.received]

    def __enter__(self) -> MailServer:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        tls = self._tls if self._encrypted else None
        server = await self._loop.create_server(self._protocol, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        for protocol in self._protocols:
            if protocol.transport is not None:
                protocol.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _protocol(self) -> asyncio.BaseProtocol:
        self.connections += 1
        if self._greeting:
            return _Greeting(self._greeting)
        if self._most and self.open >= self._most:
            return _Greeting(self._too_many)
        self.open += 1
        self.at_once = max(self.at_once, self.open)
        protocol = _Connection(
            self,
            _PipeliningHandler(self) if self._pipelining else _Handler(self),
            enable_SMTPUTF8=self._utf8,
            hostname="mail.example",
            tls_context=None if self._encrypted else self._tls,
            auth_require_tls=self._tls is not None and not self._encrypted,
            authenticator=self._authenticated,
            loop=self._loop,
        )
        self._protocols.append(protocol)
        return protocol

    def _authenticated(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=(data.login.decode(), data.password.decode()) == self.login, handled=False)


class _Connection(SMTP):
    def __init__(self, owner: MailServer, *arguments: Any, **known: Any) -> None:
        super().__init__(*arguments, **known)
        self._owner = owner

    def connection_lost(self, error: Exception | None) -> None:
        self._owner.open -= 1
        super().connection_lost(error)


class _Greeting(asyncio.Protocol):
    def __init__(self, greeting: str) -> None:
        self._greeting = greeting

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        writer = cast(asyncio.Transport, transport)
        writer.write(self._greeting.encode() + b"\r\n")
        writer.close()


class _Handler:
    def __init__(self, owner: MailServer) -> None:
        self._owner = owner
        self._mails = 0  # on this connection

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._owner.login is not None and not session.authenticated:
            return "530 5.7.0 log in first"
        if self._owner.closes_after and self._mails == self._owner.closes_after:
            return "421 4.7.0 too many on one connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._said(server, self._owner.on_mail(address))

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._said(server, self._owner.on_rcpt(address))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        content = envelope.original_content or b""
        sender, options = envelope.mail_from or "", tuple(envelope.mail_options)
        mail = Received(sender, envelope.rcpt_tos[0], content, options)
        answer = self._owner.on_data(mail)
        self._mails += 1
        if not answer or answer in (DROP, SILENCE):
            self._owner.received.append(mail)
        said = await self._said(server, answer)
        if self._owner.when_taken is not None:
            asyncio.get_running_loop().call_soon(self._owner.when_taken, mail)  # the answer is written before its turn
        return said

    @staticmethod
    async def _said(server: SMTP, answer: str) -> str:
        if answer == SILENCE:
            await asyncio.Event().wait()
        if answer == DROP:
            cast(asyncio.Transport, server.transport).abort()
            raise ConnectionResetError
        return answer or _TAKEN


class _PipeliningHandler(_Handler):
    async def handle_EHLO(  # noqa: N802 - the name that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]
