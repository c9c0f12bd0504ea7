"""Links that are never stored: who holds the key makes them, and knows its own again.

A link's token is a number, a second number that changes when the link is to die, and an HMAC over both, the mailbox and what
the link is for, made with a key from a file beside the database (architecture.md, rule 3). A link for one purpose is worth
nothing for another.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from enum import Enum

KEY_BYTES = 32
_NUMBERS = struct.Struct(">QI")
_MAC_BYTES = 24
_LIKE_TOKENS = re.compile(r"[A-Za-z0-9_-]{40,}")
_MOST = 2**63 - 1  # the highest number that SQLite gives to a row
_MARK = b"tui_portal password mark 1\0"
_MARK_BYTES = 4


class Purpose(Enum):
    """What a link is for. The value goes into the HMAC."""

    INVITATION = b"tui_portal invitation link 1\0"
    PASSWORD = b"tui_portal password link 1\0"


@dataclass(frozen=True, slots=True)
class Token:
    """The parts of a link: the number of its row, the number that must not have changed since, and the proof."""

    number: int
    mark: int
    mac: bytes


def make_token(key: bytes, purpose: Purpose, number: int, mark: int, mailbox: str) -> str:
    """The token for a link: URL-safe text without padding that shows neither the address nor a name.

    `mailbox` is the canonical address. Raises ValueError for a key that is too short to sign with.
    """
    mac = _mac(key, purpose, number, mark, mailbox)
    return urlsafe_b64encode(_NUMBERS.pack(number, mark) + mac).rstrip(b"=").decode("ascii")


def read_token(text: str) -> Token | None:
    """The parts of a token, or None where it is none. Says nothing about whether it is genuine, or for what."""
    if len(text) != 4 * (_NUMBERS.size + _MAC_BYTES) // 3 or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text)
    except (Base64Error, ValueError):
        return None
    if urlsafe_b64encode(raw).decode("ascii") != text:
        return None
    number, mark = _NUMBERS.unpack_from(raw)
    return None if number > _MOST else Token(number, mark, raw[_NUMBERS.size :])


def without_tokens(text: str) -> str:
    """`text` without anything that could be a token: what others say of a mail may repeat the link in it."""
    return _LIKE_TOKENS.sub("\N{HORIZONTAL ELLIPSIS}", text)


def is_genuine(key: bytes, purpose: Purpose, token: Token, mailbox: str) -> bool:
    """Whether `token` was made with `key` for this purpose and `mailbox`, compared in constant time."""
    return hmac.compare_digest(_mac(key, purpose, token.number, token.mark, mailbox), token.mac)


def password_mark(key: bytes, password_hash: str) -> int:
    """The number by which a password link knows whether the password is still the one that it was made for.

    It says nothing about the hash to anybody without the key. A hash that was made anew at a login changes it as well: that
    kills the link of somebody who knows their password.
    """
    digest = hmac.new(key, _MARK + password_hash.encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:_MARK_BYTES], "big")


def _mac(key: bytes, purpose: Purpose, number: int, mark: int, mailbox: str) -> bytes:
    if len(key) < KEY_BYTES:
        raise ValueError("the key is too short to sign links with")
    message = purpose.value + _NUMBERS.pack(number, mark) + mailbox.encode()
    return hmac.digest(key, message, "sha256")[:_MAC_BYTES]  # a third of the time of hmac.new
