"""What became of each address in an edit of many accounts: read back from the log, so that it can be looked at and exported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tui_portal.domain.access import Switch
from tui_portal.domain.accounts import account_code
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.skips import Skips
from tui_portal.services.visibility import seen_by

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class AddressResult:
    """One line: the address, the account's short ID (None where the mailbox as such is meant), and what became of it in words."""

    address: str
    account: str | None
    outcome: str


def results_of(context: Context, operation: int) -> Iterator[list[AddressResult]]:
    """What the operation did, some addresses at a time: those changed, those that only got mail, those left out."""
    found = context.database.one(
        f"SELECT log_from, log_to, mail_from, mail_to, skipped FROM operation WHERE id = ?{_of_own(context)}",
        [operation],
    )
    if found is None:
        return
    log_from, log_to, mail_from, mail_to, skipped = found
    last = log_from
    while rows := context.database.rows(_CHANGED, [mail_from, mail_to, last, log_to, _CHUNK]):
        yield [
            AddressResult(address, account_code(account), _in_words(json.loads(after), mailed))
            for _number, account, address, after, mailed in rows
        ]
        last = rows[-1][0]
    last = mail_from
    while mails := context.database.rows(_ONLY_MAILED, [last, mail_to, log_from, log_to, _CHUNK]):
        yield [AddressResult(address, None, _("mail queued")) for _number, address in mails]
        last = mails[-1][0]
    left_out = Skips(skipped)
    for start in range(0, len(json.loads(skipped)), _CHUNK):
        yield [AddressResult(row.address, row.account, row.reason) for row in left_out[start : start + _CHUNK]]


def _of_own(context: Context) -> str:
    """Who does not see all accounts reads what became of their own operations only."""
    staff = seen_by(context)
    return "" if staff is None else f" AND staff_id = {staff}"


def _in_words(after: dict[str, bool], mailed: bool) -> str:
    """The switches that changed, and whether mail was queued: `LOGIN on, mail queued`."""
    words = {True: _("{switch} on"), False: _("{switch} off")}
    parts = [words[after[switch]].format(switch=switch.label) for switch in Switch if switch.value in after]
    return _(", ").join([*parts, _("mail queued")] if mailed else parts)


_CHANGED = """
    SELECT act.id, act.account_id, e.address, act.after,
        e.id IN (SELECT o.email_address_id FROM outbox o WHERE o.id > ?1 AND o.id <= ?2)
    FROM activity act JOIN email_address e ON e.id = act.email_address_id
    WHERE act.id > ?3 AND act.id <= ?4 AND act.kind = 'access_changed' ORDER BY act.id LIMIT ?5
"""

_ONLY_MAILED = """
    SELECT o.id, e.address FROM outbox o JOIN email_address e ON e.id = o.email_address_id
    WHERE o.id > ?1 AND o.id <= ?2 AND o.email_address_id NOT IN (
        SELECT act.email_address_id FROM activity act
        WHERE act.id > ?3 AND act.id <= ?4 AND act.kind = 'access_changed' AND act.email_address_id IS NOT NULL)
    ORDER BY o.id LIMIT ?5
"""
