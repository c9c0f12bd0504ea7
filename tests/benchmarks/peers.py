"""What others need for the same rows: Textual's own DataTable, and visidata where it is installed.

`python -m tests.benchmarks.peers DATABASE` prints a Markdown table. DataTable takes seconds for 100,000 rows: its memory and its start
are what is compared.
"""

from __future__ import annotations

import argparse
import csv
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.sessions import SIZE, first_shown, resident
from tests.pty_terminal import Pty

_ROWS = "SELECT printf('A-%04d', id), name, type FROM account WHERE archived = 0 ORDER BY search_key, id"
_DATA_TABLE = f"""
import sqlite3, sys
from rich.text import Text
from textual.app import App
from textual.widgets import DataTable

class Peer(App):
    def compose(self):
        yield DataTable(cursor_type="row")

    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("ID", "NAME", "TYPE")
        rows = sqlite3.connect(sys.argv[1]).execute("{_ROWS}")
        table.add_rows([Text(cell) for cell in row] for row in rows)  # a str would be read as markup

Peer().run()
"""
_QUIET, _PATIENCE, _PRESSES = 0.1, 120.0, 10


def main(argv: Sequence[str] | None = None) -> int:
    """Measure each peer once and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.peers", description=__doc__)
    parser.add_argument("database", type=Path)
    database = parser.parse_args(argv).database
    print("| peer | first rows | memory | page down | bytes |\n| --- | --- | --- | --- | --- |")
    print(_measured("Textual's DataTable", [sys.executable, "-c", _DATA_TABLE, str(database)]))
    program = shutil.which("vd")
    if program is None:
        print("visidata is not installed here", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("ID", "NAME", "TYPE"), *sqlite3.connect(database).execute(_ROWS)])
        print(_measured("visidata", [program, str(path)]))
    return 0


def _measured(name: str, command: list[str]) -> str:
    with Pty(command, size=SIZE) as terminal:
        start = first_shown(terminal, re.compile(rb"A-\d{4}"))
        _rest(terminal)
        times, sizes = [], []
        for _ in range(_PRESSES):
            before, sent = len(terminal.wire), time.perf_counter()
            terminal.send("\x1b[6~")
            terminal.read(_PATIENCE)
            _rest(terminal)
            times.append((terminal.last_byte - sent) * 1000)
            sizes.append(len(terminal.wire) - before)
        memory = resident(terminal.process.pid, "VmRSS")
    page, size = statistics.median(times), statistics.median(sizes)
    return f"| {name} | {start:,.0f} ms | {memory:.0f} MiB | {page:.0f} ms | {size:,.0f} |"


def _rest(terminal: Pty) -> None:
    while terminal.read(_QUIET):
        pass


if __name__ == "__main__":
    sys.exit(main())
