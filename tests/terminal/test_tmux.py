"""The same keys to the application in two windows of tmux, one with Textual's own output: both show the same, cell for cell.

`WALK_KEYS=2000 WALK_SEED=7 pytest tests/terminal/test_tmux.py` goes further, or another way.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyte
import pytest

from tests.pty_terminal import PATIENCE
from tests.tui.twins import seen
from tui_portal.config import PLAIN_OUTPUT, Settings
from tui_portal.demo import make_demo
from tui_portal.services.context import key_file
from tui_portal.services.staff import caller_login

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed on this machine")

SIZE = (100, 30)
_SECONDS = 0.03  # between two keys, so that both windows take them as they come
# As tmux names them. Escape comes often, so that the walk comes back from where it went. Nothing that writes
# a file or ends the program.
KEYS = """
    j k Down Up NPage PPage Home End G g Space * s n S f m v Enter w p o y e P . ] [ ? 1 2 3 6 7 8 / a u b J K L c Tab
    BSpace Escape Escape Escape Escape Escape Escape Escape Escape Escape Escape
""".split()  # noqa: SIM905 - a table to be read


class Window:
    """The application in a tmux server of its own."""

    def __init__(self, database: Path, output: str) -> None:
        config = database.with_suffix(".toml")
        config.write_text(f'[ui]\noutput = "{output}"\n')
        config.chmod(0o600)
        self._server = ["tmux", "-S", str(database.with_suffix(".sock")), "-u", "-f", "/dev/null"]
        words = [sys.executable, "-m", "tui_portal", "--database", str(database), "--config", str(config)]
        size = ["-x", str(SIZE[0]), "-y", str(SIZE[1])]
        clean = {name: os.environ[name] for name in ("PATH", "HOME", "LC_ALL", "TZ") if name in os.environ}
        clean |= {"COLORTERM": "truecolor", "TERM": "xterm-256color"}
        subprocess.run([*self._server, "new-session", "-d", *size, *words], env=clean, check=True)

    def send(self, key: str) -> None:
        """Type a key; esc in the form that can't be the beginning of another key, however slow the machine is."""
        typed = ["-l", "\x1b[27u"] if key == "Escape" else [key]
        subprocess.run([*self._server, "send-keys", *typed], check=True)

    @property
    def cells(self) -> list[tuple[object, ...]]:
        """All that is seen in the window."""
        done = subprocess.run(
            [*self._server, "capture-pane", "-e", "-p", "-N"], capture_output=True, check=True, text=True
        )
        screen = pyte.Screen(*SIZE)
        pyte.Stream(screen).feed(done.stdout.rstrip("\n").replace("\n", "\r\n"))
        return [tuple(seen(screen.buffer[y][x]) for x in range(SIZE[0])) for y in range(SIZE[1])]

    @property
    def text(self) -> str:
        """What the window shows."""
        return subprocess.run([*self._server, "capture-pane", "-p"], capture_output=True, check=True, text=True).stdout

    def close(self) -> None:
        """End the application and its server."""
        subprocess.run([*self._server, "kill-server"], check=False)


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[tuple[Window, Window]]:
    made = tmp_path / "one.sqlite3"
    make_demo(made, owner_login=caller_login(), settings=Settings()).database.close()
    other = tmp_path / "other.sqlite3"
    for source, target in ((made, other), (key_file(made), key_file(other))):
        shutil.copy(source, target)
    opened = Window(made, ""), Window(other, PLAIN_OUTPUT)
    try:
        for window in opened:
            _until(lambda window=window: " of " in window.text)  # type: ignore[misc]  # of now
        yield opened
    finally:
        for window in opened:
            window.close()


def _until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
    return True


def test_tmux_shows_the_same_for_both_outputs(windows: tuple[Window, Window]) -> None:
    count, seed = int(os.environ.get("WALK_KEYS", "60")), int(os.environ.get("WALK_SEED", "1"))
    chance = random.Random(seed)  # noqa: S311 - a walk, no secret
    lean, plain = windows
    typed: list[str] = []
    while len(typed) < count:
        typed.append(chance.choice(KEYS))
        for window in windows:
            window.send(typed[-1])
        sent = time.monotonic()
        same = _until(lambda sent=sent: time.monotonic() > sent + _SECONDS and lean.cells == plain.cells)  # type: ignore[misc]  # of now
        assert same, f"after {' '.join(typed[-40:])}\n{lean.text}\ninstead of\n{plain.text}"
