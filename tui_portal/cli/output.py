"""Tables for people, one JSON document for programs; messages go to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from tui_portal.domain.text import safe


def show_json(document: dict[str, Any]) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")


def show_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print `rows` in columns under `head`. None is an empty cell; nothing in a cell reaches the terminal as a control."""
    from rich.cells import cell_len

    cells = [[safe("" if value is None else str(value)) for value in row] for row in rows]
    lines = [list(head), *cells]
    widths = [max(cell_len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        padded = (text + " " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def say(sentence: str) -> None:
    """Tell a person something on standard error."""
    sys.stderr.write(safe(sentence) + "\n")
