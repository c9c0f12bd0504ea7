"""How much of a list is shown and in which order, beside its find line."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from tui_portal.i18n import _, ngettext
from tui_portal.tui.text import plain

_SPARE_CELLS = 10


class SteadyLine(Static):
    """A line of text; what takes the same room as what stood there is painted alone, without laying out the screen again."""

    def tell(self, words: str) -> None:
        """Show `words`."""
        former, content = self.content, plain(words)
        if former != content:
            steady = isinstance(former, Content) and former.cell_length == content.cell_length
            self.update(content, layout=not steady)


class ListStatus(SteadyLine):
    """`12 of 1204 · 3 marked · by Name ↑`."""

    def __init__(self) -> None:
        super().__init__(id="list-status", markup=False)
        self._cells = 0

    def show(
        self, count: int | None, total: int | None, order: str, *, marks: int, hidden: int, range_begun: bool
    ) -> None:
        """Tell how many of `total` lines are shown, None for what is not known yet, how many are marked, and the order."""
        shown, of = ("…" if number is None else number for number in (count, total))
        parts = [_("{shown} of {total}").format(shown=shown, total=of)]
        if marks and hidden:
            text = ngettext("{n} marked, {hidden} not shown", "{n} marked, {hidden} not shown", marks)
            parts.append(text.format(n=marks, hidden=hidden))
        elif marks:
            parts.append(ngettext("{n} marked", "{n} marked", marks).format(n=marks))
        if range_begun:
            parts.append(_("v marks to here"))
        self.tell(self._in_same_room(" · ".join([*parts, order])))

    def _in_same_room(self, words: str) -> str:
        """Words that are a little shorter than the former keep their room, so that what is beside them stays where it is."""
        width = cell_len(words)
        if not 0 <= self._cells - width <= _SPARE_CELLS:
            self._cells = width
        return " " * (self._cells - width) + words
