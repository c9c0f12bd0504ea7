"""Start and keys of the terminal application, at several sizes and beside an empty Textual application, in one run.

`python -m tests.benchmarks [--accounts N …] [--rounds N]` prints a Markdown table. Bytes are exact; times are noisy, so what
counts are the ratios.
"""

from __future__ import annotations

import argparse
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.pty_terminal import Pty
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.staff import caller_login

_SEQUENCE = re.compile(rb"\x1b\[[0-9;?<>=!$]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.")
_ROW = re.compile(rb"A-\d{4}")
_QUIET = 0.2
_KEYS = {"down": "j", "page down": "\x1b[6~", "end": "G", "home": "g"}
_EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("EMPTY-APP")
Empty().run(mouse=False)
"""


@dataclass
class Figures:
    """What was measured of one program: milliseconds and bytes."""

    start: list[float] = field(default_factory=list)
    keys: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, list[int]] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    figures = {name: Figures() for name in ["empty", *map(str, arguments.accounts)]}
    with tempfile.TemporaryDirectory() as folder:
        commands = {"empty": [sys.executable, "-c", _EMPTY_APP]}
        for accounts in arguments.accounts:
            path = Path(folder) / f"demo-{accounts}.sqlite3"
            start = time.perf_counter()
            settings = demo_settings(Path(folder))
            make_demo(path, owner_login=caller_login(), accounts=accounts, settings=settings).database.close()
            print(f"made {accounts:,} accounts in {time.perf_counter() - start:.1f} s", file=sys.stderr)
            words = ["--database", str(path), "--read-only"]
            commands[str(accounts)] = [sys.executable, "-m", "tui_portal", *words]
        for number in range(arguments.rounds + 1):
            for name, command in commands.items():
                # The first round warms the caches of the machine and is not counted.
                measure(command, figures[name] if number else Figures(), keys=name != "empty")
    print(table(figures))
    return 0


def measure(command: Sequence[str], figures: Figures, *, keys: bool) -> None:
    """Start `command`, take the time to its first rows, then press keys."""
    with Pty(command, size=(120, 40)) as terminal:
        marker = _ROW if keys else re.compile(rb"EMPTY-APP")
        while not marker.search(_SEQUENCE.sub(b"", bytes(terminal.wire))):
            if not terminal.read(10):
                raise SystemExit(f"nothing appeared: {bytes(terminal.wire)!r}")
        figures.start.append((terminal.last_byte - terminal.started) * 1000)
        settle(terminal)
        figures.memory.append(resident(terminal.process.pid))
        for name, key in _KEYS.items() if keys else ():
            for _ in range(8 if name in ("down", "page down") else 1):
                before = len(terminal.wire)
                sent = time.perf_counter()
                terminal.send(key)
                settle(terminal)
                if len(terminal.wire) > before:  # at the end of a short list a key changes nothing
                    figures.keys.setdefault(name, []).append((terminal.last_byte - sent) * 1000)
                    figures.sizes.setdefault(name, []).append(len(terminal.wire) - before)


def settle(terminal: Pty) -> None:
    """Read until the program has been quiet for a while."""
    while terminal.read(_QUIET):
        pass


def resident(pid: int) -> float:
    """Resident memory of a process in MiB (Linux)."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def table(figures: dict[str, Figures]) -> str:
    """The figures as a Markdown table: medians, with start times as ratios to the empty application and the smallest firm."""
    empty = statistics.median(figures["empty"].start)
    sizes = [name for name in figures if name != "empty"]
    smallest = statistics.median(figures[sizes[0]].start)
    lines = [
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, Python {platform.python_version()}, 120x40, medians",
        "",
        "| accounts | first rows | × empty Textual | × "
        + f"{int(sizes[0]):,} accounts | memory | "
        + " | ".join(f"{key}: ms (p95), bytes" for key in _KEYS)
        + " |",
        "| --- " * (5 + len(_KEYS)) + "|",
        f"| (empty Textual application) | {empty:.0f} ms | 1.00 | | {statistics.median(figures['empty'].memory):.0f} MiB | "
        + " | " * (len(_KEYS) - 1)
        + "|",
    ]
    for name in sizes:
        found = figures[name]
        start = statistics.median(found.start)
        cells = [f"{int(name):,}", f"{start:.0f} ms", f"{start / empty:.2f}", f"{start / smallest:.2f}"]
        cells.append(f"{statistics.median(found.memory):.0f} MiB")
        for key in _KEYS:
            if key not in found.keys:
                cells.append("–")
                continue
            times, bytes_ = sorted(found.keys[key]), statistics.median(found.sizes[key])
            p95 = times[min(len(times) - 1, round(0.95 * (len(times) - 1)))]
            cells.append(f"{statistics.median(times):.1f} ({p95:.1f}), {bytes_:,.0f}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
