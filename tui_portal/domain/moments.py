"""Moments: whole seconds since 1970 in UTC wherever the program counts, ISO 8601 with offset where others read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]

DAY = 86_400


def now() -> int:
    """The present moment by the machine's clock."""
    return int(time.time())


def iso(moment: int | None) -> str | None:
    """`moment` as ISO 8601 with the local offset, or None for never."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).astimezone().isoformat()


def day_and_month(moment: int, today: int) -> str:
    """`moment` as a short local date; the year is told only where it is not this year's."""
    then = datetime.fromtimestamp(moment, UTC).astimezone()
    this_year = datetime.fromtimestamp(today, UTC).astimezone().year
    return f"{then.day} {then:%b}" if then.year == this_year else f"{then.day} {then:%b} {then.year}"


def whole_date(moment: int) -> str:
    """`moment` as a local date with the year, in ISO form."""
    return f"{datetime.fromtimestamp(moment, UTC).astimezone():%Y-%m-%d}"
