"""Send or resend invitations to the addresses named, or to those that a filter of the Pending activation list finds.

What clients asked for these addresses is approved by it.
"""

from __future__ import annotations

import argparse

from tui_portal.cli import documents
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _, ngettext
from tui_portal.services.access import find_address
from tui_portal.services.context import Context
from tui_portal.services.invitations import Skipped, invite
from tui_portal.services.just_invited import just_invited, question
from tui_portal.services.pending import PendingQuery, pending_ids
from tui_portal.services.request_decisions import approve_requests, requests_for


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_targets(parser)
    parser.add_argument("--message", metavar="TEXT", default="", help=_("a personal message in the invitation"))
    parser.add_argument("--no-reminders", action="store_true", help=_("remind nobody of this invitation"))
    parser.add_argument(
        "--again", action="store_true", help=_("also those who were invited a moment ago (limits.resend_ask_seconds)")
    )


def add_targets(parser: argparse.ArgumentParser) -> None:
    """The options that say whom a command on invitations is about."""
    parser.add_argument("addresses", metavar="ADDRESS", nargs="*", help=_("e-mail addresses"))
    parser.add_argument("--filter", metavar="TEXT", help=_("instead: the pending addresses that these words find"))
    parser.add_argument("--dry-run", action="store_true", help=_("only tell what would happen"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def targets_of(context: Context, arguments: argparse.Namespace) -> list[int]:
    """The ids of the addresses that the options name, each once. Raises NotFound for the first that is not there."""
    if arguments.addresses:
        return list(dict.fromkeys(find_address(context, typed) for typed in arguments.addresses))
    return list(pending_ids(context, PendingQuery(find=arguments.filter)))


def check_targets(arguments: argparse.Namespace) -> None:
    """Raise WrongUse unless there are either addresses or a filter."""
    if bool(arguments.addresses) == (arguments.filter is not None):
        raise WrongUse(_("Name e-mail addresses, or give --filter, one of the two."))


def run(arguments: argparse.Namespace) -> int:
    """Queue them and tell what became of it; the exit status: 1 where somebody was skipped."""
    check_targets(arguments)
    context = open_for_staff(arguments)
    targets = targets_of(context, arguments)
    reminders, asked = not arguments.no_reminders, requests_for(context, targets)
    approved = approve_requests(
        *(context, list(asked), arguments.message), dry_run=arguments.dry_run, reminders=reminders
    )
    targets = [target for target in targets if target not in asked]
    just = [] if arguments.again else just_invited(context, targets)
    queued, skipped = invite(
        *(context, targets, arguments.message, arguments.dry_run),
        reminders=reminders,
        again=arguments.again,
    )
    if arguments.json:
        told = outcome(queued + approved.requests, queued + approved.invitations, skipped, arguments.dry_run)
        show_json(told | {"approved": approved.requests, "notices": approved.notices})
    else:
        queued += approved.invitations
        said = ngettext("{n} invitation queued", "{n} invitations queued", queued).format(n=queued)
        if approved.requests:
            text = ngettext("{n} request approved", "{n} requests approved", approved.requests)
            said = f"{text.format(n=approved.requests)}\n{said}"
        tell(said, skipped, arguments.dry_run)
        if just:
            way = _("With --again it goes out.")
            say(f"{question(just)} {way}")
    return 1 if skipped else 0


def outcome(changed: int, invitations: int, skipped: tuple[Skipped, ...], dry_run: bool) -> dict[str, object]:
    """What became of it, for programs."""
    return {
        "ok": True,
        "dry_run": dry_run,
        "changed": changed,
        "invitations": invitations,
        "skipped": documents.skipped(skipped),
    }


def tell(said: str, skipped: tuple[Skipped, ...], dry_run: bool) -> None:
    """What became of it, for people."""
    if dry_run:
        say(_("Nothing was changed; this would be:"))
    for line in said.splitlines():
        say(line)
    if skipped:
        say(ngettext("{n} skipped:", "{n} skipped:", len(skipped)).format(n=len(skipped)))
        show_table([_("EMAIL"), _("WHY")], [(one.address, one.reason) for one in skipped])
