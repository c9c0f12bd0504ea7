"""The staff: who there is, with which role, rights and language, and who is responsible for which accounts.

Nobody is deleted: `remove` ends somebody's access, `restore` brings them back. Only the owner and admins change the staff, and
only an owner makes or changes owners.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from tui_portal.cli.filtering import filter_help
from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.moments import iso, local
from tui_portal.domain.staff import Role
from tui_portal.i18n import LANGUAGES, _, ngettext
from tui_portal.services.account_orders import account_ids
from tui_portal.services.account_query import AccountQuery
from tui_portal.services.accounts import find_accounts
from tui_portal.services.assignments import assign
from tui_portal.services.context import Context
from tui_portal.services.staff_members import (
    OwnRight,
    StaffFields,
    StaffRow,
    add_member,
    bring_back,
    change_member,
    deactivate,
    find_member,
    staff_list,
    staff_row,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The sub-commands of this command, with their options."""
    commands = parser.add_subparsers(dest="action", required=True)

    def command(name: str, words: str, *, login: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        if login:
            made.add_argument("login", metavar="LOGIN", help=_("the staff member's login"))
        made.add_argument("--json", action="store_true", help=_("print one JSON document"))
        return made

    command("list", _("everybody, also who is not active any more"), login=False)
    _add_fields(command("add", _("add a staff member")), new=True)
    change = command("change", _("change a staff member"))
    change.add_argument("--new-login", metavar="LOGIN", help=_("another login"))
    _add_fields(change, new=False)
    remove = command("remove", _("end a staff member's access; what they did stays in the log"))
    command("restore", _("bring back who was removed"))
    for own in (change, remove):
        own.add_argument("--yes", action="store_true", help=_("also where you take a right from yourself"))
    for name, words in (
        ("assign", _("make a staff member responsible for accounts")),
        ("unassign", _("take accounts from a staff member")),
    ):
        made = command(name, words)
        made.add_argument("targets", metavar="ID", nargs="*", help=_("account IDs"))
        made.add_argument("--filter", metavar="TEXT", help=_("instead of IDs: ") + filter_help())
    commands.metavar = "|".join(commands.choices)


def _add_fields(parser: argparse.ArgumentParser, *, new: bool) -> None:
    parser.add_argument("--name", required=new, help=_("first and last name"))
    parser.add_argument("--email", metavar="ADDRESS", required=new, help=_("e-mail address"))
    parser.add_argument(
        "--role", choices=[role.value for role in Role], default="employee" if new else None, help=_("what they are")
    )
    parser.add_argument("--language", choices=(*LANGUAGES, "none"), help=_("language of their screens"))
    manage, view = parser.add_mutually_exclusive_group(), parser.add_mutually_exclusive_group()
    for group, name, where, value, words in (
        (manage, "--manage-accounts", "manage_accounts", True, _("an employee may change accounts")),
        (manage, "--read-accounts", "manage_accounts", False, _("an employee may only read (default)")),
        (view, "--view-all", "view_all", True, _("an employee sees all accounts (default)")),
        (view, "--assigned-only", "view_all", False, _("an employee sees only the accounts assigned to them")),
    ):
        group.add_argument(name, dest=where, action="store_const", const=value, help=words)


def run(arguments: argparse.Namespace) -> int:
    """Do it and tell what became of it; the exit status."""
    actions = {"list": _list, "add": _add, "change": _change, "remove": _remove, "restore": _restore}
    return actions.get(arguments.action, _assign)(open_for_staff(arguments), arguments)


def _list(context: Context, arguments: argparse.Namespace) -> int:
    rows = staff_list(context)
    if arguments.json:
        show_json({"ok": True, "total": len(rows), "staff": [_document(row) for row in rows]})
        return 0
    show_table(
        [_("LOGIN"), _("NAME"), _("ROLE"), _("RIGHTS"), _("ACCOUNTS"), _("LAST SEEN"), _("EMAIL")],
        [
            (
                row.fields.login,
                row.fields.name,
                row.fields.role.label if row.active else _("not active"),
                row.rights,
                row.accounts,
                f"{local(row.last_seen):%Y-%m-%d %H:%M}" if row.last_seen else _("never"),
                row.fields.email,
            )
            for row in rows
        ],
    )
    return 0


def _add(context: Context, arguments: argparse.Namespace) -> int:
    number = add_member(context, _wanted(StaffFields(arguments.login, "", ""), arguments))
    return _tell(context, number, arguments, _("{login} is added."), changed=True)


def _change(context: Context, arguments: argparse.Namespace) -> int:
    row = find_member(context, arguments.login)
    wanted = _wanted(row.fields, arguments)
    wanted = replace(wanted, login=arguments.new_login) if arguments.new_login else wanted
    try:
        changed = change_member(context, row.id, wanted, seen=row.fields, sure=arguments.yes)
    except OwnRight as error:
        raise _with_yes(error) from None
    return _tell(
        context, row.id, arguments, _("{login} is changed.") if changed else _("{login} was so already."), changed
    )


def _remove(context: Context, arguments: argparse.Namespace) -> int:
    row = find_member(context, arguments.login)
    try:
        changed = deactivate(context, row.id, sure=arguments.yes)
    except OwnRight as error:
        raise _with_yes(error) from None
    words = _("{login} is not let in any more.") if changed else _("{login} was so already.")
    return _tell(context, row.id, arguments, words, changed)


def _restore(context: Context, arguments: argparse.Namespace) -> int:
    row = find_member(context, arguments.login)
    changed = bring_back(context, row.id)
    return _tell(
        context, row.id, arguments, _("{login} is back.") if changed else _("{login} was so already."), changed
    )


def _assign(context: Context, arguments: argparse.Namespace) -> int:
    if bool(arguments.targets) == (arguments.filter is not None):
        raise WrongUse(_("Name account IDs, or give --filter, one of the two."))
    if arguments.filter is not None and not arguments.filter.strip():
        raise WrongUse(_("An empty filter would be all accounts. If you mean them, say archived:no."))
    row = find_member(context, arguments.login)
    if arguments.targets:
        accounts = find_accounts(context, arguments.targets)
    else:
        accounts = list(account_ids(context, AccountQuery(find=arguments.filter)))
    done = assign(context, accounts, row.id, take=arguments.action == "unassign")
    if arguments.json:
        show_json(
            {"ok": True, "changed": done.changed, "skipped": [], "already": done.already, "login": row.fields.login}
        )
    else:
        say(done.in_words)
    return 0


def _wanted(former: StaffFields, arguments: argparse.Namespace) -> StaffFields:
    """The staff member with what the options say; what they don't say stays."""
    told: dict[str, Any] = {
        name: value
        for name in ("name", "email", "manage_accounts", "view_all")
        if (value := getattr(arguments, name)) is not None
    }
    if arguments.role is not None:
        told["role"] = Role(arguments.role)
    if arguments.language is not None:
        told["language"] = None if arguments.language == "none" else arguments.language
    return replace(former, **told)


def _with_yes(error: OwnRight) -> OwnRight:
    return OwnRight(f"{error.message} " + _("With --yes it is done."))


def _tell(context: Context, staff: int, arguments: argparse.Namespace, words: str, changed: bool) -> int:
    row = staff_row(context, staff)
    if arguments.json:
        show_json({"ok": True, "changed": int(changed), "skipped": [], "staff": _document(row)})
        return 0
    say(words.format(login=row.fields.login))
    if row.active:
        told = ngettext("{n} account is assigned to them", "{n} accounts are assigned to them", row.accounts)
        say(" · ".join([row.fields.role.label, row.rights, told.format(n=row.accounts)]))
    return 0


def _document(row: StaffRow) -> dict[str, Any]:
    fields = row.fields
    return {
        "login": fields.login,
        "name": fields.name,
        "email": fields.email,
        "role": fields.role.value,
        "language": fields.language,
        "manage_accounts": fields.manage_accounts,
        "view_all": fields.view_all,
        "active": row.active,
        "accounts": row.accounts,
        "last_seen": iso(row.last_seen),
    }
