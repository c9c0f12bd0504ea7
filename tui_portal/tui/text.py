"""The one way by which text from outside reaches a screen (architecture.md, rule 7)."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from tui_portal.domain.text import safe


def plain(value: str, style: str = "", *, lines: bool = False) -> Content:
    """`value` as content that is never read as markup, with nothing unseen in it."""
    content = Content(safe(value, lines=lines))
    return content.stylize(style) if style else content


def fit(value: str, width: int, *, right: bool = False) -> str:
    """`value` made harmless and exactly `width` cells wide; what is cut ends with a sign that it was."""
    text = safe(value)
    if cell_len(text) > width:
        # A cut inside a wide character or at a space leaves cells over; they follow the sign.
        text = set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""
    room = " " * (width - cell_len(text))
    return room + text if right else text + room
