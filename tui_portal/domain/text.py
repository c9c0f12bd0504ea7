"""Text from outside, made harmless to show and easy to find."""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Controls (C0, DEL, C1), bidi marks, embeddings, overrides, isolates and old formatting, line and paragraph separators, the byte
# order mark, interlinear notes, tag characters and lone surrogates: what a terminal or a reader's eye could take for something else.
_UNSAFE = "\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff"
_unsafe = re.compile(f"[{_UNSAFE}]")
_unsafe_but_newline = re.compile(f"(?!\n)[{_UNSAFE}]")
_spaces = re.compile(r"\s+")
# The voicing marks of kana carry meaning; Latin accents are what a hurried hand leaves out.
_VOICING = frozenset("\u3099\u309a")
# Letters that no normal form takes apart, as a hurried hand writes them.
_PLAIN_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def safe(value: str, *, lines: bool = False) -> str:
    """`value` with every control, escape, bidi and line-separator character replaced by U+FFFD (product.md, House rules).

    With `lines` a line feed stays, for text of several lines.
    """
    pattern = _unsafe_but_newline if lines else _unsafe
    return pattern.sub(REPLACEMENT, value)


def tidy(value: str) -> str:
    """`value` in normal form C, trimmed, with runs of white space made one space."""
    return _spaces.sub(" ", unicodedata.normalize("NFC", value)).strip()


def same_name(value: str) -> str:
    """What two spellings of one name share: trimming, white space and case do not count, accents do."""
    return tidy(value).casefold()


def search_key(value: str) -> str:
    """`value` as it is looked for: without case, accents and width (`Straße` and `STRASSE` are the same)."""
    folded = unicodedata.normalize("NFKD", value).casefold().translate(_PLAIN_LETTERS)
    kept = "".join(c for c in folded if c in _VOICING or not unicodedata.combining(c))
    return _spaces.sub(" ", unicodedata.normalize("NFC", kept)).strip()


def tidy_message(value: str) -> str:
    """A message of several lines as it is kept: line ends are line feeds, tabs are spaces, nothing unseen in it."""
    plain = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return safe(plain, lines=True).strip()
