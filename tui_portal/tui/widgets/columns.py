"""The columns of a list: what stands in them, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, with the name of the component style it is painted in, if not the row's own."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column. `width` in cells, 0 for the one that takes what is left; a column of higher `rank` goes first when room is
    short. `name` is what the list is sorted by for this column, empty where it can't be. In a `found` column what was looked
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


def fitting(columns: Sequence[Column[R]], room: int, flexible: int) -> list[tuple[Column[R], int]]:
    """The columns that fit into `room` cells, with their widths; the least important go first.

    The one without a width takes what is left, at least `flexible` cells.
    """
    kept = sorted(columns, key=lambda column: column.rank)
    while len(kept) > 1 and sum((column.width or flexible) + 1 for column in kept) > room:
        kept.pop()
    spare = room - sum(column.width + 1 for column in kept)
    return [(column, column.width or max(1, spare)) for column in columns if column in kept]
