"""What a list shows: where its ids and rows come from, its columns and its words."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from tui_portal.domain.accounts import AccountStatus
from tui_portal.domain.addresses import Validity
from tui_portal.domain.moments import DAY, day_and_month
from tui_portal.i18n import _
from tui_portal.services.accounts import AccountQuery, AccountRow, account_ids, account_rows, first_account_ids
from tui_portal.services.context import Context
from tui_portal.services.pending import PendingQuery, PendingRow, pending_ids, pending_rows
from tui_portal.services.progress import answering
from tui_portal.tui.widgets.columns import Cell, Column

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

PENDING_SORTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "address": ("e", lambda: _("Email")),
    "account": ("a", lambda: _("Account")),
    "invite_sent": ("s", lambda: _("Invite sent")),
    "invited_by": ("b", lambda: _("Invited by")),
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
        flexible=22,
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


def account_columns(clock: Callable[[], int]) -> Sequence[Column[AccountRow]]:
    """The columns of the Accounts list; what doesn't fit goes by rank."""

    def last_login(row: AccountRow) -> Cell:
        if row.last_login is None:
            return Cell(_("never"), "dim")
        return Cell(day_and_month(row.last_login, clock()))

    def share(part: int, row: AccountRow) -> Cell:
        return Cell(f"{part}/{row.addresses}" if row.addresses else "–", "" if part else "dim")

    return (
        Column(lambda: "", lambda row: Cell(status_sign(row), row.status.value), 1),
        Column(lambda: _("ID"), lambda row: Cell(row.code, row.status.value), 8, name="id", found=True),
        Column(lambda: _("NAME"), lambda row: Cell(row.name), 0, name="name", found=True),
        Column(lambda: _("TYPE"), lambda row: Cell(row.type.label), 10, rank=3, name="type", hides="type"),
        Column(
            lambda: _("CONTACTS"),
            lambda row: Cell(str(row.contacts)),
            8,
            rank=5,
            right=True,
            name="contacts",
            hides="contacts",
        ),
        Column(
            lambda: _("LOGIN"), lambda row: share(row.login, row), 5, rank=1, right=True, name="login", hides="login"
        ),
        Column(
            lambda: _("NOTIFY"),
            lambda row: share(row.notify, row),
            6,
            rank=2,
            right=True,
            name="notify",
            hides="notify",
        ),
        Column(lambda: _("SYNC"), lambda row: share(row.sync, row), 5, rank=2, right=True, name="sync", hides="sync"),
        Column(lambda: _("LAST LOGIN"), last_login, 11, rank=1, name="last_login", hides="last_login"),
        Column(lambda: _("TAGS"), lambda row: Cell(", ".join(row.tags), "dim"), 14, rank=6, hides="tags"),
        Column(lambda: _("RESPONSIBLE"), lambda row: Cell(", ".join(row.staff), "dim"), 16, rank=7, hides="staff"),
    )


def pending_source() -> ListSource[PendingRow]:
    """Pending activation: one line a mailbox."""
    return ListSource(
        place="pending",
        title=lambda: _("Pending activation"),
        ids=lambda context, view, limit, _told: pending_ids(
            context, PendingQuery(view.text, view.sort, view.descending), limit
        ),
        first=lambda _context, _view, _limit: None,
        rows=lambda context, wanted: {row.id: row for row in pending_rows(context, wanted)},
        columns=pending_columns,
        flexible=20,
        sorts=PENDING_SORTS,
        view=ListView(sort="address"),
        empty=lambda: _("Nobody is pending: everyone who may log in has chosen a password."),
        words=lambda _text: "",
        highlights=lambda _text: None,
    )


def pending_columns(clock: Callable[[], int]) -> Sequence[Column[PendingRow]]:
    """The columns of Pending activation."""

    def sent(row: PendingRow) -> Cell:
        words = {
            "to_approve": _("to approve"),
            "failed": _("failed !"),
            "queued": _("queued"),
            "expired": _("expired"),
        }
        reminded = f" ↻{row.reminded}" if row.reminded else ""
        if row.reminders is False and row.state != "expired":
            reminded = " ↻–"
        if row.state == "queued" and row.invite_sent is not None:
            return Cell(f"{day_and_month(row.invite_sent, clock())} · {words['queued']}")
        if row.state in words:
            return Cell(words[row.state] + reminded, "invalid" if row.state == "failed" else "")
        if row.invite_sent is None:
            return Cell("—", "dim")
        days = max(0, clock() - row.invite_sent) // DAY
        return Cell(f"{day_and_month(row.invite_sent, clock())} · {_('{n}d').format(n=days)}{reminded}")

    def expires(row: PendingRow) -> Cell:
        return Cell("—", "dim") if row.expires is None else Cell(day_and_month(row.expires, clock()))

    def sign(row: PendingRow) -> Cell:
        return Cell("" if row.validity is Validity.VALID and not row.suppressed else "!", "invalid")

    return (
        Column(lambda: "", sign, 1),
        Column(lambda: _("EMAIL"), lambda row: Cell(row.address), 0, name="address"),
        Column(
            lambda: _("ACCOUNT(S)"),
            lambda row: Cell(_accounts(row)),
            28,
            rank=1,
            name="account",
        ),
        Column(lambda: _("INVITE SENT"), sent, 15, name="invite_sent"),
        Column(
            lambda: _("INVITED BY"),
            lambda row: Cell(row.invited_by or "—", "" if row.invited_by else "dim"),
            14,
            rank=2,
            hides="invited_by",
        ),
        Column(lambda: _("EXPIRES"), expires, 10, rank=4, hides="expires"),
    )


def _accounts(row: PendingRow) -> str:
    """The names of the accounts; of many the first, and how many more."""
    names = [name for _code, name in row.accounts]
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} +{len(names) - 1}"


def status_sign(row: AccountRow) -> str:
    """The sign that tells the status without colour: ● active, ◐ active but all pending, ○ offline."""
    if row.status is AccountStatus.OFFLINE:
        return "○"
    return "◐" if row.all_pending else "●"


def status_words(row: AccountRow) -> str:
    """Sign and status in words."""
    words = _("active, all pending") if row.all_pending else row.status.label
    return f"{status_sign(row)} {words}"


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
