"""What a list shows: where its ids and rows come from, its columns and its words."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui_portal.domain.accounts import AccountStatus
from tui_portal.domain.addresses import Validity
from tui_portal.domain.moments import DAY, day_and_month
from tui_portal.i18n import _
from tui_portal.services.accounts import AccountQuery, AccountRow, account_ids, account_rows
from tui_portal.services.context import Context
from tui_portal.services.pending import PendingQuery, PendingRow, pending_ids, pending_rows
from tui_portal.tui.widgets.window_table import Cell, Column

R = TypeVar("R")


@dataclass(frozen=True)
class ListSource(Generic[R]):
    """One list. `ids(context, find, limit)` gives its order, `rows(context, ids)` the lines for ids, by id."""

    place: str
    title: Callable[[], str]
    ids: Callable[[Context, str, int], array[int]]
    rows: Callable[[Context, list[int]], dict[int, R]]
    columns: Callable[[Callable[[], int]], Sequence[Column[R]]]
    flexible: int
    order: Callable[[], str]
    empty: Callable[[], str]


def accounts_source(*, archived: bool) -> ListSource[AccountRow]:
    """Clients > Accounts, or the archived ones."""

    def ids(context: Context, find: str, limit: int) -> array[int]:
        return account_ids(context, AccountQuery(find=find, archived=archived), limit)

    return ListSource(
        place="archived" if archived else "accounts",
        title=(lambda: _("Archived")) if archived else (lambda: _("Accounts")),
        ids=ids,
        rows=lambda context, wanted: {row.id: row for row in account_rows(context, wanted)},
        columns=account_columns,
        flexible=22,
        order=lambda: _("by Name ↑"),
        empty=(lambda: _("No account is archived."))
        if archived
        else (lambda: _("No accounts yet. `tui-portal import FILE` takes them from a CSV file.")),
    )


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
        Column(lambda: _("ID"), lambda row: Cell(row.code, row.status.value), 8),
        Column(lambda: _("NAME"), lambda row: Cell(row.name), 0),
        Column(lambda: _("TYPE"), lambda row: Cell(row.type.label), 10, rank=3),
        Column(lambda: _("CONTACTS"), lambda row: Cell(str(row.contacts)), 8, rank=5, right=True),
        Column(lambda: _("LOGIN"), lambda row: share(row.login, row), 6, rank=1, right=True),
        Column(lambda: _("NOTIFY"), lambda row: share(row.notify, row), 6, rank=2, right=True),
        Column(lambda: _("SYNC"), lambda row: share(row.sync, row), 6, rank=2, right=True),
        Column(lambda: _("LAST LOGIN"), last_login, 11, rank=1),
        Column(lambda: _("TAGS"), lambda row: Cell(", ".join(row.tags), "dim"), 14, rank=6),
    )


def pending_source() -> ListSource[PendingRow]:
    """Pending activation: one line a mailbox."""
    return ListSource(
        place="pending",
        title=lambda: _("Pending activation"),
        ids=lambda context, find, limit: pending_ids(context, PendingQuery(find=find), limit),
        rows=lambda context, wanted: {row.id: row for row in pending_rows(context, wanted)},
        columns=pending_columns,
        flexible=20,
        order=lambda: _("by Email ↑"),
        empty=lambda: _("Nobody is pending: everyone who may log in has chosen a password."),
    )


def pending_columns(clock: Callable[[], int]) -> Sequence[Column[PendingRow]]:
    """The columns of Pending activation."""

    def sent(row: PendingRow) -> Cell:
        words = {"failed": _("failed !"), "queued": _("queued"), "expired": _("expired")}
        if row.state in words:
            return Cell(words[row.state], "invalid" if row.state == "failed" else "")
        if row.invite_sent is None:
            return Cell("—", "dim")
        days = max(0, clock() - row.invite_sent) // DAY
        return Cell(f"{day_and_month(row.invite_sent, clock())} · {_('{n}d').format(n=days)}")

    def sign(row: PendingRow) -> Cell:
        return Cell("!" if row.validity in (Validity.INVALID, Validity.BOUNCING) else "", "invalid")

    return (
        Column(lambda: "", sign, 1),
        Column(lambda: _("EMAIL"), lambda row: Cell(row.address), 0),
        Column(lambda: _("ACCOUNT(S)"), lambda row: Cell(", ".join(name for _code, name in row.accounts)), 28, rank=1),
        Column(lambda: _("INVITE SENT"), sent, 15),
        Column(
            lambda: _("INVITED BY"),
            lambda row: Cell(row.invited_by or "—", "" if row.invited_by else "dim"),
            14,
            rank=2,
        ),
    )


def status_sign(row: AccountRow) -> str:
    """The sign that tells the status without colour: ● active, ◐ active but all pending, ○ offline."""
    if row.status is AccountStatus.OFFLINE:
        return "○"
    return "◐" if row.all_pending else "●"


def status_words(row: AccountRow) -> str:
    """Sign and status in words."""
    words = _("active, all pending") if row.all_pending else row.status.label
    return f"{status_sign(row)} {words}"
