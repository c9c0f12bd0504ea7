"""Text in cells of a terminal, without Textual."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from tui_portal.domain.text import safe


def fit(value: str, width: int, *, right: bool = False) -> str:
    """`value` made harmless and exactly `width` cells wide; what is cut ends with a sign that it was."""
    text = safe(value)
    if cell_len(text) > width:
        # A cut inside a wide character or at a space leaves cells over; they follow the sign.
        text = set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""
    room = " " * (width - cell_len(text))
    return room + text if right else text + room


def shortened(text: str, width: int) -> str:
    """`text` as it is where it has at most `width` cells, else that much of it, the last cell a sign that it was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
