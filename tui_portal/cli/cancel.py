"""Cancel the invitations of the addresses named, or of those that a filter of the Pending activation list finds.

Their links die at once and mail that still waits is not sent; LOGIN stays as it is. What a client asked for an address is
refused instead, and its invitation to other accounts stays.
"""

from __future__ import annotations

import argparse

from tui_portal.cli.invite import add_targets, check_targets, outcome, targets_of, tell
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json
from tui_portal.i18n import ngettext
from tui_portal.services.invitations import cancel
from tui_portal.services.request_decisions import refuse_requests, requests_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_targets(parser)


def run(arguments: argparse.Namespace) -> int:
    """Cancel them and tell what became of it; the exit status: 1 where somebody was skipped."""
    check_targets(arguments)
    context = open_for_staff(arguments)
    targets = targets_of(context, arguments)
    asked = requests_for(context, targets)
    refused = refuse_requests(context, list(asked), dry_run=arguments.dry_run)
    rest = [target for target in targets if target not in asked]
    cancelled, skipped = cancel(context, rest, arguments.dry_run)
    if arguments.json:
        show_json(outcome(cancelled + refused, 0, skipped, arguments.dry_run) | {"refused": refused})
    else:
        said = ngettext("{n} invitation cancelled", "{n} invitations cancelled", cancelled).format(n=cancelled)
        if refused:
            text = ngettext("{n} request refused", "{n} requests refused", refused).format(n=refused)
            said = f"{text}\n{said}" if cancelled else text
        tell(said, skipped, arguments.dry_run)
    return 1 if skipped else 0
