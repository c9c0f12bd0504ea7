"""A bulk edit beside the same rows written by raw sqlite3 in one transaction, and its preview, in one run.

`python -m tests.benchmarks.bulk_edit [--accounts N …] [--rounds N]` prints a Markdown table. Every account has three addresses;
LOGIN is switched on for all of them, with invitations. Times are noisy, so what counts are the ratios.
"""

from __future__ import annotations

import argparse
import platform
import re
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tui_portal.config import Settings
from tui_portal.services.access import AccessWish, change_access, preview_access
from tui_portal.services.context import Context, open_context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import identify
from tui_portal.services.undo import redo_last, undo_last

T = TypeVar("T")

_TABLES = ("contact_settings", "invitation", "operation", "outbox", "activity")
_WISH = AccessWish(login=True, invite=True, message="Welcome to our portal.")
_NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :last)"
_FILL = (
    f"{_NUMBERS} INSERT INTO account (id, name, search_key, type, created_at) "
    "SELECT i, 'Account ' || i, 'account ' || i, 'company', 0 FROM n",
    f"{_NUMBERS} INSERT INTO contact (id, name, search_key, created_at) SELECT i, 'Person ' || i, 'person ' || i, 0 FROM n",
    f"{_NUMBERS} INSERT INTO account_contact (account_id, contact_id) SELECT i, i FROM n",
    f"{_NUMBERS} INSERT INTO email_address (id, address, canonical, validity, checked_at) "
    "SELECT i, 'p' || i || '@crowd.example', 'p' || i || '@crowd.example', 'valid', 0 FROM n",
    f"{_NUMBERS} INSERT INTO contact_email (contact_id, email_address_id, label) SELECT 1 + (i - 1) / 3, i, 'Email' FROM n",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bulk_edit", description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args(argv)
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, Python {platform.python_version()}, medians\n")
    print(
        "| accounts × 3 addresses | raw sqlite3 | bulk edit | × raw | preview | dry run | undo | × edit | redo | memory |"
    )
    print("| --- " * 10 + "|")
    with tempfile.TemporaryDirectory() as folder:
        for accounts in arguments.accounts:
            print(line(Path(folder), accounts, arguments.rounds), flush=True)
    return 0


@dataclass(frozen=True)
class BulkFigures:
    """What was measured with so many accounts: milliseconds of each thing that was done, and the memory that an edit took, in MiB."""

    times: dict[str, list[float]]
    memory: float

    def median(self, name: str) -> float:
        """Milliseconds."""
        return statistics.median(self.times[name])


def line(folder: Path, accounts: int, rounds: int) -> str:
    """One line of the table."""
    found = measure(folder, accounts, rounds)
    raw, edit, undo = found.median("raw"), found.median("bulk edit"), found.median("undo")
    cells = [f"{accounts:,}", f"{raw:.0f} ms", f"{edit:.0f} ms", f"{edit / raw:.2f}"]
    cells += [f"{found.median('preview'):.0f} ms", f"{found.median('dry run'):.0f} ms", f"{undo:.0f} ms"]
    cells += [f"{undo / edit:.2f}", f"{found.median('redo'):.0f} ms", f"{found.memory:.1f} MiB"]
    return "| " + " | ".join(cells) + " |"


def measure(folder: Path, accounts: int, rounds: int) -> BulkFigures:
    """Preview, dry run, edit, undo and redo by turns with the same rows written by raw sqlite3."""
    template = folder / f"{accounts}.sqlite3"
    make(template, accounts)
    times: dict[str, list[float]] = {}
    memory = 0.0
    for _round in range(rounds):
        with copied(template) as context:
            everybody = list(range(1, accounts + 1))
            forget_peak()
            before = resident()
            foreseen = timed(times, "preview", preview_access, context, everybody, _WISH)
            timed(times, "dry run", change_access, context, everybody, _WISH, None, True)
            done = timed(times, "bulk edit", change_access, context, everybody, _WISH, expected=foreseen)
            # The first edit asks the system for memory, the next ones have it already.
            memory = max(memory, resident() - before)
            assert (done.changed, done.invitations) == (3 * accounts, 3 * accounts)
            written = {table: context.database.rows(f"SELECT * FROM {table}") for table in _TABLES}
            timed(times, "undo", undo_last, context)
            timed(times, "redo", redo_last, context)
        with copied(template) as context:
            timed(times, "raw", write_raw, context.database.path, written)
    return BulkFigures(times, memory)


def make(path: Path, accounts: int) -> None:
    """A firm with so many accounts, a contact each, with three addresses."""
    context = create_firm(
        path, Settings(), firm="Crowd", owner_login="olga", owner_name="Olga", owner_email="olga@crowd.example"
    )
    with context.database.write():
        for statement in _FILL:
            last = 3 * accounts if "email" in statement else accounts
            context.database.execute(statement, {"last": last})
    context.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    context.database.close()


@contextmanager
def copied(template: Path) -> Iterator[Context]:
    """A copy of the firm, with its owner acting."""
    path = template.with_name("copy.sqlite3")
    shutil.copy(template, path)
    shutil.copy(f"{template}.key", f"{path}.key")
    context = identify(open_context(path, Settings()), login="olga")
    yield context
    context.database.close()
    for name in (path, *(Path(f"{path}{end}") for end in (".key", ".epoch", "-wal", "-shm"))):
        name.unlink(missing_ok=True)


def write_raw(path: Path, written: dict[str, list[tuple[Any, ...]]]) -> None:
    """The same rows, in one transaction with the same pragmas."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = 1", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN IMMEDIATE")
    for table, rows in written.items():
        if rows:
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
    connection.close()


def timed(times: dict[str, list[float]], name: str, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Do it and keep how many milliseconds it took."""
    start = time.perf_counter()
    done = work(*arguments, **named)
    times.setdefault(name, []).append((time.perf_counter() - start) * 1000)
    return done


def forget_peak() -> None:
    """Let `resident` count from now on (Linux, proc(5))."""
    Path("/proc/self/clear_refs").write_text("5")


def resident() -> float:
    """The highest resident memory of this process in MiB (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    sys.exit(main())
