"""What a list shows: where its ids and rows come from, its columns and its words."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from tui_portal.i18n import _
from tui_portal.services.account_orders import account_ids, first_account_ids
from tui_portal.services.account_query import AccountQuery
from tui_portal.services.account_rows import AccountRow, account_rows
from tui_portal.services.context import Context, Lanes
from tui_portal.services.progress import answering
from tui_portal.tui.account_columns import NAME_CELLS, account_columns
from tui_portal.tui.widgets.columns import Column

if TYPE_CHECKING:
    from concurrent.futures import Future

R = TypeVar("R")
Told = Callable[[int], object] | None


@dataclass(frozen=True, slots=True)
class ListView:
    """How a list is looked at: what the find line says, and the order."""

    text: str = ""
    sort: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class ListSource(Generic[R]):
    """One list. `ids(context, view, limit, told)` gives its order, and may tell how many there are as soon as that is known;
    `rows(context, ids)` the lines for ids, by id. `first(context, view, limit)` gives how the order begins, or None where that
    takes as long as all of it.

    `sorts` are the orders: the key that chooses each, and its title. `words(text)` tells a filter in words, `highlights(text)`
    finds in a cell what was looked for.
    """

    place: str
    title: Callable[[], str]
    ids: Callable[[Context, ListView, int, Told], array[int]]
    first: Callable[[Context, ListView, int], array[int] | None]
    rows: Callable[[Context, list[int]], dict[int, R]]
    columns: Callable[[Callable[[], int]], Sequence[Column[R]]]
    flexible: int
    sorts: Mapping[str, tuple[str, Callable[[], str]]]
    view: ListView
    empty: Callable[[], str]
    words: Callable[[str], str]
    highlights: Callable[[str], Callable[[str], list[tuple[int, int]]] | None]


class Beginning(NamedTuple):
    """What of a list is being read before there is a screen to show it: its first rows by id, and its order as `whole_order` has
    it.
    """

    rows: Future[dict[int, Any]]
    order: Future[tuple[int, array[int]]]


ACCOUNT_SORTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "name": ("n", lambda: _("Name")),
    "id": ("i", lambda: _("ID")),
    "type": ("t", lambda: _("Type")),
    "contacts": ("c", lambda: _("Contacts")),
    "login": ("l", lambda: _("Login")),
    "notify": ("o", lambda: _("Notify")),
    "sync": ("y", lambda: _("Email sync")),
    "last_login": ("d", lambda: _("Last login")),
}


def accounts_source(*, archived: bool) -> ListSource[AccountRow]:
    """Clients > Accounts, or the archived ones."""

    def query(view: ListView) -> AccountQuery:
        return AccountQuery(view.text, archived, view.sort, view.descending)

    return ListSource(
        place="archived" if archived else "accounts",
        title=(lambda: _("Archived")) if archived else (lambda: _("Accounts")),
        ids=lambda context, view, limit, told: account_ids(context, query(view), limit, told),
        first=lambda context, view, limit: first_account_ids(context, query(view), limit),
        rows=lambda context, wanted: {row.id: row for row in account_rows(context, wanted)},
        columns=account_columns,
        flexible=NAME_CELLS,
        sorts=ACCOUNT_SORTS,
        view=ListView(),
        empty=(lambda: _("No account is archived."))
        if archived
        else (lambda: _("No accounts yet. `tui-portal import FILE` takes them from a CSV file.")),
        words=filter_words,
        highlights=filter_highlights,
    )


def filter_words(text: str) -> str:
    """What a filter says, in words; empty where it only holds words to find, which can be read as they are."""
    from tui_portal.domain.filters import describe, parse_filter

    return describe(parse_filter(text)) if ":" in text or "-" in text else ""


def filter_highlights(text: str) -> Callable[[str], list[tuple[int, int]]] | None:
    """What finds in a cell the words that the filter looks for."""
    if not text.strip():
        return None
    from tui_portal.domain.filters import highlights, match_ranges, parse_filter

    words = highlights(parse_filter(text))
    return (lambda cell: match_ranges(cell, words)) if words else None


def data_version(context: Context) -> int:
    """A number that changes when another connection than the asking one has written."""
    return context.database.data_version()


def first_rows(context: Context, source: ListSource[Any], view: ListView, limit: int) -> dict[int, Any] | None:
    """The lines with which the list begins, where they are known without the rest."""
    ids = source.first(context, view, limit)
    return None if ids is None else source.rows(context, ids.tolist())


def whole_order(
    context: Context, source: ListSource[Any], view: ListView, stale: Callable[[], bool], told: Told = None
) -> tuple[int, array[int]]:
    """All ids, and the state of the database before they were read; ended where the question is `stale`."""
    with answering(context, stale):
        return context.database.data_version(), source.ids(context, view, -1, told)


def begin_accounts(lanes: Lanes, lines: int) -> Beginning:
    """Begin to read the Accounts list for a screen of so many lines."""
    source = accounts_source(archived=False)

    def rows(context: Context) -> dict[int, Any]:
        return source.rows(context, source.ids(context, source.view, lines, None).tolist())

    def never() -> bool:
        return False

    return Beginning(lanes.begin_reading(rows), lanes.begin_reading(whole_order, source, source.view, never))
