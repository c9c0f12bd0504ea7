"""The speed of the terminal application on firms of several sizes, side by side in one run, beside a curses list of the same rows and an empty
Textual application; twenty terminals at once, and a far and narrow line.

`python -m tests.benchmarks [--accounts N …] [--rounds N] [--keep FOLDER]` prints Markdown tables, and at the end the limits
that were set, met or missed. Bytes are exact; times are noisy, so what counts are the ratios. A firm of a million accounts takes
about three minutes to make and 1.5 GiB; with `--keep` it is there for the next run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import budget_table, bulk_edit, slow_line, terminals, writers
from tests.benchmarks.databases import Demo, demos
from tests.benchmarks.floor import measure_floor
from tests.benchmarks.report import BUDGETED, Report
from tests.benchmarks.sessions import (
    Figures,
    filters,
    measure_answers,
    measure_beside_colleague,
    measure_bytes,
    measure_empty,
    measure_keys,
    measure_orders,
    measure_start,
)

_EDITED = 10_000  # accounts
_MILLION = 1_000_000
_TERMINALS, _SECONDS = 20, 20.0


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--accounts", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the databases are, or are to be, kept")
    arguments = parser.parse_args(argv)
    if min(arguments.accounts) < 100 or arguments.rounds < 1:
        parser.error("--accounts takes numbers from 100, --rounds from 1")
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="tui-portal-benchmark-", dir=arguments.keep) as name:
        scratch = Path(name)
        bulk = {accounts: edits(scratch, accounts, arguments.rounds) for accounts in (_EDITED // 10, _EDITED)}
        found = demos(arguments.keep or scratch / "demos", sorted(set(arguments.accounts)))
        report = Report(Figures(), {demo.accounts: Figures() for demo in found}, bulk, arguments.rounds)
        floor = Figures()
        looks(found, report, floor)
        beside(scratch, found, report)
        middle = _budgeted(found)
        print(report.text)
        print("\n" + budget_table.table(report.firms[middle.accounts], floor, report.empty, report.firms.get(_MILLION)))
        tell(f"{_TERMINALS} terminals at once, and a slow line")
        copy = middle.copy(scratch)
        crowd = terminals.measure(copy, _TERMINALS, _SECONDS)
        print("\n" + crowd.table(_TERMINALS, middle.accounts))
        print("\n" + slow_line.measure(middle).table)
        print("\n" + writers.measure(copy).table)
    return 0


def _budgeted(found: Sequence[Demo]) -> Demo:
    """The firm for which the budgets are: that of 100,000 accounts, or the largest below it."""
    return max((demo for demo in found if demo.accounts <= BUDGETED), key=lambda demo: demo.accounts, default=found[0])


def edits(folder: Path, accounts: int, rounds: int) -> bulk_edit.BulkFigures:
    """The bulk edit service beside raw sqlite3."""
    tell(f"bulk edit of {accounts:,} accounts")
    return bulk_edit.measure(folder, accounts, rounds)


def looks(found: Sequence[Demo], report: Report, floor: Figures) -> None:
    """Start, keys, orders and filters, the sizes in turn; the floor and the empty application in each round."""
    middle = _budgeted(found)
    counts = {demo.accounts: demo.counts(filters()) for demo in found}
    for number in range(report.rounds + 1):
        # The first round warms the caches of the machine and is not counted.
        tell(f"round {number} of {report.rounds}: start, keys, sort, filter")
        measure_empty(report.empty if number else Figures())
        measure_floor(middle, floor if number else Figures())
        # By turns from the smallest and from the largest, so that no size has always the same neighbour.
        for demo in found if number % 2 else reversed(found):
            if number:
                measure_answers(demo, report.firms[demo.accounts])
                measure_keys(demo, report.firms[demo.accounts])
                measure_orders(demo, counts[demo.accounts], report.firms[demo.accounts])
            else:
                measure_start(demo)
    measure_bytes(middle, report.firms[middle.accounts])


def beside(scratch: Path, found: Sequence[Demo], report: Report) -> None:
    """Keys while a colleague edits as many accounts as there are, at most ten thousand, on copies of the larger firms."""
    for demo in found:
        if demo.accounts < min(_EDITED, found[-1].accounts):
            continue
        copy = demo.copy(scratch)
        for number in range(1, report.rounds + 1):
            done = measure_beside_colleague(copy, _EDITED, report.firms[demo.accounts])
            tell(
                f"{demo.accounts:,} accounts, round {number}, a colleague meanwhile: {len(done)} edits and undos, {done[-1:]}"
            )
        copy.remove()


def tell(words: str) -> None:
    """How far it is, on standard error."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
