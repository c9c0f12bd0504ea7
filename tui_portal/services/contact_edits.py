"""Contacts made and edited as a whole: fields and addresses in one transaction that one key takes back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_portal.domain.addresses import check_address
from tui_portal.domain.errors import Conflict, NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe, search_key, tidy
from tui_portal.i18n import LANGUAGES, _, ngettext
from tui_portal.services import activity, invitations, status, visibility
from tui_portal.services.contact_moves import put_in_place
from tui_portal.services.contact_plans import (
    ChangeCase,
    ContactEdit,
    ContactPlan,
    StoredContact,
    differences,
    field_changes,
    plan_contact,
    stored_contact,
)
from tui_portal.services.contacts import check_name, keep_address
from tui_portal.services.context import Context
from tui_portal.services.edits import Edit, edit
from tui_portal.services.email_fields import check_label, keep_label
from tui_portal.services.switches import Switches, set_switches


@dataclass(frozen=True, slots=True)
class ContactSaved:
    """What became of it: the contact's id, whether anything changed, mails queued, invitations withdrawn."""

    contact: int
    changed: bool
    invitations: int = 0
    notices: int = 0
    withdrawn: int = 0

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        parts = [_("The contact is saved.") if self.changed else _("Nothing was changed.")]
        if self.invitations:
            text = ngettext(
                "{n} invitation waits in the outbox.", "{n} invitations wait in the outbox.", self.invitations
            )
            parts.append(text.format(n=self.invitations))
        if self.notices:
            text = ngettext("{n} notice waits in the outbox.", "{n} notices wait in the outbox.", self.notices)
            parts.append(text.format(n=self.notices))
        if self.withdrawn:
            text = ngettext("{n} invitation withdrawn.", "{n} invitations withdrawn.", self.withdrawn)
            parts.append(text.format(n=self.withdrawn))
        return " ".join(parts)


def foresee_contact(context: Context, contact: int | None, wanted: ContactEdit) -> tuple[str, ...]:
    """What saving `wanted` would do, a sentence each. Reads only. Raises Refused for what can't be saved, NotFound."""
    stored = None if contact is None else stored_contact(context, contact)
    wanted = _checked(context, wanted)
    return plan_contact(context, stored, wanted).in_words


def save_contact(
    context: Context, contact: int | None, wanted: ContactEdit, accounts: Sequence[int] = ()
) -> ContactSaved:
    """Make the contact be as `wanted`; without `contact` a new one, linked to `accounts` (ids).

    One transaction, one undo. What became of changed addresses is told by product.md. Raises Conflict, with what is stored
    now, where a colleague changed the contact since `wanted.version` was seen; Refused, NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    wanted = _checked(context, wanted)
    with context.database.write():
        if contact is None:
            return _create(context, wanted, accounts)
        stored = stored_contact(context, contact)
        if stored.version != wanted.version:
            raise Conflict(_changed_meanwhile(context, stored, wanted))
        plan = plan_contact(context, stored, wanted)
        with edit(context, "contact_changed", name=wanted.name, contact=contact) as changing:
            return _change(context, stored, wanted, plan, changing)


def _create(context: Context, wanted: ContactEdit, accounts: Sequence[int]) -> ContactSaved:
    with edit(context, "contact_created", name=wanted.name) as changing:
        contact = make_contact(context, wanted, changing)
        for account in accounts:
            visibility.require_account(context, account)
            link(context, account, contact, wanted.name, changing.operation.id)
    return ContactSaved(contact, True)


def make_contact(context: Context, wanted: ContactEdit, changing: Edit | None) -> int:
    """Inside a write transaction: a new contact with its addresses, logged, as a part of `changing` where staff make it; its id."""
    plan = plan_contact(context, None, wanted)
    contact = context.database.insert(
        "INSERT INTO contact (name, company, phone, language, search_key, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        [wanted.name, wanted.company, wanted.phone, wanted.language, search_key(wanted.name), context.clock()],
    )
    if changing is not None:
        changing.made("contact", id=contact)
        changing.made("contact_email", contact_id=contact)
        changing.made("account_contact", contact_id=contact)
    operation = changing.operation.id if changing is not None else None
    activity.record(context, "contact_created", contact=contact, after={"name": wanted.name}, operation=operation)
    _add(context, contact, plan, operation)
    _order(context, contact, wanted, None, operation)
    return contact


def link(context: Context, account: int, contact: int, name: str, operation: int | None) -> None:
    """Inside a write transaction: put the contact at the end of the account's, logged. Raises NotFound, Refused."""
    there = context.database.value(
        "SELECT EXISTS (SELECT 1 FROM account_contact WHERE account_id = ? AND contact_id = ?)", [account, contact]
    )
    if there:
        raise Refused(_("{name} is linked to this account already.").format(name=safe(name)))
    linked = context.database.execute(
        """
        INSERT INTO account_contact (account_id, contact_id, position)
        SELECT a.id, ?, (SELECT coalesce(max(position) + 1, 0) FROM account_contact ac WHERE ac.account_id = a.id)
        FROM account a WHERE a.id = ?
        """,
        [contact, account],
    )
    if not linked:
        raise NotFound(_("The account is not there any more."))
    activity.record(
        context, "contact_linked", account=account, contact=contact, after={"name": name}, operation=operation
    )


