"""Staff answer what clients asked for: approved with the invitations that they send, refused with those that they cancel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity, invitations, status
from tui_portal.services.access import hold_until
from tui_portal.services.access_grants import Granted, grant
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.services.sets import rows_of
from tui_portal.services.visibility import accounts_seen


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits: whose (`asker` is the client's name, `may` whether they may log in to the account still), for whom,
    and what they wrote. `at` is in seconds since 1970.
    """

    id: int
    asker: str
    may: bool
    name: str
    note: str
    at: int

    def in_words(self, when: str) -> str:
        """Who asked for whom, and what they wrote; `when` is the moment in words."""
        asked = _("{asker} asked on {date} to let {name} in, which waits for approval")
        parts = [asked.format(asker=safe(self.asker), date=when, name=safe(self.name))]
        if not self.may:
            parts.append(_("{asker} has no access to the account any more").format(asker=safe(self.asker)))
        if self.note:
            parts.append(_("they write: “{note}”").format(note=safe(self.note.replace("\n", " "))))
        return " · ".join(parts)


class _DryRun(Exception):
    """Ends a transaction that is taken back."""


# The mailboxes that somebody asked for: how many requests wait, how many of them come from somebody who has no access any more,
# and a number that is another one when they are others. `{seen}` is for the condition that the accounts are seen.
REQUESTS_BY_MAILBOX = f"""
    SELECT r.email_address_id AS mailbox, count(*) AS requests, total(NOT {status.ASKER_MAY}) AS former, sum(r.id) AS print
    {status.REQUESTS}{{seen}} GROUP BY r.email_address_id
"""


def requests_for(context: Context, addresses: Sequence[int]) -> dict[int, list[int]]:
    """The requests that wait for each of the mailboxes `addresses`, all by their ids; a mailbox without is left out."""
    rows = context.database.rows(
        _REQUESTS_FOR.format(seen=accounts_seen(context, "r.account_id")), [json.dumps(list(addresses))]
    )
    found: dict[int, list[int]] = {}
    for mailbox, request in rows:
        found.setdefault(mailbox, []).append(request)
    return found


def open_request(context: Context, account: int, address: int) -> OpenRequest | None:
    """The request that waits for the mailbox `address` in `account` (ids), or None."""
    row = context.database.one(_OPEN_REQUEST, {"account": account, "address": address})
    return None if row is None else OpenRequest(row[0], row[1], bool(row[2]), *row[3:])


def approve_requests(
    context: Context, addresses: Sequence[int], message: str = "", *, dry_run: bool = False, reminders: bool = True
) -> Granted:
    """Grant all that was asked for the mailboxes `addresses` (ids), and invite them; one transaction, taken back by one key.

    `dry_run` does all of it and takes it back. Raises NotAllowed, Refused.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    text, done = invitations.check_message(context, message), Granted(0, 0, 0)
    with suppress(_DryRun), context.database.write():
        wanted = [request for requests in requests_for(context, addresses).values() for request in requests]
        with edit(context, "requests_approved", accounts=len(wanted)) as changing:
            due = hold_until(context, True)
            done = grant(context, wanted, text, changing=changing, due=due, reminders=reminders)
        if dry_run:
            raise _DryRun
    return done


def refuse_requests(context: Context, addresses: Sequence[int], *, dry_run: bool = False) -> int:
    """Refuse all that was asked for the mailboxes `addresses` (ids); how many requests. Raises NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    count = 0
    with suppress(_DryRun), context.database.write():
        with operation(context, OperationKind.CANCEL, {"what": "refused", "accounts": len(addresses)}) as done:
            count = refuse(context, addresses, done.id)
        if dry_run:
            raise _DryRun
    return count


def refuse(context: Context, addresses: Sequence[int], number: int) -> int:
    """Inside a write transaction: close what was asked for these mailboxes, logged; how many requests."""
    seen = accounts_seen(context, "r.account_id")
    with rows_of(context, "answered", _REFUSED.format(seen=seen), {"wanted": json.dumps(list(addresses))}):
        return _answer(context, number)


def reopen(context: Context, last: Operation) -> int:
    """Inside a write transaction: what `last` answered waits again, unless it was asked anew since; how many requests."""
    return context.database.execute(_REOPEN, {"log_from": last.log_from, "log_to": last.log_to})


def answer_again(context: Context, former: Operation, number: int) -> int:
    """Inside a write transaction: answer as `former` did what it answered, where that waits again; how many requests."""
    with rows_of(context, "answered", _ANSWERED, {"log_from": former.log_from, "log_to": former.log_to}):
        count = _answer(context, number)
        context.database.execute(_NAME_INVITERS)
    return count


def _answer(context: Context, number: int) -> int:
    """Close the requests in the table `answered`, each with its new state."""
    staff = context.actor.id if context.actor else None
    count = context.database.execute(
        """
        UPDATE access_request SET state = n.state, staff_id = ?, closed_at = ? FROM answered n WHERE n.id = access_request.id
        """,
        [staff, context.clock()],
    )
    for state in ("approved", "refused"):
        activity.record_set(
            context,
            f"access_{state}",
            f"answered WHERE state = '{state}' ORDER BY id",
            account="account_id",
            address="email_address_id",
            after="json_object('request', id, 'name', name)",
            operation=number,
        )
    return count


_REQUESTS_FOR = f"""
    SELECT r.email_address_id, r.id {status.REQUESTS} AND r.email_address_id IN (SELECT value FROM json_each(?)){{seen}} ORDER BY r.id
"""

_OPEN_REQUEST = f"""
    SELECT r.id, {status.CLIENT_NAME.format(user="r.user_id")}, {status.ASKER_MAY}, r.name, r.note, r.created_at
    {status.REQUESTS} AND r.account_id = :account AND r.email_address_id = :address
"""

_REFUSED = f"""
    SELECT r.id, r.account_id, r.email_address_id, r.name, 'refused' AS state
    {status.REQUESTS} AND r.email_address_id IN (SELECT value FROM json_each(:wanted)){{seen}} ORDER BY r.id
"""

_REOPEN = """
    UPDATE access_request SET state = 'open', staff_id = NULL, closed_at = NULL
    WHERE state IN ('approved', 'refused') AND id IN (
        SELECT v.after ->> '$.request' FROM activity v
        WHERE v.id > :log_from AND v.id <= :log_to AND v.kind IN ('access_approved', 'access_refused'))
    AND NOT EXISTS (
        SELECT 1 FROM access_request n WHERE n.state = 'open' AND n.account_id = access_request.account_id
            AND n.email_address_id = access_request.email_address_id)
"""

# What an operation approved is approved again only where LOGIN is on again.
_ANSWERED = """
    SELECT r.id, r.account_id, r.email_address_id, r.name, r.user_id, substr(v.kind, 8) AS state
    FROM activity v CROSS JOIN access_request r ON r.id = v.after ->> '$.request'
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind IN ('access_approved', 'access_refused') AND r.state = 'open'
      AND (v.kind = 'access_refused' OR EXISTS (
        SELECT 1 FROM contact_settings s
        WHERE s.account_id = r.account_id AND s.email_address_id = r.email_address_id AND s.login = 1))
    ORDER BY r.id
"""

_NAME_INVITERS = """
    UPDATE invitation SET invited_by_staff_id = NULL, invited_by_user_id = n.user_id
    FROM answered n WHERE n.email_address_id = invitation.email_address_id AND n.state = 'approved'
        AND invitation.state IN ('queued', 'sent', 'failed')
"""
