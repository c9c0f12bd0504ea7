"""Many at once: twenty terminals on one database, each pressing a key a second, while two colleagues edit many accounts.

`python -m tests.benchmarks.terminals [--accounts N] [--terminals N] [--seconds N]` prints a Markdown table.
"""

from __future__ import annotations

import argparse
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.databases import Demo, demos
from tests.benchmarks.report import p95
from tests.benchmarks.sessions import BAR, SIZE
from tests.pty_terminal import Pty

_EDITED = 1_000  # accounts, by each of the colleagues
_COLLEAGUES = 2
_PATIENCE = 60.0
_QUIET = 1.0


@dataclass
class Crowd:
    """What was measured: milliseconds from a key to the bar in its new line, MiB, and what was refused."""

    idle: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    memory: float = 0.0
    proportional: float = 0.0
    edits: int = 0
    refused: int = 0
    unanswered: int = 0

    def table(self, terminals: int, accounts: int) -> str:
        """The figures as Markdown."""
        head = f"{terminals} terminals, {accounts:,} accounts, a key a second each"
        lines = [f"| {head} | median | p95 | slowest |", "| --- | --- | --- | --- |"]
        for name, times in (("nobody writes", self.idle), (f"{_COLLEAGUES} edit {_EDITED:,} accounts", self.beside)):
            ordered = sorted(times)
            lines.append(
                f"| {name} | {ordered[len(ordered) // 2]:.0f} ms | {p95(times):.0f} ms | {ordered[-1]:.0f} ms |"
            )
        lines.append("")
        lines.append(
            f"Memory of all: {self.memory:,.0f} MiB resident, {self.proportional:,.0f} MiB with what they share counted once. "
            f"Edits and undos meanwhile: {self.edits}; refused: {self.refused}; keys without an answer: {self.unanswered}."
        )
        return "\n".join(lines)


def measure(demo: Demo, terminals: int, seconds: float) -> Crowd:
    """Open so many terminals on a database that may be written to, and press keys for so long, alone and beside colleagues."""
    crowd = Crowd()
    command = [sys.executable, "-m", "tui_portal", "--database", str(demo.path), "--config", str(demo.config)]
    with ExitStack() as stack:
        opened = [stack.enter_context(Pty(command, size=SIZE)) for _ in range(terminals)]
        _wait_for_rows(opened)
        crowd.idle, lost = press(opened, seconds)
        crowd.unanswered += lost
        with _colleagues(demo) as working:
            crowd.beside, lost = press(opened, seconds)
            crowd.unanswered += lost
            crowd.refused = sum(colleague.poll() is not None for colleague in working)
        crowd.edits = sum(
            len(((colleague.stdout and colleague.stdout.read()) or "").splitlines()) for colleague in working
        )
        crowd.memory = sum(_of(terminal, "status", "VmRSS") for terminal in opened)
        crowd.proportional = sum(_of(terminal, "smaps_rollup", "Pss") for terminal in opened)
        crowd.refused += sum(terminal.process.poll() is not None for terminal in opened)
    return crowd


def press(opened: Sequence[Pty], seconds: float) -> tuple[list[float], int]:
    """Press j once a second in each of them, by turns; milliseconds to each answer, and how many had none."""
    begin = time.perf_counter()
    due = [begin + number / len(opened) for number in range(len(opened))]
    sent: dict[int, float] = {}
    found: list[float] = []
    by_file = {terminal.fileno(): number for number, terminal in enumerate(opened)}
    while (now := time.perf_counter()) < begin + seconds or (sent and now < begin + seconds + _PATIENCE):
        for number, moment in enumerate(due):
            if moment <= now < begin + seconds and number not in sent:
                opened[number].send("j")
                sent[number] = time.perf_counter()
                due[number] = moment + 1
        for file in select.select(list(by_file), [], [], 0.005)[0]:
            number = by_file[file]
            if BAR in opened[number].read(0) and number in sent:
                found.append((opened[number].last_byte - sent.pop(number)) * 1000)
    return found, len(sent)


def _wait_for_rows(opened: Sequence[Pty]) -> None:
    end = time.monotonic() + _PATIENCE
    while not all(re.search(rb"A-\d{4}", bytes(terminal.wire)) for terminal in opened):
        if time.monotonic() > end:
            raise SystemExit("some of the terminals show nothing")
        for terminal in opened:
            terminal.read(0.01)
    for terminal in opened:
        while terminal.read(_QUIET / len(opened)):
            pass


@contextmanager
def _colleagues(demo: Demo) -> Iterator[list[subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "tests.benchmarks.colleague", str(demo.path), str(_EDITED), "1"]
    working = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(_COLLEAGUES)]
    try:
        for colleague in working:
            if colleague.stdout is None or not colleague.stdout.readline():
                raise SystemExit("a colleague could not begin")
        yield working
    finally:
        for colleague in working:
            colleague.kill()
            colleague.wait()


def _of(terminal: Pty, file: str, name: str) -> float:
    """MiB of a process from proc(5)."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{terminal.process.pid}/{file}").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.terminals", description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--terminals", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--keep", type=Path, help="where the databases are kept")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="tui-portal-terminals-", dir=arguments.keep) as name:
        found = demos(arguments.keep or Path(name) / "demos", [arguments.accounts])[0]
        crowd = measure(found.copy(Path(name)), arguments.terminals, arguments.seconds)
    print(crowd.table(arguments.terminals, arguments.accounts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
