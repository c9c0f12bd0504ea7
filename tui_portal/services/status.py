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

# Mailboxes with LOGIN on in at least one account that is not archived, whose user has not yet activated; each as often as that.
PENDING_ADDRESSES = """
    SELECT s.email_address_id FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
    WHERE s.login = 1 AND a.archived = 0 AND s.email_address_id NOT IN (SELECT email_address_id FROM user)"""

# The same asked of one mailbox `e`.
IS_PENDING = """(
    NOT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = e.id)
    AND EXISTS (
        SELECT 1 FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
        WHERE s.email_address_id = e.id AND s.login = 1 AND a.archived = 0))"""

# The invitation that still stands for mailbox `e`, at most one by the schema's unique index.
OPEN_INVITATION = "i.email_address_id = e.id AND i.state IN ('queued', 'sent', 'failed')"

# The requests `r` of clients for somebody's access that wait for an answer. Where LOGIN is on already nothing is asked for.
REQUESTS = """
    FROM access_request r CROSS JOIN account ra ON ra.id = r.account_id
    WHERE r.state = 'open' AND ra.archived = 0 AND NOT EXISTS (
        SELECT 1 FROM contact_settings rs
        WHERE rs.account_id = r.account_id AND rs.email_address_id = r.email_address_id AND rs.login = 1)"""

# Those for mailbox `e`, and the mailboxes that have any: both from an index of the few that are open.
OPEN_REQUESTS = f"{REQUESTS} AND r.email_address_id = e.id"
REQUESTED_ADDRESSES = f"SELECT r.email_address_id {REQUESTS}"

# Whether the client behind request `r` may log in to its account still.
ASKER_MAY = """EXISTS (
    SELECT 1 FROM user ru CROSS JOIN contact_settings rm ON rm.email_address_id = ru.email_address_id
    WHERE ru.id = r.user_id AND rm.account_id = r.account_id AND rm.login = 1)"""

# The name of the client behind a user: that of the first contact with the mailbox, else the address.
CLIENT_NAME = """(
    SELECT coalesce((SELECT nc.name FROM contact_email nl CROSS JOIN contact nc ON nc.id = nl.contact_id
        WHERE nl.email_address_id = ne.id ORDER BY nc.id LIMIT 1), ne.address)
    FROM user nu CROSS JOIN email_address ne ON ne.id = nu.email_address_id WHERE nu.id = {user})"""

# Mail goes to no address that is invalid, that the receiving server refused for good, or that wants none.
WRITABLE = "(e.validity IN ('valid', 'suspect') AND NOT e.suppressed)"

# What has become of the invitation of a pending mailbox `e`, whose open invitation is `i`; `:now` is the present moment.
INVITE_STATE = """CASE
    WHEN i.state = 'sent' AND i.expires_at <= :now THEN 'expired'
    WHEN i.id IS NOT NULL THEN i.state
    WHEN (SELECT state FROM invitation n WHERE n.email_address_id = e.id ORDER BY n.id DESC LIMIT 1) = 'withdrawn'
        THEN 'cancelled'
    ELSE 'not_sent' END"""

# The same for all accounts at once, as a SELECT of (account_id, value) that leaves out those with none: for sorting, where a
# question for each account would take five times as long.
LOGINS_OF_ALL = "SELECT account_id, count(*) AS value FROM contact_settings WHERE login = 1 GROUP BY account_id"

NOTIFIED_OF_ALL = "SELECT account_id, count(*) AS value FROM contact_settings WHERE notify = 1 GROUP BY account_id"

SYNCED_OF_ALL = "SELECT account_id, count(*) AS value FROM contact_settings WHERE email_sync = 1 GROUP BY account_id"

LAST_LOGINS_OF_ALL = """
    SELECT s.account_id, max(u.last_login_at) AS value
    FROM contact_settings s CROSS JOIN user u ON u.email_address_id = s.email_address_id
    WHERE s.login = 1 AND u.last_login_at IS NOT NULL GROUP BY s.account_id"""

# The accounts with LOGIN on for at least one mailbox, by the logins of their users `u`; to be narrowed with HAVING.
LOGINS_SINCE = """
    SELECT s.account_id FROM contact_settings s LEFT JOIN user u ON u.email_address_id = s.email_address_id
    WHERE s.login = 1 GROUP BY s.account_id"""

# The accounts that somebody who may log in to them logged in to since a moment.
LOGGED_IN_SINCE = """
    SELECT s.account_id FROM user u CROSS JOIN contact_settings s ON s.email_address_id = u.email_address_id
    WHERE s.login = 1 AND u.last_login_at >= ?"""

# The accounts with at least one mailbox that may log in and whose user has not yet activated.
PENDING_ACCOUNTS = """
    SELECT s.account_id FROM contact_settings s
    WHERE s.login = 1 AND NOT EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = s.email_address_id)"""

# The accounts with a contact that has an address that mail can't reach, read from an index of those few. One that wants no mail
# is not among them: nothing is wrong with it.
ACCOUNTS_WITH_REFUSED = """
    SELECT ac.account_id FROM email_address e CROSS JOIN contact_email ce ON ce.email_address_id = e.id
    CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id WHERE e.validity IN ('invalid', 'bouncing')"""
