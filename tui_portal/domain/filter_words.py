"""Filters in the reader's words: what one says, what can be chosen, how a word that is being typed can go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.filter_text import (
    LOGIN_DAYS,
    NOBODY,
    OWN_WORDS,
    Filter,
    Key,
    Term,
    Word,
    format_term,
    known_values,
    parts_of,
)
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _, ngettext


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen under one key: (value, in words). A value that ends in `N` wants a number of days in its stead
    (`<30d`); a key without values takes the firm's tags.
    """

    key: Key
    label: str
    values: tuple[tuple[str, str], ...]


def choices() -> tuple[Choices, ...]:
    """Every key with its values in the reader's language, in the order of the Filter menu."""
    labels = {
        Key.LOGIN: _("Last login"),
        Key.TYPE: _("Type"),
        Key.TAG: _("Tags"),
        Key.NOTIFY: _("Notify"),
        Key.SYNC: _("Email sync"),
        Key.ADDRESS: _("E-mail addresses"),
        Key.CONTACTS: _("Contacts"),
        Key.STAFF: _("Responsible"),
        Key.TEST: _("Test account"),
        Key.ARCHIVED: _("Archived"),
    }
    days = (("<N", _("Within … days")), (">N", _("Not for … days")))
    return tuple(
        Choices(
            key,
            label,
            tuple((value, _capital(_value(key, value))) for value in known_values(key))
            + (days if key is Key.LOGIN else ()),
        )
        for key, label in labels.items()
    )


def describe(found: Filter) -> str:
    """The filter in words, safe to show: `Offline · company or family · tag 1040 · not notified · “dupont”`."""
    return _capital(" · ".join(_word(part) if isinstance(part, Word) else _term(part) for part in found.parts))


def complete(text: str, cursor: int, tags: Sequence[str] = ()) -> list[str]:
    """What the word at `cursor` can become, each whole, as it would stand in `text` from `word_at(text, cursor)` on.

    Keys first, then the values of the key; `tags` are the firm's. Empty where nothing fits or the word is complete.
    """
    start, end = word_at(text, cursor)
    typed = text[start:cursor]
    sign = "-" if typed.startswith("-") else ""
    part = next(iter(parts_of(typed)), None)
    if part is None:
        return []
    if part.key is None:
        begun = typed.removeprefix("-").lower()
        found = [f"{sign}{key}:" for key in Key if begun and key.startswith(begun)]
    elif part.key not in set(Key):
        return []
    else:
        key, before, begun = Key(part.key), part.values[:-1], search_key(part.values[-1])
        known = list(tags) if key is Key.TAG else [*known_values(key), *(("<30d", ">90d") if key is Key.LOGIN else ())]
        found = [
            format_term(key, (*before, value), negated=bool(sign))
            for value in known
            if search_key(value).startswith(begun) and value not in before
        ]
    return [whole for whole in found if whole != text[start:end]]


def word_at(text: str, cursor: int) -> tuple[int, int]:
    """Where the word (or term) that `cursor` stands in or behind begins and ends; empty where there is none."""
    for part in parts_of(text):
        if part.start < cursor <= part.end:
            return part.start, part.end
    return cursor, cursor


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _word(word: Word) -> str:
    text = _("“{text}”").format(text=safe(word.text))
    return _("without {text}").format(text=text) if word.negated else text


_OPPOSITE = {"on": "off", "off": "on", "yes": "no", "no": "yes"}


def _term(term: Term) -> str:
    if term.negated and len(term.values) == 1 and term.values[0] in _OPPOSITE and term.key not in OWN_WORDS:
        return _value(term.key, _OPPOSITE[term.values[0]])
    either = _(" or ").join(_value(term.key, value) for value in term.values)
    if term.key is Key.TAG:
        either = _("tag {names}").format(names=either)
    if term.key is Key.STAFF:
        either = _("responsible: {names}").format(names=either)
    return _("not {what}").format(what=f"({either})" if len(term.values) > 1 else either) if term.negated else either


def _value(key: Key, value: str) -> str:
    if key is Key.STAFF and value.lower() == NOBODY:
        return _("nobody")
    if key in OWN_WORDS:
        return safe(value)
    if key is Key.TYPE:
        return AccountType(value).label
    days = LOGIN_DAYS.fullmatch(value)
    if days:
        n = int(days[2])
        if days[1] == "<":
            return ngettext("logged in within {n} day", "logged in within {n} days", n).format(n=n)
        return ngettext("not logged in for {n} day", "not logged in for {n} days", n).format(n=n)
    return {
        (Key.LOGIN, "offline"): _("offline"),
        (Key.LOGIN, "active"): _("active"),
        (Key.LOGIN, "pending"): _("pending activation"),
        (Key.LOGIN, "never"): _("never logged in"),
        (Key.NOTIFY, "on"): _("notified"),
        (Key.NOTIFY, "off"): _("not notified"),
        (Key.SYNC, "on"): _("e-mail synced"),
        (Key.SYNC, "off"): _("e-mail not synced"),
        (Key.ADDRESS, "invalid"): _("an invalid address"),
        (Key.CONTACTS, "0"): _("no contacts"),
        (Key.TEST, "yes"): _("test account"),
        (Key.TEST, "no"): _("no test account"),
        (Key.ARCHIVED, "yes"): _("archived"),
        (Key.ARCHIVED, "no"): _("not archived"),
    }[key, value]
