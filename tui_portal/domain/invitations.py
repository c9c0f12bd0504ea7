"""Invitations: their states, and the link that a client gets.

A link is never stored. It is an HMAC over the invitation's number, its generation and the mailbox, made with a key from a
file beside the database; raising the generation kills it (architecture.md, rule 3).
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from enum import StrEnum

KEY_BYTES = 32
_NUMBERS = struct.Struct(">QI")
_MAC_BYTES = 24
_MOST = 2**63 - 1  # the highest number that SQLite gives to a row
_PURPOSE = b"tui_portal invitation link 1\0"


class InvitationState(StrEnum):
    """What is kept of an invitation. `expired` follows from the clock and is never stored."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    USED = "used"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (InvitationState.QUEUED, InvitationState.SENT, InvitationState.FAILED)


class LinkState(StrEnum):
    """What a link answers when it is opened."""

    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LinkToken:
    """The three parts of a link: which invitation, which generation of it, and the proof."""

    invitation: int
    generation: int
    mac: bytes


def make_link_token(key: bytes, invitation: int, generation: int, mailbox: str) -> str:
    """The token for a link: URL-safe text without padding that shows neither the address nor a name.

    `mailbox` is the canonical address. Raises ValueError for a key that is too short to sign with.
    """
    mac = _mac(key, invitation, generation, mailbox)
    return urlsafe_b64encode(_NUMBERS.pack(invitation, generation) + mac).rstrip(b"=").decode("ascii")


def read_link_token(text: str) -> LinkToken | None:
    """The parts of a token, or None where it is none. Says nothing about whether it is genuine."""
    if len(text) != 4 * (_NUMBERS.size + _MAC_BYTES) // 3 or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text)
    except (Base64Error, ValueError):
        return None
    if urlsafe_b64encode(raw).decode("ascii") != text:
        return None
    invitation, generation = _NUMBERS.unpack_from(raw)
    if invitation > _MOST:
        return None
    return LinkToken(invitation, generation, raw[_NUMBERS.size :])


def is_genuine(key: bytes, token: LinkToken, mailbox: str) -> bool:
    """Whether `token` was made with `key` for `mailbox`, compared in constant time."""
    return hmac.compare_digest(_mac(key, token.invitation, token.generation, mailbox), token.mac)


def _mac(key: bytes, invitation: int, generation: int, mailbox: str) -> bytes:
    if len(key) < KEY_BYTES:
        raise ValueError("the key is too short to sign links with")
    message = _PURPOSE + _NUMBERS.pack(invitation, generation) + mailbox.encode()
    return hmac.new(key, message, hashlib.sha256).digest()[:_MAC_BYTES]
