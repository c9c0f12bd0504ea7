"""The line of a row as pieces of text with the names of their styles, without Textual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from tui_portal.tui.cells import fit
from tui_portal.tui.widgets.columns import Column

R = TypeVar("R")

Match = Callable[[str], list[tuple[int, int]]]


class Piece(NamedTuple):
    """Text, the name of the style it has besides the line's own, and whether it was looked for."""

    text: str
    style: str = ""
    found: bool = False


def titles(columns: Sequence[tuple[Column[R], int]]) -> str:
    """The line above the rows."""
    return "  " + "".join(fit(column.title(), width, right=column.right) + " " for column, width in columns)


def row_pieces(
    row: R, columns: Sequence[tuple[Column[R], int]], *, marked: bool = False, match: Match | None = None
) -> list[Piece]:
    """The row in these columns with their widths; what `match` finds in it stands out."""
    pieces = [Piece("■ ", "mark") if marked else Piece("  ")]
    for column, width in columns:
        cell = column.cell(row)
        text, at = fit(cell.text, width, right=column.right), 0
        for first, end in match(text) if match is not None and column.found else ():
            pieces += [Piece(text[at:first], cell.style), Piece(text[first:end], cell.style, found=True)]
            at = end
        pieces += [Piece(text[at:], cell.style), Piece(" ")]
    return pieces
