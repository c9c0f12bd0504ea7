"""The activity log in words: a sentence for every kind of entry, and what was and what is, line by line.

Names and values in an entry come from people and from mail: they are put into the sentences as data. An entry of a kind that
is not known here, or that holds something else than its kind should, is shown by its name and its values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.access import Switch
from tui_portal.domain.moments import day_and_month, local
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services.log_values import NOTHING, Values, label_of, value_in_words
from tui_portal.services.operations import Operation, OperationKind

__all__ = [
    "SENTENCES",
    "Change",
    "Entry",
    "Values",
    "changes_of",
    "date_and_time",
    "in_words",
    "operation_in_words",
    "origin_in_short",
    "origin_in_words",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a sentence is made of. `address` and `contact` are empty where the entry names none; `operation` is what it took
    back or did again, in words.
    """

    kind: str
    before: Values
    after: Values
    address: str = ""
    contact: str = ""
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an entry in full: what it is about, what was, what is; None where there is nothing on that side."""

    label: str
    was: str | None
    now: str | None


def in_words(entry: Entry) -> str:
    """The entry as a sentence in the reader's language, in one line."""
    try:
        sentence = SENTENCES[entry.kind](entry)
    except (LookupError, TypeError, ValueError, AttributeError):
        sentence = _by_name(entry)
    return sentence.replace("\n", " ")


def changes_of(kind: str, before: Values, after: Values) -> tuple[Change, ...]:
    """What was and what is, a line for each thing that the entry tells of."""
    if kind == "tags_changed":
        removed, added = before.get("tags"), after.get("tags")
        tags = ((_("tags removed"), removed, None), (_("tags added"), None, added))
        return tuple(
            Change(label, value_in_words("tags", was) if was else None, value_in_words("tags", now) if now else None)
            for label, was, now in tags
            if was or now
        )
    return tuple(
        Change(label_of(key), _side(before, key), _side(after, key))
        for key in dict.fromkeys([*before, *after])
        if key not in _INTERNAL and (before.get(key) is not None or after.get(key) is not None)
    )


# Numbers of rows, by which the program finds its way back. They mean nothing to a person, and stand in an export.
_INTERNAL = frozenset(
    {"invitation", "generation", "live_generation", "staff", "user", "operation", "reset", "reminding", "request"}
)


def origin_in_words(origin: str) -> str:
    """From where something was done, in the reader's language; one that is not known is shown as it is."""
    words = {
        "portal": _("the client portal"),
        "terminal": _("the terminal application"),
        "command_line": _("the command line"),
    }
    face, _blank, address = origin.partition(" ")
    if address and face in words:
        return _("{face}, from {address}").format(face=words[face], address=safe(address))
    return words.get(origin, safe(origin))


def origin_in_short(origin: str) -> str:
    """The same for a column: the address where there is one, else the face."""
    words = {"portal": _("portal"), "terminal": _("terminal"), "command_line": _("command line")}
    face, _blank, address = origin.partition(" ")
    return safe(address) if address and face in words else words.get(origin, safe(origin))


def operation_in_words(kind: str, details: Mapping[str, Any]) -> str:
    """What an operation did; one that another version of the program wrote is told by its kind."""
    try:
        return Operation(0, 0, 0, OperationKind(kind), dict(details), 0, 0, 0, 0, undone=False).title
    except (LookupError, TypeError, ValueError, AttributeError):
        return safe(kind)


def date_and_time(moment: int, now: int) -> str:
    """`moment` for a column of 12 cells: day and time, or for another year the date."""
    day = day_and_month(moment, now)
    return f"{day} {local(moment):%H:%M}" if local(moment).year == local(now).year else day


def _side(values: Values, key: str) -> str | None:
    return value_in_words(key, values[key]) if key in values else None


def _by_name(entry: Entry) -> str:
    """An entry that no sentence fits: its kind, whom it is about, and its values."""
    told = [_changed(entry)] if entry.before or entry.after else []
    whom = [safe(name) for name in (entry.address, entry.contact) if name]
    return _(": ").join([safe(entry.kind), _(", ").join([*whom, *told])] if whom or told else [safe(entry.kind)])


def _changed(entry: Entry, leaving_out: Iterable[str] = ()) -> str:
    """Everything that changed: `name: Dupont → Dupond, test account: yes`."""
    parts = []
    for key in dict.fromkeys([*entry.before, *entry.after]):
        if key in leaving_out or not (entry.before.get(key) or entry.after.get(key)):
            continue
        was, now = _side(entry.before, key), _side(entry.after, key)
        told = f"{was} → {now}" if was is not None and now is not None and was != now else was or now
        parts.append(_(": ").join([label_of(key), str(told)]) if key else str(told))
    return _(", ").join(parts)


def _names(entry: Entry) -> dict[str, str]:
    """What a sentence may name. Each is there, if only as a dash."""
    before, after = entry.before, entry.after

    def told(*values: Any) -> str:
        return safe(str(next((value for value in values if value), NOTHING)))

    return {
        "address": told(entry.address, after.get("address"), before.get("address")),
        "contact": told(entry.contact, after.get("name"), before.get("name")),
        "name": told(after.get("name"), before.get("name")),
        "old": told(before.get("address"), before.get("name")),
        "new": told(after.get("address"), after.get("name")),
        "label": told(after.get("label"), before.get("label")),
        "why": told(after.get("why"), after.get("reason")),
        "operation": entry.operation or told(after.get("kind")),
    }


