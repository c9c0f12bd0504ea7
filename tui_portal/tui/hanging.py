"""A key or a label, and beside it what is told of it: what is too long goes on below, not under the label."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from rich.cells import cell_len
from textual.content import Content

from tui_portal.domain.text import safe
from tui_portal.tui.line_breaks import divide_line
from tui_portal.tui.text import plain

_LEAST = 8  # cells that what is told has in any case
_MOST_INDENT = 24


def indent_for(labels: Iterable[str], width: int) -> int:
    """Where what is told begins, beside the longest of the labels; one that is much longer has a line for itself."""
    return min(max(map(cell_len, labels), default=0) + 2, _MOST_INDENT, max(_LEAST, width // 3))


def hanging(label: str, words: str, indent: int, width: int, *, before: str = "") -> list[Content]:
    """The lines, at most `width` cells wide: `before`, the label, and from cell `indent` on the words."""
    told = wrapped(words, max(_LEAST, width - indent))
    room = indent - cell_len(f"{before}{safe(label)}")
    if room < 1:
        return [Content.assemble(before, plain(label, "bold")), *(plain(" " * indent + line) for line in told)]
    first = Content.assemble(before, plain(label, "bold"), " " * room, plain(told[0]))
    return [first, *(plain(" " * indent + line) for line in told[1:])]


def wrapped(words: str, width: int) -> list[str]:
    """The lines of a sentence."""
    text = safe(words)
    return [text[first:end].rstrip(" ") for first, end in pairwise((0, *divide_line(text, width), len(text)))]
