"""Marks are accounts, not rows: they stay through sorting, filtering and refresh."""

from __future__ import annotations

from tests.screens import running
from tui_portal.services.context import Context


async def test_space_marks_and_goes_down_and_the_status_counts(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("space", "space")
        await terminal.shows("2 marked", "■ ○ A-0001", "■ ○ A-0002")
        await terminal.press("escape")
        await terminal.until(lambda: "■" not in terminal.text)


async def test_star_marks_all_that_the_filter_shows_and_the_hidden_are_counted(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("slash")
        await terminal.type("dupont")
        await terminal.press("enter", "asterisk")
        await terminal.shows("1 marked")
        await terminal.press("slash", *["backspace"] * 6)
        await terminal.type("gross")
        await terminal.press("enter")
        await terminal.shows("1 of 3", "1 marked, 1 not shown")
        await terminal.press("m")
        await terminal.shows("1 account · 1 of them not shown")


async def test_v_marks_a_range(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("v", "j", "j")
        await terminal.shows("v marks to here")
        await terminal.press("v")
        await terminal.shows("3 marked")


async def test_marks_stay_when_the_order_turns(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("space", "S")
        await terminal.shows("by Name ↓", "1 marked", "■ ○ A-0001")


async def test_a_menu_sorts_by_one_key_a_column(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("s")
        await terminal.shows("Sort by", "Last login")
        await terminal.press("i")
        await terminal.shows("by ID ↑")


async def test_columns_are_chosen_and_kept_for_the_person(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("m", "c")
        await terminal.shows("Columns", "NOTIFY")
        await terminal.press("1", "escape")
        await terminal.until(lambda: "TYPE" not in terminal.text)
    async with running(firm) as terminal:
        await terminal.shows("Dupont", "LOGIN")
        assert "TYPE" not in terminal.text
