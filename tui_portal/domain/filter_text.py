"""Filters as text: read, written and changed term by term. `domain/filters.py` says what the language means."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _


class Key(StrEnum):
    """What stands before the colon."""

    LOGIN = "login"
    TYPE = "type"
    TAG = "tag"
    NOTIFY = "notify"
    SYNC = "sync"
    ADDRESS = "address"
    CONTACTS = "contacts"
    STAFF = "staff"
    TEST = "test"
    ARCHIVED = "archived"


OWN_WORDS = frozenset({Key.TAG, Key.STAFF})  # their values are the firm's own: any can be typed
NOBODY = "none"  # `staff:none`: nobody is responsible


_VALUES: dict[Key, tuple[str, ...]] = {
    Key.LOGIN: ("offline", "active", "pending", "never"),
    Key.TYPE: tuple(kind.value for kind in AccountType),
    Key.NOTIFY: ("on", "off"),
    Key.SYNC: ("on", "off"),
    Key.ADDRESS: ("invalid",),
    Key.CONTACTS: ("0",),
    Key.TEST: ("yes", "no"),
    Key.ARCHIVED: ("yes", "no"),
}

# More than anybody types, and far less than SQLite takes.
MOST_PARTS = 50  # words, and values of terms
MOST_CHARACTERS = 5000

# Within or before a number of days; five digits are more years than a firm has.
LOGIN_DAYS = re.compile(r"([<>])([1-9][0-9]{0,4})d")
_DAYS_TYPED = re.compile(r"([<>])\s*0*([1-9][0-9]{0,4})\s*d?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """One key with the values of which one is enough, in their normal form."""

    key: Key
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """Text to be found, as it was typed."""

    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """What all parts fit; without parts everything."""

    parts: tuple[Term | Word, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """The words, in their order; those that hold nothing to look for left out."""
        return tuple(part for part in self.parts if isinstance(part, Word) and search_key(part.text))

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Term))

    def of(self, key: Key) -> tuple[Term, ...]:
        """The terms with this key."""
        return tuple(term for term in self.terms if term.key is key)


class FilterError(WrongUse):
    """A filter that can't be read: the word from `start` up to `end` in `text`."""

    def __init__(self, message: str, text: str, start: int, end: int) -> None:
        super().__init__(message)
        self.text = text
        self.start = start
        self.end = end


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the text between spaces, and where it stands. `values` are what commas separate after `key`, None for a word."""

    start: int
    end: int
    negated: bool
    key: str | None
    values: tuple[str, ...]


def parse_filter(text: str) -> Filter:
    """The filter that `text` says. Raises FilterError for a key or a value that is not known, or for more than anybody means."""
    found: list[Term | Word] = []
    asked = 0
    for part in parts_of(text):
        asked += len(part.values)
        if asked > MOST_PARTS or part.end > MOST_CHARACTERS:
            raise FilterError(
                _("This is too long for a filter: {words} words and {characters} characters are the most.").format(
                    words=MOST_PARTS, characters=MOST_CHARACTERS
                ),
                *(text, part.start, part.end),
            )
        if part.key is not None:
            found.append(_term(text, part))
        elif part.values[0]:
            found.append(Word(part.values[0], part.negated))
    return Filter(tuple(found))


def format_filter(found: Filter) -> str:
    """The text for a filter; parsed again it is the same filter."""
    return " ".join(_format(part) for part in found.parts)


def format_term(key: Key, values: Sequence[str], *, negated: bool = False) -> str:
    """The text for one term."""
    return _format(Term(key, tuple(values), negated))


def terms_of(text: str, key: str) -> tuple[str, ...]:
    """The values that `text` asks for under `key`, those of negated terms left out, whatever else stands in `text`."""
    values = [value.strip() for part in parts_of(text) if part.key == key and not part.negated for value in part.values]
    return tuple(value if key in OWN_WORDS else value.lower() for value in values if value)


def with_term(text: str, key: str, *values: str) -> str:
    """`text` with the one term `key:values` where a term of this key stood, else at the end; all else as it was.

    Without values it is `without_key`. What can't be read in the rest stays. Raises FilterError for an unknown value.
    """
    if not values:
        return without_key(text, key)
    term = format_term(Key(key), values)
    parse_filter(term)
    first, pieces = True, []
    for part in parts_of(text):
        if part.key == key:
            if first:
                pieces.append(term)
            first = False
        else:
            pieces.append(_piece(text, part))
    return " ".join([*pieces, term] if first else pieces)


def without_key(text: str, key: str) -> str:
    """`text` without the terms of `key`; all else as it was."""
    return " ".join(_piece(text, part) for part in parts_of(text) if part.key != key)


def highlights(found: Filter) -> list[str]:
    """What the words look for, as search keys: what `matches.match_ranges` marks."""
    return [search_key(word.text) for word in found.words if not word.negated]


def known_values(key: Key) -> tuple[str, ...]:
    """The values of `key` that can be listed; none for tags, which are the firm's own."""
    return _VALUES.get(key, ())


