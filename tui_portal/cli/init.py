"""Make an empty database for a firm, with its owner."""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import database_of, settings_of
from tui_portal.cli.output import say, show_json
from tui_portal.i18n import _, choose_language
from tui_portal.services.files import need_freedom
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--firm", metavar="NAME", required=True, help=_("the firm's name"))
    parser.add_argument("--owner-name", metavar="NAME", required=True, help=_("the owner's name"))
    parser.add_argument("--owner-email", metavar="ADDRESS", required=True, help=_("the owner's e-mail address"))
    parser.add_argument("--owner", metavar="LOGIN", help=_("the owner's login on this machine; default: yours"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Make it; the exit status."""
    settings = settings_of(arguments)
    need_freedom(settings)
    context = create_firm(
        database_of(arguments),
        settings,
        firm=arguments.firm,
        owner_login=arguments.owner or caller_login(),
        owner_name=arguments.owner_name,
        owner_email=arguments.owner_email,
        language=choose_language(arguments.lang, settings.firm.language),
    )
    if arguments.json:
        show_json({"ok": True, "database": str(context.database.path)})
    else:
        say(_("Made {path} for {firm}.").format(path=context.database.path, firm=context.firm_name))
    return 0
