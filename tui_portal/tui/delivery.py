"""Mail handed over while the terminal application is open, by a child process of its own: composing and sending in this one
would make keys wait."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path


class DeliveryProcess:
    """Starts `tui-portal deliver --once` when there is mail to hand over, one at a time."""

    def __init__(self, database: Path, config: Path | None) -> None:
        # As this process was started, the child's environment counts for nothing where it does not for its parent (-I).
        isolated = ["-I"] if sys.flags.isolated else []
        self._words = [sys.executable, *isolated, "-m", "tui_portal", "--database", str(database)]
        if config is not None:
            self._words += ["--config", str(config)]
        self._running = False
        self._child: asyncio.subprocess.Process | None = None

    async def end(self, seconds: float) -> None:
        """Have a child that still runs end: after the mail in hand, or as a crash would end it where that takes longer than
        `seconds`. What it had in hand goes out with the next delivery.
        """
        child = self._child
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
            try:
                await asyncio.wait_for(child.wait(), seconds)
            except TimeoutError:
                child.kill()

    async def deliver(self) -> int | None:
        """Hand over what is due and wait for the end: the exit status of the child, None while one runs already."""
        if self._running:
            return None
        self._running = True
        try:
            child = self._child = await asyncio.create_subprocess_exec(
                *self._words,
                "deliver",
                "--once",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            return await child.wait()
        finally:
            self._running = False
