"""Moments: whole seconds since 1970 in UTC wherever the program counts, ISO 8601 with offset where others read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from tui_portal.i18n import pgettext

Clock = Callable[[], int]

DAY = 86_400

# A day short of what the calendar holds, for the time zones.
_FIRST = int(datetime(1, 1, 2, tzinfo=UTC).timestamp())
_LAST = int(datetime(9999, 12, 30, tzinfo=UTC).timestamp())


def now() -> int:
    """The present moment by the machine's clock."""
    return int(time.time())


def local(moment: int) -> datetime:
    """`moment` in the local time zone. One that no calendar holds is the nearest that does: a slip in the database keeps
    nobody from the rest.
    """
    return utc(moment).astimezone()


def utc(moment: int) -> datetime:
    """`moment` in UTC; as `local`."""
    return datetime.fromtimestamp(min(max(moment, _FIRST), _LAST), UTC)


def iso(moment: int | None) -> str | None:
    """`moment` as ISO 8601 with the local offset, or None for never."""
    return None if moment is None else local(moment).isoformat()


def day_and_month(moment: int, today: int) -> str:
    """`moment` as a short local date in the reader's language; the year is told only where it is not this year's."""
    then = local(moment)
    parts = {"day": then.day, "month": _short_months()[then.month - 1], "year": then.year}
    if then.year == local(today).year:
        return pgettext("short date", "{day} {month}").format(**parts)
    return pgettext("short date", "{day} {month} {year}").format(**parts)


def sample_days(*, year: str = "") -> list[str]:
    """Days as they read in the reader's language, one in each month and two digits long; for how wide a column has to be."""
    pattern = pgettext("short date", "{day} {month} {year}") if year else pgettext("short date", "{day} {month}")
    return [pattern.format(day=28, month=month, year=year) for month in _short_months()]


def _short_months() -> tuple[str, ...]:
    return (
        pgettext("short month", "Jan"),
        pgettext("short month", "Feb"),
        pgettext("short month", "Mar"),
        pgettext("short month", "Apr"),
        pgettext("short month", "May"),
        pgettext("short month", "Jun"),
        pgettext("short month", "Jul"),
        pgettext("short month", "Aug"),
        pgettext("short month", "Sep"),
        pgettext("short month", "Oct"),
        pgettext("short month", "Nov"),
        pgettext("short month", "Dec"),
    )


def whole_date(moment: int) -> str:
    """`moment` as a local date with the year, in ISO form."""
    return local(moment).date().isoformat()
