"""Who has an account open now: a row for each process, which holds for a while and longer only where it is renewed."""

from __future__ import annotations

from tui_portal.services.asides import write_aside
from tui_portal.services.context import Context
from tui_portal.services.leases import is_gone, this_process


def arrive(context: Context, account: int) -> bool:
    """The acting staff member has `account` (its id) open in this process, and no other one; whether that could be written.

    It gives way to whoever writes. What has run out goes with it.
    """
    if context.actor is None:
        return False
    until = context.clock() + context.settings.limits.presence_seconds
    known = {"owner": this_process(), "account": account, "now": context.clock()}
    leaves = "DELETE FROM presence WHERE (owner = :owner AND account_id <> :account) OR until <= :now"
    comes = """
        INSERT INTO presence (account_id, staff_id, owner, until) SELECT :account, :staff, :owner, :until
        WHERE EXISTS (SELECT 1 FROM account WHERE id = :account) AND EXISTS (SELECT 1 FROM staff WHERE id = :staff)
        ON CONFLICT DO UPDATE SET until = excluded.until, staff_id = excluded.staff_id
    """
    left = "SELECT EXISTS (SELECT 1 FROM presence WHERE (owner = :owner AND account_id <> :account) OR until <= :now)"
    if context.database.value(left, known):
        write_aside(context, leaves, known)
    return write_aside(context, comes, {**known, "staff": context.actor.id, "until": until})


def leave(context: Context) -> bool:
    """No account is open in this process any more; whether that could be written."""
    return write_aside(
        context,
        "DELETE FROM presence WHERE owner = :owner OR until <= :now",
        {"owner": this_process(), "now": context.clock()},
    )


def others_here(context: Context, account: int) -> tuple[str, ...]:
    """The colleagues who have the account open now, by name. A process that has gone has nothing open."""
    me = context.actor.id if context.actor else 0
    rows = context.database.rows(
        """
        SELECT s.name, p.owner FROM presence p JOIN staff s ON s.id = p.staff_id
        WHERE p.account_id = ? AND p.until > ? AND p.staff_id <> ? ORDER BY s.name COLLATE NOCASE, s.id
        """,
        [account, context.clock(), me],
    )
    return tuple(dict.fromkeys(name for name, owner in rows if not is_gone(owner)))
