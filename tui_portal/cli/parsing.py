"""Options that can't be understood are told like all else that goes wrong: in one sentence, or as JSON."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from tui_portal.domain.errors import WrongUse
from tui_portal.domain.text import safe
from tui_portal.i18n import _

_MOST_LINES = 10**9


class NotUnderstood(WrongUse):
    """Options that a command does not take; `usage` says which it takes."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """argparse's parser, which raises NotUnderstood where argparse would print and end the program."""

    def error(self, message: str) -> NoReturn:
        raise NotUnderstood(message, self.format_usage())


def check_text(words: Sequence[str]) -> None:
    """Raise WrongUse for the first of `words` that is no text: bytes that are not UTF-8 arrive as lone surrogates (PEP 383)."""
    for word in words:
        if any("\ud800" <= sign <= "\udfff" for sign in word):
            raise WrongUse(_("{word} can't be read: it is not UTF-8.").format(word=safe(word)))


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
