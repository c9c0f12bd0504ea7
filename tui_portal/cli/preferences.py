"""Which system notifications an e-mail address gets in an account: shown, and changed with --set GROUP=on|off."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches

from tui_portal.cli.opening import open_for_staff
from tui_portal.cli.output import say, show_json, show_table
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services.access import find_address
from tui_portal.services.accounts import find_account
from tui_portal.services.preferences import Preferences, read_preferences, set_preferences

_ALL = "all"
_SWITCHES = {"on": True, "off": False}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("id", metavar="ID", help=_("the account's ID, such as A-0012"))
    parser.add_argument("address", metavar="ADDRESS", help=_("an e-mail address of the account"))
    parser.add_argument(
        "--set",
        metavar="GROUP=on|off",
        action="append",
        default=[],
        dest="wishes",
        help=_("again for more; GROUP is one of {groups}").format(groups=", ".join([*NotificationGroup, _ALL])),
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON document"))


def run(arguments: argparse.Namespace) -> int:
    """Change what is to be changed, then print the seven groups; the exit status."""
    wished = wishes_of(arguments.wishes)
    context = open_for_staff(arguments)
    account = find_account(context, arguments.id)
    address = find_address(context, arguments.address)
    changed = set_preferences(context, account, {address: wished}) if wished else 0
    found = read_preferences(context, account, address)
    if arguments.json:
        show_json(_document(found, changed))
    else:
        _tell(found, changed if wished else None)
    return 0


def wishes_of(words: Sequence[str]) -> dict[NotificationGroup, bool]:
    """What `GROUP=on|off` says, a later word over an earlier one; the group `all` is all seven. Raises WrongUse with the nearest
    known word.
    """
    wished: dict[NotificationGroup, bool] = {}
    for word in words:
        group, equals, value = (part.strip().lower() for part in word.partition("="))
        if not equals:
            raise WrongUse(_("{word} is not GROUP=on or GROUP=off.").format(word=safe(word)))
        known = [*map(str, NotificationGroup), _ALL]
        group = group.replace("-", "_")
        if group not in known:
            raise WrongUse(_("There is no group {group}.").format(group=safe(group)) + _nearest(group, known))
        if value not in _SWITCHES:
            told = _("{group} can be on or off, not {value}.").format(group=group, value=safe(value) or "''")
            raise WrongUse(told + _nearest(value, list(_SWITCHES), least=0.1))
        groups = tuple(NotificationGroup) if group == _ALL else (NotificationGroup(group),)
        wished |= dict.fromkeys(groups, _SWITCHES[value])
    return wished


def _nearest(typed: str, known: Sequence[str], least: float = 0.5) -> str:
    near = get_close_matches(typed, known, n=1, cutoff=least)
    if near:
        return _(" Did you mean {near}?").format(near=near[0])
    return _(" Known: {keys}.").format(keys=", ".join(known))


def _document(found: Preferences, changed: int) -> dict[str, object]:
    row = found.rows[0]
    return {
        "ok": True,
        "address": row.address,
        "account": found.code,
        "notify": row.notify,
        "preferences": {group.value: on for group, on in row.enabled.items()},
        "changed": changed,
    }


def _tell(found: Preferences, changed: int | None) -> None:
    row = found.rows[0]
    show_table(
        [_("GROUP"), "", _("NOTIFICATIONS"), ""],
        [
            (group.value, _("on") if on else _("off"), group.label, group.explanation)
            for group, on in row.enabled.items()
        ],
    )
    if changed is not None:
        say(ngettext("{n} preference changed", "{n} preferences changed", changed).format(n=changed))
    say(found.outcome(row, sum(row.enabled.values())))
