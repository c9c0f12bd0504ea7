"""Who has access to an account, as its clients are told in the portal.

A client may ask for access for any address. Whether the firm knew it before must not show: until a person who was asked for has
come in, they bear the name by which they were asked for, and count as not there yet, whoever they are elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.text import search_key
from tui_portal.services.context import Context


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with access to an account: `you` is the one who asks, `came` whether they have been in."""

    name: str
    you: bool
    came: bool

    @property
    def may_be_named(self) -> bool:
        """Whether other clients may read what the firm calls them by: addresses are nobody's but their owner's."""
        return "@" not in self.name


def people_with_access(context: Context, account: int, mailbox: int) -> tuple[Person, ...]:
    """Who may log in to `account`, each once, the one with `mailbox` (ids) first, then by name. Only reads."""
    rows = context.database.rows(_PEOPLE, {"account": account})
    people: dict[tuple[bool, int], Person] = {}
    for number, contact, name, came in rows:
        key = (False, number) if contact is None else (True, contact)
        there = people.get(key, Person(name, False, False))
        people[key] = Person(name, there.you or number == mailbox, there.came or bool(came))
    return tuple(sorted(people.values(), key=lambda person: (not person.you, search_key(person.name), person.name)))


# Whether the user `u` has been in since the moment {since}: activation is a login too. One who came in by a session that was open
# is known by the visit.
CAME_SINCE = """(u.last_login_at >= {since} OR EXISTS (
    SELECT 1 FROM account_visit v WHERE v.user_id = u.id AND v.account_id = {account} AND v.at >= {since}))"""

# `r` is the request by which a mailbox got in, if any. Of several contacts with the mailbox the first in the account counts.
_PEOPLE = f"""
    SELECT id, CASE WHEN came OR asked IS NULL THEN contact END,
        CASE WHEN came OR asked IS NULL THEN coalesce(name, address) ELSE asked END, came
    FROM (
        SELECT e.id, e.address, c.id AS contact, c.name, r.name AS asked,
            coalesce(u.id IS NOT NULL AND (r.id IS NULL OR {CAME_SINCE.format(since="r.closed_at", account="s.account_id")}), 0)
                AS came
        FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
        CROSS JOIN email_address e ON e.id = s.email_address_id
        LEFT JOIN user u ON u.email_address_id = e.id
        LEFT JOIN access_request r ON r.id = (
            SELECT max(q.id) FROM access_request q
            WHERE q.account_id = s.account_id AND q.email_address_id = e.id AND q.state = 'approved')
        LEFT JOIN contact c ON c.id = (
            SELECT ce.contact_id FROM contact_email ce
            LEFT JOIN account_contact ac ON ac.contact_id = ce.contact_id AND ac.account_id = s.account_id
            WHERE ce.email_address_id = e.id ORDER BY ac.contact_id IS NULL, ac.position, ce.contact_id LIMIT 1)
        WHERE s.account_id = :account AND s.login = 1 AND a.archived = 0)
    ORDER BY id
"""
