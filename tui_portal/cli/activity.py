"""The activity log: who did what when, what was before and after; the newest first."""

from __future__ import annotations

import argparse
import re
from contextlib import suppress
from datetime import datetime

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.cli.parsing import at_most
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.moments import local
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import export_lines
from tui_portal.services.account_log import count_log, log_ids, log_rows
from tui_portal.services.accounts import find_account

_SHOWN = 200  # lines that a person is shown without --limit
_AGO = re.compile(r"([0-9]{1,6})([mhdw])", re.ASCII)
# Python would take any sign between date and time, and any number of digits behind the second.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:+-]{2,14}Z?)?", re.ASCII)
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--since", metavar="WHEN", help=since_help())
    parser.add_argument("--account", metavar="ID", help=account_help())
    parser.add_argument(
        "--limit",
        metavar="N",
        type=at_most,
        help=_("at most so many lines; without it {n}, in JSON all").format(n=_SHOWN),
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print the log; the exit status."""
    context = open_for_staff(arguments)
    since = moment_of(arguments.since, context.clock())
    account = find_account(context, arguments.account) if arguments.account else None
    limit = arguments.limit if arguments.limit is not None else -1 if arguments.json else _SHOWN
    with context.database.read():
        rows = log_rows(context, log_ids(context, account, limit, since))
        total = count_log(context, account, since)
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


def since_help() -> str:
    """The help for `--since`."""
    return _(
        "only what was done since then: a date or a moment (2026-11-12, 2026-11-12T09:00), or 30m, 24h, 7d, 2w ago"
    )


def account_help() -> str:
    """The help for `--account`."""
    return _("only what belongs to this account: itself, its addresses, contacts and users")


def moment_of(typed: str | None, now: int) -> int | None:
    """The moment that `--since` names, in seconds since 1970: a date, a moment or a time ago; None for none. Raises WrongUse.

    A date is its first second in the local time zone, and so is a moment without an offset.
    """
    if typed is None:
        return None
    ago = _AGO.fullmatch(typed)
    if ago:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    if _DATE.fullmatch(typed):
        with suppress(ValueError, OverflowError, OSError):
            return int(datetime.fromisoformat(typed).timestamp())
    raise WrongUse(
        _("{when} is no moment: a date such as 2026-11-12, or a time ago such as 24h or 7d is needed.").format(
            when=safe(typed[:40])
        )
    )
