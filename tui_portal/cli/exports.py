"""Write what a list shows, as it is filtered and sorted, as CSV or JSON.

The CSV is UTF-8 with a byte order mark; a cell that a spreadsheet would take for a formula (= + - @ at its start) has an
apostrophe before it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_portal.cli.activity import add_filters, wanted_entries
from tui_portal.cli.filtering import filter_help
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say
from tui_portal.domain.errors import Refused, WrongUse
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import accounts, pending
from tui_portal.services.accounts import AccountQuery, parse_sort
from tui_portal.services.context import Context
from tui_portal.services.exports import Export, ExportFormat, ExportList, format_of, stream_export, write_export
from tui_portal.services.files import named_file
from tui_portal.services.log_list import LogListQuery
from tui_portal.services.pending import PendingQuery


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    columns = ", ".join(accounts.SORT_KEYS)
    pending_columns = ", ".join(pending.SORT_KEYS)
    parser.add_argument(
        "list", choices=[what.value for what in ExportList if what is not ExportList.RESULTS], help=_("which list")
    )
    parser.add_argument(
        "--filter",
        metavar="TEXT",
        default="",
        help=filter_help() + _(". For pending: words, for activity its own, as in their lists"),
    )
    parser.add_argument(
        "--sort",
        metavar="COLUMN[:desc]",
        help=_("{columns}. For pending: {pending_columns}").format(columns=columns, pending_columns=pending_columns),
    )
    add_filters(parser, _("activity: {what}"))
    parser.add_argument("--archived", action="store_true", help=_("the archived accounts instead"))
    parser.add_argument(
        "--format", choices=[form.value for form in ExportFormat], help=_("as the file's name says, else csv")
    )
    parser.add_argument(
        "--output", metavar="FILE", help=_("write to this file, for its owner only, instead of the screen")
    )
    parser.add_argument("--force", action="store_true", help=_("replace the file where there is one"))


def run(arguments: argparse.Namespace) -> int:
    """Write it; the exit status."""
    path = Path(arguments.output) if arguments.output not in (None, "-") else None
    form = ExportFormat(arguments.format) if arguments.format else format_of(path)
    what = ExportList(arguments.list)
    context = open_for_staff(arguments)
    if path is not None:
        path = named_file(context, path)
        if path.exists() and not arguments.force:
            raise Refused(_("There is already a file at {path}. --force replaces it.").format(path=path))
    query: AccountQuery | PendingQuery | LogListQuery
    if what is ExportList.ACTIVITY:
        query = _log_query(context, arguments)
    elif any((arguments.since, arguments.account, arguments.by, arguments.kind, arguments.find)):
        raise WrongUse(_("--since, --account, --by, --kind and --find are for the activity log."))
    elif what is ExportList.PENDING:
        query = PendingQuery(arguments.filter, *parse_sort(arguments.sort or "address", pending.SORT_KEYS))
    else:
        query = AccountQuery(arguments.filter, arguments.archived, *parse_sort(arguments.sort or "name"))
    if path is None:
        stream_export(context, Export(what, query), form, _write)
        return 0
    count = write_export(context, Export(what, query), form, path, replace=arguments.force)
    say(ngettext("{n} line written to {path}.", "{n} lines written to {path}.", count).format(n=count, path=path))
    return 0


def _log_query(context: Context, arguments: argparse.Namespace) -> LogListQuery:
    """Which entries of the log the options name. Raises WrongUse, NotFound."""
    if arguments.sort or arguments.archived:
        raise WrongUse(_("The activity log has one order, the newest first, and no archive."))
    return LogListQuery(wanted_entries(context, arguments))


def _write(piece: str) -> None:
    """To standard output as it is; a terminal gets nothing that it would obey, nor the mark by which Excel knows UTF-8."""
    if sys.stdout.isatty():
        piece = safe(piece.removeprefix("\ufeff").replace("\r\n", "\n"), lines=True)
    sys.stdout.write(piece)
