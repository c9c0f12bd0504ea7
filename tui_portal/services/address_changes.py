"""A change of address after activation, led to its end: the new address granted, invited, active; LOGIN off for the old one.

How far it has come is derived from what holds now (product.md, Changing an e-mail address).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from tui_portal.domain.accounts import account_code
from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity, invitations, visibility
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.switches import Switches, set_switches


class ChangeStep(StrEnum):
    """What comes next."""

    GRANT = "grant"  # the new address has LOGIN nowhere: switch it on
    INVITE = "invite"  # it is pending without an open invitation
    WAIT = "wait"  # it is invited
    FINISH = "finish"  # it is active: LOGIN off for the old one
    DONE = "done"  # the old one may log in nowhere any more


@dataclass(frozen=True, slots=True)
class AddressChange:
    """One change that is under way, by ids and in words. `accounts` are those where the old address still has
    LOGIN, and no other contact has it."""

    id: int
    contact: int
    name: str
    old: int
    old_address: str
    new: int
    new_address: str
    step: ChangeStep
    accounts: tuple[int, ...]
    started_at: int

    @property
    def number(self) -> int:
        """Which of the four steps is the next one, from 1 to 4."""
        return {ChangeStep.GRANT: 1, ChangeStep.INVITE: 2, ChangeStep.WAIT: 3}.get(self.step, 4)

    @property
    def in_words(self) -> str:
        """How far it has come and what the next step is, in the reader's language."""
        words = {
            ChangeStep.GRANT: _("switch LOGIN on for {new}"),
            ChangeStep.INVITE: _("invite {new}"),
            ChangeStep.WAIT: _("{new} is invited and has not chosen a password yet"),
            ChangeStep.FINISH: _("{new} is active: end the access of {old}"),
            ChangeStep.DONE: _("{old} has no access any more"),
        }[self.step]
        told = words.format(old=safe(self.old_address), new=safe(self.new_address))
        return _("step {number} of 4: {told}").format(number=self.number, told=told)

    def note(self, address: int) -> str:
        """The same in short, as it stands under one of the two addresses (a mailbox's id)."""
        told = {
            ChangeStep.GRANT: _("LOGIN is off (l switches it on)"),
            ChangeStep.INVITE: _("not invited (i invites)"),
            ChangeStep.WAIT: _("no password chosen yet"),
            ChangeStep.FINISH: _("active, end the old access (. then f)"),
            ChangeStep.DONE: _("done (. then f closes it)"),
        }[self.step]
        whom = _("to be replaced by {other}") if address == self.old else _("takes over from {other}")
        other = safe(self.new_address if address == self.old else self.old_address)
        text = _("step {number} of 4: {told} · {whom}")
        return text.format(number=self.number, told=told, whom=whom.format(other=other))


def open_changes(context: Context, account: int) -> tuple[AddressChange, ...]:
    """The changes under way of the contacts of `account` (its id)."""
    visibility.require_account(context, account)
    rows = context.database.rows(_OPEN, {"account": account})
    return tuple(_change(row) for row in rows)


def finish_change(context: Context, change: int) -> AddressChange:
    """The last step: LOGIN off for the old address wherever the contact has an account, and the change is closed.

    Sessions end with the last access. Raises Conflict where the new address is not active (yet), NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        found = _found(context, change)
        if found.step not in (ChangeStep.FINISH, ChangeStep.DONE):
            raise Conflict(
                _("{new} is not active yet: {old} would be the only way in.").format(
                    new=safe(found.new_address), old=safe(found.old_address)
                )
            )
        with edit(context, "address_change_finished", address=found.old_address) as changing:
            changing.keep("address_change", id=change)
            there = context.database.rows(_SWITCHES, {"old": found.old, "accounts": json.dumps(found.accounts)})
            wanted = [Switches(account, found.old, False, bool(n), bool(s)) for account, n, s in there]
            set_switches(context, wanted, changing)
            invitations.withdraw_forsaken(context, "SELECT :id AS id", {"id": found.old}, changing.operation.id)
            _close(context, found, "address_change_finished", changing.operation.id)
    return found


def give_up_change(context: Context, change: int) -> AddressChange:
    """Lead no further: both addresses stay as they are. Raises NotFound, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        found = _found(context, change)
        with edit(context, "address_change_given_up", address=found.old_address) as changing:
            changing.keep("address_change", id=change)
            _close(context, found, "address_change_given_up", changing.operation.id)
    return found


