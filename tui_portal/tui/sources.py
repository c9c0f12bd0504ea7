"""The list of each place, loaded when somebody goes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tui_portal.tui.lists import ListSource, accounts_source


def source_of(place: str, clock: Callable[[], int]) -> ListSource[Any]:
    """What the place shows. Raises KeyError for one that is none."""
    if place in ("accounts", "archived"):
        return accounts_source(archived=place == "archived")
    return {"pending": _pending, "outbox": _outbox, "activity": lambda: _activity(clock), "staff": _staff}[place]()


def _pending() -> ListSource[Any]:
    from tui_portal.tui.pending_source import pending_source

    return pending_source()


def _outbox() -> ListSource[Any]:
    from tui_portal.tui.outbox_source import outbox_source

    return outbox_source()


def _activity(clock: Callable[[], int]) -> ListSource[Any]:
    from tui_portal.tui.log_source import log_source

    return log_source(clock)


def _staff() -> ListSource[Any]:
    from tui_portal.tui.staff_source import staff_source

    return staff_source()
