"""The Accounts list: what the screen shows, filtered and sorted."""

from __future__ import annotations

import argparse

from tui_portal.cli import documents
from tui_portal.cli.filtering import filter_help
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json, show_table
from tui_portal.cli.parsing import at_most
from tui_portal.domain.moments import whole_date
from tui_portal.i18n import _
from tui_portal.services.account_orders import SORT_KEYS, account_ids, parse_sort
from tui_portal.services.account_query import AccountQuery, count_accounts
from tui_portal.services.account_rows import account_rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--filter", metavar="TEXT", default="", help=filter_help())
    parser.add_argument("--sort", metavar="COLUMN[:desc]", default="name", help=", ".join(SORT_KEYS))
    parser.add_argument("--limit", metavar="N", type=at_most, default=-1, help=_("at most so many lines"))
    parser.add_argument("--archived", action="store_true", help=_("the archived accounts instead"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print the list; the exit status."""
    context = open_for_staff(arguments)
    query = AccountQuery(arguments.filter, arguments.archived, *parse_sort(arguments.sort))
    with context.database.read():
        rows = account_rows(context, account_ids(context, query, arguments.limit))
        total = count_accounts(context, query)
    if arguments.json:
        show_json({"ok": True, "total": total, "accounts": [documents.account(row) for row in rows]})
        return 0
    show_table(
        [
            _("ID"),
            _("NAME"),
            _("TYPE"),
            _("STATUS"),
            _("CONTACTS"),
            _("LOGIN"),
            _("NOTIFY"),
            _("SYNC"),
            _("LAST LOGIN"),
        ],
        [
            (
                row.code,
                row.name,
                row.type.label,
                row.status.label,
                row.contacts,
                f"{row.login}/{row.addresses}",
                f"{row.notify}/{row.addresses}",
                f"{row.sync}/{row.addresses}",
                whole_date(row.last_login) if row.last_login else _("never"),
            )
            for row in rows
        ],
    )
    return 0
