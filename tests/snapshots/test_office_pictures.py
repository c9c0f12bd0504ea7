"""The Activity list and the Staff place on the demo firm, as pictures, at 80x24 and 120x40."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.screens import Terminal

Compare = Callable[..., None]


async def _activity(terminal: Terminal) -> None:
    await terminal.press("7")
    await terminal.shows("› Activity", "WHEN", "by When ↓")


async def _activity_filter(terminal: Terminal) -> None:
    await _activity(terminal)
    await terminal.press("f")
    await terminal.shows("Filter")


async def _activity_entry(terminal: Terminal) -> None:
    await _activity(terminal)
    await terminal.press("w")
    await terminal.shows("esc closes")


async def _staff(terminal: Terminal) -> None:
    await terminal.press("8")
    await terminal.shows("› Staff", "Olga Owner")


async def _staff_new(terminal: Terminal) -> None:
    await _staff(terminal)
    await terminal.press("n")
    await terminal.shows("New staff member")


async def _assign(terminal: Terminal) -> None:
    await terminal.press("space", "m", "r")
    await terminal.shows("Emma")


STEPS = {
    "activity": _activity,
    "activity-filter": _activity_filter,
    "activity-entry": _activity_entry,
    "staff": _staff,
    "staff-new": _staff_new,
    "assign": _assign,
}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_the_office(
    looks_the_same: Compare, steps: Callable[[Terminal], Awaitable[None]], size: tuple[int, int]
) -> None:
    looks_the_same(steps, size)
