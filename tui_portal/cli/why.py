"""Say why an e-mail address can or can't log in to an account, and which notifications it gets. Exit status 0 either way."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json, show_table
from tui_portal.domain.moments import iso
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.access import find_address
from tui_portal.services.accounts import find_account
from tui_portal.services.reasons import Explanation, explain, yes_or_no


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("id", metavar="ID", help=_("the account's ID, such as A-0012"))
    parser.add_argument("address", metavar="ADDRESS", help=_("an e-mail address"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print it; the exit status."""
    context = open_for_staff(arguments)
    account = find_account(context, arguments.id)
    found = explain(context, account, find_address(context, arguments.address))
    if arguments.json:
        show_json(_document(found))
        return 0
    _print(found.verdict, "")
    rows = [(yes_or_no(link.ok), link.name.label, link.words, link.where) for link in found.links]
    show_table([_("HOLDS"), _("LINK"), _("WHAT IS SO"), _("WHERE TO CHANGE IT")], rows)
    _print("", found.mail_verdict)
    show_table(
        [_("SENT"), _("NOTIFICATION"), _("WHY")],
        [(yes_or_no(group.sent), group.group.label, "" if group.sent else group.words) for group in found.groups],
    )
    _print("", found.others_in_words)
    return 0


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{safe(line)}\n" for line in lines))


def _document(found: Explanation) -> dict[str, Any]:
    return {
        "ok": True,
        "account": {"id": found.code, "name": found.account_name},
        "address": found.address,
        "can_log_in": found.can_log_in,
        "verdict": found.verdict,
        "broken": None if found.broken is None else found.broken.value,
        "links": [
            {"name": link.name.value, "ok": link.ok, "words": link.words, "where": link.where} for link in found.links
        ],
        "notifications": {
            "verdict": found.mail_verdict,
            "groups": {group.group.value: {"sent": group.sent, "words": group.words} for group in found.groups},
        },
        "other_accounts": found.others,
        "validity": found.validity.value,
        "flags": sorted(found.flags),
        "checked": iso(found.checked_at),
    }
