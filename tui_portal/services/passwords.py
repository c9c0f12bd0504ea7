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
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "!@#$%^&*()_+",
    '!"§$%&/()=?',
)
_RUN = 4
_LEET = str.maketrans("@4310$5!7", "aaelossit")
_LEFT = 5  # different characters that must be left when everything easy is taken out
_DATE_DIGITS = 8


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

    Its length is counted in characters after normalisation. It must not consist of common passwords, rows of keys, the
    words of `names` (the person, the address, the firm, the accounts) and a date; such a word inside a longer one is no
    fault.
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
    if not _is_easy(kept, _common_words() | named):
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
def _common_words() -> frozenset[str]:
    text = Path(__file__).with_name("common_passwords.txt").read_text("utf-8")
    return frozenset(_folded(word) for word in text.split())


def _words(names: Iterable[str]) -> frozenset[str]:
    """Each word of `names`, and each name as one word; what is too short to mean anything is left out."""
    found: set[str] = set()
    for name in names:
        parts = re.split(r"[\W_]+", search_key(name))
        found.update(parts, ["".join(parts)])
    return frozenset(word for word in found if len(word) >= (3 if word.isascii() else 2))


def _is_easy(password: str, words: frozenset[str]) -> bool:
    """Whether hardly anything is left of `password` without `words`, rows of keys and a date."""
    low = search_key(password)
    return any(_is_little(_without_rows(text), words) for text in (low, low.translate(_LEET)))


def _is_little(text: str, words: frozenset[str]) -> bool:
    signs = {c for c in text if not c.isalnum() and not c.isspace()}
    left = _folded(text)
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, " ")
    left = left.replace(" ", "")
    few = len(set(left)) < _LEFT or (left.isdigit() and len(left) <= _DATE_DIGITS)
    return few and len(signs) < _LEFT


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
