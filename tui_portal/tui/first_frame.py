"""The first frame: the Accounts list as Textual will draw it, drawn before Textual is there.

Importing Textual takes most of a start. The same queries, columns, words and styles make the picture; it is handed to the
application as what the terminal shows already (output.py), so that only what has become known meanwhile is written then.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from tui_portal.config import DENSE
from tui_portal.i18n import _
from tui_portal.services.account_query import AccountQuery
from tui_portal.services.account_rows import AccountRow, first_account_rows
from tui_portal.services.context import Context
from tui_portal.services.staff_settings import OwnLooks, hidden_columns, own_looks
from tui_portal.tui import keys
from tui_portal.tui.account_columns import NAME_CELLS, account_columns
from tui_portal.tui.frames import Frames, read_cells
from tui_portal.tui.keymap import read_changes
from tui_portal.tui.lines import row_pieces, titles
from tui_portal.tui.looks import RESET
from tui_portal.tui.sheet import DEFAULT_THEME, Look, Sheet, colours_of
from tui_portal.tui.strokes import UNKNOWN, Abilities, move_to
from tui_portal.tui.surroundings import (
    SMALLEST,
    WIDE,
    Parts,
    keys_line,
    notes_of,
    places_line,
    places_of,
    side_lines,
    title_line,
)
from tui_portal.tui.widgets.columns import fitting

Line = list[tuple[str, Look]]

LIST_KEYS = (keys.LIST_SCREEN, keys.LIST, keys.EVERYWHERE)
_HERE = "accounts"
_STATUS_CELLS = 2  # the room around the words beside the find line, which come later


class FirstFrame(NamedTuple):
    """The picture, and what has to be written so that the terminal shows it."""

    frames: Frames
    text: str


def first_frame(context: Context, size: tuple[int, int], abilities: Abilities) -> FirstFrame | None:
    """The Accounts list on a terminal of `size` (columns, lines). None where it would not look as usual: too small a window,
    nothing in the list, words that do not fit, a tour that comes first.

    Raises PortalError, LookupError and ValueError, after which Textual is waited for.
    """
    width, height = size
    own = own_looks(context)
    if width < SMALLEST[0] or height < SMALLEST[1] or not (own.knows_tour or context.read_only):
        return None
    rows = first_account_rows(context, AccountQuery(), height)
    if not rows:
        return None
    return _drawn(_Painter(context, own, rows, size).lines(), size, abilities)


def _drawn(lines: list[Line], size: tuple[int, int], abilities: Abilities) -> FirstFrame | None:
    """The lines as a picture; None where one of them does not fill its row. They are written from top to bottom as they are: a
    blank screen leaves little to be saved, and what looks for it takes longer than the bytes.
    """
    width, height = size
    colours = colours_of(dict(os.environ))
    frames = Frames(width, height, abilities)
    numbers: dict[Look, int] = {}
    out: list[str] = []
    style, worn = UNKNOWN, Look()  # the style in force, and what it looks like
    for y, line in enumerate(lines):
        out.append(move_to(0, y))
        parts: list[tuple[str, int]] = []
        for text, look in line:
            number = numbers.get(look)
            if number is None:
                number = numbers[look] = frames.styles.number(look.ansi(colours))
            parts.append((text, number))
            # Blanks show nothing but their ground.
            if style == UNKNOWN or not (text.isspace() and look[1:] == worn[1:]):
                out.append(frames.styles.way(style, number))
                style, worn = number, look
            out.append(text)
        cells, styles = read_cells(parts)
        if len(styles) != width:
            return None
        frames.assume(y, cells, styles)
    return FirstFrame(frames, "".join([*out, RESET]))


class _Painter:
    """What makes the lines, from top to bottom."""

    def __init__(self, context: Context, own: OwnLooks, rows: Sequence[AccountRow], size: tuple[int, int]) -> None:
        self._context, self._rows = context, rows
        self._width, self._height = size
        firm = context.settings.ui
        self._is_dense = (own.density or firm.density) == DENSE
        self._sheet = Sheet(own.theme or firm.theme or DEFAULT_THEME)
        self._screen = self._sheet.look("Screen")
        self._changes = read_changes(dict(context.settings.ui.keys))
        self._looks: dict[tuple[str, bool], Look] = {}

    def lines(self) -> list[Line]:
        """All lines of the screen."""
        where = [self._context.firm_name, _("Accounts")]
        title = title_line(where, notes_of(self._context, self._width), self._width)
        last = keys_line(LIST_KEYS, self._changes, self._width)
        work = self._height - (1 if self._is_dense else 2)
        if self._width >= WIDE:
            side = self._side(work)
            middle = [
                [*left, *right]
                for left, right in zip(side, self._list(self._width - _cells(side[0]), work), strict=True)
            ]
        elif self._is_dense:
            middle = self._list(self._width, work)
        else:
            middle = [self._places(), *self._list(self._width, work - 1)]
        lines: list[Line] = [[(title, self._look("#title-bar"))], *middle]
        return lines if self._is_dense else [*lines, self._filled(last, self._look("#key-bar"), self._width)]

    def _look(self, selector: str) -> Look:
        return self._sheet.look(selector).over(self._screen)

    def _places(self) -> Line:
        parts = places_line(places_of({}, self._changes), _HERE, self._width)
        return self._filled(parts, self._look("#places"), self._width)

    def _side(self, height: int) -> list[Line]:
        """The side bar, with the room that the style sheet leaves above and below."""
        look, width = self._look("#side-bar"), self._sheet.number("#side-bar", "width")
        edge: Line = [(" " * width, Look(background=look.background))]
        texts = side_lines(places_of({}, self._changes), _HERE, _("Clients"), width)
        lines = [self._filled([part], look, width) for part in texts]
        blank: Line = [(" " * width, look)]
        if self._is_dense:
            return [*lines, *[blank] * (height - len(lines))][:height]
        return [edge, *lines, *[blank] * (height - 2 - len(lines)), edge][:height]

    def _list(self, width: int, height: int) -> list[Line]:
        """The find line, the titles and the rows."""
        hidden = hidden_columns(self._context, _HERE)
        columns = [column for column in account_columns(self._context.clock) if column.hides not in hidden]
        shown = fitting(columns, width - 2, NAME_CELLS)
        head = titles(shown)
        lines: list[Line] = [
            self._find(width),
            [(head.ljust(width - cell_len(head) + len(head)), self._look(_part("head")))],
        ]
        for number, row in enumerate(self._rows[: height - 2]):
            line = [(piece.text, self._cell(piece.style, number == 0)) for piece in row_pieces(row, shown)]
            lines.append([*line, (" " * (width - _cells(line)), self._cell("", number == 0))])
        blank: Line = [(" " * width, self._look(_part("row")))]
        return [*lines, *[blank] * (height - len(lines))]

    def _find(self, width: int) -> Line:
        ground, sign = self._screen.background, self._look("#find-sign")
        field = width - self._sheet.number("#find-sign", "width") - _STATUS_CELLS
        edge = Look(background=ground)
        return [(" ", edge), ("/", sign), (" ", edge), (" " * field, self._screen), (" " * _STATUS_CELLS, edge)]

    def _cell(self, style: str, under_cursor: bool) -> Look:
        """How text of this style looks in a row; the colours of the cursor's bar stay."""
        key = style, under_cursor
        look = self._looks.get(key)
        if look is None:
            look = self._cursor() if under_cursor else self._look(_part("row"))
            if style:
                accent = self._sheet.look(_part(style))
                look = (Look(attributes=accent.attributes) if under_cursor else accent).over(look)
            self._looks[key] = look
        return look

    def _cursor(self) -> Look:
        look = self._look(_part("cursor"))
        if os.environ.get("NO_COLOR"):
            return self._sheet.look(f"WindowTable:nocolor {_part('cursor')}").over(look)
        return look

    def _filled(self, parts: Parts, look: Look, width: int) -> Line:
        """The parts in this look, and behind them what is left of the line in its background."""
        line = [(text, look.with_attributes(style)) for text, style in parts]
        return [*line, (" " * (width - _cells(line)), Look(background=look.background))]


def _part(name: str) -> str:
    """The selector of a part of the table."""
    return f".window-table--{name}"


def _cells(line: Sequence[tuple[str, Look]]) -> int:
    return sum(cell_len(text) for text, _look in line)
