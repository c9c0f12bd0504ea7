"""Delivery beside a bare smtplib loop that sends the same messages, already built, to the same server, by turns in one run.

`python -m tests.benchmarks.delivery [--mails N] [--rounds N]` prints Markdown tables. The server is a process of its own, which takes
everything; the far one answers 20 ms late and gets a tenth of the mails. Times are noisy, and whether two processes share a core
changes them threefold: what counts is the median of the ratios, each of two runs that followed one another. In the second table
somebody reads the list of accounts meanwhile; in the last one `tui-portal deliver` is a process of its own, and somebody moves about
in a terminal. Its memory is told without the pages of files, which the system takes back when it likes; SQLite's cache fills to 4 MiB.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import re
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.bulk_edit import copied, forget_peak, make, resident
from tests.benchmarks.databases import Demo
from tests.benchmarks.sessions import SIZE, Session
from tests.mail.firm import PORTAL, SENDER, settings_for
from tui_portal.config import Settings
from tui_portal.mail.composing import compose
from tui_portal.mail.handover import sender_of
from tui_portal.services import outbox
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.accounts import AccountQuery, count_accounts
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once

_FAR = 20  # milliseconds
_FAR_PART = 10
_KEYS = 120  # pressed before anything is delivered
_NEAR_LIMIT, _FAR_LIMIT, _READ_LIMIT = 1.5, 1.2, 2.0
Built = Sequence[tuple[str, bytes]]


@dataclasses.dataclass(frozen=True)
class Case:
    """What is measured: to which server, over how many connections, and how much longer than the bare loop it may take."""

    what: str
    milliseconds: int
    pipelining: bool
    connections: int
    limit: float


CASES = (
    Case("loopback", 0, False, 1, _NEAR_LIMIT),
    Case("loopback, pipelining", 0, True, 1, _NEAR_LIMIT),
    Case("loopback", 0, False, 4, 0),
    Case(f"{_FAR} ms away", _FAR, False, 4, _FAR_LIMIT),
    Case(f"{_FAR} ms away, pipelining", _FAR, True, 4, _FAR_LIMIT),
    Case(f"{_FAR} ms away", _FAR, False, 20, _FAR_LIMIT),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.delivery", description=__doc__)
    parser.add_argument("--mails", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--crowd", type=int, default=10_000, metavar="N", help="mails of the last table, and a tenth of them"
    )
    arguments = parser.parse_args(argv)
    print(
        f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, Python {platform.python_version()}, {arguments.mails:,} mails\n"
    )
    print("| server | connections | mails | bare smtplib | delivery | × | at most | memory |")
    print("| --- " * 8 + "|")
    with tempfile.TemporaryDirectory() as name:
        templates = {mails: template(Path(name), mails) for mails in {arguments.mails, arguments.mails // _FAR_PART}}
        for case in CASES:
            print(
                line(case, templates[arguments.mails // (_FAR_PART if case.milliseconds else 1)], arguments.rounds),
                flush=True,
            )
        print("\n" + beside(templates[arguments.mails]))
        print("\n" + KEYS_HEAD, flush=True)
        peak = 0.0
        for mails in (arguments.crowd // 10, arguments.crowd):
            found = beside_keys(templates.get(mails) or template(Path(name), mails), mails)
            print(found.line(peak), flush=True)
            peak = found.peak
    return 0


def template(folder: Path, mails: int) -> Path:
    """A firm with so many invitations in its outbox, three an account."""
    path = folder / f"{mails}.sqlite3"
    make(path, -(-mails // 3))
    with copied(path) as context:
        ids = [number for (number,) in context.database.rows("SELECT id FROM account")]
        change_access(context, ids, AccessWish(login=True, invite=True, message="Welcome to our portal."))
        surplus = f"SELECT id FROM outbox ORDER BY id LIMIT -1 OFFSET {mails}"
        context.database.execute(f"DELETE FROM outbox WHERE id IN ({surplus})")
        context.database.execute("UPDATE outbox SET next_try_at = 0")
        context.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        path.write_bytes(context.database.path.read_bytes())
    return path


def line(case: Case, firm: Path, rounds: int) -> str:
    """One line of the table."""
    bare, ours, memory = [], [], 0.0
    with sink(case) as port:
        built = messages(firm)
        for number in range(rounds + 1):
            plain = send_bare(port, built, case.connections)
            forget_peak()
            before = resident()
            mine = deliver(firm, port, case.connections, len(built))
            if number:  # the first round warms what there is to warm
                bare.append(plain)
                ours.append(mine)
                memory = max(memory, resident() - before)
    found = statistics.median(mine / plain for mine, plain in zip(ours, bare, strict=True))
    each = 1000 / len(built)
    verdict = f"{found:.2f}" if not case.limit or found <= case.limit else f"**{found:.2f}**"
    cells = [case.what, f"{case.connections}", f"{len(built):,}", f"{statistics.median(bare) * each:.2f} ms each"]
    cells += [
        f"{statistics.median(ours) * each:.2f} ms each",
        verdict,
        f"{case.limit:g}" if case.limit else "–",
        f"{memory:.1f} MiB",
    ]
    return "| " + " | ".join(cells) + " |"


@contextmanager
def sink(case: Case) -> Iterator[int]:
    """A server in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.benchmarks.mail_sink", str(case.milliseconds), str(int(case.pipelining))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        assert process.stdin is not None
        process.stdin.close()


