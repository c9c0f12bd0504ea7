"""Look whether everything is in order: the database, its schema and key, what must always hold, the settings.

Changes nothing. Exit status: 0 all is well, 1 something was found, 3 the database can't be used.
"""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import database_of, settings_of
from tui_portal.cli.output import show_json, show_table
from tui_portal.i18n import _
from tui_portal.services.check import Finding, Level, check
from tui_portal.services.context import open_context


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--mail", action="store_true", help=_("also connect to the mail server"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Look, and tell what was found; the exit status. Who can read the file may ask: nothing of the firm's clients is told
    but the addresses that something is wrong with.
    """
    context = open_context(database_of(arguments), settings_of(arguments), read_only=True)
    found = check(context, mail=arguments.mail)
    faults = [finding for finding in found if finding.level is Level.FAULT]
    if arguments.json:
        show_json({"ok": not faults, "check": [_document(finding) for finding in found]})
    else:
        signs = {Level.FINE: _("ok"), Level.WARNING: _("note"), Level.FAULT: _("FAULT")}
        show_table([_("STATE"), _("WHAT")], [(signs[finding.level], finding.words) for finding in found])
    return 1 if faults else 0


def _document(finding: Finding) -> dict[str, str]:
    return {"about": finding.about, "level": finding.level.value, "message": finding.words}
