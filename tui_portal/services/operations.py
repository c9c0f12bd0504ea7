"""Operations: what a staff member did in one go, so that it can be told, and taken back, as one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from tui_portal.domain.accounts import account_code
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services.context import Context


class OperationKind(StrEnum):
    """What can be taken back."""

    ACCESS = "access"
    TAGS = "tags"
    ARCHIVE = "archive"
    ACTIVATE = "activate"
    EDIT = "edit"
    INVITE = "invite"
    CANCEL = "cancel"
    ASSIGN = "assign"
    STAFF = "staff"
    REMINDERS = "reminders"


@dataclass(frozen=True, slots=True)
class Operation:
    """One change. Its entries in the log are those after `log_from` up to `log_to`, its mails likewise: a write transaction
    has the database to itself. `details` is what was wished. `at` is in seconds since 1970.
    """

    id: int
    at: int
    staff: int
    kind: OperationKind
    details: dict[str, Any]
    log_from: int
    log_to: int
    mail_from: int
    mail_to: int
    undone: bool

    @property
    def parameters(self) -> dict[str, int]:
        """What SQL asks of it by name."""
        return {
            "operation": self.id,
            "undone": self.undone,
            "log_from": self.log_from,
            "log_to": self.log_to,
            "mail_from": self.mail_from,
            "mail_to": self.mail_to,
        }

    @property
    def title(self) -> str:
        """What was done, in the reader's language."""
        if self.kind is OperationKind.EDIT:
            return _edited(self.details)
        if self.kind in (OperationKind.INVITE, OperationKind.CANCEL):
            return _invited(self.kind, self.details)
        if self.kind is OperationKind.STAFF:
            return _("staff member {name}").format(name=safe(str(self.details["name"])))
        if self.kind is OperationKind.REMINDERS:
            return _reminded(self.details)
        where = _where(self.details)
        if self.kind is OperationKind.ARCHIVE:
            return _("archive {accounts}").format(accounts=where)
        if self.kind is OperationKind.ACTIVATE:
            return _("activate {accounts} again").format(accounts=where)
        if self.kind is OperationKind.ASSIGN:
            text = _("{accounts} taken from {name}") if self.details["take"] else _("{accounts} assigned to {name}")
            return text.format(accounts=where, name=safe(str(self.details["name"])))
        if self.kind is OperationKind.TAGS:
            tags = [f"+{name}" for name in self.details["add"]] + [f"-{name}" for name in self.details["remove"]]
            return _("tags {tags} on {accounts}").format(tags=" ".join(tags), accounts=where)
        return _("{switches} in {accounts}").format(switches=_switches(self.details), accounts=where)


def _invited(kind: OperationKind, details: dict[str, Any]) -> str:
    count = details["accounts"]
    if kind is OperationKind.INVITE:
        return ngettext("invitation to {n} address", "invitations to {n} addresses", count).format(n=count)
    if details.get("what") == "refused":
        return ngettext("refusal of {n} person", "refusal of {n} people", count).format(n=count)
    text = ngettext("cancelled invitation of {n} address", "cancelled invitations of {n} addresses", count)
    return text.format(n=count)


def _reminded(details: dict[str, Any]) -> str:
    count = details["accounts"]
    if details["on"]:
        return ngettext("reminders on for {n} address", "reminders on for {n} addresses", count).format(n=count)
    return ngettext("reminders off for {n} address", "reminders off for {n} addresses", count).format(n=count)


def _edited(details: dict[str, Any]) -> str:
    """What an edit was about; `details` has the names that the sentence needs."""
    if details["what"] == "requests_approved":
        count = details["accounts"]
        return ngettext("{n} person let in or invited", "{n} people let in or invited", count).format(n=count)
    titles = {
        "account_created": _("new account {name}"),
        "account_changed": _("account {name}"),
        "contact_created": _("new contact {name}"),
        "contact_changed": _("contact {name}"),
        "contact_linked": _("{name} linked to {account}"),
        "contact_unlinked": _("{name} unlinked from {account}"),
        "address_removed": _("{address} removed from {name}"),
        "address_change_finished": _("{address}: access ended, the new address has taken over"),
        "address_change_given_up": _("the change from {address} to another address"),
        "unlinked_deleted": _("{address} deleted from {account}"),
        "preferences_changed": _("notification preferences in {account}"),
        "email_field_changed": _("field label {name}"),
        "saved_message_changed": _("saved message {name}"),
    }
    names = {name: safe(str(value)) for name, value in details.items()}
    return titles[details["what"]].format_map(names)


