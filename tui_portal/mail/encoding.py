"""Header fields and text parts as ASCII bytes (RFC 5322, 2045, 2047).

Written out here, not by `email.message`: that takes 2 ms a letter (performance.md), and folding drops the quotes round some
names, so that a name could become a second address.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tui_portal.domain.text import safe, tidy

CRLF = "\r\n"
_LINE = 76
_WORD_BYTES = 45  # in base64 60 characters, with its frame within the 75 of RFC 2047, 2
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PRINTABLE = re.compile(r"[ -~]*")
_BASE64_LINE_BYTES = 57
_KEPT = 32


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
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return tidy(safe(text))


class TextPart:
    """A MIME part of `text/kind` in UTF-8, of which most stays the same: `fixed` are the stretches between those that are filled
    in, encoded once. Of the two encodings the shorter one for them is taken.

    Every stretch is of whole lines, ended by line feeds, and between two that are filled in there is at least one line: so each
    can be encoded by itself.
    """

    def __init__(self, kind: str, fixed: Sequence[str]) -> None:
        self._quoted = [_quoted(text) for text in fixed]
        raw = [_lines(text) for text in fixed]
        self._is_quoted = sum(map(len, self._quoted)) <= sum(map(len, raw)) * 4 // 3
        self._ways = [] if self._is_quoted else [[_aligned(text, skipped) for skipped in range(3)] for text in raw]
        encoding = "quoted-printable" if self._is_quoted else "base64"
        head = f"Content-Type: text/{kind}; charset=utf-8{CRLF}Content-Transfer-Encoding: {encoding}{CRLF}{CRLF}"
        self._head = head.encode("ascii")

    def filled(self, values: Sequence[str]) -> bytes:
        """The part with `values`, one fewer than the fixed stretches, between them."""
        pieces = [self._head]
        if self._is_quoted:
            for fixed, value in zip(self._quoted, values, strict=False):  # the last fixed one has no value behind it
                pieces += fixed, _quoted_again(value)
            return b"".join((*pieces, self._quoted[-1]))
        held = b""  # what is not yet a multiple of three bytes
        for ways, value in zip(self._ways, (*values, ""), strict=True):
            begin, middle, end = ways[-len(held) % 3]
            pieces += _base64(held + begin), middle
            held = end + _lines(value)
        return b"".join((*pieces, _base64(held)))


def _lines(text: str) -> bytes:
    return text.replace("\n", CRLF).encode("utf-8")


def _quoted(text: str) -> bytes:
    """Quoted-printable, line by line: what is encoded apart is the same as what is encoded together."""
    return binascii.b2a_qp(_lines(text), istext=True)


_quoted_again = lru_cache(_KEPT)(_quoted)  # many letters in a row say the same of accounts and moments


def _base64(data: bytes) -> bytes:
    pieces = (data[start : start + _BASE64_LINE_BYTES] for start in range(0, len(data), _BASE64_LINE_BYTES))
    return b"".join(b64encode(piece) + b"\r\n" for piece in pieces)


def _aligned(data: bytes, skipped: int) -> tuple[bytes, bytes, bytes]:
    """`data` less the first `skipped` bytes in base64 as far as three bytes make four characters, with what is left before and behind."""
    end = max(skipped, len(data) - (len(data) - skipped) % 3)
    return data[:skipped], _base64(data[skipped:end]), data[end:]


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
    return len(text) < _LINE or all(len(word) < _LINE for word in text.split(" "))


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
