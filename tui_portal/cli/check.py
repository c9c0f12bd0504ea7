"""Look whether everything is in order: the database, its schema and key, what must always hold, the settings.

Changes nothing, but for --addresses, which checks the stored e-mail addresses by the rules of this program and keeps what it
finds. Exit status: 0 all is well, 1 something was found, 3 the database can't be used.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tui_portal.cli.activity import LogProgress
from tui_portal.cli.opening import database_of, open_for_staff, settings_of
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.addresses import reason_in_words
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _, ngettext
from tui_portal.services.address_checks import Recheck, check_addresses
from tui_portal.services.check import check
from tui_portal.services.context import open_context
from tui_portal.services.mail_checks import Finding, Level

_NAMED = 20  # addresses that a person is told by name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--mail", action="store_true", help=_("also connect to the mail server"))
    parser.add_argument(
        "--addresses", action="store_true", help=_("instead: check the addresses again that older rules have checked")
    )
    parser.add_argument("--all", action="store_true", help=_("with --addresses: check all of them again"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Look, and tell what was found; the exit status. Who can read the file may ask: nothing of the firm's clients is told
    but the addresses that something is wrong with. To check the addresses takes the right to change accounts.
    """
    if arguments.all and not arguments.addresses:
        raise WrongUse(_("--all goes with --addresses."))
    if arguments.addresses:
        if arguments.mail:
            raise WrongUse(_("--mail and --addresses are two commands."))
        return _check_addresses(arguments)
    context = open_context(database_of(arguments), settings_of(arguments), read_only=True)
    progress = LogProgress(shown=sys.stderr.isatty())
    found = check(context, mail=arguments.mail, told=progress)
    progress.end()
    faults = [finding for finding in found if finding.level is Level.FAULT]
    if arguments.json:
        show_json({"ok": not faults, "check": [_document(finding) for finding in found]})
    else:
        signs = {Level.FINE: _("ok"), Level.WARNING: _("note"), Level.FAULT: _("FAULT")}
        show_table([_("STATE"), _("WHAT")], [(signs[finding.level], finding.words) for finding in found])
    return 1 if faults else 0


def _document(finding: Finding) -> dict[str, str]:
    return {"about": finding.about, "level": finding.level.value, "message": finding.words}


def _check_addresses(arguments: argparse.Namespace) -> int:
    """Check the stored addresses again. What is interrupted is kept as far as it has come, and told."""
    context = open_for_staff(arguments)
    progress = _Progress(shown=sys.stderr.isatty())
    try:
        done = check_addresses(context, everything=arguments.all, on_batch=progress)
    except KeyboardInterrupt:
        progress.end()
        if progress.last is not None:
            say(_("Stopped. What was checked is kept; the same command goes on with the rest."))
            _tell(progress.last)
        raise
    progress.end()
    if arguments.json:
        show_json(_addresses_document(done))
    else:
        _tell(done)
    return 1 if done.left_count else 0


class _Progress:
    """Tells on one line of a terminal how far it has come."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self.last: Recheck | None = None

    def __call__(self, done: Recheck) -> None:
        self.last = done
        if self._shown:
            words = _("{n} of {total} addresses checked").format(n=done.looked, total=done.total)
            sys.stderr.write(f"\r{words}\x1b[K")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._shown and self.last is not None:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _tell(done: Recheck) -> None:
    """What became of it, for people."""
    say(ngettext("{n} address checked", "{n} addresses checked", done.looked).format(n=done.looked))
    for (before, after), count in sorted(done.moves.items()):
        words = ngettext("{n} was {before} and is {after}", "{n} were {before} and are {after}", count)
        say(words.format(n=count, before=before.label, after=after.label))
    if done.rewritten:
        say(ngettext("{n} has another spelling", "{n} have another spelling", done.rewritten).format(n=done.rewritten))
    if done.changes:
        rows = [
            (change.address, change.before.label, change.after.label, reason_in_words(change.reason), change.former)
            for change in done.changes[:_NAMED]
        ]
        show_table([_("EMAIL"), _("WAS"), _("IS"), _("WHY"), _("FORMER SPELLING")], rows)
        more = done.differing - len(rows)
        if more:
            say(ngettext("… and {n} more", "… and {n} more", more).format(n=more))
    if done.left_count:
        words = ngettext("{n} was left as it was:", "{n} were left as they were:", done.left_count)
        say(words.format(n=done.left_count))
        show_table([_("EMAIL"), _("WHY")], done.left[:_NAMED])


def _addresses_document(done: Recheck) -> dict[str, Any]:
    return {
        "ok": True,
        "checked": done.looked,
        "changed": done.changed,
        "rewritten": done.rewritten,
        "changes": [
            {
                "address": change.address,
                "before": change.before.value,
                "after": change.after.value,
                "reason": change.reason,
                "former": change.former or None,
            }
            for change in done.changes
        ],
        "left": done.left_count,
        "skipped": [{"address": address, "account": None, "reason": reason} for address, reason in done.left],
    }
