"""The pages of the client portal with many clients at once, while a colleague edits ten thousand accounts and another one moves
about in the terminal application: all of them on one database, each in a process of its own.

`python -m tests.benchmarks.portal [--clients N] [--seconds N] [--pause SECONDS] [--keep FOLDER]` prints Markdown tables. Without a
pause a client asks for the next page as soon as the last one has come: the portal is as busy as so many clients can make it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.databases import Demo, demos
from tests.benchmarks.report import p95, processor
from tests.benchmarks.sessions import SIZE, Session
from tests.benchmarks.visitors import PAGES

ACCOUNTS = 10_000
PAGE = 1000.0  # milliseconds, at the median
KEY = 100.0  # milliseconds, at the 95th percentile
_REST = 3.0  # seconds between an edit and its undo, and before the next one: while either writes, nobody else can
# The colleague's undo is refused where somebody was let in by the edit and has logged in: these were let in before.
_PASSWORD = "Lighthouse 2026"  # of every active client of the demo firm
_ALLOWED = """
SELECT e.address FROM user u JOIN email_address e ON e.id = u.email_address_id
WHERE EXISTS (SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id
              WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0)
  AND (SELECT count(*) FROM contact_email ce JOIN account_contact ac ON ac.contact_id = ce.contact_id
       WHERE ce.email_address_id = e.id)
    = (SELECT count(*) FROM contact_settings s WHERE s.email_address_id = e.id AND s.login = 1)
ORDER BY u.id LIMIT ?
"""


@dataclass(frozen=True)
class Round:
    """What clients and keys took in one stretch of time; what the colleague did meanwhile."""

    times: dict[str, list[float]]
    failed: list[str]
    asked_back: int
    keys: list[float]
    edits: list[str]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.portal", description=__doc__)
    parser.add_argument("--clients", type=int, default=50, metavar="N")
    parser.add_argument("--seconds", type=float, default=30, metavar="N")
    parser.add_argument("--pause", type=float, nargs="+", default=[0, 2], metavar="SECONDS")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the demo firm is, or is to be, kept")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tui-portal-benchmark-") as name:
        (demo,) = demos(arguments.keep or Path(name) / "demos", [ACCOUNTS])
        copy = demo.copy(Path(name))
        with served(copy) as url, Session(copy) as terminal:
            terminal.first_rows()
            terminal.whole()
            addresses = clients(copy, arguments.clients)
            rounds: dict[str, Round] = {}
            for pause in arguments.pause:
                pace = f"{pause:g} s between pages" if pause else "no pause"
                for busy in (False, True):
                    words = "beside a bulk edit" if busy else "alone"
                    print(f"{pace}, {words}", file=sys.stderr, flush=True)
                    rounds[f"{pace}, {words}"] = measure(url, addresses, arguments.seconds, pause, terminal, copy, busy)
    print(report(rounds, len(addresses)))
    return 0


def clients(demo: Demo, count: int) -> list[str]:
    """So many who may log in."""
    context = demo.open()
    try:
        found = [str(address) for (address,) in context.database.rows(_ALLOWED, [count])]
    finally:
        context.database.close()
    if len(found) < count:
        raise SystemExit(f"only {len(found)} clients of the demo firm may log in")
    return found


@contextmanager
def served(demo: Demo) -> Iterator[str]:
    """The portal on a free port, as `tui-portal serve` runs it. Each client comes from an address of its own, as through a proxy."""
    config = demo.path.with_name("serve.toml")
    config.write_text(
        '[firm]\nportal_url = "http://127.0.0.1:8080"\n[portal]\nclient_address_header = "X-Forwarded-For"\n'
        '[mail]\nsmtp = "folder:mail"\nfrom = "office@hansen-partner.example"\n'
    )
    words = ["--database", str(demo.path), "--config", str(config), "serve", "--port", "0"]
    with subprocess.Popen([sys.executable, "-m", "tui_portal", *words], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            line = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found is None:
                raise SystemExit(line + process.stderr.read())
            yield found[0]
        finally:
            process.terminate()
            process.wait()


def measure(
    url: str, addresses: Sequence[str], seconds: float, pause: float, terminal: Session, demo: Demo, busy: bool
) -> Round:
    """Clients on the pages for so long; keys meanwhile, and where it is `busy` a colleague's bulk edits."""
    with visiting(url, addresses, seconds, pause) as visitors, editing(demo, busy) as edits:
        keys: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            if terminal.cursor_line() >= SIZE[1] - 3:
                terminal.press("g")
            keys.append(terminal.press_down())
        assert visitors.stdout is not None
        found: dict[str, Any] = json.loads(visitors.stdout.read())
    return Round(found["times"], found["failed"], found["asked_back"], keys, edits)


@contextmanager
def visiting(url: str, addresses: Sequence[str], seconds: float, pause: float) -> Iterator[subprocess.Popen[str]]:
    """All clients, in a process."""
    words = [sys.executable, "-m", "tests.benchmarks.visitors", url, str(seconds), str(pause)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write("\n".join([_PASSWORD, *addresses]))
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def editing(demo: Demo, busy: bool) -> Iterator[list[str]]:
    """A colleague's edits and undos, one after the other; the lines that tell of them are there at the end."""
    done: list[str] = []
    if not busy:
        yield done
        return
    words = [sys.executable, "-m", "tests.benchmarks.colleague", str(demo.path), str(ACCOUNTS), str(_REST)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield done
        finally:
            process.kill()
            done += process.stdout.read().splitlines()


def report(rounds: dict[str, Round], count: int) -> str:
    """All of it, as Markdown."""
    head = (
        f"{time.strftime('%Y-%m-%d')}, {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}. {count} clients on "
        f"the pages at once, a bulk edit of {ACCOUNTS:,} accounts and its undo in another process, {_REST:g} s between them, keys in a terminal. Milliseconds: median, in "
        "brackets the 95th percentile."
    )
    lines = [_row("", *rounds), _row(*["---"] * (len(rounds) + 1))]
    lines += [_row(page, *(_time(found.times[page]) for found in rounds.values())) for page in PAGES]
    lines.append(_row("key (cursor down)", *(_time(found.keys) for found in rounds.values())))
    lines.append(_row("pages", *(f"{sum(map(len, found.times.values())):,}" for found in rounds.values())))
    lines.append(_row("failed", *(str(len(found.failed)) for found in rounds.values())))
    lines.append(_row("asked to come back", *(str(found.asked_back) for found in rounds.values())))
    lines.append(_row("edits and undos", *(str(len(found.edits)) for found in rounds.values())))
    slowest = max(statistics.median(times) for found in rounds.values() for times in found.times.values() if times)
    key = max(p95(found.keys) for found in rounds.values())
    failed = [fault for found in rounds.values() for fault in found.failed]
    limits = [
        _row("limit", "at most", "measured", ""),
        _row(*["---"] * 4),
        _row("slowest page, median", f"{PAGE:.0f} ms", f"{slowest:.0f} ms", _met(slowest, PAGE)),
        _row("key, p95", f"{KEY:.0f} ms", f"{key:.0f} ms", _met(key, KEY)),
        _row("failed pages", "0", str(len(failed)), ", ".join(sorted(set(failed))) or "met"),
    ]
    return "\n\n".join([head, "\n".join(lines), "\n".join(limits)])


def _met(found: float, most: float) -> str:
    return "met" if found <= most else f"**missed** by {found / most - 1:.0%}"


def _time(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.0f} ({p95(values):.0f})" if values else "–"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
