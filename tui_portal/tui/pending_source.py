"""Pending activation as a list: one line a mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tui_portal.domain.addresses import Validity
from tui_portal.domain.moments import DAY, day_and_month, sample_days
from tui_portal.i18n import _
from tui_portal.services.pending import PendingQuery, PendingRow, pending_ids, pending_rows
from tui_portal.tui.lists import ListSource, ListView
from tui_portal.tui.widgets.columns import Cell, Column

PENDING_SORTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "address": ("e", lambda: _("Email")),
    "account": ("a", lambda: _("Account")),
    "invite_sent": ("s", lambda: _("Invite sent")),
    "invited_by": ("b", lambda: _("Invited by")),
}


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
        age = _("{n}d").format(n=days)
        return Cell(f"{day_and_month(row.invite_sent, clock())} · {age}{reminded}")

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
        Column(lambda: _("INVITE SENT"), sent, 15, name="invite_sent", words=_sent_words),
        Column(
            lambda: _("INVITED BY"),
            lambda row: Cell(row.invited_by or "—", "" if row.invited_by else "dim"),
            14,
            rank=2,
            hides="invited_by",
        ),
        Column(lambda: _("EXPIRES"), expires, 10, rank=4, hides="expires"),
    )


def _sent_words() -> list[str]:
    """The longest that can stand under INVITE SENT."""
    age, queued = _("{n}d").format(n=14), _("queued")
    return [f"{day} · {told}" for day in sample_days() for told in (f"{age} ↻2", queued)]


def _accounts(row: PendingRow) -> str:
    """The names of the accounts; of many the first, and how many more."""
    names = [name for _code, name in row.accounts]
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} +{len(names) - 1}"
