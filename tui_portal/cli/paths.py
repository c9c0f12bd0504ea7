"""Where settings, data and logs are."""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import database_of, settings_of
from tui_portal.cli.output import show_json, show_table
from tui_portal.i18n import _
from tui_portal.paths import default_configs, log_file, mail_templates_folder
from tui_portal.services.context import key_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print them; the exit status."""
    database = database_of(arguments)
    config = settings_of(arguments).source or default_configs()[0]
    found = {"config": config, "database": database, "key": key_file(database), "log": log_file()}
    found["mail_templates"] = mail_templates_folder()  # those of the program, to copy and change
    if arguments.json:
        show_json({"ok": True, "paths": {name: str(path) for name, path in found.items()}})
    else:
        show_table([_("WHAT"), _("WHERE")], list(found.items()))
    return 0
