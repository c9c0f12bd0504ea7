"""What is sent by difference makes the same picture as what Textual sends, cell for cell, and is far less."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.screens import Terminal
from tests.tui.twins import TwinApp, differences, seen, twins
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.context import Context
from tui_portal.tui.frames import Frames, read_cells
from tui_portal.tui.strokes import Abilities


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Context]:
    context = make_demo(tmp_path / "demo.sqlite3", owner_login="olga", settings=demo_settings(tmp_path))
    yield context
    context.database.close()


async def _walk(terminal: Terminal, keys: str) -> None:
    for key in keys.split():
        await terminal.press(key)


async def test_every_frame_is_the_same_and_far_less_is_sent(demo: Context) -> None:
    async with twins(demo) as terminal:
        await _walk(terminal, "j j pagedown pageup G g space space s escape m escape")
        assert isinstance(terminal.app, TwinApp)
        assert terminal.app.lean.bytes < terminal.app.plain.bytes / 4


async def test_every_frame_is_the_same_after_another_size_and_when_the_terminal_was_forgotten(demo: Context) -> None:
    async with twins(demo) as terminal:
        app = terminal.app
        assert isinstance(app, TwinApp)
        for width, height in ((100, 30), (59, 14), (80, 24)):
            app.resize_twins(width, height)
            await terminal.resize(width, height)
            await _walk(terminal, "j pagedown")
        app.forget_terminal()
        await _walk(terminal, "m escape G")


async def test_a_picture_that_is_damaged_is_drawn_anew_by_ctrl_l(demo: Context) -> None:
    async with twins(demo) as terminal:
        app = terminal.app
        assert isinstance(app, TwinApp)
        app.lean.feed("\x1b[5;5Hnoise on the line")
        await terminal.press("ctrl+l")
        await terminal.until(lambda: not differences(app.plain, app.lean, range(24)))
        app.differences.clear()


async def test_frames_that_are_not_as_expected_are_left_to_textual(
    demo: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = TwinApp(demo, (80, 24))
    monkeypatch.setattr("tui_portal.tui.output.LayoutUpdate", "another thing in another version")
    async with app.run_test(size=(80, 24)) as pilot:
        terminal = Terminal(app, pilot)
        await terminal.shows(" of ")
        await terminal.press("j")
        assert app.plain_output


@st.composite
def _rows(draw: st.DrawFn) -> list[tuple[int, int, str, str]]:
    """Pieces of pictures: column, row, text, style."""
    piece = st.tuples(
        st.integers(0, 19),
        st.integers(0, 7),
        st.text(st.sampled_from(" ab●é山田"), min_size=1, max_size=20),
        st.sampled_from(["", "1", "7", "38;2;1;2;3", "1;38;2;1;2;3;48;5;7", "97;100", "48;2;9;9;9", "4;31"]),
    )
    return draw(st.lists(piece, max_size=30))


@settings(deadline=None, max_examples=40)
@given(st.lists(_rows(), min_size=1, max_size=4), st.booleans(), st.booleans(), st.booleans())
def test_whatever_is_drawn_looks_as_if_it_had_been_drawn_whole(
    pictures: list[list[tuple[int, int, str, str]]], erases: bool, scrolls: bool, erases_cells: bool
) -> None:
    frames = Frames(20, 8, Abilities(erases, scrolls, erases_cells))
    shown, drawn = pyte.Screen(20, 8), pyte.Screen(20, 8)
    one, whole = pyte.Stream(shown), pyte.Stream(drawn)
    blank = (" " * 20, array("H", [frames.styles.number("")]) * 20)
    for y in range(8):
        frames.put(0, y, *blank)
    for picture in pictures:
        for x, y, text, ansi in picture:
            cells, styles = read_cells([(text, frames.styles.number(ansi))])
            frames.put(x, y, cells, styles)
        wanted = [frames._next.get(y) or frames._shown[y] for y in range(8)]
        one.feed(frames.take())
        whole.feed("\x1b[m\x1b[2J")
        again = Frames(20, 8, Abilities())
        again.styles = frames.styles
        for y, row in enumerate(wanted):
            again.put(0, y, row.cells, row.styles)
        whole.feed(again.take())
        for y in range(8):
            assert [seen(shown.buffer[y][x]) for x in range(20)] == [seen(drawn.buffer[y][x]) for x in range(20)]
