"""Frames: what has to be written so that a terminal shows one picture after another, and nothing that it shows already.

Knows cells and escape sequences (ECMA-48), nothing of Textual. A picture is made of rows; a row is made of cells, each the text
that stands in it (empty: the second half of a wide character) and the number of a style. Rows in which a character takes
another room than one cell are written whole: terminals differ in how wide they make it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import eq

from rich.cells import cached_cell_len, split_graphemes

from tui_portal.tui.looks import Styles
from tui_portal.tui.strokes import UNKNOWN, Abilities, Brush, Pen, Stroke, move_to

_MOSTLY = 3 / 4  # so much of a row must have moved for the row to be moved along with its neighbours
_LEAST_SHIFTED = 4  # so many rows must have moved before it is tried to let the terminal move them

Cells = Sequence[str]


@dataclass(slots=True)
class Row:
    """One row of a picture. Its cells are one text where each is one character wide, else a list."""

    cells: Cells
    styles: array[int]

    def same(self, other: Row, start: int = 0) -> bool:
        """Whether both show the same from column `start` on, and both are known to the end."""
        if start:
            return Row(self.cells[start:], self.styles[start:]).same(Row(other.cells[start:], other.styles[start:]))
        return self.styles == other.styles and self.cells == other.cells and UNKNOWN not in self.styles

    def put(self, x: int, cells: Cells, styles: array[int]) -> Row:
        """This row with other cells from column `x` on; what would stand beyond its end is left out."""
        room = len(self.styles) - x
        if room <= 0:
            return self
        end = x + min(room, len(styles))
        mixed_styles = self.styles[:x] + styles[:room] + self.styles[end:]
        if isinstance(self.cells, str) and isinstance(cells, str):
            return Row(self.cells[:x] + cells[:room] + self.cells[end:], mixed_styles)
        mixed = [*self.cells[:x], *cells[:room], *self.cells[end:]]
        # Half of a wide character is none.
        for edge in (x, end):
            if edge < len(self.cells) and self.cells[edge] == "":
                mixed[edge - 1 if edge == x else edge] = " "
        # Each cell has a character of its own: nothing is left of what made the row odd.
        if all(len(cell) == 1 for cell in mixed):
            return Row("".join(mixed), mixed_styles)
        return Row(mixed, mixed_styles)


class Frames:
    """The picture that a terminal of this size shows, as far as it is known, and the next one."""

    def __init__(self, width: int, height: int, abilities: Abilities) -> None:
        self.width, self.height = width, height
        self.styles = Styles()
        self._abilities = abilities
        self._shown = [self._unknown()] * height
        self._next: dict[int, Row] = {}

    def put(self, x: int, y: int, cells: Cells, styles: array[int]) -> None:
        """Let the next picture have these cells from column `x` of row `y` on; `styles` has one number for each."""
        if 0 <= y < self.height and x >= 0:
            row = self._next.get(y) or self._shown[y]
            self._next[y] = row.put(x, cells, styles)

    def assume(self, y: int, cells: Cells, styles: array[int]) -> None:
        """Take it that the terminal shows these cells in row `y`, from end to end."""
        self._shown[y] = Row(cells, styles)

    def take(self) -> str:
        """What to write so that the terminal shows the next picture; empty where it does already.

        Begins and ends in the plain style, and leaves the cursor anywhere.
        """
        wanted = {y: row for y, row in self._next.items() if not row.same(self._shown[y])}
        self._next = {}
        if not wanted:
            return ""
        found = [self._difference(self._shown, wanted)]
        for first, last, by in self._find_shifts(wanted) if self._abilities.scrolls else ():
            shown, moved = self._shifted(first, last, by)
            # Rows that were moved and should not have been are put back.
            restored = {y: wanted.get(y, self._shown[y]) for y in {*wanted, *range(first, last + 1)}}
            found.append(moved + self._difference(shown, restored))
        for y, row in wanted.items():
            self._shown[y] = row
        return min(found, key=len)

    def _unknown(self) -> Row:
        return Row(" " * self.width, array("H", [UNKNOWN]) * self.width)

    def _difference(self, shown: Sequence[Row], wanted: dict[int, Row]) -> str:
        brush = Brush(self.styles, self._abilities, self.width)
        pen = Pen(self.styles, self.width)
        strokes: list[Stroke] = []
        odd: list[tuple[int, int]] = []
        for y in sorted(wanted):
            old, new = shown[y], wanted[y]
            end = min(_odd_from(old.cells), _odd_from(new.cells))
            strokes += brush.strokes(y, old.cells, old.styles, new.cells, new.styles, end)
            if end < self.width and not old.same(new, end):
                odd.append((y, end))
        pen.draw(strokes)
        for y, x in odd:
            pen.write_odd(y, x, wanted[y].cells[x:], wanted[y].styles[x:])
        return pen.lift()

    def _find_shifts(self, wanted: dict[int, Row]) -> list[tuple[int, int, int]]:
        """Blocks that may have moved: the first and the last row, and by how many rows up (or, if negative, down).

        The first block is that of whole rows, the second one reaches on to rows that have moved for the most part: those
        of a list that stands beside something else.
        """
        if len(wanted) < _LEAST_SHIFTED:
            return []
        places: dict[tuple[str, ...] | str, int] = {}
        for y in range(min(wanted), max(wanted) + 1):
            if UNKNOWN not in self._shown[y].styles:
                places.setdefault(_key(self._shown[y].cells), y)
        moves = Counter[int]()
        for y, row in wanted.items():
            was = places.get(_key(row.cells))
            if was is not None and was != y:
                moves[was - y] += 1
        if not moves:
            return []
        by, count = moves.most_common(1)[0]
        if count < _LEAST_SHIFTED:
            return []
        moved = [y for y, row in wanted.items() if places.get(_key(row.cells)) == y + by]
        first, last = min(moved), max(moved)
        while first - 1 in wanted and self._has_moved(first - 1, by, wanted):
            first -= 1
        while last + 1 in wanted and self._has_moved(last + 1, by, wanted):
            last += 1
        blocks = dict.fromkeys([(min(moved), max(moved)), (first, last)])
        reach = [(min(top, top + by), max(end, end + by), by) for top, end in blocks]
        # What stands in a row of which nobody knows could not be put back.
        return [
            (top, end, by)
            for top, end, by in reach
            if not any(UNKNOWN in row.styles for row in self._shown[top : end + 1])
        ]

    def _has_moved(self, y: int, by: int, wanted: dict[int, Row]) -> bool:
        """Whether most of what is to stand in row `y` stands in the row from which it would be moved there."""
        if not 0 <= y + by < self.height:
            return False
        moved, stayed = (sum(map(eq, wanted[y].cells, self._shown[at].cells)) for at in (y + by, y))
        return bool(moved >= self.width * _MOSTLY and moved > stayed)

    def _shifted(self, first: int, last: int, by: int) -> tuple[list[Row], str]:
        """What the terminal shows once it has moved the rows, and what makes it do so (DECSTBM, IND or RI)."""
        blank = Row(" " * self.width, array("H", [self.styles.number("")]) * self.width)
        shown = list(self._shown)
        block = shown[first : last + 1]
        if by > 0:
            shown[first : last + 1] = [*block[by:], *[blank] * min(by, len(block))]
            work = move_to(0, last) + "\n" * by
        else:
            shown[first : last + 1] = [*[blank] * min(-by, len(block)), *block[:by]]
            work = move_to(0, first) + "\x1bM" * -by
        return shown, f"\x1b[{first + 1};{last + 1}r{work}\x1b[r"


def read_cells(parts: Sequence[tuple[str, int]]) -> tuple[Cells, array[int]]:
    """Cells from pieces of text, each with the number of its style, and the style of each cell."""
    styles = array("H")
    if all(text.isascii() or _is_plain(text) for text, _number in parts):
        for text, number in parts:
            styles.extend([number] * len(text))
        return "".join(text for text, _number in parts), styles
    cells: list[str] = []
    for text, number in parts:
        spans, _length = split_graphemes(text)
        for begin, end, width in spans:
            if width:
                cells += [text[begin:end], *[""] * (width - 1)]
                styles.extend([number] * width)
            elif cells:
                cells[-1] += text[begin:end]
    return cells, styles


@lru_cache(4096)
def _is_plain(text: str) -> bool:
    """Whether every character stands in one cell of its own; of the letters of flags two share theirs."""
    return all(cached_cell_len(character) == 1 and not "\U0001f1e6" <= character <= "\U0001f1ff" for character in text)


def _odd_from(cells: Cells) -> int:
    """The first column with a character that takes another room than one cell; the width where there is none."""
    if isinstance(cells, str):
        return len(cells)
    empty = cells.index("") - 1 if "" in cells else len(cells)
    return next((x for x in range(empty) if len(cells[x]) != 1), empty)


def _key(cells: Cells) -> str | tuple[str, ...]:
    return cells if isinstance(cells, str) else tuple(cells)
