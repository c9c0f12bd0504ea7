"""Strokes: the changed cells of a picture, each a stretch of one row in one style, and a pen that writes them in few bytes.

A change of style costs twice what it costs to move the cursor, so the strokes are written style by style, not row by row.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from unicodedata import combining

from tui_portal.tui.looks import RESET, Styles

_NOWHERE = -9  # where the pen stands before it was moved; next to no row
UNKNOWN = 0  # the style of a cell of which nobody knows what the terminal shows
_GAP = 4  # so many unchanged cells are no dearer to write again than to leap over
_LEAST_TO_END = 4  # from so many blanks on the rest of a row is erased, not written
_EMOJI = "\U0001f000"  # from here on the newer a character, the fewer terminals know how wide it is
_WIDEST = 24  # cells that no joined character exceeds
_LEAST_ERASED = 12  # as above, in the middle of a row, where the cursor has to leap over them besides


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the terminal can do: erase in the background colour of the moment, erase so many cells where the cursor stands,
    move the rows between two margins.
    """

    erases_in_colour: bool = False
    scrolls: bool = False
    erases_cells: bool = False


class Stroke(NamedTuple):
    """Cells of one row and one style: `text` from column `x` on, then `erased` blanks, which may be the rest of the row."""

    style: int
    y: int
    x: int
    text: str
    erased: int
    to_end: bool


class Brush:
    """What makes strokes of the cells of one row that differ."""

    def __init__(self, styles: Styles, abilities: Abilities, width: int) -> None:
        self._styles, self._abilities, self._width = styles, abilities, width

    def strokes(
        self, y: int, was: Sequence[str], were: array[int], now: Sequence[str], are: array[int], end: int
    ) -> Iterator[Stroke]:
        """Strokes for the columns before `end`, each of which has one character in both rows."""
        grounds = self._styles.grounds
        blank_from = self._blank_from(now, are) if end == self._width else end
        for x, until, style in _pieces(was, were, now, are, grounds, end):
            if until > blank_from:
                text = "".join(now[x : max(x, blank_from)])
                yield Stroke(style, y, x, text, self._width - x - len(text), to_end=True)
                return
            yield from self._stroke(style, y, x, "".join(now[x:until]))

    def _blank_from(self, now: Sequence[str], are: array[int]) -> int:
        """The column from which on the row is erased; its width where nothing is."""
        last = are[-1]
        if last == UNKNOWN or not self._can_erase(last):
            return self._width
        grounds = self._styles.grounds
        x, ground = self._width, grounds[last]
        while x and now[x - 1] == " " and grounds[are[x - 1]] == ground:
            x -= 1
        return x if self._width - x >= _LEAST_TO_END else self._width

    def _can_erase(self, style: int) -> bool:
        return self._styles.can_erase(style, in_colour=self._abilities.erases_in_colour)

    def _stroke(self, style: int, y: int, x: int, text: str) -> Iterator[Stroke]:
        """The text as one stroke, or as several where long blanks in it can be erased."""
        blanks = " " * _LEAST_ERASED
        if blanks in text and self._abilities.erases_cells and self._can_erase(style):
            while (found := text.find(blanks)) >= 0:
                rest = text[found:].lstrip(" ")
                erased = len(text) - found - len(rest)
                yield Stroke(style, y, x, text[:found], erased, to_end=False)
                x, text = x + found + erased, rest
        if text:
            yield Stroke(style, y, x, text, 0, to_end=False)


