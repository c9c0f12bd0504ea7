"""The mail that an invitation, or a notice of a further account, would be: shown before it is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui_portal.domain.errors import NotFound
from tui_portal.domain.moments import DAY
from tui_portal.i18n import _
from tui_portal.mail.composing import read_aloud
from tui_portal.mail.letters import Letter, LetterKind
from tui_portal.services.context import Context
from tui_portal.services.invitations import check_message
from tui_portal.services.mail_templates import sender_to_read
from tui_portal.services.visibility import accounts_seen, require_account, require_address

_NOT_YET = "…"  # the link is made when the mail is sent


@dataclass(frozen=True, slots=True)
class MailPreview:
    """The mail as its recipient will read it."""

    to: str
    subject: str
    text: str


def preview_mail(context: Context, account: int, address: int, message: str, grants: bool) -> MailPreview:
    """The mail to the mailbox `address` with `message`, as things stand. With `grants` LOGIN is about to be switched on in
    `account`. Reads only. Raises NotFound, Refused for a message that is too long, MailUnavailable for a fault
    in the firm's own mail templates.
    """
    text = check_message(context, message)
    with context.database.read():
        require_account(context, account)
        require_address(context, address)
        row = context.database.one(
            _FOUND.format(seen=accounts_seen(context)), {"address": address, "account": account, "grants": grants}
        )
    if row is None:
        raise NotFound(_("This address is not in the account any more."))
    shown, name, language, active, own, names = row
    kind = LetterKind.ACCESS_NOTICE if active else LetterKind.INVITATION
    accounts = [own] if active and own else json.loads(names)
    most, days = context.settings.limits.mail_accounts, context.settings.invitations.expire_days
    portal = context.settings.firm.portal_url.rstrip("/")
    letter = Letter(
        kind=kind,
        address=shown,
        name=name or "",
        language=language or context.firm_language,
        accounts=tuple(accounts[:most]),
        more_accounts=len(accounts[most:]),
        message=text,
        link=f"{portal}/login" if active else f"{portal}/activate/{_NOT_YET}",
        expires_at=context.clock() + days * DAY if days and not active else None,
        message_id="",
        queued_at=context.clock(),
    )
    subject, body = read_aloud(letter, sender_to_read(context))
    return MailPreview(f"{name} <{shown}>" if name else shown, subject, body)


# The contact that the mail is addressed to is the first of the mailbox, as in the mail itself.
_FOUND = """
    SELECT e.address, c.name, c.language, EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = e.id),
        (SELECT name FROM account WHERE id = :account),
        (SELECT json_group_array(name) FROM (
            SELECT a.name FROM account a WHERE a.archived = 0{seen} AND ((:grants AND a.id = :account) OR a.id IN (
                SELECT s.account_id FROM contact_settings s WHERE s.email_address_id = e.id AND s.login = 1))
            ORDER BY a.search_key, a.id))
    FROM email_address e
    LEFT JOIN contact c ON c.id = (SELECT min(contact_id) FROM contact_email WHERE email_address_id = e.id)
    WHERE e.id = :address
"""
