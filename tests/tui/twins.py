"""The application whose frames go to two emulated terminals: as Textual would write them, and as the program does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Any

import pyte
from pyte.screens import Char
from textual._compositor import CompositorUpdate
from textual.screen import ModalScreen

from tests.screens import Terminal
from tui_portal.services.context import Context, Lanes
from tui_portal.tui.app import PortalApp

_BEHIND = ("watch", "around")  # workers that open nothing
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

    def look(self, rows: Iterable[int]) -> dict[int, tuple[Char, ...]]:
        """All that is seen in these rows."""
        buffer, columns = self.screen.buffer, range(self.screen.columns)
        return {y: tuple(seen(buffer[y][x]) for x in columns) for y in rows if y < self.screen.lines}

    @property
    def cursor(self) -> tuple[int, int]:
        """Row and column of the cursor."""
        return self.screen.cursor.y, self.screen.cursor.x


@lru_cache(4096)
def seen(cell: Char) -> Char:
    """The cell without what can't be seen: of a blank the colour and the weight of the letter that is not there."""
    if cell.data != " " or cell.reverse or cell.underscore or cell.strikethrough:
        return cell
    return Char(" ", bg=cell.bg)


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

    @property
    def idle(self) -> bool:
        """Whether every key that was typed has been taken, and nothing is about to open because of it."""
        taken = not self._typed and self._under_way is None and not self._message_queue.qsize()
        if not taken or not self.screen.is_mounted or not self.screen.is_current:
            return False
        return isinstance(self.screen, ModalScreen) or not any(
            worker.is_running and worker.name not in _BEHIND for worker in self.workers
        )

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
        if not self.differences:
            self.differences = self._find_differences()

    def _find_differences(self) -> list[str]:
        """What one of the terminals shows otherwise, in the rows that were written since the last time."""
        written = self.plain.screen.dirty | self.lean.screen.dirty
        self.plain.screen.dirty.clear()
        self.lean.screen.dirty.clear()
        return differences(self.plain, self.lean, written)


def differences(plain: Twin, lean: Twin, rows: Iterable[int]) -> list[str]:
    """Where the second terminal shows something else in these rows, or has its cursor elsewhere."""
    found = [] if plain.cursor == lean.cursor else [f"the cursor is at {lean.cursor} instead of {plain.cursor}"]
    wanted, shown = plain.look(rows), lean.look(rows)
    for y in wanted:
        if wanted[y] != shown[y]:
            pairs = enumerate(zip(wanted[y], shown[y], strict=True))
            found += [f"row {y}, column {x}: {other} instead of {one}" for x, (one, other) in pairs if one != other]
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
