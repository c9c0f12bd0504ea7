"""The activity log: who did what when, what was before and after; the newest first.

--filter takes what the find line of the Activity list takes: `by:olga kind:login since:7d A-0031 dupont`.
With --verify: is the log whole, as it was written? Exit status 0 it is, 1 it is not, and where is told.
"""

from __future__ import annotations

import argparse
import sys

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.cli.parsing import at_most
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.log_filters import KindGroup, LogFilter, LogKey, log_term, moment_of, parse_log_filter
from tui_portal.domain.moments import local
from tui_portal.i18n import _
from tui_portal.services import export_lines
from tui_portal.services.account_log import log_rows
from tui_portal.services.accounts import find_account
from tui_portal.services.context import Context
from tui_portal.services.log_check import check_log
from tui_portal.services.log_list import LogListQuery, count_list, list_ids
from tui_portal.services.mail_checks import Level

_SHOWN = 200  # lines that a person is shown without --limit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_filters(parser)
    parser.add_argument(
        "--filter",
        metavar="TEXT",
        default="",
        help=_("as the find line of the Activity list: by:olga kind:login dupont"),
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=at_most,
        help=_("at most so many lines; without it {n}, in JSON all").format(n=_SHOWN),
    )
    parser.add_argument("--verify", action="store_true", help=_("instead: is the log whole, as it was written?"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def add_filters(parser: argparse.ArgumentParser, words: str = "{what}") -> None:
    """The options that say which entries; `words` frames their help."""
    since = _(
        "only what was done since then: a date or a moment (2026-11-12, 2026-11-12T09:00), or 30m, 24h, 7d, 2w ago"
    )
    account = _("only what belongs to this account: itself, its addresses, contacts and users")
    by = _("only what this person did: a login, part of a name, part of a client's address; clients; program")
    kind = _("only this kind: {known}, or the name of one kind").format(known=", ".join(KindGroup))
    parser.add_argument("--since", metavar="WHEN", help=words.format(what=since))
    parser.add_argument("--account", metavar="ID", help=words.format(what=account))
    parser.add_argument("--by", metavar="LOGIN", help=words.format(what=by))
    parser.add_argument("--kind", metavar="KIND", help=words.format(what=kind))
    parser.add_argument("--find", metavar="TEXT", help=words.format(what=_("only what holds this text")))


def wanted_entries(context: Context, arguments: argparse.Namespace) -> LogFilter:
    """The filter that the options say. Raises WrongUse, NotFound."""
    now = context.clock()
    wanted = parse_log_filter(arguments.filter, now)
    if arguments.since is not None:
        moment_of(arguments.since, now)  # whose words name the option's value alone
        wanted += log_term(LogKey.SINCE, arguments.since, now)
    if arguments.account is not None:
        find_account(context, arguments.account)
        wanted += log_term(LogKey.ACCOUNT, arguments.account, now)
    for key, value in ((LogKey.BY, arguments.by), (LogKey.KIND, arguments.kind)):
        if value is not None:
            wanted += log_term(key, value, now)
    return wanted + LogFilter(words=((arguments.find, False),)) if arguments.find else wanted


def run(arguments: argparse.Namespace) -> int:
    """Print the log, or whether it is whole; the exit status."""
    context = open_for_staff(arguments)
    wanted = wanted_entries(context, arguments)
    if arguments.verify:
        if wanted != LogFilter() or arguments.limit is not None:
            raise WrongUse(_("--verify looks at the whole log."))
        return _verify(context, as_json=arguments.json)
    limit = arguments.limit if arguments.limit is not None else -1 if arguments.json else _SHOWN
    with context.database.read():
        rows = log_rows(context, list_ids(context, LogListQuery(wanted), limit))
        total = count_list(context, wanted)
    if arguments.json:
        lines = [export_lines.activity_line(row) for row in rows]
        show_json({"ok": True, "total": total, "activity": lines})
        return 0
    show_table(
        [_("WHEN"), _("WHO"), _("ACCOUNT"), _("WHAT")],
        [(f"{local(row.at):%Y-%m-%d %H:%M}", row.who, row.account and row.account[0], row.words) for row in rows],
    )
    if len(rows) < total and arguments.limit is None:
        say(_("The newest {n} of {total}; --limit shows more.").format(n=len(rows), total=f"{total:,}"))
    return 0


def _verify(context: Context, *, as_json: bool) -> int:
    """Tell whether the log is whole; the exit status."""
    progress = LogProgress(shown=sys.stderr.isatty())
    found = check_log(context, progress)
    progress.end()
    if as_json:
        whole = all(finding.level is not Level.FAULT for finding in found.findings)
        told = [{"about": f.about, "level": f.level.value, "message": f.words} for f in found.findings]
        show_json({"ok": whole, "entries": found.entries, "entry": found.entry, "verify": told})
    else:
        signs = {Level.FINE: _("ok"), Level.WARNING: _("note"), Level.FAULT: _("FAULT")}
        show_table([_("STATE"), _("WHAT")], [(signs[f.level], f.words) for f in found.findings])
    return 1 if any(finding.level is Level.FAULT for finding in found.findings) else 0


class LogProgress:
    """Tells on one line of a terminal how many entries were looked at."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown

    def __call__(self, looked: int) -> None:
        if self._shown:
            words = _("{n} entries of the log looked at").format(n=f"{looked:,}")
            sys.stderr.write(f"\r{words}\x1b[K")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
