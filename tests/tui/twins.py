"""The application whose frames go to two emulated terminals: as Textual would write them, and as the program does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pyte
from textual._compositor import CompositorUpdate

from tests.screens import Terminal
from tui_portal.services.context import Context, Lanes
from tui_portal.tui.app import PortalApp

_PRIVATE = re.compile(r"\x1b\[[<>=?][0-9;]*[a-zA-Z]")


class Twin:
    """An emulated terminal, and how many bytes it was sent."""

    def __init__(self, width: int, height: int) -> None:
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.Stream(self.screen)
        self.bytes = 0

    def feed(self, text: str) -> None:
        """Show what a program writes."""
        self.bytes += len(text.encode())
        self._stream.feed(_PRIVATE.sub("", text))

    @property
    def cells(self) -> list[tuple[Any, ...]]:
        """Every cell with all of its attributes, and where the cursor stands."""
        screen = self.screen
        rows = [tuple(screen.buffer[y][x] for x in range(screen.columns)) for y in range(screen.lines)]
        return [*rows, (screen.cursor.y, screen.cursor.x)]


class TwinApp(PortalApp):
    """The application with both terminals; `differences` holds the first frame that they showed differently."""

    def __init__(self, context: Context, size: tuple[int, int]) -> None:
        super().__init__(Lanes(context), deliver=False)
        self.plain, self.lean = Twin(*size), Twin(*size)
        self.frames = 0
        self.differences: list[str] = []

    @property
    def is_headless(self) -> bool:
        """No: what would be written is looked at."""
        return False

    def resize_twins(self, width: int, height: int) -> None:
        """Give both terminals another size."""
        for twin in (self.plain, self.lean):
            twin.screen.resize(height, width)

    def _display(self, screen: Any, renderable: Any) -> None:
        if self._driver is not None:
            self._driver.write = self.lean.feed  # type: ignore[method-assign]  # the headless driver's writes nothing
        if isinstance(renderable, CompositorUpdate) and self._running and not self._batch_count and not self._closed:
            cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
            self.plain.feed(renderable.render_segments(self.console).replace("\n", "\r\n"))
            self.plain.feed(f"\x1b[{cursor.y + 1};{cursor.x + 1}H")
            self.frames += 1
        super()._display(screen, renderable)
        if not self.differences and self.plain.cells != self.lean.cells:
            self.differences = _differences(self.plain, self.lean)


def _differences(plain: Twin, lean: Twin) -> list[str]:
    found = []
    for y, (wanted, shown) in enumerate(zip(plain.cells, lean.cells, strict=True)):
        for x, (one, other) in enumerate(zip(wanted, shown, strict=True)):
            if one != other:
                found.append(f"row {y}, column {x}: {other} instead of {one}")
    return found


@asynccontextmanager
async def twins(context: Context, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Terminal]:
    """The application with two terminals; a crash, a difference or a change to plain output fails the test."""
    app = TwinApp(context, size)
    async with app.run_test(size=size) as pilot:
        terminal = Terminal(app, pilot)
        await terminal.shows(" of ")
        yield terminal
    if app._exception is not None:
        raise app._exception
    assert not app.differences, "\n".join(app.differences[:5])
    assert not app.plain_output
    assert app.frames
