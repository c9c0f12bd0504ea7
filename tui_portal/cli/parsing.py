"""Options that can't be understood are told like all else that goes wrong: in one sentence, or as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from tui_portal.domain.errors import WrongUse
from tui_portal.domain.text import safe
from tui_portal.i18n import N_, _, ngettext

_MOST_LINES = 10**9

# argparse looks its own words up under these names, in the language of the environment if nobody says another one.
argparse._ = _  # type: ignore[attr-defined]  # it has them from gettext
argparse.ngettext = ngettext  # type: ignore[attr-defined]  # as above

ARGPARSE_WORDS = (
    N_("usage: "),
    N_("positional arguments"),
    N_("options"),
    N_("show this help message and exit"),
    N_("show program's version number and exit"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("expected one argument"),
    N_("expected at least one argument"),
    N_("ignored explicit argument %r"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
    N_("ambiguous option: %(option)s could match %(matches)s"),
    N_("invalid %(type)s value: %(value)r"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
)
_USUAL_COLUMNS = 80


class NotUnderstood(WrongUse):
    """Options that a command does not take; `usage` says which it takes."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Formatter(argparse.RawDescriptionHelpFormatter):
    """argparse's formatter for the width of the terminal, found out without shutil and the compressors that it loads."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


class Parser(argparse.ArgumentParser):
    """argparse's parser, which raises NotUnderstood where argparse would print and end the program."""

    def error(self, message: str) -> NoReturn:
        raise NotUnderstood(message, self.format_usage())


class Once(argparse.Action):
    """Takes an option that may not be given again: who only adds words to a command that somebody else has begun changes nothing
    of what it says.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        if getattr(namespace, self.dest, None) is not None:
            parser.error(_("{option} is given twice").format(option=option_string))
        setattr(namespace, self.dest, values)


def check_text(words: Sequence[str]) -> None:
    """Raise WrongUse for the first of `words` that is no text: bytes that are not UTF-8 arrive as lone surrogates (PEP 383)."""
    for word in words:
        if any("\ud800" <= sign <= "\udfff" for sign in word):
            raise WrongUse(_("{word} can't be read: it is not UTF-8.").format(word=safe(word)))


def _columns() -> int:
    told = os.environ.get("COLUMNS", "")
    if told.isascii() and told.isdigit() and int(told) > 0:
        return int(told)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else -1).columns or _USUAL_COLUMNS
    except (OSError, ValueError):
        return _USUAL_COLUMNS


def at_most(typed: str) -> int:
    """The number of lines that `--limit` takes."""
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len(str(_MOST_LINES)) else -1
    if not 0 <= number <= _MOST_LINES:
        raise argparse.ArgumentTypeError(
            _("a whole number up to {most} is needed, not {typed}").format(most=f"{_MOST_LINES:,}", typed=_shown(typed))
        )
    return number


def _shown(typed: str) -> str:
    return repr(typed if len(typed) <= 40 else f"{typed[:40]}…")
