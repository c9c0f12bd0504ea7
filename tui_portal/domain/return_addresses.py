"""Signed return addresses: where a notice about a mail comes back to says which mail it is about, and proves it.

The envelope sender of a mail is `local+NUMBER-PROOF@domain`. The proof is an HMAC, made with the key that signs links, over the
number of the mail and its Message-ID: nobody who did not get the mail can make a notice about it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass

from tui_portal.domain.links import KEY_BYTES

_PURPOSE = b"tui_portal return address 1\0"
_MAC_BYTES = 10  # 80 bits; a guess is a mail
_MOST_DIGITS = 12
_LOCAL_LENGTH = 64  # RFC 5321, 4.5.3.1.1
# In base32, because the letters of an address may change their case on the way.
_MAC_LENGTH = _MAC_BYTES * 8 // 5
MOST_LOCAL = _LOCAL_LENGTH - 2 - _MOST_DIGITS - _MAC_LENGTH
_TOKEN = re.compile(rf"\+([1-9][0-9]{{0,{_MOST_DIGITS - 1}}})-([a-z2-7]{{{_MAC_LENGTH}}})@", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReturnToken:
    """What a return address says: the number of the mail, and the proof."""

    number: int
    proof: str


def make_return_address(key: bytes, bounces_to: str, number: int, message_id: str) -> str:
    """The address that notices about the mail `number` come back to; `bounces_to` is where all of them arrive.

    Raises ValueError for a key that is too short to sign with.
    """
    local, _at, domain = bounces_to.rpartition("@")
    return f"{local}+{number}-{_proof(key, number, message_id)}@{domain}"


def return_tokens(text: str) -> Iterator[ReturnToken]:
    """Every token in a header field. Says nothing about whether one is genuine."""
    for found in _TOKEN.finditer(text):
        yield ReturnToken(int(found[1]), found[2].lower())


def is_genuine(key: bytes, token: ReturnToken, message_id: str) -> bool:
    """Whether `token` was made with `key` for the mail with this Message-ID, compared in constant time."""
    return hmac.compare_digest(_proof(key, token.number, message_id), token.proof)


def _proof(key: bytes, number: int, message_id: str) -> str:
    if len(key) < KEY_BYTES:
        raise ValueError("the key is too short to sign return addresses with")
    mac = hmac.new(key, _PURPOSE + number.to_bytes(8, "big") + message_id.encode(), hashlib.sha256).digest()
    return b32encode(mac[:_MAC_BYTES]).decode("ascii").lower()
