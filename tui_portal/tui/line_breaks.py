"""Lines of a sentence as Textual shows it: broken neither at a no-break space nor before a Japanese full stop.

Textual breaks its lines with a function of Rich, which takes a no-break space for a space and Japanese for one long word.
"""

from __future__ import annotations

import re
from itertools import accumulate

from rich._wrap import divide_line as divide_at_spaces
from rich.cells import cell_len, chop_cells
from textual import content

from tui_portal.domain.line_breaks import NO_BREAK_SPACE, PIECES, WIDE

_OTHER = re.compile(f"[{NO_BREAK_SPACE}{WIDE}]")


def divide_line(text: str, width: int, fold: bool = True) -> list[int]:
    """Where the lines after the first begin in `text`, for lines of `width` cells; with `fold` a word that is longer is cut."""
    if width < 2 or _OTHER.search(text) is None:
        return divide_at_spaces(text, width, fold)
    begins: list[int] = []
    at = taken = 0
    for piece in PIECES.findall(text):
        cells = cell_len(piece)
        if piece[0] != " " and taken and taken + cells > width:
            begins.append(at)
            taken = 0
        if fold and cells > width:
            *whole, rest = chop_cells(piece, width)
            begins += [at + end for end in accumulate(map(len, whole))]
            cells = cell_len(rest)
        at += len(piece)
        taken += cells
    return begins


def break_lines_here() -> None:
    """Let Textual break its lines with `divide_line`."""
    content.divide_line = divide_line  # type: ignore[attr-defined]  # it is imported there by name
