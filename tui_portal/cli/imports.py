"""Take accounts, contacts and e-mail addresses from a CSV file: one contact a line.

The columns of Google Contacts, Outlook, Thunderbird and practice software are known by their names; --map says what
others hold. FIELD is one of: account, account_type, name, first_name, middle_name, last_name, email, phone, language,
tags, company. Running the same file again changes nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _, ngettext
from tui_portal.services.access import AccessWish
from tui_portal.services.import_lines import Remark
from tui_portal.services.imports import ImportResult, Made, import_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", metavar="FILE", type=Path, help=_("the CSV file"))
    parser.add_argument("--dry-run", action="store_true", help=_("only tell what would happen"))
    parser.add_argument(
        "--map",
        metavar="FIELD=COLUMN",
        action="append",
        default=[],
        help=_("what a column holds; again for more; FIELD= leaves the field out"),
    )
    parser.add_argument("--login", action="store_true", help=_("give the addresses in the file access to the portal"))
    parser.add_argument("--notify", action="store_true", help=_("switch system notifications on for them"))
    parser.add_argument("--sync", action="store_true", help=_("switch e-mail sync on for them"))
    parser.add_argument(
        "--invite", action="store_true", help=_("send invitations to those who may log in and have none yet")
    )
    parser.add_argument("--message", metavar="TEXT", default="", help=_("a personal message in the invitation"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Import it and tell what became of it; the exit status: 1 where a line could not be taken."""
    if arguments.message and not arguments.invite:
        raise WrongUse(_("--message is for invitations: give --invite with it."))
    wish = None
    if arguments.login or arguments.notify or arguments.sync or arguments.invite:
        wish = AccessWish(
            login=arguments.login or None,
            notify=arguments.notify or None,
            sync=arguments.sync or None,
            invite=arguments.invite,
            message=arguments.message,
        )
    context = open_for_staff(arguments)
    done = import_file(context, arguments.file, arguments.map, wish, arguments.dry_run)
    if arguments.json:
        show_json(_document(done, arguments.dry_run))
    else:
        _tell(done, arguments.dry_run, wish)
    return 1 if done.taken < done.lines else 0


def _document(done: ImportResult, dry_run: bool) -> dict[str, Any]:
    """The JSON shape that scripts rely on; more keys may come, none goes."""

    def made(counts: Made) -> dict[str, int]:
        return {"created": counts.created, "existing": counts.existing}

    def told(remarks: tuple[Remark, ...]) -> list[dict[str, Any]]:
        return [
            {"line": told.line, "address": told.address or None, "account": told.account, "reason": told.reason}
            for told in remarks
        ]

    return {
        "ok": True,
        "dry_run": dry_run,
        "encoding": done.encoding,
        "delimiter": done.delimiter,
        "columns": done.columns.names(),
        "unused": done.columns.unused(),
        "lines": done.lines,
        "taken": done.taken,
        "accounts": made(done.accounts),
        "contacts": made(done.contacts) | {"linked": done.linked, "completed": done.completed},
        "addresses": made(done.addresses),
        "changed": done.changed,
        "settings": done.settings,
        "invitations": done.invitations,
        "notices": done.notices,
        "warnings": told(done.warnings),
        "skipped": told(done.skipped),
    }


def _tell(done: ImportResult, dry_run: bool, wish: AccessWish | None) -> None:
    for field, names in done.columns.names().items():
        say(f"{field} = {', '.join(names)}")
    say("")
    if dry_run:
        say(_("Nothing was changed; this would be:"))
    say(
        ngettext(
            "{taken} of {n} line taken ({encoding}, parted by {delimiter})",
            "{taken} of {n} lines taken ({encoding}, parted by {delimiter})",
            done.lines,
        ).format(
            taken=done.taken,
            n=done.lines,
            encoding=done.encoding,
            delimiter=_("tabs") if done.delimiter == "\t" else done.delimiter,
        )
    )
    for words, made in (
        (_("accounts: {created} made, {existing} there already"), done.accounts),
        (_("contacts: {created} made, {existing} there already"), done.contacts),
        (_("e-mail addresses: {created} made, {existing} there already"), done.addresses),
    ):
        say(words.format(created=made.created, existing=made.existing))
    if done.completed:
        say(ngettext("{n} contact completed", "{n} contacts completed", done.completed).format(n=done.completed))
    if wish is not None:
        _tell_access(done, wish)
    if done.warnings:
        say(ngettext("{n} warning:", "{n} warnings:", len(done.warnings)).format(n=len(done.warnings)))
        show_table(
            [_("LINE"), _("EMAIL"), _("ACCOUNT"), _("WARNING")],
            [(told.line, told.address, told.account, told.reason) for told in done.warnings],
        )
    if done.skipped:
        say(ngettext("{n} skipped:", "{n} skipped:", len(done.skipped)).format(n=len(done.skipped)))
        show_table(
            [_("LINE"), _("EMAIL"), _("ACCOUNT"), _("WHY")],
            [(told.line, told.address, told.account, told.reason) for told in done.skipped],
        )


def _tell_access(done: ImportResult, wish: AccessWish) -> None:
    say(ngettext("{n} setting changed", "{n} settings changed", done.settings).format(n=done.settings))
    if wish.invite:
        say(ngettext("{n} invitation queued", "{n} invitations queued", done.invitations).format(n=done.invitations))
        if not done.invitations and not wish.login:
            say(_("Only those who may log in are invited: --login lets them."))
    if done.notices:
        say(ngettext("{n} notice queued", "{n} notices queued", done.notices).format(n=done.notices))
