"""The activity log as a list: when, who, what, where, from where; the newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tui_portal.domain.log_filters import describe_log_filter, parse_log_filter
from tui_portal.domain.matches import match_ranges
from tui_portal.domain.text import search_key
from tui_portal.i18n import _
from tui_portal.services.account_log import LogRow
from tui_portal.services.log_list import LogListQuery, list_ids, list_rows
from tui_portal.services.log_words import date_and_time, origin_in_short
from tui_portal.tui.lists import ListSource, ListView
from tui_portal.tui.widgets.columns import Cell, Column

LOG_SORTS: Mapping[str, tuple[str, Callable[[], str]]] = {"at": ("w", lambda: _("When"))}


def log_source(clock: Callable[[], int]) -> ListSource[LogRow]:
    """Activity: one line an entry. `clock` says from when `since:7d` counts."""

    return ListSource(
        place="activity",
        title=lambda: _("Activity"),
        ids=lambda context, view, limit, _told: list_ids(context, log_query(view, clock()), limit),
        first=lambda context, view, limit: list_ids(context, log_query(view, clock()), limit),
        rows=list_rows,
        columns=log_columns,
        flexible=24,
        sorts=LOG_SORTS,
        view=ListView(sort="at", descending=True),
        empty=lambda: _("Nothing has been done yet. Every change stands here: who, when, what was and what is."),
        words=lambda text: _words(text, clock()),
        highlights=lambda text: _highlights(text, clock()),
    )


def log_query(view: ListView, now: int) -> LogListQuery:
    """What the list shows by this view at the moment `now`. Raises FilterError."""
    return LogListQuery(parse_log_filter(view.text, now), view.descending)


def log_columns(clock: Callable[[], int]) -> Sequence[Column[LogRow]]:
    """The columns of Activity."""
    return (
        Column(lambda: _("WHEN"), lambda row: Cell(date_and_time(row.at, clock()), "dim"), 13, name="at"),
        Column(lambda: _("WHO"), lambda row: Cell(row.who), 14, rank=1, found=True, hides="who"),
        Column(lambda: _("WHAT"), lambda row: Cell(row.words), 0, found=True),
        Column(lambda: _("WHERE"), lambda row: Cell(_where(row)), 18, rank=2, found=True, hides="where"),
        Column(lambda: _("FROM"), lambda row: Cell(origin_in_short(row.origin), "dim"), 15, rank=4, hides="from"),
    )


def _where(row: LogRow) -> str:
    return " ".join(row.account) if row.account else row.address or row.contact


def _words(text: str, now: int) -> str:
    """What a filter says in words; empty where it only holds words to find."""
    found = parse_log_filter(text, now)
    return describe_log_filter(found) if found.terms or any(negated for _word, negated in found.words) else ""


def _highlights(text: str, now: int) -> Callable[[str], list[tuple[int, int]]] | None:
    words = [search_key(word) for word, negated in parse_log_filter(text, now).words if not negated]
    return (lambda cell: match_ranges(cell, words)) if words else None