def _close(context: Context, change: AddressChange, kind: str, operation: int) -> None:
    context.database.execute(
        "UPDATE address_change SET closed_at = ? WHERE id = ? AND closed_at IS NULL", [context.clock(), change.id]
    )
    activity.record(
        context,
        kind,
        contact=change.contact,
        address=change.old,
        before={"address": change.old_address},
        after={"address": change.new_address, "accounts": [account_code(a) for a in change.accounts]},
        operation=operation,
    )


def _found(context: Context, change: int) -> AddressChange:
    seen = visibility.contacts_seen(context)
    row = context.database.one(f"{_CHANGES} WHERE x.id = ? AND x.closed_at IS NULL{seen}", [change])
    if row is None:
        raise NotFound(_("This change of address has been ended meanwhile."))
    return _change(row)


def _change(row: tuple[object, ...]) -> AddressChange:
    number, contact, name, old, old_address, new, new_address, started, accounts, granted, active, invited = row
    left = tuple(json.loads(str(accounts)))
    if not left:
        step = ChangeStep.DONE
    elif not granted:
        step = ChangeStep.GRANT
    elif active:
        step = ChangeStep.FINISH
    else:
        step = ChangeStep.WAIT if invited else ChangeStep.INVITE
    return AddressChange(
        int(str(number)),
        int(str(contact)),
        str(name),
        int(str(old)),
        str(old_address),
        int(str(new)),
        str(new_address),
        step,
        left,
        int(str(started)),
    )


# The old address keeps LOGIN where another contact of the account has the mailbox as well: it is theirs, whatever comes of this
# change. An invitation that was refused or has run out is to be sent again: the person waits for nothing.
_CHANGES = """
    SELECT x.id, x.contact_id, c.name, x.old_email_address_id, o.address, x.new_email_address_id, n.address, x.started_at,
        (SELECT json_group_array(account_id) FROM (
            SELECT s.account_id FROM contact_settings s JOIN account_contact ac ON ac.account_id = s.account_id
            WHERE s.email_address_id = x.old_email_address_id AND s.login = 1 AND ac.contact_id = x.contact_id
              AND NOT EXISTS (
                SELECT 1 FROM contact_email h CROSS JOIN account_contact hc ON hc.contact_id = h.contact_id
                WHERE h.email_address_id = s.email_address_id AND hc.account_id = s.account_id
                  AND h.contact_id <> x.contact_id)
            ORDER BY s.account_id)),
        EXISTS (SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id
            WHERE s.email_address_id = x.new_email_address_id AND s.login = 1 AND a.archived = 0),
        EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = x.new_email_address_id),
        EXISTS (SELECT 1 FROM invitation i WHERE i.email_address_id = x.new_email_address_id
            AND i.state IN ('queued', 'sent'))
    FROM address_change x JOIN contact c ON c.id = x.contact_id
    JOIN email_address o ON o.id = x.old_email_address_id JOIN email_address n ON n.id = x.new_email_address_id
"""

_OPEN = f"""
    {_CHANGES} WHERE x.closed_at IS NULL AND x.contact_id IN (
        SELECT contact_id FROM account_contact WHERE account_id = :account) ORDER BY x.id
"""

_SWITCHES = """
    SELECT account_id, notify, email_sync FROM contact_settings
    WHERE email_address_id = :old AND account_id IN (SELECT value FROM json_each(:accounts))
"""
