"""The columns of a list: what stands in them, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from rich.cells import cell_len

R = TypeVar("R")


class Cell(NamedTuple):
    """The text of a cell, with the name of the component style it is painted in, if not the row's own."""

    text: str
    style: str = ""


class Column(NamedTuple, Generic[R]):
    """A column. `width` in cells, 0 for the one that takes what is left; where the title or one of the `words` that can stand in
    it is longer in the reader's language, the column is as wide as that. A column of higher `rank` goes first when room is short.
    `name` is what the list is sorted by for this column, empty where it can't be. In a `found` column what was looked
    for is marked. `hides` is the name under which a person can do without it, empty for one that is always there.
    """

    title: Callable[[], str]
    cell: Callable[[R], Cell]
    width: int
    rank: int = 0
    right: bool = False
    name: str = ""
    found: bool = False
    hides: str = ""
    words: Callable[[], Iterable[str]] = tuple


def fitting(columns: Sequence[Column[R]], room: int, flexible: int) -> list[tuple[Column[R], int]]:
    """The columns that fit into `room` cells, with their widths; the least important go first.

    The one without a width takes what is left, at least `flexible` cells.
    """
    kept = sorted(((column, _width(column)) for column in columns), key=lambda pair: pair[0].rank)
    while len(kept) > 1 and sum((width or flexible) + 1 for _column, width in kept) > room:
        kept.pop()
    spare = room - sum(width + 1 for _column, width in kept)
    widths = dict(kept)
    return [(column, widths[column] or max(1, spare)) for column in columns if column in widths]


def _width(column: Column[R]) -> int:
    """How wide the column is in the reader's language, 0 for the one that takes what is left."""
    return column.width and max(column.width, *map(cell_len, (column.title(), *column.words())))
