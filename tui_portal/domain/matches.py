"""Where the words that were looked for stand in a text, though it was found without case, accents and width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tui_portal.domain.text import search_key


def match_ranges(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """The places (start, end) in `text` where `words` stand, which are search keys; in order, none overlapping.

    A place is whole characters of `text`: `ss` marks the ß of `Straße`, `e` an É with its accent.
    """
    folded, starts, ends = _folded(text)
    found = sorted((starts[at], ends[at + len(word) - 1]) for word in words if word for at in _places(folded, word))
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _places(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + 1)


def _folded(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """`text` as a search key, with the place in `text` where each of its characters begins and ends."""
    if text.isascii() and "  " not in text and text.isprintable() and not text.startswith(" "):
        return text.lower(), range(len(text)), range(1, len(text) + 1)
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _characters(text):
        for sign in _signs(text[start:end]):
            if sign != " " or (folded and folded[-1] != " "):
                folded.append(sign)
                starts.append(start)
                ends.append(end)
    return "".join(folded), starts, ends


@lru_cache(maxsize=4096)
def _signs(character: str) -> str:
    """What a character is looked for as. Between two letters spaces at its ends are not trimmed."""
    return search_key(f"x{character}x")[1:-1]


def _characters(text: str) -> Iterator[tuple[int, int]]:
    """The places of the characters as a reader sees them: each with the marks that belong to it."""
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or text[place - 1].isspace() or not _belongs_before(text[place]):
            yield start, place
            start = place


@lru_cache(maxsize=4096)
def _belongs_before(sign: str) -> bool:
    """Whether a sign joins what stands before it: accents, voicing marks of any width, vowels and ends of Korean syllables."""
    first = unicodedata.normalize("NFKD", sign)[0]
    return unicodedata.category(first).startswith("M") or "\u1160" <= first <= "\u11ff"
