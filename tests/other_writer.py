"""Another process that holds the write lock of a database for as long as a test wants."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for _word in sys.stdin:
    connection.execute("COMMIT" if connection.in_transaction else "BEGIN IMMEDIATE")
    print("done", flush=True)
"""


class OtherWriter:
    """A process; `begin` takes the lock and `end` gives it back, each done when it returns."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-c", _HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @property
    def number(self) -> int:
        """The number of the process."""
        return self._process.pid

    def begin(self) -> Self:
        """Take the lock."""
        self._turn()
        return self

    def end(self) -> None:
        """Give the lock back."""
        self._turn()

    def close(self) -> None:
        """End the process; a lock that it holds goes with it."""
        self._process.kill()
        self._process.communicate()

    def _turn(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"


@contextmanager
def writing_elsewhere(database: Path) -> Iterator[OtherWriter]:
    """Another process that has the write lock from now on."""
    writer = OtherWriter(database)
    try:
        yield writer.begin()
    finally:
        writer.close()
