"""Why something is not taken back, or not done again, whatever it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tui_portal.domain.errors import Conflict
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import edits
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation
from tui_portal.services.sets import rows_of
from tui_portal.services.visibility import accounts_seen

_NAMED = 3  # so many addresses are named in a refusal, the rest by number


def refuse_when_out_of_sight(context: Context, done: Operation) -> None:
    """Who does not see an account any more does not change it by undoing either. Raises Conflict."""
    seen = accounts_seen(context, "v.account_id")
    if seen and context.database.value(
        f"""
        SELECT EXISTS (SELECT 1 FROM activity v CROSS JOIN account a ON a.id = v.account_id
            WHERE v.id > ? AND v.id <= ? AND NOT (1{seen}))
        """,
        [done.log_from, done.log_to],
    ):
        raise Conflict(
            _("Nothing was changed in “{title}”: some of it is in accounts that are not yours any more.").format(
                title=done.title
            )
        )


def refuse_when_restored_since(context: Context, done: Operation) -> None:
    """What was open when an older backup was put back stays dead: links and mails from before do not come back by undoing.
    Raises Conflict.
    """
    if context.database.value(
        """
        SELECT epoch > 0 AND EXISTS (SELECT 1 FROM activity WHERE id > ? AND kind = 'database_restored') FROM firm
        """,
        [done.log_to],
    ):
        raise Conflict(
            _("Nothing was changed in “{title}”: an older backup was put back since.").format(title=done.title)
        )


def refuse_when_mail_has_gone(context: Context, last: Operation) -> None:
    """Raise Conflict where a mail of this operation is on its way or has gone."""
    rows = context.database.rows(
        """
        SELECT e.address FROM outbox o JOIN email_address e ON e.id = o.email_address_id
        WHERE o.id > :mail_from AND o.id <= :mail_to AND o.state IN ('sending', 'sent') ORDER BY o.id
        """,
        last.parameters,
    )
    _refuse(rows, last, _("the mail to {who} has gone already"))


def refuse_when_changed_since(context: Context, last: Operation) -> None:
    """Raise Conflict for what somebody changed after this operation, unless that was taken back in turn, and for what is not as it
    is to be left.
    """
    rows = context.database.rows(_CHANGED_SINCE, last.parameters)
    _refuse(rows, last, _("the settings of {who} were changed since"))


def refuse_when_seen_since(context: Context, last: Operation) -> None:
    """Raise Conflict where somebody who gained by this operation has logged in or was invited again since."""
    rows = context.database.rows(_SEEN_SINCE, last.parameters)
    _refuse(rows, last, _("{who} has logged in since"))
    refuse_when_invited_since(context, last)


def refuse_when_invited_since(context: Context, last: Operation) -> None:
    """Raise Conflict where somebody was invited again after this operation had invited them."""
    rows = context.database.rows(_INVITED_SINCE, last.parameters)
    _refuse(rows, last, _("{who} was invited again since"))


@contextmanager
def nobody_left_behind(context: Context, done: Operation) -> Iterator[None]:
    """Inside it an edit is taken back or done again. Raises Conflict where that takes an address out of an account in which
    somebody else has switched it since, and would leave it there as an unlinked e-mail without a word.
    """
    contacts = {"contacts": json.dumps(edits.contacts_of(context, done))}
    with rows_of(context, "held", _HELD, contacts):
        yield
        rows = context.database.rows(_LEFT_BEHIND, done.parameters)
        _refuse(rows, done, _("the settings of {who} were changed since"))


def _refuse(rows: list[tuple[str]], last: Operation, reason: str) -> None:
    """Raise Conflict for the addresses in `rows`, if any."""
    if not rows:
        return
    who = ", ".join(safe(address) for (address,) in rows[:_NAMED])
    more = len(rows) - _NAMED
    if more > 0:
        who = ngettext("{who} and {n} more", "{who} and {n} more", more).format(who=who, n=more)
    why = reason.format(who=who)
    raise Conflict(_("Nothing was changed in “{title}”: {why}.").format(title=last.title, why=why))


# An operation that was taken back counts for nothing; where this one is done again, an older one may have been so before it.
_CHANGED_SINCE = """
    SELECT DISTINCT e.address FROM pair p CROSS JOIN email_address e ON e.id = p.email_address_id
    WHERE NOT p.as_left OR EXISTS (
        SELECT 1 FROM activity v LEFT JOIN operation o ON o.id = v.operation_id
        WHERE v.account_id = p.account_id AND v.id > :log_to AND v.kind = 'access_changed'
          AND v.email_address_id = p.email_address_id AND v.operation_id IS NOT :operation AND o.undone_at IS NULL
          AND NOT (:undone AND coalesce(o.id < :operation, 0)))
    ORDER BY e.canonical
"""

# Those who gained LOGIN or an invitation and have logged in after it. Entries of the log come in the order of time.
_SEEN_SINCE = """
    WITH seen AS MATERIALIZED (
        SELECT u.email_address_id AS id FROM activity v CROSS JOIN user u ON u.id = v.user_id
        WHERE v.id > :log_to AND v.kind IN ('user_logged_in', 'user_activated')
    )
    SELECT DISTINCT e.address FROM seen CROSS JOIN email_address e ON e.id = seen.id
    WHERE seen.id IN (SELECT email_address_id FROM pair WHERE new_login < old_login)
       OR seen.id IN (SELECT email_address_id FROM activity
            WHERE id > :log_from AND id <= :log_to AND kind = 'invitation_queued')
    ORDER BY e.canonical
"""

_INVITED_SINCE = """
    SELECT DISTINCT e.address FROM activity v
    CROSS JOIN invitation i ON i.id = v.after ->> '$.invitation' AND i.generation > v.after ->> '$.generation'
    CROSS JOIN email_address e ON e.id = v.email_address_id
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'invitation_queued'
    ORDER BY e.canonical
"""

# The addresses of contacts in their accounts; and those of them that are there no more with a switch that was set meanwhile.
_HELD = """
    SELECT ac.account_id, ce.email_address_id FROM json_each(:contacts) j
    CROSS JOIN account_contact ac ON ac.contact_id = j.value CROSS JOIN contact_email ce ON ce.contact_id = j.value
"""

_LEFT_BEHIND = """
    SELECT DISTINCT e.address FROM held h
    CROSS JOIN contact_settings s ON s.account_id = h.account_id AND s.email_address_id = h.email_address_id
    CROSS JOIN email_address e ON e.id = h.email_address_id
    WHERE (s.login OR s.notify OR s.email_sync)
      AND NOT EXISTS (
        SELECT 1 FROM contact_email ce CROSS JOIN account_contact ac ON ac.contact_id = ce.contact_id
        WHERE ce.email_address_id = h.email_address_id AND ac.account_id = h.account_id)
      AND EXISTS (
        SELECT 1 FROM activity v LEFT JOIN operation o ON o.id = v.operation_id
        WHERE v.account_id = h.account_id AND v.id > :log_to AND v.kind = 'access_changed'
          AND v.email_address_id = h.email_address_id AND v.operation_id IS NOT :operation AND o.undone_at IS NULL)
    ORDER BY e.canonical
"""