class Pen:
    """Writes at any place in any style; knows where the cursor stands and what style is in force."""

    def __init__(self, styles: Styles, width: int) -> None:
        self._styles, self._width = styles, width
        self._out: list[str] = []
        self._style = UNKNOWN
        self._x = self._y = _NOWHERE
        self._surely = False  # whether the terminal's cursor stands there however wide it makes a character

    def draw(self, strokes: Sequence[Stroke]) -> None:
        """Write these strokes, in whatever order is short."""
        of_style: dict[int, list[Stroke]] = {}
        for stroke in strokes:
            of_style.setdefault(stroke.style, []).append(stroke)
        while of_style:
            style = min(of_style, key=lambda number: len(self._styles.way(self._style, number)))
            for stroke in of_style.pop(style):
                self.write(stroke)

    def write(self, stroke: Stroke) -> None:
        """Write one stroke."""
        out = self._out
        self._move(stroke.x, stroke.y)
        if stroke.style != self._style:
            out.append(self._styles.way(self._style, stroke.style))
            self._style = stroke.style
        if stroke.text:
            out.append(stroke.text)
            self._x += len(stroke.text)
            self._surely = self._surely and stroke.text.isascii()
        if stroke.to_end:
            out.append("\x1b[K")
        elif stroke.erased:
            out.append(f"\x1b[{stroke.erased}X")

    def write_odd(self, y: int, x: int, cells: Sequence[str], styles: array[int]) -> None:
        """Write a row from column `x` to its end in one go, whatever room its characters take: after each of which terminals
        differ in how wide it is, what follows is put where it belongs.
        """
        self._move(x, y)
        unsure = _ends_of_unsure(cells)
        # What is wider than thought must not go on in the next line.
        wraps = not unsure or max(unsure) + x < self._width - _WIDEST
        self._out.append("" if wraps else "\x1b[?7l")
        begin = 0
        for at in range(1, len(styles) + 1):
            if at == len(styles) or styles[at] != styles[begin] or at in unsure:
                self._out.append(self._styles.way(self._style, styles[begin]) + "".join(cells[begin:at]))
                self._style, begin = styles[begin], at
                if at in unsure and x + at < self._width:
                    self._out.append(f"\x1b[{x + at + 1}G")
        self._out.append("" if wraps else "\x1b[?7h")
        self._x, self._surely = self._width, False

    def lift(self) -> str:
        """All that was written, ended in the plain style."""
        if self._out:
            self._out.append(RESET)
        return "".join(self._out)

    def _move(self, x: int, y: int) -> None:
        if (x, y) == (self._x, self._y) and self._surely:
            return
        way = move_to(x, y)
        # Beyond the last column terminals differ in where the cursor is.
        inside = self._x < self._width
        if y == self._y and inside:
            way = f"\x1b[{x + 1}G"
            if self._surely and x > self._x:
                way = min(way, f"\x1b[{x - self._x}C" if x > self._x + 1 else "\x1b[C", key=len)
        elif y == self._y + 1 and x == 0:
            way = "\r\n"
        elif y == self._y + 1 and x == self._x and inside and self._surely:
            way = "\x1b[B"
        self._out.append(way)
        self._x, self._y, self._surely = x, y, True


def move_to(x: int, y: int) -> str:
    """What moves the cursor to a column and a row, both from 0."""
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


def _ends_of_unsure(cells: Sequence[str]) -> set[int]:
    """Behind which columns a character ends that one terminal makes wider than another: emoji, what several of them or of the
    letters of some scripts are joined to.
    """
    ends = set()
    for at, cell in enumerate(cells):
        if (len(cell) > 1 and not all(map(_is_mark, cell[1:]))) or cell >= _EMOJI:
            ends.add(at + 1 + (at + 1 < len(cells) and cells[at + 1] == ""))
    return ends


def _is_mark(character: str) -> bool:
    """Whether it stands above or below the letter before it, without a room of its own."""
    return combining(character) != 0


def _pieces(
    was: Sequence[str], were: array[int], now: Sequence[str], are: array[int], grounds: Sequence[int], end: int
) -> Iterator[tuple[int, int, int]]:
    """From where to where cells have to be written, and in which style: that of the letters, or of any blank among blanks."""
    start = last = -1
    style = UNKNOWN
    lettered = False  # whether there is a letter in the piece, so that its style is more than a ground
    for x in [x for x in range(end) if now[x] != was[x] or are[x] != were[x]]:
        here, cell = are[x], now[x]
        if here == UNKNOWN or (cell == " " == was[x] and grounds[here] == grounds[were[x]]):
            continue
        # The next cell of the same piece, as most are.
        if x == last + 1 and start >= 0 and (here == style or (cell == " " and grounds[here] == grounds[style])):
            last, lettered = x, lettered or cell != " "
            continue
        if start >= 0 and x - last - 1 <= _GAP and grounds[here] == grounds[style]:
            letters = {are[at] for at in range(last + 1, x + 1) if now[at] != " "}
            gap_fits = all(grounds[are[at]] == grounds[style] for at in range(last + 1, x))
            if gap_fits and (letters <= {style} or (not lettered and len(letters) == 1)):
                if letters:
                    style, lettered = letters.pop(), True
                last = x
                continue
        if start >= 0:
            yield start, last + 1, style
        start = last = x
        style, lettered = here, cell != " "
    if start >= 0:
        yield start, last + 1, style
