"""The one way by which text from outside reaches a screen (architecture.md, rule 7)."""

from __future__ import annotations

from textual.content import Content

from tui_portal.domain.text import safe
from tui_portal.tui.cells import fit
from tui_portal.tui.line_breaks import break_lines_here

__all__ = ["fit", "plain"]

break_lines_here()


def plain(value: str, style: str = "", *, lines: bool = False) -> Content:
    """`value` as content that is never read as markup, with nothing unseen in it."""
    content = Content(safe(value, lines=lines))
    return content.stylize(style) if style else content
