"""Show what is known of an e-mail address; keep mail from it, let mail go there again, or forget that it was refused.

Its switches stay as they are.
"""

from __future__ import annotations

import argparse

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json, show_table
from tui_portal.domain.addresses import flag_in_words, reason_in_words
from tui_portal.domain.moments import iso
from tui_portal.i18n import _
from tui_portal.services.access import find_address
from tui_portal.services.address_checks import clear_bounce, find_mailbox, suppress_address


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("address", metavar="ADDRESS", help=_("an e-mail address"))
    parser.add_argument("--mail", choices=("on", "off"), help=_("off: no mail goes there any more; on: it does again"))
    parser.add_argument(
        "--try-again",
        action="store_true",
        help=_("forget that the receiving server refused it: the next mail is tried"),
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Change what is asked for, and show the address; the exit status."""
    context = open_for_staff(arguments)
    number = find_address(context, arguments.address)
    if arguments.try_again:
        clear_bounce(context, number)
    if arguments.mail:
        suppress_address(context, number, arguments.mail == "off")
    found = find_mailbox(context, number)
    if arguments.json:
        told = {
            "address": found.address,
            "validity": found.validity.value,
            "reason": found.reason,
            "flags": sorted(found.flags),
            "checked": iso(found.checked_at),
            "suppressed": found.suppressed,
        }
        changed = int(arguments.try_again) + int(bool(arguments.mail))
        show_json({"ok": True, "changed": changed, "email": told})
        return 0
    rows = [
        (_("state"), found.validity.label),
        (_("why"), reason_in_words(found.reason)),
        (_("found out"), ", ".join(flag_in_words(flag) for flag in sorted(found.flags))),
        (_("checked"), iso(found.checked_at)),
        (_("mail goes there"), _("no") if found.suppressed or not found.validity.writable else _("yes")),
    ]
    show_table([_("EMAIL"), found.address], [row for row in rows if row[1]])
    return 0
