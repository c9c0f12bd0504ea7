"""Several processes that write to one database at the same time: transactions a second, and how many failed.

`python -m tests.benchmarks.writers DATABASE SECONDS` is one of them; it writes on standard output how many it did and how many failed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.databases import Demo
from tui_portal.config import Settings
from tui_portal.domain.errors import PortalError
from tui_portal.services.context import open_context

PROCESSES = 4
SECONDS = 5.0
_WRITE = """
    UPDATE contact_settings SET notify = 1 - notify
    WHERE (account_id, email_address_id) = (SELECT account_id, email_address_id FROM contact_settings LIMIT 1)"""


@dataclass(frozen=True)
class Written:
    """By all of them: transactions a second, and errors."""

    rate: float
    errors: int

    @property
    def table(self) -> str:
        """The figures as Markdown."""
        return (
            f"| {PROCESSES} processes write, {SECONDS:.0f} s | transactions a second | errors |\n| --- | --- | --- |\n"
            f"| one row each time | {self.rate:,.0f} | {self.errors} |"
        )


def measure(demo: Demo) -> Written:
    """Let the processes write to a database that may be written to."""
    command = [sys.executable, "-m", "tests.benchmarks.writers", str(demo.path), str(SECONDS)]
    working = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    found = [tuple(map(int, process.communicate()[0].split())) for process in working]
    return Written(sum(done for done, _errors in found) / SECONDS, sum(errors for _done, errors in found))


def main(database: str, seconds: str) -> None:
    """Write for so long."""
    context = open_context(Path(database), Settings())
    done = errors = 0
    end = time.perf_counter() + float(seconds)
    while time.perf_counter() < end:
        try:
            with context.database.write():
                context.database.execute(_WRITE)
            done += 1
        except PortalError:
            errors += 1
    print(done, errors)


if __name__ == "__main__":
    main(*sys.argv[1:])
