"""Send or resend invitations to the addresses named, or to those that a filter of the Pending activation list finds."""

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
from tui_portal.services.pending import PendingQuery, pending_ids


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    add_targets(parser)
    parser.add_argument("--message", metavar="TEXT", default="", help=_("a personal message in the invitation"))


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
    queued, skipped = invite(context, targets_of(context, arguments), arguments.message, arguments.dry_run)
    if arguments.json:
        show_json(outcome(queued, queued, skipped, arguments.dry_run))
    else:
        said = ngettext("{n} invitation queued", "{n} invitations queued", queued).format(n=queued)
        tell(said, skipped, arguments.dry_run)
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
    say(said)
    if skipped:
        say(ngettext("{n} skipped:", "{n} skipped:", len(skipped)).format(n=len(skipped)))
        show_table([_("EMAIL"), _("WHY")], [(one.address, one.reason) for one in skipped])
