"""How a row of a list becomes a line of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_portal.tui.text import fit
from tui_portal.tui.widgets.columns import Column

R = TypeVar("R")

STYLES = ("head", "row", "cursor", "here", "active", "offline", "invalid", "dim", "mark", "match")

Match = Callable[[str], list[tuple[int, int]]]


class Styles(Protocol):
    """The style of a part of the table, by its name in the style sheet; `partial` without what it inherits."""

    def __call__(self, name: str, *, partial: bool = False) -> Style: ...


def titles(columns: Sequence[tuple[Column[R], int]]) -> str:
    """The line above the rows."""
    return "  " + "".join(fit(column.title(), width, right=column.right) + " " for column, width in columns)


def painted(
    row: R, columns: Sequence[tuple[Column[R], int]], styles: Styles, base: str, *, marked: bool, match: Match | None
) -> Strip:
    """The row in these columns with their widths, in the style `base`; what `match` finds in it stands out."""
    ground = styles(base)
    bar = base != "row"
    parts = [("■ ", ground + styles("mark", partial=True)) if marked else ("  ", ground)]
    for column, width in columns:
        cell = column.cell(row)
        style = ground
        if cell.style:
            accent = styles(cell.style, partial=True)
            # Under the cursor the bar's own colours must stay readable; the sign beside tells the state.
            style = ground + (Style(bold=accent.bold) if bar else accent)
        text = fit(cell.text, width, right=column.right)
        found = match(text) if match is not None and column.found else []
        parts += _standing_out(text, found, style, style + styles("match", partial=True)) if found else [(text, style)]
        parts.append((" ", ground))
    return Strip(_joined(parts), 2 + sum(width + 1 for _column, width in columns))


def _standing_out(text: str, found: Sequence[tuple[int, int]], style: Style, other: Style) -> list[tuple[str, Style]]:
    parts, at = [], 0
    for first, end in found:
        parts += [(text[at:first], style), (text[first:end], other)]
        at = end
    return [*parts, (text[at:], style)]


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