def _plain(sentence: Callable[[], str]) -> Callable[[Entry], str]:
    """A sentence that is the same for every entry of its kind, but for the names in it."""
    return lambda entry: sentence().format_map(_names(entry))


def _with_changes(sentence: Callable[[], str]) -> Callable[[Entry], str]:
    """A sentence that is followed by what changed."""

    def told(entry: Entry) -> str:
        head, changed = sentence().format_map(_names(entry)), _changed(entry)
        return _(": ").join(part for part in (head, changed) if part)

    return told


def _backup_made(entry: Entry) -> str:
    words = _("Backup made, with the key beside it: {file}") if entry.after.get("key") else _("Backup made: {file}")
    return words.format(file=safe(str(entry.after.get("file", NOTHING))))


def _access_changed(entry: Entry) -> str:
    words = {True: _("{switch} on"), False: _("{switch} off")}
    parts = [words[entry.after[s]].format(switch=s.label) for s in Switch if s.value in entry.after]
    if not parts:
        raise ValueError(entry.kind)
    return _("{switches} for {address}").format(switches=_(", ").join(parts), address=_names(entry)["address"])


def _preferences_changed(entry: Entry) -> str:
    words = {True: _("{group} on"), False: _("{group} off")}
    parts = [words[on].format(group=label_of(group)) for group, on in entry.after.items() if isinstance(on, bool)]
    if not parts:
        return _with_changes(lambda: _("Notification preferences of {address}"))(entry)
    told = _("Notification preferences of {address}: {groups}")
    return told.format(address=_names(entry)["address"], groups=_(", ").join(parts))


def _invitation_queued(entry: Entry) -> str:
    if entry.before or entry.after.get("generation", 1) > 1:
        return _("Invitation to {address} queued again").format_map(_names(entry))
    return _("Invitation to {address} queued").format_map(_names(entry))


def _reminders_switched(entry: Entry) -> str:
    words = {True: _("{address} is reminded of the invitation"), False: _("No reminders for {address}")}
    return words[bool(entry.after["reminders"])].format_map(_names(entry))


def _tags_changed(entry: Entry) -> str:
    tags = [f"+{name}" for name in entry.after.get("tags", ())] + [f"−{name}" for name in entry.before.get("tags", ())]
    if not tags:
        raise ValueError(entry.kind)
    return _("Tags: {tags}").format(tags=safe(", ".join(tags)))


def _account_created(entry: Entry) -> str:
    told = _("Account {name} created") if entry.after.get("name") else _("Account created")
    head, rest = told.format_map(_names(entry)), _changed(entry, ["name"])
    return _("{what} ({details})").format(what=head, details=rest) if rest else head


def _address_changed(entry: Entry) -> str:
    if "address" in entry.before and "address" in entry.after:
        return _("{old} changed to {new}").format_map(_names(entry))
    return _with_changes(lambda: _("{address} changed"))(entry)


def _address_kept(sentence: Callable[[], str]) -> Callable[[Entry], str]:
    """An address that came to a contact or left it, with the name of its field."""

    def told(entry: Entry) -> str:
        label = entry.after.get("label") or entry.before.get("label")
        head = sentence().format_map(_names(entry))
        return _("{what} ({details})").format(what=head, details=safe(str(label))) if label else head

    return told


def _file_imported(entry: Entry) -> str:
    lines, after = int(entry.after["lines"]), entry.after
    return ngettext(
        "{file} imported: {n} line, {accounts} new accounts, {contacts} contacts, {addresses} addresses",
        "{file} imported: {n} lines, {accounts} new accounts, {contacts} contacts, {addresses} addresses",
        lines,
    ).format(
        file=safe(str(after["file"])),
        n=lines,
        **{name: safe(str(after.get(name, 0))) for name in ("accounts", "contacts", "addresses")},
    )


def _kept_or_gone(
    kept: Callable[[], str], changed: Callable[[], str], gone: Callable[[], str]
) -> Callable[[Entry], str]:
    """Something with a name that was made, changed or removed, told by which side of the entry holds something."""

    def told(entry: Entry) -> str:
        sentence = changed if entry.before and entry.after else kept if entry.after else gone
        return sentence().format_map(_names(entry))

    return told


def _view_saved(entry: Entry) -> str:
    terms = safe(str(entry.after.get("filter") or ""))
    head = _("View “{name}” saved").format_map(_names(entry))
    return _(": ").join([head, terms]) if terms else head


