"""One account: contacts, addresses, settings, states, unlinked e-mails."""

from __future__ import annotations

import argparse

from tui_portal.cli import documents
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import show_json, show_table
from tui_portal.i18n import _
from tui_portal.services.accounts import EmailSettings, account_profile, find_account
from tui_portal.services.wording import state_in_words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("id", metavar="ID", help=_("the account's ID, such as A-0012"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Print the profile; the exit status."""
    context = open_for_staff(arguments)
    found = account_profile(context, find_account(context, arguments.id))
    if arguments.json:
        show_json({"ok": True, "account": documents.profile(found)})
        return 0

    def line(who: str, email: EmailSettings) -> tuple[str, ...]:
        switches = (_("on") if on else _("off") for on in (email.login, email.notify, email.sync))
        return (who, email.label, email.address, *switches, state_in_words(email, context.clock()))

    account = found.account
    show_table(
        [f"{account.code} {account.name}", account.type.label, account.status.label],
        [],
    )
    rows = [line(contact.name, email) for contact in found.contacts for email in contact.emails]
    rows += [
        (contact.name, "", "", "", "", "", _("no e-mail address")) for contact in found.contacts if not contact.emails
    ]
    rows += [line(_("(unlinked)"), email) for email in found.unlinked]
    show_table([_("CONTACT"), _("FIELD"), _("EMAIL"), _("LOGIN"), _("NOTIFY"), _("EMAIL SYNC"), _("STATE")], rows)
    return 0
