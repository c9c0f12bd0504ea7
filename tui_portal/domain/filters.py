"""The filter language: one text that the filter line, the menu, saved filters and the command line share.

`login:offline type:company,family tag:"VIP client" -notify:on dupont` finds what all terms fit. `-` before a term turns it
round, commas separate values of which one is enough, quotes hold together what has spaces and take every other sign
literally (two quotes inside are one). What is no term is a word, found in the account's name and ID, the names of its
contacts and any part of their e-mail addresses, without case and accents.

`login:never` is access that nobody has used yet. `login:>90d` is access that nobody has used for 90 days, so that those who
never came are among them: `login:<90d` and `login:>90d` together are `login:active`. `login:pending` is at least one mailbox
whose user has not yet activated.
"""

from __future__ import annotations

from tui_portal.domain.filter_text import (
    LOGIN_DAYS,
    NOBODY,
    Filter,
    FilterError,
    Key,
    Term,
    Word,
    format_filter,
    format_term,
    highlights,
    known_values,
    parse_filter,
    terms_of,
    with_term,
    without_key,
)
from tui_portal.domain.filter_words import Choices, choices, complete, describe, word_at
from tui_portal.domain.matches import match_ranges

__all__ = [
    "LOGIN_DAYS",
    "NOBODY",
    "Choices",
    "Filter",
    "FilterError",
    "Key",
    "Term",
    "Word",
    "choices",
    "complete",
    "describe",
    "format_filter",
    "format_term",
    "highlights",
    "known_values",
    "match_ranges",
    "parse_filter",
    "terms_of",
    "with_term",
    "without_key",
    "word_at",
]
