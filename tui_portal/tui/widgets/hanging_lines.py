"""Text that is laid out for the width it gets: keys or labels, each with what is told of it beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class HangingLines(Widget):
    """The lines that `lay_out(width)` makes, all of them."""

    DEFAULT_CSS = "HangingLines { height: auto; }"

    def __init__(self, lay_out: Callable[[int], Sequence[Content]], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._lay_out = lay_out

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lay_out(width))

    def render(self) -> Content:
        return Content("\n").join(self._lay_out(self.content_size.width))
