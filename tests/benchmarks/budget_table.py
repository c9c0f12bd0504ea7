"""Every budget of the terminal application beside what was measured in this run, as a Markdown table."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from tests import budgets
from tests.benchmarks.report import p95
from tests.benchmarks.sessions import Figures, typed_name

_MILLION = 1_000_000


@dataclass(frozen=True)
class Line:
    """A budget and what was found; `note` tells what it was compared with."""

    what: str
    most: float
    found: float
    unit: str
    note: str = ""

    @property
    def cells(self) -> str:
        """The line of the table."""
        digits = 2 if self.unit == "×" else 0
        said = "reached" if self.found <= self.most else f"**not reached**, {self.found / self.most - 1:.0%} more"
        return f"| {self.what} | {self.most:,g} {self.unit} | {self.found:,.{digits}f} {self.unit} | {self.note} | {said} |"


def table(firm: Figures, floor: Figures, empty: Figures, million: Figures | None) -> str:
    """The budgets at 100,000 accounts and, where there is such a firm, at a million."""
    lines = [*_times(firm, floor, empty), *_bytes(firm, floor)]
    lines.append(Line("memory", budgets.MEMORY, _median(firm.memory), "MiB", f"curses {_median(floor.memory):.0f} MiB"))
    if million is not None:
        lines += [
            Line("1,000,000 accounts: first rows", budgets.MILLION_FIRST_ROWS, _median(million.start), "ms"),
            Line("1,000,000 accounts: answers keys", budgets.MILLION_KEYS, _median(million.answers), "ms"),
            Line("1,000,000 accounts: memory", budgets.MEMORY_MILLION, _median(million.memory), "MiB"),
        ]
    head = ["| at 100,000 accounts, 120x40 | at most | measured | beside | |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *(line.cells for line in lines)])


def _times(firm: Figures, floor: Figures, empty: Figures) -> list[Line]:
    start, answers = _median(firm.start), _median(firm.answers)
    ours, theirs = _median(firm.times["page down"]), _median(floor.times["page down"])
    slowest = max((name for name in firm.times if name.startswith("sort")), key=lambda name: _median(firm.times[name]))
    curses_start, empty_start = _median(floor.start), _median(empty.start)
    first_letter = _median(firm.times.get(typed_name(1), [0.0]))
    lines = [
        Line(
            "first rows", budgets.FIRST_ROWS, start / curses_start, "×", f"{start:.0f} ms, curses {curses_start:.0f} ms"
        ),
        Line(
            "answers keys",
            budgets.ANSWERS_KEYS,
            answers / empty_start,
            "×",
            f"{answers:.0f} ms, empty Textual {empty_start:.0f} ms",
        ),
        Line("page down", budgets.PAGE_DOWN_TIME, ours / theirs, "×", f"{ours:.1f} ms, curses {theirs:.1f} ms"),
        Line(f"{slowest} (the slowest)", budgets.SORT, _median(firm.times[slowest]), "ms", _floor(floor, "sort")),
        Line("first character of a filter", budgets.FILTER, first_letter, "ms", _floor(floor, "filter")),
    ]
    if "beside" in firm.times:
        idle, beside = p95(firm.times["idle"]), p95(firm.times["beside"])
        note = f"{beside:.1f} ms, {idle:.1f} ms while nobody writes"
        lines.append(Line("a key's p95 during a bulk write", budgets.BESIDE_WRITER, beside / idle, "×", note))
    return lines


def _bytes(firm: Figures, floor: Figures) -> list[Line]:
    wanted = {
        "cursor down": budgets.CURSOR_DOWN,
        "scroll by a line": budgets.SCROLL_LINE,
        "page down": budgets.PAGE_DOWN,
        "mark a row": budgets.MARK,
        "a dialog opens": budgets.DIALOG,
    }
    lines = []
    for name, most in wanted.items():
        if name in firm.sizes:
            note = f"curses {_median(floor.sizes[name]):,.0f} B" if name in floor.sizes else ""
            lines.append(Line(name, most, _median(firm.sizes[name]), "B", note))
    if "scroll by a line" in firm.sizes:
        held = _median(firm.sizes["scroll by a line"]) * budgets.HELD_KEYS
        lines.append(Line("key held for a second, scrolling", budgets.HELD_KEY, held, "B"))
    return lines


def _floor(floor: Figures, name: str) -> str:
    return f"curses {_median(floor.times[name]):.0f} ms" if name in floor.times else ""


def _median(values: list[float] | list[int]) -> float:
    return float(statistics.median(values))
