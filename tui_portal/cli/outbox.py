"""The mail queue: what waits, what failed and why, what was sent."""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json, show_table
from tui_portal.cli.parsing import at_most
from tui_portal.domain.moments import iso
from tui_portal.i18n import _
from tui_portal.services.outbox import MailState, OutboxRow, count_letters, letters


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--state", choices=[state.value for state in MailState], help=_("only mail in this state"))
    parser.add_argument("--limit", metavar="N", type=at_most, default=-1, help=_("at most so many lines"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print the queue; the exit status."""
    context = open_for_staff(arguments)
    state = MailState(arguments.state) if arguments.state else None
    with context.database.read():
        rows = letters(context, state, arguments.limit)
        total = count_letters(context, state)
    if arguments.json:
        show_json({"ok": True, "total": total, "outbox": [_document(row) for row in rows]})
        return 0
    show_table(
        [_("NO."), _("TO"), _("WHAT"), _("STATE"), _("TRIES"), _("NEXT TRY"), _("WHY")],
        [
            (row.id, row.to, row.kind.label, row.state.label, row.attempts, _moment(row.next_try), row.error)
            for row in rows
        ],
    )
    return 0


def _moment(moment: int | None) -> str:
    return "" if moment is None else (iso(moment) or "")[:16].replace("T", " ")


def _document(row: OutboxRow) -> dict[str, object]:
    return {
        "id": row.id,
        "to": row.to,
        "kind": row.kind.value,
        "state": row.state.value,
        "attempts": row.attempts,
        "next_try": iso(row.next_try),
        "error": row.error,
        "queued": iso(row.queued_at),
        "sent": iso(row.sent_at),
    }
