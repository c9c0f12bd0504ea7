"""The Pending activation list: who may log in and has not chosen a password yet."""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json, show_table
from tui_portal.cli.parsing import at_most
from tui_portal.domain.addresses import Validity
from tui_portal.domain.moments import whole_date
from tui_portal.i18n import _
from tui_portal.services.accounts import parse_sort
from tui_portal.services.export_lines import pending_line
from tui_portal.services.pending import SORT_KEYS, PendingQuery, count_pending, pending_ids, pending_rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "--filter", metavar="TEXT", default="", help=_("words found in address, account, contact or state")
    )
    parser.add_argument("--sort", metavar="COLUMN[:desc]", default="address", help=", ".join(SORT_KEYS))
    parser.add_argument("--limit", metavar="N", type=at_most, default=-1, help=_("at most so many lines"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print the list; the exit status."""
    context = open_for_staff(arguments)
    query = PendingQuery(arguments.filter, *parse_sort(arguments.sort, SORT_KEYS))
    with context.database.read():
        rows = pending_rows(context, pending_ids(context, query, arguments.limit))
        total = count_pending(context, query)
    if arguments.json:
        show_json({"ok": True, "total": total, "pending": [pending_line(row) for row in rows]})
        return 0
    show_table(
        ["", _("EMAIL"), _("ACCOUNT(S)"), _("INVITE SENT"), _("INVITED BY"), _("STATE")],
        [
            (
                "!" if row.validity in (Validity.INVALID, Validity.BOUNCING) else "",
                row.address,
                ", ".join(name for _code, name in row.accounts),
                whole_date(row.invite_sent) if row.invite_sent else "—",
                row.invited_by or "—",
                _(": ").join(filter(None, (row.state.label, row.failure))),
            )
            for row in rows
        ],
    )
    return 0
