"""Output by difference: of every frame only what the terminal does not show already, in one write.

Leans on names inside Textual, which is pinned for that: where they are not as expected the application goes on with Textual's
own output, and the log says so. `[ui] output = "plain"` chooses that from the beginning.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from typing import Any

from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.strip import Strip

from tui_portal.tui.frames import Frames, read_cells
from tui_portal.tui.stage import abilities_of

_MOST_STYLES = 4096  # so many are remembered by their objects
_AT_ONCE = 512  # what is shorter comes in one piece anyway and needs no marks around it
_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_log = logging.getLogger("tui_portal.tui")


class LeanOutput(App[int]):
    """An application that writes the difference. `plain_output` leaves it to Textual."""

    plain_output = False
    _frames: Frames | None = None
    _cursor_at: tuple[int, int] | None = None
    _style_numbers: dict[Style | None, int]
    _waits = False

    def take_over(self, shown: Frames) -> None:
        """The terminal shows this picture already: nothing is written until `begin_writing`, and then what differs."""
        self._frames, self._style_numbers, self._waits = shown, {}, True

    def begin_writing(self) -> None:
        """Write from now on, where that was put off."""
        if self._waits:
            self._waits = False
            if self._frames is not None and self._driver is not None and not self._closed:
                self._write_difference(self._frames)

    def forget_terminal(self) -> None:
        """Take nothing for granted that the terminal shows: the next frames are written whole."""
        self._frames = None

    def action_redraw(self) -> None:
        """Draw everything anew, for a terminal that something else has written on."""
        self.forget_terminal()
        for screen in self.screen_stack:
            screen.refresh(layout=True)

    def on_load(self) -> None:
        for signal in (self.app_suspend_signal, self.app_resume_signal):
            signal.subscribe(self, lambda _app: self.forget_terminal())

    def _display(self, screen: Any, renderable: Any) -> None:
        silent = self._batch_count or not self._running or self._closed or self.is_headless or self._driver is None
        if self.plain_output or silent or renderable is None:
            super()._display(screen, renderable)
            return
        try:
            if not isinstance(renderable, LayoutUpdate | ChopsUpdate):
                self.forget_terminal()
                super()._display(screen, renderable)
                return
            self._write_frame(renderable)
        except Exception:
            _log.exception("Textual's frames are not as expected; its own output is used from now on")
            self.plain_output = True
            super()._display(screen, renderable)
            self.refresh(layout=True)
        else:
            self.post_display_hook()

    def _write_frame(self, update: CompositorUpdate) -> None:
        width, height = self.size
        frames = self._frames
        if frames is None or (frames.width, frames.height) != (width, height):
            frames = self._frames = Frames(
                width, height, abilities_of(sys.__stderr__.fileno() if sys.__stderr__ else -1)
            )
            self._style_numbers = {}
            self._cursor_at = None
        for x, y, most, strip in _pieces(update, width):
            cells, styles = read_cells(self._parts(frames, strip))
            frames.put(x, y, cells[:most], styles[:most])
        if not self._waits:
            self._write_difference(frames)

    def _write_difference(self, frames: Frames) -> None:
        written = frames.take()
        driver = self._driver
        cursor = self.screen.outer_size.clamp_offset(self.cursor_position)
        if driver is not None and (written or cursor != self._cursor_at):
            self._cursor_at = cursor
            text = f"{written}\x1b[{cursor.y + 1};{cursor.x + 1}H"
            if self._sync_available and len(text) > _AT_ONCE:
                text = f"{_SYNC_START}{text}{_SYNC_END}"
            driver.write(text)
            driver.flush()

    def _parts(self, frames: Frames, strip: Strip) -> list[tuple[str, int]]:
        numbers = self._style_numbers
        parts: list[tuple[str, int]] = []
        for text, style, control in strip:
            if control or not text:
                continue
            number = numbers.get(style)
            if number is None:
                if len(numbers) >= _MOST_STYLES:
                    numbers.clear()
                colours = self.console._color_system or ColorSystem.TRUECOLOR
                ansi = "" if style is None else Strip.render_ansi(style, colours)
                number = numbers[style] = frames.styles.number(ansi)
            parts.append((text, number))
        return parts


def _pieces(update: CompositorUpdate, width: int) -> Iterator[tuple[int, int, int, Strip]]:
    """The pieces of an update: column, row, how many cells of it at most, and the strip."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for drawn in line:
                yield x, y, width - x, drawn
                x += drawn.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, begin, finish in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is not None and x <= finish and end > begin:
                    yield x, y, min(end, finish) - x, strip
