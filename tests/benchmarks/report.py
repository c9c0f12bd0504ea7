"""What was measured, as Markdown: each thing with its growth from the smallest firm to the largest, and the limits that were set."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bulk_edit import BulkFigures
from tests.benchmarks.sessions import KEYS, SIZE, Figures

FIRST_ROWS = 1.25  # × that of the smallest firm
MEMORY = 2.0  # × that of the smallest firm
KEY = 1.5  # × p95 of the smallest firm
SORT = 60.0  # milliseconds
FILTER = 50.0  # milliseconds
BULK = 4.0  # × raw sqlite3
BESIDE = 2.0  # × p95 of a key while nobody writes
BUDGETED = 100_000  # accounts for which times are limited


@dataclass(frozen=True)
class Limit:
    """A limit and how near it is."""

    what: str
    most: float
    found: float
    unit: str

    @property
    def line(self) -> str:
        """A line of the table of limits."""
        digits = 0 if self.unit == " ms" else 2
        said = "met" if self.found <= self.most else f"**missed** by {self.found / self.most - 1:.0%}"
        return f"| {self.what} | {self.most:g}{self.unit} | {self.found:.{digits}f}{self.unit} | {said} |"


@dataclass(frozen=True)
class Report:
    """Everything that was measured: of an empty Textual application, of each size of firm, of bulk edits by accounts."""

    empty: Figures
    firms: Mapping[int, Figures]
    bulk: Mapping[int, BulkFigures]
    rounds: int

    @property
    def text(self) -> str:
        """All tables."""
        parts = [self.heading, self.starts, *self.keys_and_orders, self.edits, self.beside, self.limits]
        return "\n\n".join(part for part in parts if part)

    @property
    def heading(self) -> str:
        """When and where."""
        size = f"{SIZE[0]}x{SIZE[1]}"
        return (
            f"{time.strftime('%Y-%m-%d')}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
            f"SQLite {sqlite3.sqlite_version}, terminal {size}, rounds side by side: {self.rounds}. Times are medians in "
            "milliseconds, in brackets the 95th percentile; growth is from the smallest firm to the largest."
        )

    @property
    def starts(self) -> str:
        """Start and memory."""
        least = next(iter(self.firms.values()))
        lines = [
            _row(
                "accounts", "first rows", "× empty Textual", "× smallest", "whole list", "memory", "× smallest", "peak"
            ),
            _row(*["---"] * 8),
        ]
        for name, found in {"(empty Textual application)": self.empty, **_named(self.firms)}.items():
            firm = found is not self.empty
            lines.append(
                _row(
                    name,
                    _time(found.start),
                    f"{_ratio(found.start, self.empty.start):.2f}",
                    f"{_ratio(found.start, least.start):.2f}" if firm else "",
                    _time(found.whole) if firm else "",
                    f"{statistics.median(found.memory):.0f} MiB",
                    f"{_ratio(found.memory, least.memory):.2f}" if firm else "",
                    f"{statistics.median(found.peak):.0f} MiB",
                )
            )
        return "\n".join(lines)

    @property
    def keys_and_orders(self) -> Sequence[str]:
        """Keys of the list; sorting and finding: until the last byte of the answer."""
        names = list(dict.fromkeys(name for found in self.firms.values() for name in found.times))
        orders = [name for name in names if name.startswith(("sort", "filter"))]
        keys = [name for name in names if name in KEYS]
        return [self._by_size("key to last byte", keys), self._by_size("sort and filter, key to last byte", orders)]

    def _by_size(self, title: str, names: Sequence[str]) -> str:
        if not names:
            return ""
        head = [title, *(f"{size:,}" for size in self.firms), "growth", "of p95", "bytes"]
        lines = [_row(*head), _row(*["---"] * len(head))]
        for name in names:
            all_times = [found.times.get(name, []) for found in self.firms.values()]
            least, most = all_times[0], all_times[-1]
            sizes = [size for found in self.firms.values() for size in found.sizes.get(name, [])]
            cells = [_time(times) for times in all_times]
            growth = [f"{_ratio(most, least):.2f}", f"{p95(most) / p95(least):.2f}"] if least and most else ["", ""]
            lines.append(_row(name, *cells, *growth, f"{statistics.median(sizes):,.0f}"))
        return "\n".join(lines)

    @property
    def edits(self) -> str:
        """The bulk edit beside raw sqlite3."""
        if not self.bulk:
            return ""
        lines = [
            _row("bulk edit, accounts × 3 addresses", "raw sqlite3", "bulk edit", "× raw", "memory", "an account"),
            _row(*["---"] * 6),
        ]
        for accounts, found in self.bulk.items():
            raw, edit = found.median("raw"), found.median("bulk edit")
            lines.append(
                _row(
                    f"{accounts:,}",
                    f"{raw:.0f} ms",
                    f"{edit:.0f} ms",
                    f"{edit / raw:.2f}",
                    f"{found.memory:.1f} MiB",
                    f"{found.memory * 1024 / accounts:.1f} KiB",
                )
            )
        return "\n".join(lines)

    @property
    def beside(self) -> str:
        """Cursor down while a colleague writes."""
        firms = {size: found for size, found in self.firms.items() if "beside" in found.times}
        if not firms:
            return ""
        lines = [
            _row("cursor down, accounts", "nobody writes", "during bulk edits of another process", "p95 ÷ p95"),
            _row(*["---"] * 4),
        ]
        for size, found in firms.items():
            idle, beside = found.times["idle"], found.times["beside"]
            lines.append(_row(f"{size:,}", _time(idle), _time(beside), f"{p95(beside) / p95(idle):.2f}"))
        return "\n".join(lines)

    @property
    def limits(self) -> str:
        """The limits, met or missed and by how much."""
        lines = [_row("limit", "at most", "measured", ""), _row(*["---"] * 4)]
        return "\n".join([*lines, *(limit.line for limit in self._limits())])

    def _limits(self) -> list[Limit]:
        least, most = min(self.firms), max(self.firms)
        small, large = self.firms[least], self.firms[most]
        between = f"at {most:,} accounts ÷ at {least:,}"
        limits = []
        if least != most:
            limits += [
                Limit(f"first rows {between}", FIRST_ROWS, _ratio(large.start, small.start), " ×"),
                Limit(f"memory {between}", MEMORY, _ratio(large.memory, small.memory), " ×"),
                Limit(f"memory, peak, {between}", MEMORY, _ratio(large.peak, small.peak), " ×"),
            ]
            both = [name for name in KEYS if name in small.times and name in large.times]
            limits += [
                Limit(f"{n}, p95, {between}", KEY, p95(large.times[n]) / p95(small.times[n]), " ×") for n in both
            ]
        size = max((size for size in self.firms if size <= BUDGETED), default=least)
        medians = {name: statistics.median(times) for name, times in self.firms[size].times.items()}
        slowest = max((name for name in medians if name.startswith("sort")), key=medians.__getitem__)
        limits.append(Limit(f"{slowest} (the slowest) at {size:,} accounts", SORT, medians[slowest], " ms"))
        for name in sorted(name for name in medians if name.startswith("filter")):
            limits.append(Limit(f"{name}, at {size:,} accounts", FILTER, medians[name], " ms"))
        for accounts, found in self.bulk.items():
            times = found.median("bulk edit") / found.median("raw")
            limits.append(Limit(f"bulk edit of {accounts:,} accounts × 3 ÷ raw sqlite3", BULK, times, " ×"))
        for size, firm in self.firms.items():
            if "beside" in firm.times:
                times = p95(firm.times["beside"]) / p95(firm.times["idle"])
                limits.append(Limit(f"cursor down, p95, during bulk edits, at {size:,} accounts", BESIDE, times, " ×"))
        return limits


def p95(values: Sequence[float]) -> float:
    """The 95th percentile: the smallest value that is at least as large as 95 of 100."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def processor() -> str:
    """What the machine calls its processor."""
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1].strip() if found else platform.machine()


def _named(firms: Mapping[int, Figures]) -> dict[str, Figures]:
    return {f"{size:,}": found for size, found in firms.items()}


def _ratio(values: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(values) / statistics.median(others)


def _time(values: Sequence[float]) -> str:
    if not values:
        return "–"
    return f"{statistics.median(values):.{0 if p95(values) >= 100 else 1}f} ({p95(values):.{0 if p95(values) >= 100 else 1}f})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