def _change(
    context: Context, stored: StoredContact, wanted: ContactEdit, plan: ContactPlan, changing: Edit
) -> ContactSaved:
    contact, operation = stored.id, changing.operation.id
    changing.keep("contact", id=contact)
    changing.keep("contact_email", contact_id=contact)
    changing.keep("address_change", contact_id=contact)
    _write_fields(context, stored, wanted, operation)
    lost: list[int] = [a.id for a in plan.removed if plan.close]
    to_invite: list[tuple[int, str]] = []
    gained: list[tuple[int, int]] = []
    _remove(context, stored, plan, changing)
    for old, label in plan.relabelled:
        context.database.execute(
            "UPDATE contact_email SET label = ? WHERE contact_id = ? AND email_address_id = ?",
            [keep_label(context, label), contact, old.id],
        )
        activity.record(
            context,
            "address_changed",
            contact=contact,
            address=old.id,
            before={"label": old.label},
            after={"label": label},
            operation=operation,
        )
    for change in plan.changed:
        new, accounts = put_in_place(context, stored, change, changing)
        if change.case is ChangeCase.RESPELLED:
            continue
        lost.append(change.old.id)
        if change.writes:
            to_invite.append((new, change.old.message if change.case is ChangeCase.MOVED else ""))
            gained += [(account, new) for account in accounts]
    _add(context, contact, plan, operation)
    reordered = _order(context, contact, wanted, stored, operation)
    withdrawn = _withdraw(context, lost, operation)
    queued, notices = _invite(context, to_invite, gained, operation)
    changed = bool(
        field_changes(stored, wanted) or plan.added or plan.removed or plan.changed or plan.relabelled or reordered
    )
    if changed:
        context.database.execute("UPDATE contact SET version = version + 1 WHERE id = ?", [contact])
    return ContactSaved(contact, changed, queued, notices, withdrawn)


def _write_fields(context: Context, stored: StoredContact, wanted: ContactEdit, operation: int) -> None:
    changes = field_changes(stored, wanted)
    if not changes:
        return
    context.database.execute(
        """
        UPDATE contact SET name = ?, search_key = ?, company = ?, phone = ?, language = ?,
            first_name = iif(name = ?1, first_name, ''), last_name = iif(name = ?1, last_name, '')
        WHERE id = ?
        """,
        [wanted.name, search_key(wanted.name), wanted.company, wanted.phone, wanted.language, stored.id],
    )
    activity.record(
        context,
        "contact_changed",
        contact=stored.id,
        before={name: was for name, was, _now in changes},
        after={name: now for name, _was, now in changes},
        operation=operation,
    )


def _remove(context: Context, stored: StoredContact, plan: ContactPlan, changing: Edit) -> None:
    """Take addresses off the contact; with `close` their switches go off where nobody else holds the mailbox."""
    for old in plan.removed:
        if plan.close:
            set_switches(context, [Switches(s.account, old.id) for s in old.alone if s.any], changing)
        context.database.execute(
            "DELETE FROM contact_email WHERE contact_id = ? AND email_address_id = ?", [stored.id, old.id]
        )
        activity.record(
            context,
            "address_removed",
            contact=stored.id,
            address=old.id,
            before={"address": old.address, "label": old.label},
            operation=changing.operation.id,
        )


def _add(context: Context, contact: int, plan: ContactPlan, operation: int | None) -> None:
    for label, check in plan.added:
        address = keep_address(context, check)
        context.database.execute(
            "INSERT INTO contact_email (contact_id, email_address_id, label, position) VALUES (?, ?, ?, 0)",
            [contact, address, keep_label(context, label)],
        )
        after = {"address": check.address, "label": label}
        activity.record(context, "address_added", contact=contact, address=address, after=after, operation=operation)


