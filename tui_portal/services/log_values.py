"""The values of the activity log in words: what a key in an entry is called, and how its value reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tui_portal.domain.access import Switch
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import reason_in_words
from tui_portal.domain.moments import local
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.domain.staff import Role
from tui_portal.domain.text import safe
from tui_portal.i18n import _, language_name, pgettext

Values = Mapping[str, Any]

NOTHING = "—"

_SWITCHES = frozenset(switch.value for switch in Switch)
_TYPES = frozenset(kind.value for kind in AccountType)
_ROLES = frozenset(role.value for role in Role)
_GROUPS = frozenset(group.value for group in NotificationGroup)


def label_of(key: str) -> str:
    """What a key in an entry is called in the reader's language; one that is not known is shown as it is."""
    if key in _SWITCHES:
        return Switch(key).label
    if key in _GROUPS:
        return NotificationGroup(key).label
    return _LABELS[key]() if key in _LABELS else safe(key)


def value_in_words(key: str, value: Any) -> str:
    """A value of an entry under this key, in the reader's language."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        switched = key in _SWITCHES or key in _GROUPS
        return (_("on") if switched else _("yes")) if value else (_("off") if switched else _("no"))
    if isinstance(value, list):
        return _(", ").join(value_in_words("", part) for part in value)
    if isinstance(value, dict):
        return safe(json.dumps(value, ensure_ascii=False))
    if isinstance(value, int) and key in _MOMENTS:
        return f"{local(value):%Y-%m-%d %H:%M}"
    known = _WORDED.get(key)
    found = known(str(value)) if known else str(value)
    return safe(found, lines=True)


_MOMENTS = {"at", "created_at", "sent_at", "expires_at", "closed_at", "checked_at", "domain_checked_at"}


# What each key is called; looked up by key, because an export asks a million times.
_LABELS: Mapping[str, Callable[[], str]] = {
    "name": lambda: _("name"),
    "key": lambda: _("with the key file"),
    "epoch": lambda: _("epoch of the links"),
    "invitations": lambda: _("invitations"),
    "mails": lambda: _("mails"),
    "type": lambda: _("type"),
    "tags": lambda: _("tags"),
    "test": lambda: _("test account"),
    "archived": lambda: _("archived"),
    "first_name": lambda: _("first name"),
    "last_name": lambda: _("last name"),
    "company": lambda: _("company name"),
    "phone": lambda: _("phone"),
    "language": lambda: _("language"),
    "address": lambda: _("e-mail address"),
    "accounts": lambda: _("accounts"),
    "contacts": lambda: _("contacts"),
    "addresses": lambda: _("addresses"),
    "label": lambda: _("field"),
    "state": lambda: _("state"),
    "validity": lambda: _("validity"),
    "flags": lambda: _("found out"),
    "reason": lambda: _("reason"),
    "why": lambda: _("why"),
    "message": lambda: _("message"),
    "failure": lambda: _("failure"),
    "reminders": lambda: _("reminders"),
    "expires_at": lambda: _("expires"),
    "file": lambda: _("file"),
    "login_name": lambda: _("login name"),
    "email": lambda: _("e-mail address"),
    "role": lambda: _("role"),
    "manage_accounts": lambda: _("Manage accounts"),
    "view_all": lambda: _("View all accounts"),
    "lines": lambda: _("lines"),
    "taken": lambda: _("lines taken"),
    "kind": lambda: _("kind"),
    "list": lambda: _("list"),
    "filter": lambda: _("filter"),
    "sort": lambda: _("order"),
}

_STATES: Mapping[str, Callable[[], str]] = {
    "queued": lambda: _("waits"),
    "sent": lambda: pgettext("state of an invitation", "sent"),
    "failed": lambda: pgettext("state of an invitation", "failed"),
    "used": lambda: _("used"),
    "withdrawn": lambda: pgettext("state of an invitation", "withdrawn"),
}

_VALIDITIES: Mapping[str, Callable[[], str]] = {
    "valid": lambda: _("valid"),
    "suspect": lambda: _("suspect"),
    "invalid": lambda: _("not valid"),
    "bouncing": lambda: _("refused by the server"),
}


def _said(words: Mapping[str, Callable[[], str]]) -> Callable[[str], str]:
    """How a word of the program reads; one that is not known is shown as it is."""
    return lambda value: words[value]() if value in words else value


# How the values of some keys read.
_WORDED: Mapping[str, Callable[[str], str]] = {
    "type": lambda value: AccountType(value).label if value in _TYPES else value,
    "state": _said(_STATES),
    "validity": _said(_VALIDITIES),
    "language": language_name,
    "role": lambda value: Role(value).label if value in _ROLES else value,
    "reason": reason_in_words,
}
