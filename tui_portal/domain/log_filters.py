"""Filters of the activity log: `by:olga kind:login since:7d A-0031 dupont`.

Words must all be found, each in the account, the address, the contact, who did it, or the values of the entry. Terms narrow the
list: of the values of one term, which commas separate, one is enough; a `-` before a word or a term turns it round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum

from tui_portal.domain.accounts import account_code, account_number
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.filter_text import MOST_CHARACTERS, MOST_PARTS, FilterError, Part, parts_of
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _

_AGO = re.compile(r"([0-9]{1,6})([mhdw])", re.ASCII)
# Python would take any sign between date and time, and any number of digits behind the second.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:+-]{2,14}Z?)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
DAY_SECONDS = 86_400


class LogKey(StrEnum):
    """What stands before the colon."""

    BY = "by"
    KIND = "kind"
    ACCOUNT = "account"
    SINCE = "since"
    UNTIL = "until"
    FROM = "from"


class KindGroup(StrEnum):
    """Kinds of entries that belong together."""

    ACCESS = "access"
    INVITATION = "invitation"
    LOGIN = "login"
    PASSWORD = "password"  # noqa: S105 - a word of the filter, no secret
    ACCOUNT = "account"
    CONTACT = "contact"
    ADDRESS = "address"
    MAIL = "mail"
    STAFF = "staff"
    UNDO = "undo"
    SETTINGS = "settings"

    @property
    def label(self) -> str:
        """The group in the reader's language."""
        return _LABELS[self]()


# A kind belongs to the first group one of whose beginnings it has; one without a group is found by its own name.
BEGINNINGS: Mapping[KindGroup, tuple[str, ...]] = {
    KindGroup.PASSWORD: ("password_", "user_password_"),
    KindGroup.LOGIN: ("user_",),
    KindGroup.ACCESS: ("access_", "preferences_"),
    KindGroup.INVITATION: ("invitation_", "reminder"),
    KindGroup.ACCOUNT: ("account_", "tags_"),
    KindGroup.CONTACT: ("contact_",),
    KindGroup.ADDRESS: ("address_", "bounce_", "unlinked_"),
    KindGroup.MAIL: ("mail_",),
    KindGroup.STAFF: ("staff_",),
    KindGroup.UNDO: ("operation_",),
    KindGroup.SETTINGS: ("email_field_", "saved_message_", "view_", "file_", "database_", "settings_", "portal_"),
}
_LABELS = {
    KindGroup.ACCESS: lambda: _("Access and preferences"),
    KindGroup.INVITATION: lambda: _("Invitations"),
    KindGroup.LOGIN: lambda: _("Logins and activations"),
    KindGroup.PASSWORD: lambda: _("Passwords"),
    KindGroup.ACCOUNT: lambda: _("Accounts and tags"),
    KindGroup.CONTACT: lambda: _("Contacts"),
    KindGroup.ADDRESS: lambda: _("E-mail addresses"),
    KindGroup.MAIL: lambda: _("Mail"),
    KindGroup.STAFF: lambda: _("Staff"),
    KindGroup.UNDO: lambda: _("Taken back, done again"),
    KindGroup.SETTINGS: lambda: _("Settings, imports, backups"),
}

CLIENTS, PROGRAM = "clients", "program"  # after `by:`, beside people


@dataclass(frozen=True, slots=True)
class LogTerm:
    """One key with the values of which one is enough; of an account its id as text, of a moment seconds since 1970."""

    key: LogKey
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What all parts fit; without parts everything. A word is its text, and whether it is turned round."""

    words: tuple[tuple[str, bool], ...] = ()
    terms: tuple[LogTerm, ...] = ()

    def __add__(self, other: LogFilter) -> LogFilter:
        return LogFilter(self.words + other.words, self.terms + other.terms)


def group_of(kind: str) -> KindGroup | None:
    """The group that a kind of entry belongs to."""
    return next((group for group, begun in BEGINNINGS.items() if kind.startswith(begun)), None)


def parse_log_filter(text: str, now: int) -> LogFilter:
    """The filter that `text` says at the moment `now`. Raises FilterError for what can't be read, or more than anybody means."""
    words: list[tuple[str, bool]] = []
    terms: list[LogTerm] = []
    asked = 0
    for part in parts_of(text):
        asked += len(part.values)
        if asked > MOST_PARTS or part.end > MOST_CHARACTERS:
            message = _("This is too long for a filter: {words} words and {characters} characters are the most.")
            raise FilterError(message.format(words=MOST_PARTS, characters=MOST_CHARACTERS), text, part.start, part.end)
        if part.key is not None:
            terms.append(_term(text, part, now))
        elif _is_account(part):
            terms.append(LogTerm(LogKey.ACCOUNT, (str(account_number(part.values[0])),), part.negated))
        elif search_key(part.values[0]):
            words.append((part.values[0], part.negated))
    return LogFilter(tuple(words), tuple(terms))


def log_term(key: LogKey, value: str, now: int) -> LogFilter:
    """The filter of one term, whose value is taken as it is. Raises FilterError."""
    text = f'{key}:"{value.replace(chr(34), chr(34) * 2)}"'
    return parse_log_filter(text, now)


def describe_log_filter(found: LogFilter) -> str:
    """The filter in words, safe to show."""
    return " · ".join(
        [
            *((_("not {what}") if term.negated else "{what}").format(what=_in_words(term)) for term in found.terms),
            *(
                (_("not {what}") if no else "{what}").format(what=_("“{word}”").format(word=safe(word)))
                for word, no in found.words
            ),
        ]
    )