def _order(
    context: Context, contact: int, wanted: ContactEdit, stored: StoredContact | None, operation: int | None
) -> bool:
    """The addresses in the order in which they stand in the edit, logged; whether those that stay stand in another one."""
    known = {a.id: a for a in stored.addresses} if stored else {}
    rows = context.database.rows(
        """
        SELECT e.canonical, e.id, ce.position FROM contact_email ce JOIN email_address e ON e.id = ce.email_address_id
        WHERE ce.contact_id = ?
        """,
        [contact],
    )
    ids, positions = {c: number for c, number, _p in rows}, {number: position for _c, number, position in rows}
    lines = [line for line in wanted.addresses if tidy(line.address)]
    for position, line in enumerate(lines):
        untouched = line.id is not None and line.id in known and line.address == known[line.id].address
        number = line.id if untouched else ids[check_address(tidy(line.address)).canonical]
        if positions[number] != position:
            context.database.execute(
                "UPDATE contact_email SET position = ? WHERE contact_id = ? AND email_address_id = ?",
                [position, contact, number],
            )
    stay = [line.id for line in lines if line.id in known]
    former = [number for number in known if number in stay]
    if stay == former:
        return False
    before, after = ([known[number].address for number in order if number] for order in (former, stay))
    activity.record(
        context,
        "contact_changed",
        contact=contact,
        before={"addresses": before},
        after={"addresses": after},
        operation=operation,
    )
    return True


def _withdraw(context: Context, lost: list[int], operation: int) -> int:
    if not lost:
        return 0
    mailboxes = "SELECT value AS id FROM json_each(:lost)"
    return invitations.withdraw_forsaken(context, mailboxes, {"lost": json.dumps(lost)}, operation)[0]


def _invite(
    context: Context, to_invite: list[tuple[int, str]], gained: list[tuple[int, int]], operation: int
) -> tuple[int, int]:
    """Invite the new mailboxes that are pending, tell those that are active already."""
    queued = 0
    for address, message in to_invite:
        invitable = (
            f"SELECT e.id FROM email_address e WHERE e.id = :address AND {status.WRITABLE} AND {status.IS_PENDING}"
        )
        queued += invitations.queue_for(context, invitable, {"address": address}, message, operation=operation)
    if not gained:
        return queued, 0
    pairs = ", ".join(f"({int(account)}, {int(address)})" for account, address in gained)
    accesses = f"""
        SELECT s.account_id, s.email_address_id FROM contact_settings s JOIN account a ON a.id = s.account_id
        WHERE (s.account_id, s.email_address_id) IN (VALUES {pairs}) AND s.login = 1 AND a.archived = 0
    """
    return queued, invitations.queue_access_notices(context, accesses, "", operation=operation)


def _checked(context: Context, wanted: ContactEdit) -> ContactEdit:
    """The edit with its fields as they are kept. Raises Refused."""
    most = context.settings.limits.name_characters
    company, phone = tidy(safe(wanted.company)), tidy(safe(wanted.phone))
    for what, text in ((_("company"), company), (_("telephone"), phone)):
        if len(text) > most:
            words = _("The field “{what}” has {count} characters, {most} are allowed.")
            raise Refused(words.format(what=what, count=len(text), most=most))
    if wanted.language is not None and wanted.language not in LANGUAGES:
        raise Refused(_("{language} is not one of the languages.").format(language=safe(wanted.language)))
    lines = tuple(
        replace(line, label=check_label(line.label)) if line.address.strip() else line for line in wanted.addresses
    )
    return replace(wanted, name=check_name(context, safe(wanted.name)), company=company, phone=phone, addresses=lines)


def _changed_meanwhile(context: Context, stored: StoredContact, wanted: ContactEdit) -> str:
    who = context.database.value(
        """
        SELECT s.name FROM activity v JOIN staff s ON s.id = v.staff_id
        WHERE v.contact_id = ? AND v.account_id IS NULL ORDER BY v.id DESC LIMIT 1
        """,
        [stored.id],
    )
    text = _("Nothing was saved: {who} changed this contact meanwhile. Stored now: {what}.")
    return text.format(who=safe(who or _("a colleague")), what=differences(stored, wanted) or _("the same"))