def messages(firm: Path) -> Built:
    """To whom all mails of the firm go, and what they say."""
    owner = "elsewhere.example:1:1"
    with copied(firm) as context:
        settings = settings_for("smtp://127.0.0.1")
        context = dataclasses.replace(context, settings=settings)
        numbers = []
        while claimed := outbox.claim(context, owner, context.clock()):
            numbers += claimed
        letters = outbox.take_up_all(context, owner, numbers).values()
        sender = sender_of(settings, context.firm_name)
        return [
            (letter.address, compose(letter, sender)) for letter in letters if not isinstance(letter, outbox.Unwanted)
        ]


def send_bare(port: int, built: Built, connections: int) -> float:
    """Seconds for a loop of smtplib on each connection, all at once."""

    def send(part: Built) -> None:
        with smtplib.SMTP("127.0.0.1", port, "bare.example") as connection:
            connection.ehlo()
            for recipient, content in part:
                connection.mail(SENDER)
                connection.rcpt(recipient)
                connection.data(content)

    threads = [threading.Thread(target=send, args=(built[place::connections],)) for place in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def deliver(firm: Path, port: int, connections: int, mails: int) -> float:
    """Seconds for all of the outbox."""
    with copied(firm) as context:
        context = dataclasses.replace(context, settings=_settings(port, connections))
        start = time.perf_counter()
        done = deliver_once(context)
        taken = time.perf_counter() - start
        assert done.sent == mails, done
        return taken


def beside(firm: Path) -> str:
    """What a read of the accounts list takes while mail is delivered."""
    with sink(CASES[2]) as port, copied(firm) as context:
        context = dataclasses.replace(context, settings=_settings(port, 4))
        idle, busy = read_while(context, lambda: time.sleep(3)), read_while(context, lambda: deliver_once(context))
    found = _p95(busy) / _p95(idle)
    verdict = f"{found:.2f}" if found <= _READ_LIMIT else f"**{found:.2f}**"
    return (
        "| a screen of accounts | idle p95 | while mail is delivered | × | at most |\n| --- | --- | --- | --- | --- |\n"
        f"| {len(busy)} reads | {_p95(idle):.2f} ms | {_p95(busy):.2f} ms | {verdict} | {_READ_LIMIT:g} |"
    )


@dataclasses.dataclass(frozen=True)
class Firm(Demo):
    """A firm whose owner looks at it in a terminal."""

    @property
    def command(self) -> list[str]:
        """As of a demo firm, where the person at the machine is among the staff."""
        return [*super().command, "--as", "olga"]


@dataclasses.dataclass(frozen=True)
class Keys:
    """What a key took (milliseconds) before so many mails were delivered and while they were, and the memory of that process (MiB)."""

    mails: int
    idle: list[float]
    busy: list[float]
    peak: float

    def line(self, before: float) -> str:
        """One line of the table; `before` is the memory with a tenth of the mails, 0 where that is not known."""
        found, grown = _p95(self.busy) / _p95(self.idle), f"{self.peak / before:.2f}" if before else "–"
        verdict = f"{found:.2f}" if found <= _READ_LIMIT else f"**{found:.2f}**"
        cells = [
            f"{self.mails:,}",
            f"{self.peak:.1f} MiB",
            grown,
            f"{_p95(self.idle):.1f} ms",
            f"{_p95(self.busy):.1f} ms",
        ]
        return "| " + " | ".join([*cells, f"{len(self.busy)}", verdict, f"{_READ_LIMIT:g}"]) + " |"


KEYS_HEAD = (
    "| mails | memory of `deliver` | × a tenth of the mails | a key, idle p95 | while mail is delivered | keys | × | at most |\n"
    + "| --- " * 8
    + "|"
)


def beside_keys(firm: Path, mails: int) -> Keys:
    """Move the cursor in a terminal, first alone, then while all mails go over one connection to a server on the loopback."""
    with sink(CASES[0]) as port, copied(firm) as context:
        config = context.database.path.with_suffix(".toml")
        config.write_text(
            f'[firm]\nportal_url = "{PORTAL}"\n[mail]\nsmtp = "smtp://127.0.0.1:{port}"\nfrom = "{SENDER}"\n'
            "[limits]\nmail_connections = 1\n"
        )
        total = count_accounts(context, AccountQuery(""))
        demo = Firm(total, context.database.path, config, total)
        words = ["--database", str(demo.path), "--config", str(config), "deliver", "--once"]
        with Session(demo) as terminal:
            terminal.first_rows()
            terminal.whole()
            idle = [move_down(terminal) for _ in range(_KEYS)]
            busy, peak = list[float](), 0.0
            with subprocess.Popen([sys.executable, "-m", "tui_portal", *words], stderr=subprocess.DEVNULL) as process:
                while process.poll() is None:
                    peak = max(peak, own_memory(process.pid))
                    busy.append(move_down(terminal))
            assert process.returncode == 0
        assert outbox.count_waiting(context) == 0
        config.unlink()
        return Keys(mails, idle, busy, peak)


def own_memory(pid: int) -> float:
    """What a process holds in memory now, without pages of files, in MiB (Linux, proc(5))."""
    found = re.search(r"RssAnon:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def move_down(terminal: Session) -> float:
    """Milliseconds until the cursor has moved down a line; from the top again where it stands on the last."""
    if terminal.cursor_line() >= SIZE[1] - 3:
        terminal.press("g")
    return terminal.press_down()


def read_while(context: Context, work: Callable[[], object]) -> list[float]:
    """The milliseconds of each read by another process while `work` goes on."""
    command = [sys.executable, "-m", "tests.benchmarks.list_reader", str(context.database.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        reader.stdout.readline()
        work()
        return list(json.loads(reader.communicate()[0]))


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _settings(port: int, connections: int) -> Settings:
    settings = settings_for(f"smtp://127.0.0.1:{port}")
    return dataclasses.replace(settings, limits=dataclasses.replace(settings.limits, mail_connections=connections))


if __name__ == "__main__":
    sys.exit(main())