def moment_of(typed: str | None, now: int) -> int | None:
    """The moment that `--since` names, in seconds since 1970: a date, a moment or a time ago; None for none. Raises WrongUse.

    A date is its first second in the local time zone, and so is a moment without an offset.
    """
    if typed is None:
        return None
    ago = _AGO.fullmatch(typed)
    if ago:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    if _DATE.fullmatch(typed):
        with suppress(ValueError, OverflowError, OSError):
            return int(datetime.fromisoformat(typed).timestamp())
    raise WrongUse(
        _("{when} is no moment: a date such as 2026-11-12, or a time ago such as 24h or 7d is needed.").format(
            when=safe(typed[:40])
        )
    )


def _term(text: str, part: Part, now: int) -> LogTerm:
    place = (text, part.start, part.end)
    if part.key not in set(LogKey):
        known = ", ".join(f"{name}:" for name in LogKey)
        near = get_close_matches(part.key or "", list(LogKey), n=1, cutoff=0.6)
        message = _("There is no filter {word}. Known: {known}.").format(word=f"{safe(part.key or '')}:", known=known)
        raise FilterError(message + (_(" Did you mean {near}?").format(near=near[0] + ":") if near else ""), *place)
    key = LogKey(part.key)
    values = tuple(dict.fromkeys(value.strip() for value in part.values if value.strip()))
    if not values:
        raise FilterError(_("{word} needs a value.").format(word=f"{key}:"), *place)
    try:
        return LogTerm(key, tuple(_value(key, value, now) for value in values), part.negated)
    except FilterError:
        raise
    except WrongUse as error:
        raise FilterError(error.message, *place) from None


def _value(key: LogKey, typed: str, now: int) -> str:
    if key is LogKey.ACCOUNT:
        number = account_number(typed)
        if number is None:
            raise WrongUse(_("{word} is no short ID such as A-0012.").format(word=safe(typed)))
        return str(number)
    if key in (LogKey.SINCE, LogKey.UNTIL):
        moment = moment_of(typed, now) or 0
        whole_day = key is LogKey.UNTIL and _DAY.fullmatch(typed)
        return str(moment + DAY_SECONDS - 1 if whole_day else moment)
    if key is LogKey.KIND:
        low = typed.lower()
        if low in set(KindGroup) or re.fullmatch(r"[a-z]+(_[a-z]+)+", low):
            return low
        near = get_close_matches(low, list(KindGroup), n=1, cutoff=0.6)
        hint = _(" Did you mean {near}?").format(near=near[0]) if near else ""
        known = _(" Known: {names}.").format(names=", ".join(KindGroup))
        raise WrongUse(_("{word} is not known.").format(word=safe(f"kind:{typed}")) + hint + known)
    return typed


def _in_words(term: LogTerm) -> str:
    """One term as it is meant."""
    from tui_portal.domain.moments import local

    joined = _(" or ")
    match term.key:
        case LogKey.ACCOUNT:
            return joined.join(account_code(int(value)) for value in term.values)
        case LogKey.SINCE | LogKey.UNTIL:
            words = _("since {when}") if term.key is LogKey.SINCE else _("until {when}")
            return words.format(when=f"{local(int(term.values[0])):%Y-%m-%d %H:%M}")
        case LogKey.KIND:
            return joined.join(KindGroup(v).label if v in set(KindGroup) else safe(v) for v in term.values)
        case LogKey.BY:
            names = {CLIENTS: _("clients"), PROGRAM: _("the program")}
            return _("by {who}").format(who=joined.join(names.get(v.lower(), safe(v)) for v in term.values))
        case _:
            return _("from {where}").format(where=joined.join(safe(v) for v in term.values))


def with_log_term(text: str, key: LogKey, value: str) -> str:
    """`text` with the one term `key:value` in the place of those of this key, at the end; all else as it was."""
    quoted = '"' + value.replace('"', '""') + '"' if re.search(r'[\s",]', value) else value
    return " ".join(part for part in (without_log_key(text, key), f"{key}:{quoted}") if part)


def without_log_key(text: str, key: LogKey) -> str:
    """`text` without the terms of `key`; a short ID alone is one of the account."""
    kept = [part for part in parts_of(text) if part.key != key and not (key is LogKey.ACCOUNT and _is_account(part))]
    return " ".join(text[part.start : part.end] for part in kept)


def complete_log_filter(text: str, cursor: int) -> list[str]:
    """What the word at `cursor` can become, whole: a key, or a value of `kind:`, `by:` and `since:`."""
    start = max(text.rfind(" ", 0, cursor), text.rfind("\t", 0, cursor)) + 1
    typed = text[start:cursor]
    sign, begun = ("-", typed[1:]) if typed.startswith("-") else ("", typed)
    key, colon, value = begun.partition(":")
    if not colon:
        return [f"{sign}{name}:" for name in LogKey if begun and name.startswith(begun.lower())]
    known = {LogKey.KIND: tuple(KindGroup), LogKey.BY: (CLIENTS, PROGRAM), LogKey.SINCE: ("7d", "24h", "30d")}
    values = known[LogKey(key)] if key in known else ()
    return [f"{sign}{key}:{name}" for name in values if name.startswith(value.lower()) and name != value]


def _is_account(part: Part) -> bool:
    return part.key is None and "-" in part.values[0] and account_number(part.values[0]) is not None
