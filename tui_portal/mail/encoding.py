"""Header fields and text parts as ASCII bytes (RFC 5322, 2045, 2047).

Written out here, not by `email.message`: that takes 2 ms a letter (performance.md), and folding drops the quotes round some
names, so that a name could become a second address.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Iterable

from tui_portal.domain.text import safe, tidy

CRLF = "\r\n"
_LINE = 76
_WORD_BYTES = 45  # in base64 60 characters, with its frame within the 75 of RFC 2047, 2
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PRINTABLE = re.compile(r"[ -~]*")
_BASE64_LINE_BYTES = 57


def field(name: str, tokens: Iterable[str]) -> str:
    """One header field, folded between `tokens`, which are ASCII or, in an address, UTF-8 (RFC 6532)."""
    lines = [f"{name}:"]
    for token in tokens:
        if len(lines[-1]) + 1 + len(token) > _LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {token}"
    return CRLF.join(lines) + CRLF


def mailbox(name: str, address: str) -> list[str]:
    """The tokens of `name <address>`; of the address alone where there is no name."""
    shown = one_line(name)
    if not shown:
        return [address]
    return [*_phrase(shown), f"<{address}>"]


def unstructured(text: str) -> list[str]:
    """The tokens of a text such as a subject."""
    shown = one_line(text)
    if _PRINTABLE.fullmatch(shown) and "=?" not in shown and _words_are_short(shown):
        return shown.split(" ")
    return _encoded_words(shown)


def one_line(text: str) -> str:
    """`text` as one line without anything unseen in it: what ends a header field can't be in it."""
    return tidy(safe(text))


def text_part(kind: str, text: str) -> str:
    """A MIME part of `text/kind` in UTF-8, its lines ended by line feeds, in the shorter of the two encodings."""
    body = text.replace("\n", CRLF).encode("utf-8")
    quoted = binascii.b2a_qp(body, istext=True)
    if len(quoted) <= len(body) * 4 // 3:
        encoding, encoded = "quoted-printable", quoted.decode("ascii")
    else:
        encoding = "base64"
        pieces = (body[start : start + _BASE64_LINE_BYTES] for start in range(0, len(body), _BASE64_LINE_BYTES))
        encoded = CRLF.join(b64encode(piece).decode("ascii") for piece in pieces) + CRLF
    return f"Content-Type: text/{kind}; charset=utf-8{CRLF}Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}{encoded}"


def _phrase(name: str) -> list[str]:
    """A display name: as it is, in quotes, or encoded. What looks like an encoded word is encoded itself."""
    if "=?" not in name:
        if _ATOMS.fullmatch(name) and _words_are_short(name):
            return name.split(" ")
        if _PRINTABLE.fullmatch(name) and len(name) < _LINE // 2:
            escaped = name.replace("\\", "\\\\").replace('"', '\\"')
            return [f'"{escaped}"']
    return _encoded_words(name)


def _words_are_short(text: str) -> bool:
    return all(len(word) < _LINE for word in text.split(" "))


def _encoded_words(text: str) -> list[str]:
    """`text` in encoded words, none of which splits a character (RFC 2047, 5)."""
    words: list[str] = []
    held = b""
    for character in text:
        encoded = character.encode("utf-8")
        if len(held) + len(encoded) > _WORD_BYTES:
            words.append(_encoded_word(held))
            held = b""
        held += encoded
    return [*words, _encoded_word(held)]


def _encoded_word(held: bytes) -> str:
    return f"=?utf-8?b?{b64encode(held).decode('ascii')}?="
