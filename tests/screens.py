"""Driving the terminal application in a test: keys in, the text on the screen out."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual import events
from textual.pilot import Pilot

from tui_portal.services.context import Context, Lanes
from tui_portal.tui.app import PortalApp

PATIENCE = 10.0


class Terminal:
    """The application in an emulated terminal."""

    def __init__(self, app: PortalApp, pilot: Pilot[int]) -> None:
        self.app = app
        self._pilot = pilot

    @property
    def lines(self) -> list[str]:
        """What the screen shows, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip) for strip in strips]

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(line.rstrip() for line in self.lines)

    def line(self, part: str) -> str:
        """The line that holds `part`."""
        return next(line for line in self.lines if part in line)

    async def press(self, *keys: str) -> None:
        """Press `keys` and let the application answer."""
        await self._pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type `text` key by key."""
        names = {" ": "space", "/": "slash", ".": "full_stop", "-": "minus", "@": "at", ",": "comma"}
        await self._pilot.press(*(names.get(c, c) for c in text))

    def burst(self, *keys: str) -> None:
        """All of these keys at once, as a slow line brings them."""
        characters = {"space": " ", "at": "@", "full_stop": "."}
        for key in keys:
            character = characters.get(key, key if len(key) == 1 else None)
            self.app.post_message(events.Key(key, character))

    def paste(self, text: str) -> None:
        """Paste `text`, as a terminal does in one piece."""
        self.app.post_message(events.Paste(text))

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        await self._pilot.resize_terminal(width, height)

    async def shows(self, *parts: str) -> None:
        """Wait until all of `parts` are on the screen."""
        await self.until(lambda: all(part in self.text for part in parts), f"{parts} on\n{self.text}")

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Let the application work until `condition` holds."""
        end = time.monotonic() + PATIENCE
        while not condition():
            if self.app._exception is not None:
                raise self.app._exception
            assert time.monotonic() < end, f"not in {PATIENCE} s: {what or condition}\n{self.text}"
            await self._pilot.pause()


@asynccontextmanager
async def running(context: Context, size: tuple[int, int] = (80, 24), ready: str = " of ") -> AsyncIterator[Terminal]:
    """The application on `context`, without delivery, from when `ready` is shown; a crash in it fails the test."""
    app = PortalApp(Lanes(context), deliver=False)
    async with app.run_test(size=size) as pilot:
        terminal = Terminal(app, pilot)
        await terminal.shows(ready)
        yield terminal
    if app._exception is not None:
        raise app._exception
