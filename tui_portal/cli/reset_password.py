"""Mail a link to a user, through which they choose another password. Nobody here sees or sets one."""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json
from tui_portal.domain.moments import iso
from tui_portal.i18n import _
from tui_portal.services.access import find_address
from tui_portal.services.password_resets import request_reset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("address", metavar="ADDRESS", help=_("the e-mail address of an active user"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Queue the mail and tell so; the exit status."""
    context = open_for_staff(arguments)
    mail = request_reset(context, find_address(context, arguments.address))
    if arguments.json:
        told = {"changed": 1, "invitations": 0, "skipped": [], "address": mail.address, "expires": iso(mail.expires_at)}
        show_json({"ok": True, **told})
    else:
        until = (iso(mail.expires_at) or "")[:16].replace("T", " ")
        say(_("Mail to {address} queued; its link works until {date}.").format(address=mail.address, date=until))
    return 0
