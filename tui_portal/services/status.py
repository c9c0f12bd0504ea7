"""The SQL expressions for what is derived and never stored: active, pending, invited.

Every screen, filter, count and export takes them from here (architecture.md, rule 4).
"""

from __future__ import annotations

# How many mailboxes may log in to account `a`; more than none is active.
LOGINS = "(SELECT count(*) FROM contact_settings s WHERE s.account_id = a.id AND s.login = 1)"

# How many of those have a user, that is, have chosen a password.
ACTIVATED_LOGINS = """(
    SELECT count(*) FROM contact_settings s JOIN user u ON u.email_address_id = s.email_address_id
    WHERE s.account_id = a.id AND s.login = 1)"""

NOTIFIED = "(SELECT count(*) FROM contact_settings s WHERE s.account_id = a.id AND s.notify = 1)"

SYNCED = "(SELECT count(*) FROM contact_settings s WHERE s.account_id = a.id AND s.email_sync = 1)"

CONTACTS = "(SELECT count(*) FROM account_contact ac WHERE ac.account_id = a.id)"

# The mailboxes of account `a`: those of its contacts, and those that only have a switch left on (unlinked e-mails).
ADDRESSES = """(
    SELECT count(*) FROM (
        SELECT ce.email_address_id FROM account_contact ac JOIN contact_email ce ON ce.contact_id = ac.contact_id
        WHERE ac.account_id = a.id
        UNION
        SELECT s.email_address_id FROM contact_settings s
        WHERE s.account_id = a.id AND (s.login OR s.notify OR s.email_sync)))"""

# The latest login of the users who may log in to account `a`.
LAST_LOGIN = """(
    SELECT max(u.last_login_at) FROM contact_settings s JOIN user u ON u.email_address_id = s.email_address_id
    WHERE s.account_id = a.id AND s.login = 1)"""

# Mailboxes with LOGIN on in at least one account that is not archived, whose user has not yet activated.
PENDING_ADDRESSES = """
    SELECT DISTINCT s.email_address_id FROM contact_settings s JOIN account a ON a.id = s.account_id
    WHERE s.login = 1 AND a.archived = 0
      AND NOT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = s.email_address_id)"""

# The same asked of one mailbox `e`.
IS_PENDING = """(
    NOT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = e.id)
    AND EXISTS (
        SELECT 1 FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
        WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0))"""

# The invitation that still stands for mailbox `e`, at most one by the schema's unique index.
OPEN_INVITATION = "i.email_address_id = e.id AND i.state IN ('queued', 'sent', 'failed')"

# Mail goes to no address that is invalid or that the receiving server refused for good.
WRITABLE = "e.validity IN ('valid', 'suspect')"

# What has become of the invitation of a pending mailbox `e`, whose open invitation is `i`; `:now` is the present moment.
INVITE_STATE = """CASE
    WHEN i.state = 'sent' AND i.expires_at <= :now THEN 'expired'
    WHEN i.id IS NOT NULL THEN i.state
    WHEN (SELECT state FROM invitation n WHERE n.email_address_id = e.id ORDER BY n.id DESC LIMIT 1) = 'withdrawn'
        THEN 'cancelled'
    ELSE 'not_sent' END"""
