"""Mail into a folder, a file each: for the demo, and for looking at what would go out.

A file begins as in a mailbox: with the return address (RFC 5321, 4.4), and with the mailbox that it arrived in.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.mail.conversation import Waiting
from tui_portal.mail.handover import Answer, Fate, ServerAway
from tui_portal.mail.letters import Envelope


class FolderTransport:
    """Writes every envelope as `NAME.eml`, mode 0600, whole or not at all; the folder is made where it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ready(self) -> None:
        """Make the folder. Raises ServerAway where that can't be done."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._away(error) from None

    def hand_over(self, envelope: Envelope) -> Answer:
        """Write one. The same letter has the same name, so that a second try leaves one file. Raises ServerAway."""
        part = self._folder / f".{envelope.name}.{secrets.token_hex(4)}.part"
        try:
            self.ready()
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(_arrived(envelope))
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / f"{envelope.name}.eml")
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise self._away(error) from None
        return Answer(Fate.ACCEPTED)

    def begin(self, envelope: Envelope, waiting: Waiting) -> None:
        """A file is written in one step."""

    def close(self) -> None:
        """Nothing is held open."""

    def _away(self, error: OSError) -> ServerAway:
        return ServerAway(
            _("Mail can't be written to the folder {path}: {why}.").format(
                path=safe(str(self._folder)), why=error.strerror
            )
        )


def _arrived(envelope: Envelope) -> bytes:
    return f"Return-Path: <{envelope.sender}>\r\nDelivered-To: {envelope.recipient}\r\n".encode() + envelope.content
