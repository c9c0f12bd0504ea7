"""Write a consistent copy of the database while others work, for its owner only, and check it.

The key file is not in it: without it every link that was mailed is dead. Keep it apart, or copy it beside with --with-key.
How a backup is put back: docs/backup.md. Exit status: 0 written and checked, 1 not, or its activity log was changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tui_portal.cli.activity import LogProgress
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json
from tui_portal.i18n import _
from tui_portal.services.backups import write_backup
from tui_portal.services.context import key_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", metavar="FILE", type=Path, help=_("where to; never replaces a file without --force"))
    parser.add_argument("--force", action="store_true", help=_("replace the file where there is one"))
    parser.add_argument("--with-key", action="store_true", help=_("copy the key file beside it, as FILE.key"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Write the backup and tell what it holds; the exit status."""
    context = open_for_staff(arguments)
    progress = LogProgress(shown=sys.stderr.isatty())
    try:
        done = write_backup(
            context, arguments.file, replace=arguments.force, with_key=arguments.with_key, told=progress
        )
    finally:
        progress.end()
    key = key_file(context.database.path)
    if arguments.json:
        held = {"accounts": done.accounts, "contacts": done.contacts, "entries": done.entries, "bytes": done.size}
        told = {"file": str(done.path), "key_file": str(key), "key_copy": str(done.key) if done.key else None, **held}
        show_json({"ok": done.broken is None, "backup": told})
        return 0 if done.broken is None else 1
    say(
        _(
            "Written to {path} and checked: {accounts} accounts, {contacts} contacts, {entries} entries in the log."
        ).format(
            path=done.path, accounts=f"{done.accounts:,}", contacts=f"{done.contacts:,}", entries=f"{done.entries:,}"
        )
    )
    if done.key:
        say(_("The key of the links is beside it: {path}. Who has both can make every link.").format(path=done.key))
    else:
        say(
            _(
                "The key file {path} is not in it: without it every link that was mailed is dead. Keep a copy apart."
            ).format(path=key)
        )
    if done.broken is not None:
        words = _(
            "Its activity log, and that of the database, was changed at entry {entry}: tui-portal activity --verify."
        )
        say(words.format(entry=done.broken))
        return 1
    return 0
