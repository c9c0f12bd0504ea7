"""What the commands that take a filter share."""

from __future__ import annotations

from tui_portal.domain.filters import Key, known_values
from tui_portal.i18n import _


def filter_help() -> str:
    """The help for `--filter`: the language in one sentence."""
    terms = " ".join(f"{key}:{'|'.join(known_values(key)) or 'TAG'}" for key in Key).replace("never", "never|<30d|>90d")
    return _(
        "the accounts that all terms fit: {terms}; - before a term turns it round, commas separate values of which one "
        "is enough, all else is looked for in name, ID, contacts and addresses"
    ).format(terms=terms)
