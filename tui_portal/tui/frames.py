"""Frames: what has to be written so that a terminal shows one picture after another, and nothing that it shows already.

Knows cells and escape sequences (ECMA-48), nothing of Textual. A picture is made of rows; a row is made of cells, each the text
that stands in it (empty: the second half of a wide character) and the number of a style. Rows in which a character takes
another room than one cell are written whole: terminals differ in how wide they make it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rich.cells import cached_cell_len, split_graphemes

UNKNOWN = 0  # the style of a cell of which nobody knows what the terminal shows
_GAP = 5  # so many unchanged cells are cheaper to write again than to leap over
_LEAST_ERASED = 4  # from so many blanks on they are erased, not written
_LEAST_SHIFTED = 4  # so many rows must have moved before it is tried to let the terminal move them
_NO_ERASING = frozenset({"4", "7", "9", "21", "51", "52", "53"})  # what blanks that are erased would not have
_RESET = "\x1b[m"

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What the terminal can do: erase in the background colour of the moment, move the rows between two margins."""

    erases_in_colour: bool = False
    scrolls: bool = False


@dataclass(slots=True)
class Row:
    """One row of a picture. Its cells are one text where each is one character wide, else a list."""

    cells: Cells
    styles: array[int]

    def same(self, other: Row) -> bool:
        """Whether both show the same, and both are known from end to end."""
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


@dataclass(frozen=True, slots=True)
class _Look:
    """A style as a terminal is told of it (SGR): attributes, foreground, background."""

    ansi: str
    attributes: frozenset[str] = frozenset()
    foreground: str = "39"
    background: str = "49"


