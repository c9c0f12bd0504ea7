"""Passwords of clients: what may be one, and the only form in which it is kept (product.md, Client portal).

A password must be long and hard to guess; nothing is said about what it is composed of (NIST SP 800-63B, 3.1.1.2). It is
kept as an Argon2id hash with the parameters that OWASP's Password Storage Cheat Sheet names. Hashing takes a
processor for some hundredths of a second: call it in a thread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tui_portal.config import Settings
from tui_portal.domain.text import search_key

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_OWN_WORDS = ("tui portal", "client portal")
# Rows of keys and of the alphabet: who runs a finger along them types no secret.
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "qsdfghjklm",
    "zxcvbnm",
    "yxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "a1b2c3d4e5f6g7h8i9",
    "1a2b3c4d5e6f7g8h9i",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1qazxsw23edcvfr45tgb",
    "qazwsxedcrfvtgbyhnujm",
    "147258369",
    "159753",
    "!@#$%^&*()_+",
    '!"§$%&/()=?',
)
_RUN = 4
_LEET = str.maketrans("@4310$5!7", "aaelossit")
_LEFT = 5  # different characters that must be left when everything easy is taken out
_PHRASE = 3  # so many common words that are not names are a phrase: hard enough to guess
_DATE_DIGITS = 8
_LEAST_GUESSES = 5 * 10**7  # far more than can be tried in the portal, which makes who guesses wait
_MOST_ESTIMATED = 72  # characters; what is hard to guess so far is hard to guess


class PasswordFault(StrEnum):
    """Why something can't be a password."""

    EMPTY = "empty"
    SHORT = "short"
    LONG = "long"
    UNSEEN = "unseen"
    COMMON = "common"
    NAMES = "names"


def find_fault(password: str, settings: Settings, names: Iterable[str] = ()) -> PasswordFault | None:
    """What keeps `password` from being one, or None.

    Its length is counted in characters after normalisation. It must not consist of one or two common passwords, rows of keys, the
    words of `names` (the person, the address, the firm, the accounts) and a date; such a word inside a longer one is no
    fault, nor is a phrase of several. Nor may it be among the first that are tried by who knows the passwords that others have
    chosen. Takes a processor for some thousandths of a second, rarely a tenth: call it in a thread.
    """
    kept = normal_form(password)
    if not kept:
        return PasswordFault.EMPTY
    if any(unicodedata.category(c) in ("Cc", "Cn", "Cs") for c in kept):
        return PasswordFault.UNSEEN
    if len(kept) < settings.portal.password_min_length:
        return PasswordFault.SHORT
    if len(kept.encode()) > settings.limits.password_bytes:
        return PasswordFault.LONG
    named = _words((*names, *_OWN_WORDS))
    if not _is_easy(kept, named) and _guesses(kept, named) >= _LEAST_GUESSES:
        return None
    folded = _folded(kept)
    return PasswordFault.NAMES if any(word in folded for word in named) else PasswordFault.COMMON


def hash_password(password: str) -> str:
    """The hash to keep, which names its own parameters. Takes a processor for some hundredths of a second."""
    return _hasher.hash(normal_form(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether `kept` is the hash of `password`. Without a hash it takes the same time, and is False."""
    try:
        right = _hasher.verify(kept or _nobodys_hash(), normal_form(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def is_outdated(kept: str) -> bool:
    """Whether `kept` was made with other parameters than those of today, and is to be made anew at the next login."""
    return _hasher.check_needs_rehash(kept)


def normal_form(password: str) -> str:
    """The form that is hashed (NFKC): the same keys give the same password on every keyboard and system."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys_hash() -> str:
    from secrets import token_urlsafe

    return _hasher.hash(token_urlsafe())


@cache
def _common_words() -> tuple[str, ...]:
    """The words that common passwords are made of, the longest first."""
    text = Path(__file__).with_name("common_passwords.txt").read_text("utf-8")
    return _longest_first({_folded(word) for word in text.split()})


def _longest_first(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


def _words(names: Iterable[str]) -> tuple[str, ...]:
    """Each word of `names`, and each name as one word; what is too short to mean anything is left out."""
    found: set[str] = set()
    for name in names:
        parts = re.split(r"[\W_]+", search_key(name))
        found.update(parts, ["".join(parts)])
    return _longest_first(word for word in found if len(word) >= (3 if word.isascii() else 2))


def _guesses(password: str, named: tuple[str, ...]) -> float:
    """After how many tries the password would be found by who knows the 30,000 most common ones, words, names, rows of keys and
    dates in all their usual forms (D. Wheeler, zxcvbn: low-budget password strength estimation, 2016).
    """
    from zxcvbn import zxcvbn

    return float(zxcvbn(password[:_MOST_ESTIMATED], user_inputs=list(named))["guesses"])


def _is_easy(password: str, named: tuple[str, ...]) -> bool:
    """Whether hardly anything is left of `password` without names, common words, rows of keys and a date."""
    low = search_key(password)
    once = re.sub(r"(.)\1", r"\1", low)
    texts = [_without_rows(text) for text in (low, low.translate(_LEET), once)]
    return any(_is_little(text, "", named) or _is_little(text, " ", named) for text in texts)


def _is_little(text: str, between: str, named: tuple[str, ...]) -> bool:
    """Whether hardly anything is left of `text`, with its words put together by `between`."""
    signs = {c for c in text if not c.isalnum() and not c.isspace()}
    left, _names = _without_words(between.join(_folded(part) for part in re.split(r"[\W_]+", text)), named)
    left, common = _without_words(left, _common_words())
    left = left.replace(" ", "")
    few = len(set(left)) < _LEFT or (left.isdigit() and len(left) <= _DATE_DIGITS)
    return few and len(signs) < _LEFT and common < _PHRASE


def _without_words(text: str, words: tuple[str, ...]) -> tuple[str, int]:
    """`text` without `words`, one after the other, and how many different ones were in it."""
    found = 0
    for word in words:
        if word in text:
            text, found = text.replace(word, " "), found + 1
    return text, found


def _without_rows(text: str) -> str:
    """`text` without every run of four or more characters along a row, in either direction."""
    kept, start = "", 0
    while start < len(text):
        end = start + 1
        while end < len(text) and any(text[start : end + 1] in row for row in _rows()):
            end += 1
        kept += text[start:end] if end - start < _RUN else " "
        start = end
    return kept


@cache
def _rows() -> tuple[str, ...]:
    return _ROWS + tuple(row[::-1] for row in _ROWS)


def _folded(text: str) -> str:
    """Letters and digits only, without case, accents and width."""
    return "".join(c for c in search_key(text) if c.isalnum())