def parts_of(text: str) -> Iterator[Part]:
    """The pieces of `text` with their places; reads whatever is typed. A quote that is not closed goes on to the end."""
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        start = place
        negated = text[place] == "-" and place + 1 < len(text) and not text[place + 1].isspace()
        place += negated
        key: str | None = None
        values, quoted = [""], False
        while place < len(text) and (quoted or not text[place].isspace()):
            sign = text[place]
            place += 1
            if sign == '"':
                if quoted and text[place : place + 1] == '"':
                    values[-1] += '"'
                    place += 1
                else:
                    quoted = not quoted
            elif not quoted and sign == ":" and key is None and _is_key(text[start + negated : place - 1]):
                key, values = values[0].lower(), [""]
            elif not quoted and sign == "," and key is not None:
                values.append("")
            else:
                values[-1] += sign
        yield Part(start, place, negated, key, tuple(values))


def _is_key(text: str) -> bool:
    """Whether this can be meant as a key: letters only, so that a time or a port is a word. What is quoted is none."""
    return text.isascii() and text.isalpha()


def _piece(text: str, part: Part) -> str:
    """The part as it was typed; a quote that was left open is closed, so that something can follow."""
    typed = text[part.start : part.end]
    return typed + '"' if typed.count('"') % 2 else typed


def _format(part: Term | Word) -> str:
    sign = "-" if part.negated else ""
    if isinstance(part, Word):
        plain = not re.search(r'[\s":]', part.text) and not part.text.startswith("-")
        return sign + (part.text if plain or (part.text == "-" and not sign) else _quoted(part.text))
    return f"{sign}{part.key}:" + ",".join(
        _quoted(value) if re.search(r'[\s",]', value) else value for value in part.values
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _term(text: str, part: Part) -> Term:
    if part.key not in set(Key):
        raise _unknown_key(text, part)
    key = Key(part.key)
    values = [value.strip() for value in part.values if value.strip()]
    if not values:
        raise FilterError(
            _("{word} needs a value: {known}.").format(word=safe(f"{key}:"), known=_in_words(key)),
            *(text, part.start, part.end),
        )
    return Term(key, tuple(dict.fromkeys(_value(text, part, key, value) for value in values)), part.negated)


def _value(text: str, part: Part, key: Key, typed: str) -> str:
    if key in OWN_WORDS:
        return typed
    low = typed.lower()
    if low in _VALUES[key]:
        return low
    days = _DAYS_TYPED.fullmatch(low)
    if key is Key.LOGIN and days:
        return f"{days[1]}{days[2]}d"
    raise FilterError(
        _("{word} is not known: {key} takes {known}.").format(
            word=safe(f"{key}:{typed}"), key=f"{key}:", known=_in_words(key)
        )
        + _nearest(low, _VALUES[key]),
        *(text, part.start, part.end),
    )


def _unknown_key(text: str, part: Part) -> FilterError:
    key = safe(part.key or "")
    known = ", ".join(f"{name}:" for name in Key)
    return FilterError(
        _("There is no filter {word}. Known: {known}.").format(word=f"{key}:", known=known)
        + (_nearest(key, tuple(Key), ":") or _(' In quotes ("{text}") it is looked for.').format(text=f"{key}:…")),
        *(text, part.start, part.end),
    )


def _nearest(typed: str, known: Sequence[str], after: str = "") -> str:
    near = get_close_matches(typed, known, n=1, cutoff=0.6)
    return _(" Did you mean {near}?").format(near=near[0] + after) if near else ""


def _in_words(key: Key) -> str:
    """What can stand behind the colon."""
    if key is Key.TAG:
        return _("a tag")
    if key is Key.STAFF:
        return _("a staff member's login or name, or none")
    days = [_("<30d (within 30 days)"), _(">90d (not for 90 days)")] if key is Key.LOGIN else []
    return ", ".join([*_VALUES[key], *days])
