"""The Outbox as a list: every mail, what became of it, when it is tried next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tui_portal.i18n import _
from tui_portal.services.account_mail import MailRow, mail_rows
from tui_portal.services.log_words import date_and_time
from tui_portal.services.outbox import MailState
from tui_portal.services.outbox_list import OutboxQuery, outbox_ids
from tui_portal.tui.lists import ListSource, ListView
from tui_portal.tui.widgets.columns import Cell, Column

OUTBOX_SORTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "queued": ("q", lambda: _("Queued")),
    "to": ("t", lambda: _("To")),
    "state": ("s", lambda: _("State")),
    "next_try": ("n", lambda: _("Next try")),
}


def outbox_source() -> ListSource[MailRow]:
    """The Outbox: one line a mail, the newest first."""

    def query(view: ListView) -> OutboxQuery:
        return OutboxQuery(view.text, view.sort, view.descending)

    return ListSource(
        place="outbox",
        title=lambda: _("Outbox"),
        ids=lambda context, view, limit, _told: outbox_ids(context, query(view), limit),
        first=lambda context, view, limit: outbox_ids(context, query(view), limit),
        rows=lambda context, wanted: {row.id: row for row in mail_rows(context, wanted)},
        columns=outbox_columns,
        flexible=20,
        sorts=OUTBOX_SORTS,
        view=ListView(sort="queued", descending=True),
        empty=lambda: _("No mail has been queued yet."),
        words=lambda _text: "",
        highlights=lambda _text: None,
    )


def outbox_columns(clock: Callable[[], int]) -> Sequence[Column[MailRow]]:
    """The columns of the Outbox."""

    def sign(row: MailRow) -> Cell:
        signs = {
            MailState.FAILED: ("!", "invalid"),
            MailState.QUEUED: ("…", "active"),
            MailState.SENDING: ("…", "active"),
        }
        return Cell(*signs.get(row.state, ("", "")))

    def fate(row: MailRow) -> Cell:
        return Cell(row.words, {MailState.FAILED: "invalid", MailState.SENT: ""}.get(row.state, "dim"))

    return (
        Column(lambda: "", sign, 1),
        Column(lambda: _("QUEUED"), lambda row: Cell(date_and_time(row.queued_at, clock()), "dim"), 13, name="queued"),
        Column(lambda: _("TO"), lambda row: Cell(row.to), 22, rank=1, name="to"),
        Column(lambda: _("WHAT"), lambda row: Cell(row.kind.label), 11, rank=2, hides="kind"),
        Column(lambda: _("WHAT BECAME OF IT"), fate, 0, name="state"),
    )
