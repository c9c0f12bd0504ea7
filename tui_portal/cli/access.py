"""Change LOGIN, NOTIFY and EMAIL SYNC of all addresses of the accounts named, or of those that a filter finds."""

from __future__ import annotations

import argparse

from tui_portal.cli import documents
from tui_portal.cli.filtering import filter_help
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _, ngettext
from tui_portal.services.access import AccessChange, AccessWish, change_access, find_address
from tui_portal.services.account_orders import account_ids
from tui_portal.services.account_query import AccountQuery
from tui_portal.services.accounts import find_accounts

_SWITCHES = {"on": True, "off": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("targets", metavar="TARGET", nargs="*", help=_("account IDs"))
    parser.add_argument("--filter", metavar="TEXT", help=_("instead of IDs: ") + filter_help())
    parser.add_argument("--email", metavar="ADDRESS", help=_("only this address"))
    parser.add_argument("--login", choices=_SWITCHES, help=_("access to the portal"))
    parser.add_argument("--notify", choices=_SWITCHES, help=_("system notifications"))
    parser.add_argument("--sync", choices=_SWITCHES, help=_("e-mail sync"))
    parser.add_argument(
        "--invite", action="store_true", help=_("send invitations to those who may log in and have not yet")
    )
    parser.add_argument("--message", metavar="TEXT", default="", help=_("a personal message in the invitation"))
    parser.add_argument("--dry-run", action="store_true", help=_("only tell what would happen"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Change it and tell what became of it; the exit status: 1 where something was skipped."""
    if bool(arguments.targets) == (arguments.filter is not None):
        raise WrongUse(_("Name account IDs, or give --filter, one of the two."))
    if arguments.filter is not None and not arguments.filter.strip():
        raise WrongUse(_("An empty filter would be all accounts. If you mean them, say archived:no."))
    wish = AccessWish(
        login=_SWITCHES.get(arguments.login),
        notify=_SWITCHES.get(arguments.notify),
        sync=_SWITCHES.get(arguments.sync),
        invite=arguments.invite,
        message=arguments.message,
    )
    if wish.login is wish.notify is wish.sync is None and not wish.invite:
        raise WrongUse(_("Say what to change: --login, --notify, --sync, or --invite."))
    context = open_for_staff(arguments)
    if arguments.targets:
        accounts = find_accounts(context, arguments.targets)
    else:
        accounts = list(account_ids(context, AccountQuery(find=arguments.filter)))
    address = find_address(context, arguments.email) if arguments.email else None
    done = change_access(context, accounts, wish, address, arguments.dry_run)
    if arguments.json:
        show_json(documents.change(done, arguments.dry_run))
    else:
        _tell(done, wish, arguments.dry_run)
    return 1 if done.skipped else 0


def _tell(done: AccessChange, wish: AccessWish, dry_run: bool) -> None:
    if dry_run:
        say(_("Nothing was changed; this would be:"))
    say(ngettext("{n} setting changed", "{n} settings changed", done.changed).format(n=done.changed))
    if wish.invite:
        say(ngettext("{n} invitation queued", "{n} invitations queued", done.invitations).format(n=done.invitations))
    if done.notices:
        say(ngettext("{n} notice queued", "{n} notices queued", done.notices).format(n=done.notices))
    if done.skipped:
        say(ngettext("{n} skipped:", "{n} skipped:", len(done.skipped)).format(n=len(done.skipped)))
        show_table([_("EMAIL"), _("ACCOUNT"), _("WHY")], [(s.address, s.account, s.reason) for s in done.skipped])
