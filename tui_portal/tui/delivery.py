"""Mail handed over while the terminal application is open, by a child process of its own: composing and sending in this one
would make keys wait."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path


class DeliveryProcess:
    """Starts `tui-portal deliver --once` when there is mail to hand over, one at a time."""

    def __init__(self, database: Path, config: Path | None) -> None:
        self._words = [sys.executable, "-m", "tui_portal", "--database", str(database)]
        if config is not None:
            self._words += ["--config", str(config)]
        self._running = False

    async def deliver(self) -> int | None:
        """Hand over what is due and wait for the end: the exit status of the child, None while one runs already."""
        if self._running:
            return None
        self._running = True
        try:
            child = await asyncio.create_subprocess_exec(
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
