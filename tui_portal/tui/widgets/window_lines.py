"""How a row of a list becomes a line of the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_portal.tui.lines import Match, row_pieces
from tui_portal.tui.widgets.columns import Column

R = TypeVar("R")

STYLES = ("head", "row", "cursor", "here", "active", "offline", "invalid", "dim", "mark", "match")


class Styles(Protocol):
    """The style of a part of the table, by its name in the style sheet; `partial` without what it inherits."""

    def __call__(self, name: str, *, partial: bool = False) -> Style: ...


def painted(
    row: R, columns: Sequence[tuple[Column[R], int]], styles: Styles, base: str, *, marked: bool, match: Match | None
) -> Strip:
    """The row in these columns with their widths, in the style `base`; what `match` finds in it stands out."""
    ground = styles(base)
    bar = base != "row"
    parts = []
    for piece in row_pieces(row, columns, marked=marked, match=match):
        style = ground
        if piece.style:
            accent = styles(piece.style, partial=True)
            # Under the cursor the bar's own colours must stay readable; the sign beside tells the state.
            style = ground + (Style(bold=accent.bold) if bar and piece.style != "mark" else accent)
        parts.append((piece.text, style + styles("match", partial=True) if piece.found else style))
    return Strip(_joined(parts), 2 + sum(width + 1 for _column, width in columns))


def _joined(parts: Sequence[tuple[str, Style]]) -> list[Segment]:
    """The parts as segments, neighbours of one style in one: each segment costs the line forty bytes of colours."""
    segments: list[Segment] = []
    texts: list[str] = []
    for (text, style), (_next, following) in zip(parts, [*parts[1:], ("", None)], strict=True):
        texts.append(text)
        if style != following:
            segments.append(Segment("".join(texts), style))
            texts = []
    return segments
