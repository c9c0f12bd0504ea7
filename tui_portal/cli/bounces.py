"""Read delivery status notices out of files (one message or an mbox), maildirs or the standard input, and record what they say
about the mail that this program sent: an address that does not exist is bouncing, an invitation that did not arrive has failed.

The mailboxes stay as they are; reading a notice again changes nothing more.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tui_portal.cli.opening import open_for_program
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.mail.mailboxes import is_maildir, messages_in, messages_of
from tui_portal.services.bounces import BounceReport, record_notices
from tui_portal.services.files import is_restricted, named_file
from tui_portal.services.staff import caller_id

_INPUT = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="FILE|DIRECTORY|-",
        help=_("a message, an mbox or a maildir; - or nothing: the standard input"),
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Read and record, and tell what was found; the exit status: 1 where a source could not be read."""
    sources = list(dict.fromkeys(arguments.sources)) or [_INPUT]
    for source in sources:
        _check_source(source)
    context = open_for_program(arguments)
    path = context.database.path
    if is_restricted(context.settings, path) and caller_id(path) != os.getuid():
        sources = [source if source == _INPUT else str(named_file(context, Path(source))) for source in sources]
    unread: list[dict[str, str]] = []
    report = record_notices(context, _messages(sources, context.settings.limits.bounce_bytes, unread))
    if arguments.json:
        show_json(_document(report, unread))
    else:
        _tell(report)
    for one in unread:
        say(_("{path} can't be read: {why}.").format(path=one["source"], why=one["reason"]))
    return 1 if unread else 0


def _check_source(source: str) -> None:
    """Raise WrongUse for what can't be read, before anything is."""
    if source == _INPUT:
        if sys.stdin is None or sys.stdin.isatty():
            raise WrongUse(_("Name a message, an mbox or a maildir, or pipe one in."))
        return
    path = Path(source)
    with suppress(OSError):  # what may not be looked at is told when it is read
        if not path.exists():
            raise WrongUse(_("There is no {path}.").format(path=safe(source)))
        if path.is_dir() and not is_maildir(path):
            raise WrongUse(_("{path} is no maildir: it has neither cur nor new in it.").format(path=safe(source)))


def _messages(sources: Sequence[str], most: int, unread: list[dict[str, str]]) -> Iterator[bytes]:
    """The messages of all sources; a source that can't be read, or not to its end, is added to `unread`."""
    for source in sources:
        try:
            if source == _INPUT:
                yield from messages_in(sys.stdin.buffer, most)
            else:
                yield from messages_of(Path(source), most)
        except OSError as error:
            unread.append({"source": safe(source), "reason": safe(error.strerror or str(error))})


def _document(report: BounceReport, unread: list[dict[str, str]]) -> dict[str, object]:
    return {
        "ok": not unread,
        "read": report.read,
        "bounced": [asdict(told) for told in report.bounced],
        "failed": [asdict(told) for told in report.failed],
        "delayed": [asdict(told) for told in report.delayed],
        "delivered": report.delivered,
        "repeated": report.repeated,
        "ignored": report.ignored.total(),
        "ignored_reasons": {reason.value: count for reason, count in sorted(report.ignored.items())},
        "unread": unread,
    }


def _tell(report: BounceReport) -> None:
    kinds = ((_("bouncing"), report.bounced), (_("failed"), report.failed), (_("delayed"), report.delayed))
    rows = [(told.address, what, told.status, told.words) for what, found in kinds for told in found]
    if rows:
        show_table([_("EMAIL"), _("STATE"), _("CODE"), _("WHAT THE SERVER SAID")], rows)
    parts = [
        ngettext("{n} message read", "{n} messages read", report.read).format(n=report.read),
        ngettext("{n} address bouncing", "{n} addresses bouncing", len(report.bounced)).format(n=len(report.bounced)),
        ngettext("{n} mail failed", "{n} mails failed", len(report.failed)).format(n=len(report.failed)),
        ngettext("{n} delayed", "{n} delayed", len(report.delayed)).format(n=len(report.delayed)),
        ngettext("{n} delivered", "{n} delivered", report.delivered).format(n=report.delivered),
        ngettext("{n} known already", "{n} known already", report.repeated).format(n=report.repeated),
        ngettext("{n} passed over", "{n} passed over", report.ignored.total()).format(n=report.ignored.total()),
    ]
    say(_(", ").join(parts))
    for reason, count in sorted(report.ignored.items()):
        say(f"  {count} × {reason.label}")