@dataclass(slots=True)
class Styles:
    """The styles seen so far, each with a number, and the way from one to another in the fewest bytes."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _looks: list[_Look] = field(default_factory=lambda: [_Look("")])
    _ways: dict[tuple[int, int], str] = field(default_factory=dict)

    def number(self, ansi: str) -> int:
        """The number of the style with these SGR parameters (`1;38;5;3`), from 1 on."""
        known = self._numbers.get(ansi)
        if known is None:
            known = self._numbers[ansi] = len(self._looks)
            self._looks.append(_look(ansi))
        return known

    def way(self, former: int, style: int) -> str:
        """What to write between a cell of the style `former` and one of `style`."""
        found = self._ways.get((former, style))
        if found is None:
            found = self._ways[former, style] = _shortest(self._looks[former], self._looks[style])
        return found

    def can_erase(self, style: int, abilities: Abilities) -> bool:
        """Whether erased cells look like blanks of this style."""
        look = self._looks[style]
        in_colour = look.background != "49"
        return not (look.attributes & _NO_ERASING) and (abilities.erases_in_colour or not in_colour)


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

    def take(self) -> str:
        """What to write so that the terminal shows the next picture; empty where it does already.

        Begins and ends in the plain style, and leaves the cursor anywhere.
        """
        wanted = {y: row for y, row in self._next.items() if not row.same(self._shown[y])}
        self._next = {}
        if not wanted:
            return ""
        plain = self._difference(self._shown, wanted)
        shift = self._find_shift(wanted) if self._abilities.scrolls else None
        if shift is not None:
            shown, moved = self._shifted(*shift)
            # Rows that were moved and should not have been are put back.
            restored = {y: wanted.get(y, self._shown[y]) for y in {*wanted, *range(shift[0], shift[1] + 1)}}
            scrolled = moved + self._difference(shown, restored)
            if len(scrolled) < len(plain):
                plain = scrolled
        for y, row in wanted.items():
            self._shown[y] = row
        return plain

    def _unknown(self) -> Row:
        return Row(" " * self.width, array("H", [UNKNOWN]) * self.width)

    def _difference(self, shown: Sequence[Row], wanted: dict[int, Row]) -> str:
        out: list[str] = []
        style, below = UNKNOWN, -1  # the style in force; the row above which the cursor stands
        for y in sorted(wanted):
            row = wanted[y]
            for start, end in self._runs(shown[y], row):
                if start == 0 and y == below:
                    out.append("\r\n")
                else:
                    out.append(f"\x1b[{start + 1}G" if y + 1 == below else _move_to(start, y))
                style = self._write(row, start, end, style, out)
                below = y + 1
        if out:
            out.append(_RESET)
        return "".join(out)

    def _runs(self, old: Row, new: Row) -> list[tuple[int, int]]:
        """From where to where the row has to be written, in columns."""
        if old.same(new):
            return []
        if not (isinstance(old.cells, str) and isinstance(new.cells, str)):
            return [(0, self.width)]
        was, now, were, are = old.cells, new.cells, old.styles, new.styles
        changed = [x for x in range(self.width) if (are[x] != were[x] or now[x] != was[x]) and are[x] != UNKNOWN]
        runs: list[tuple[int, int]] = []
        start = last = -1
        for x in changed:
            gap = range(last + 1, x)
            if start < 0:
                start = x
            elif len(gap) > _GAP or any(are[between] != are[last] for between in gap):
                runs.append((start, last + 1))
                start = x
            last = x
        if start >= 0:
            runs.append((start, last + 1))
        return runs

    def _write(self, row: Row, start: int, end: int, style: int, out: list[str]) -> int:
        """Write the cells of a run; the style that is in force after it."""
        cells, styles = row.cells, row.styles
        written = end
        if end == self.width and self.styles.can_erase(styles[end - 1], self._abilities):
            while written > start and cells[written - 1] == " " and styles[written - 1] == styles[end - 1]:
                written -= 1
            if end - written < _LEAST_ERASED:
                written = end
        x = start
        while x < written:
            number, begin = styles[x], x
            while x < written and styles[x] == number:
                x += 1
            if number != style:
                out.append(self.styles.way(style, number))
                style = number
            out.append("".join(cells[begin:x]))
        if written < end:
            out.append(self.styles.way(style, styles[end - 1]) + "\x1b[K")
            style = styles[end - 1]
        return style

    def _find_shift(self, wanted: dict[int, Row]) -> tuple[int, int, int] | None:
        """The first and the last row of a block that has moved, and by how many rows up (or, if negative, down)."""
        if len(wanted) < _LEAST_SHIFTED:
            return None
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
            return None
        by, count = moves.most_common(1)[0]
        if count < _LEAST_SHIFTED:
            return None
        moved = [y for y, row in wanted.items() if places.get(_key(row.cells)) == y + by]
        first, last = min(moved + [y + by for y in moved]), max(moved + [y + by for y in moved])
        # What stands in a row of which nobody knows could not be put back.
        if any(UNKNOWN in row.styles for row in self._shown[first : last + 1]):
            return None
        return first, last, by

    def _shifted(self, first: int, last: int, by: int) -> tuple[list[Row], str]:
        """What the terminal shows once it has moved the rows, and what makes it do so (DECSTBM, IND or RI)."""
        blank = Row(" " * self.width, array("H", [self.styles.number("")]) * self.width)
        shown = list(self._shown)
        block = shown[first : last + 1]
        if by > 0:
            shown[first : last + 1] = [*block[by:], *[blank] * min(by, len(block))]
            work = _move_to(0, last) + "\n" * by
        else:
            shown[first : last + 1] = [*[blank] * min(-by, len(block)), *block[:by]]
            work = _move_to(0, first) + "\x1bM" * -by
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
    """Whether every character stands in one cell of its own."""
    return all(cached_cell_len(character) == 1 for character in text)


def _key(cells: Cells) -> str | tuple[str, ...]:
    return cells if isinstance(cells, str) else tuple(cells)


def _move_to(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


def _look(ansi: str) -> _Look:
    """Take SGR parameters apart; a colour takes one parameter, three (`38;5;N`) or five (`38;2;R;G;B`)."""
    attributes: list[str] = []
    colours = {"3": "39", "4": "49"}
    codes = ansi.split(";") if ansi else []
    while codes:
        code = codes.pop(0)
        if code in ("38", "48"):
            taken = 2 if codes[:1] == ["5"] else 4
            colours[code[0]] = ";".join([code, *codes[:taken]])
            del codes[:taken]
        elif len(code) == 2 and code[0] in "349":
            colours["3" if code[0] == "9" else code[0]] = code
        elif len(code) == 3:  # 100 to 107: bright backgrounds
            colours["4"] = code
        else:
            attributes.append(code)
    return _Look(ansi, frozenset(attributes), colours["3"], colours["4"])


def _shortest(former: _Look, wanted: _Look) -> str:
    anew = f"\x1b[0;{wanted.ansi}m" if wanted.ansi else _RESET
    if former.attributes - wanted.attributes:
        return anew
    parts = sorted(wanted.attributes - former.attributes)
    parts += [
        new
        for old, new in ((former.foreground, wanted.foreground), (former.background, wanted.background))
        if old != new
    ]
    changed = f"\x1b[{';'.join(parts)}m" if parts else ""
    return min(changed, anew, key=len)
