"""A changed address of a contact: the new mailbox takes the place of the old one (product.md, Changing an e-mail address)."""

from __future__ import annotations

import json

from tui_portal.services import activity
from tui_portal.services.contact_plans import Change, ChangeCase, StoredContact
from tui_portal.services.contacts import keep_address
from tui_portal.services.context import Context
from tui_portal.services.edits import Edit
from tui_portal.services.switches import Switches, set_switches


def put_in_place(context: Context, stored: StoredContact, change: Change, changing: Edit) -> tuple[int, list[int]]:
    """Inside a write transaction: put the new mailbox in the place of the old one, with its switches and preferences; its id,
    and the accounts (ids) that it may log in to by this.
    """
    database, old, contact, gained = context.database, change.old, stored.id, list[int]()
    if change.case is ChangeCase.RESPELLED:
        new = old.id
        changing.keep("email_address", id=new)
        database.execute("UPDATE email_address SET address = ? WHERE id = ?", [change.new.address, old.id])
    else:
        new = keep_address(context, change.new)
        gained = _move_switches(context, change, new, changing)
        database.execute(
            "UPDATE contact_email SET email_address_id = ? WHERE contact_id = ? AND email_address_id = ?",
            [new, contact, old.id],
        )
        _follow(context, contact, change, new)
    activity.record(
        context,
        "address_changed",
        contact=contact,
        address=new,
        before={"address": old.address},
        after={"address": change.new.address},
        operation=changing.operation.id,
    )
    return new, gained


def _move_switches(context: Context, change: Change, new: int, changing: Edit) -> list[int]:
    """Move them; the accounts (ids) in which the new mailbox has gained LOGIN."""
    old, database = change.old, context.database
    there = {
        account: (bool(login), bool(notify), bool(sync))
        for account, login, notify, sync in database.rows(
            "SELECT account_id, login, notify, email_sync FROM contact_settings WHERE email_address_id = ?", [new]
        )
    }
    wanted: list[Switches] = []
    for s in old.switches:
        changing.keep("notification_preference", account_id=s.account, email_address_id=old.id)
        changing.keep("notification_preference", account_id=s.account, email_address_id=new)
        login, notify, sync = there.get(s.account, (False, False, False))
        wanted.append(Switches(s.account, new, login or s.login, notify or s.notify, sync or s.sync))
        if s.account not in old.shared:
            # An active user keeps only the way in: the mail goes to the new address from now on.
            wanted.append(Switches(s.account, old.id, login=s.login and change.case is ChangeCase.KEPT))
    set_switches(context, [s for s in wanted if s.any or s.address == old.id], changing)
    accounts = json.dumps([s.account for s in old.switches])
    database.execute(
        """
        INSERT OR IGNORE INTO notification_preference (account_id, email_address_id, group_name, enabled)
        SELECT account_id, ?, group_name, enabled FROM notification_preference
        WHERE email_address_id = ? AND account_id IN (SELECT value FROM json_each(?))
        """,
        [new, old.id, accounts],
    )
    database.execute(
        """
        DELETE FROM notification_preference
        WHERE email_address_id = ? AND account_id IN (SELECT value FROM json_each(?))
        """,
        [old.id, json.dumps([s.account for s in old.alone])],
    )
    return [s.account for s in old.switches if s.login and not there.get(s.account, (False,))[0]]


def _follow(context: Context, contact: int, change: Change, new: int) -> None:
    """Begin the way from the old address to the new one, or lead one that is under way to another end."""
    database, moment = context.database, context.clock()
    # Back to the address that was to be left: there is nothing to lead through any more. Left once more: to another one now.
    database.execute(
        """
        UPDATE address_change SET closed_at = ?
        WHERE contact_id = ? AND old_email_address_id IN (?, ?) AND closed_at IS NULL
        """,
        [moment, contact, new, change.old.id],
    )
    database.execute(
        """
        UPDATE address_change SET new_email_address_id = ?
        WHERE contact_id = ? AND new_email_address_id = ? AND closed_at IS NULL
        """,
        [new, contact, change.old.id],
    )
    if change.case is ChangeCase.KEPT:
        staff = context.actor.id if context.actor else None
        database.execute(
            """
            INSERT INTO address_change (contact_id, old_email_address_id, new_email_address_id, staff_id, started_at)
            VALUES (?, ?, ?, ?, ?)
            """,
            [contact, change.old.id, new, staff, moment],
        )
