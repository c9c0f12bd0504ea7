"""Who gets a system notification (product.md, Notifications): asked when one is to be sent, never kept."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.notifications import NotificationKind
from tui_portal.services import status
from tui_portal.services.context import Context


@dataclass(frozen=True, slots=True)
class Recipient:
    """One mailbox that gets the notification. `id` is the mailbox's; `name` is that of its first contact in the account, empty
    for an unlinked e-mail that no contact has; `language` is that contact's, else the firm's. `account_name` is the name to be
    told in the mail, None where the reader has only this account. While `pending`, the mail carries a banner with the
    activation link.
    """

    id: int
    address: str
    name: str
    language: str
    account_name: str | None
    pending: bool


def recipients(context: Context, account: int, kind: NotificationKind) -> tuple[Recipient, ...]:
    """Who gets a notification of this kind about `account` (its id) now, each mailbox once, in the order of the addresses.

    That is each mailbox with NOTIFY on in the account, whose preferences have the kind's group on, and which mail can reach.
    Nobody where the account is archived or not there. Only reads.
    """
    rows = context.database.rows(
        _RECIPIENTS, {"account": account, "group": kind.group.value, "language": context.firm_language}
    )
    return tuple(
        Recipient(number, address, name, language, account_name, bool(pending))
        for number, address, name, language, account_name, pending in rows
    )


# The contact of mailbox `e` whose name a mail begins with: the first one in the account, for an unlinked e-mail the first at all.
_CONTACT = """(
    SELECT ce.contact_id FROM contact_email ce
    LEFT JOIN account_contact ac ON ac.contact_id = ce.contact_id AND ac.account_id = a.id
    WHERE ce.email_address_id = e.id ORDER BY ac.contact_id IS NULL, ac.position, ce.contact_id LIMIT 1)"""

# Whether mailbox `e` reads of a further account that is not archived: one of its contacts stands in it, or a switch is on there.
_HAS_SEVERAL = """(
    EXISTS (
        SELECT 1 FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
        CROSS JOIN account o ON o.id = ac.account_id
        WHERE ce.email_address_id = e.id AND o.id <> a.id AND o.archived = 0)
    OR EXISTS (
        SELECT 1 FROM contact_settings t CROSS JOIN account o ON o.id = t.account_id
        WHERE t.email_address_id = e.id AND (t.login OR t.notify OR t.email_sync) AND o.id <> a.id AND o.archived = 0))"""

_RECIPIENTS = f"""
    SELECT e.id, e.address, coalesce(c.name, ''), coalesce(c.language, :language),
        CASE WHEN {_HAS_SEVERAL} THEN a.name END, {status.IS_PENDING}
    FROM account a CROSS JOIN contact_settings n ON n.account_id = a.id CROSS JOIN email_address e ON e.id = n.email_address_id
    LEFT JOIN contact c ON c.id = {_CONTACT}
    WHERE a.id = :account AND a.archived = 0 AND n.notify = 1 AND {status.WRITABLE}
      AND NOT EXISTS (
        SELECT 1 FROM notification_preference p
        WHERE p.account_id = a.id AND p.email_address_id = e.id AND p.group_name = :group AND p.enabled = 0)
    ORDER BY e.canonical
"""