def _where(details: dict[str, Any]) -> str:
    count = details["accounts"]
    if count == 1 and details.get("account"):
        return account_code(details["account"])
    return ngettext("{n} account", "{n} accounts", count).format(n=count)


def _switches(details: dict[str, Any]) -> str:
    names = {"login": _("LOGIN"), "notify": _("NOTIFY"), "sync": _("EMAIL SYNC")}
    parts = [
        (_("{switch} on") if details[key] else _("{switch} off")).format(switch=name)
        for key, name in names.items()
        if details.get(key) is not None
    ]
    if details.get("invite"):
        parts.append(_("invitations"))
    return _(", ").join(parts)


@contextmanager
def operation(context: Context, kind: OperationKind, details: dict[str, Any]) -> Iterator[Operation]:
    """Inside a write transaction: a new operation of the acting staff member. One that wrote nothing leaves no trace."""
    staff, at = context.actor.id if context.actor else None, context.clock()
    log, mail = _last(context)
    text = json.dumps(details, ensure_ascii=False, separators=(",", ":"))
    number = context.database.insert(
        """
        INSERT INTO operation (at, staff_id, kind, details, log_from, log_to, mail_from, mail_to)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [at, staff, kind.value, text, log, log, mail, mail],
    )
    yield Operation(number, at, staff or 0, kind, details, log, log, mail, mail, undone=False)
    if _last(context) == (log, mail):
        context.database.execute("DELETE FROM operation WHERE id = ?", [number])
    else:
        _set_range(context, number, log, mail)


@contextmanager
def again(context: Context, former: Operation) -> Iterator[Operation]:
    """Inside a write transaction: do an operation again that was taken back; what is written now is what it wrote."""
    log, mail = _last(context)
    yield replace(former, log_from=log, mail_from=mail)
    _set_range(context, former.id, log, mail)


def last_undoable(context: Context) -> Operation | None:
    """The last operation of the acting staff member that was not taken back, or None."""
    return _found(context, "WHERE staff_id = ? AND undone_at IS NULL ORDER BY id DESC LIMIT 1")


def next_redoable(context: Context) -> Operation | None:
    """The operation of the acting staff member that was taken back last, or None; one that was begun after that makes an end of
    redoing, even when it was taken back in turn.
    """
    return _found(
        context,
        """
        WHERE staff_id = ?1 AND undone_at IS NOT NULL AND id > coalesce(
            (SELECT max(id) FROM operation WHERE staff_id = ?1 AND undone_at IS NULL), 0)
        AND NOT EXISTS (SELECT 1 FROM operation later
            WHERE later.staff_id = ?1 AND later.id > operation.id AND later.log_from >= operation.undone_log)
        ORDER BY id LIMIT 1
        """,
    )


def _found(context: Context, where: str) -> Operation | None:
    if context.actor is None:
        return None
    row = context.database.one(
        f"""
        SELECT id, at, staff_id, kind, details, log_from, log_to, mail_from, mail_to, undone_at IS NOT NULL
        FROM operation {where}
        """,
        [context.actor.id],
    )
    if row is None:
        return None
    number, at, staff, kind, details, log_from, log_to, mail_from, mail_to, undone = row
    found = OperationKind(kind), json.loads(details)
    return Operation(number, at, staff, *found, log_from, log_to, mail_from, mail_to, bool(undone))


def _last(context: Context) -> tuple[int, int]:
    """The last entry of the log and the last mail."""
    row = context.database.one(
        "SELECT coalesce((SELECT max(id) FROM activity), 0), coalesce((SELECT max(id) FROM outbox), 0)"
    )
    assert row is not None  # noqa: S101 - a SELECT without FROM has one row
    return int(row[0]), int(row[1])


def _set_range(context: Context, number: int, log_from: int, mail_from: int) -> None:
    context.database.execute(
        """
        UPDATE operation SET log_from = ?, log_to = (SELECT coalesce(max(id), 0) FROM activity),
            mail_from = ?, mail_to = (SELECT coalesce(max(id), 0) FROM outbox), undone_at = NULL, undone_log = NULL
        WHERE id = ?
        """,
        [log_from, mail_from, number],
    )