# A sentence for each kind; every kind that the program writes is among them.
SENTENCES: Mapping[str, Callable[[Entry], str]] = {
    "mail_given_up": _plain(lambda: _("Mail to {address} given up")),
    "password_reset_sent": _plain(lambda: _("Link for another password sent to {address}")),
    "password_reset_failed": _plain(lambda: _("Link for another password to {address} failed: {why}")),
    "access_changed": _access_changed,
    "access_requested": _plain(lambda: _("Access asked for {address} ({name})")),
    "access_approved": _plain(lambda: _("Access of {address} ({name}) approved, as a client asked")),
    "access_refused": _plain(lambda: _("Access of {address} ({name}) refused, for which a client asked")),
    "access_request_withdrawn": _plain(lambda: _("Access for {address} ({name}) is asked for no more")),
    "preferences_changed": _preferences_changed,
    "access_notice_sent": _plain(lambda: _("{address} was told by mail of the access")),
    "invitation_queued": _invitation_queued,
    "invitation_sent": _plain(lambda: _("Invitation to {address} sent")),
    "invitation_failed": _plain(lambda: _("Invitation to {address} failed: {why}")),
    "invitation_reminded": _plain(lambda: _("Reminder sent to {address}")),
    "reminder_failed": _plain(lambda: _("Reminder to {address} failed: {why}")),
    "reminders_switched": _reminders_switched,
    "invitation_withdrawn": _plain(lambda: _("Invitation to {address} withdrawn")),
    "invitation_restored": _plain(lambda: _("Invitation to {address} stands again")),
    "invitation_opened": _plain(lambda: _("Link in the invitation to {address} opened")),
    "invitation_link_copied": _plain(lambda: _("Link in the invitation to {address} copied")),
    "user_activated": _plain(lambda: _("{address} chose a password and is active")),
    "user_logged_in": _plain(lambda: _("{address} logged in")),
    "user_logged_out": _plain(lambda: _("{address} logged out")),
    "password_reset_requested": _plain(lambda: _("Link for another password asked for, for {address}")),
    "password_reset_used": _plain(lambda: _("{address} chose another password")),
    "password_notice_sent": _plain(lambda: _("{address} was told by mail of the new password")),
    "user_password_changed": _plain(lambda: _("{address} changed the password")),
    "user_language_changed": _with_changes(lambda: _("Language of {address}'s pages")),
    "user_logged_out_elsewhere": _plain(lambda: _("{address} logged out everywhere else")),
    "password_reset_withdrawn": _plain(lambda: _("Link for another password of {address} withdrawn")),
    "account_created": _account_created,
    "account_changed": _with_changes(lambda: _("Account changed")),
    "account_archived": _plain(lambda: _("Account archived")),
    "account_activated": _plain(lambda: _("Account active again")),
    "tags_changed": _tags_changed,
    "contact_created": _plain(lambda: _("Contact {contact} created")),
    "contact_changed": _with_changes(lambda: _("Contact {contact} changed")),
    "contact_completed": _with_changes(lambda: _("Contact {contact} completed")),
    "contact_linked": _plain(lambda: _("Contact {contact} linked")),
    "contact_unlinked": _plain(lambda: _("Contact {contact} unlinked")),
    "address_added": _address_kept(lambda: _("{address} added to {contact}")),
    "address_removed": _address_kept(lambda: _("{address} removed from {contact}")),
    "address_changed": _address_changed,
    "address_change_finished": _plain(lambda: _("Change from {old} to {new} finished: {old} may log in no more")),
    "address_change_given_up": _plain(lambda: _("Change from {old} to {new} given up")),
    "address_bounced": _plain(lambda: _("{address} was refused for good: {why}")),
    "bounce_cleared": _plain(lambda: _("{address} is no longer taken for refused")),
    "address_suppressed": _plain(lambda: _("No more mail goes to {address}")),
    "address_released": _plain(lambda: _("Mail goes to {address} again")),
    "address_checked": _with_changes(lambda: _("{address} checked")),
    "unlinked_deleted": _plain(lambda: _("Unlinked e-mail {address} deleted")),
    "email_field_added": _plain(lambda: _("Field label “{name}” added")),
    "email_field_renamed": _plain(lambda: _("Field label “{old}” is “{new}” now")),
    "email_field_changed": _with_changes(lambda: _("Field labels changed")),
    "saved_message_changed": _kept_or_gone(
        lambda: _("Saved message “{name}” kept"),
        lambda: _("Saved message “{name}” changed"),
        lambda: _("Saved message “{name}” deleted"),
    ),
    "file_imported": _file_imported,
    "database_copied": _backup_made,
    "database_restored": _with_changes(lambda: _("Database put back from an older backup, all links killed")),
    "account_assigned": _plain(lambda: _("Assigned to {name}")),
    "account_taken": _plain(lambda: _("Taken from {name}")),
    "staff_added": _with_changes(lambda: _("Staff member {name} added")),
    "staff_changed": _with_changes(lambda: _("Staff member {name} changed")),
    "staff_deactivated": _plain(lambda: _("Staff member {name} deactivated")),
    "staff_returned": _plain(lambda: _("Staff member {name} brought back")),
    "operation_undone": _plain(lambda: _("Taken back: {operation}")),
    "operation_redone": _plain(lambda: _("Done again: {operation}")),
    "view_saved": _view_saved,
    "view_removed": _plain(lambda: _("View “{name}” removed")),
}
