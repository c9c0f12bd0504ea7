"""Print the link of the open invitation to an e-mail address, for the owner and admins; the activity log says who did.

Whoever has the link can choose the password in the client's place.
"""

from __future__ import annotations

import argparse
import sys

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json
from tui_portal.domain.moments import iso
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.access import find_address
from tui_portal.services.links import copy_link


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("address", metavar="ADDRESS", help=_("an e-mail address"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print it; the exit status."""
    context = open_for_staff(arguments)
    copied = copy_link(context, find_address(context, arguments.address))
    if arguments.json:
        show_json({"ok": True, "address": copied.address, "link": copied.link, "expires": iso(copied.expires_at)})
        return 0
    sys.stdout.write(f"{safe(copied.link)}\n")
    say(
        _("Whoever has this link can choose the password: give it to nobody but {address}.").format(
            address=copied.address
        )
    )
    return 0
