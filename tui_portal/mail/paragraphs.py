"""Plain text in lines of 72 columns, as mail programs without markup show it. A letter of Chinese or Japanese takes two columns."""

from __future__ import annotations

from unicodedata import combining, east_asian_width

from tui_portal.domain.line_breaks import PIECES

WIDTH = 72


def wrapped(text: str, indent: str = "") -> str:
    """One line of text in as many lines as it needs, those after the first begun with `indent`. A long word stays whole: it may
    be an address.
    """
    if 2 * len(text) <= WIDTH:
        return text
    # Below the combining accents no character is wide.
    columns = len if max(text) < "\u0300" else _columns
    if columns(text) <= WIDTH:
        return text
    lines, line, width = list[str](), list[str](), 0
    empty = True  # nothing but spaces stands in the line so far
    for piece in PIECES.findall(text):
        taken = columns(piece)
        if piece[0] == " ":
            line.append(piece)
            width += taken
            continue
        if width + taken > WIDTH and not empty:
            lines.append("".join(line).rstrip(" "))
            line, width = [indent], len(indent)
        line.append(piece)
        width += taken
        empty = False
    return "\n".join((*lines, "".join(line).rstrip(" ")))


def _columns(text: str) -> int:
    return sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if combining(character):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
