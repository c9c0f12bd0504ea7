"""The three switches: LOGIN, NOTIFY, EMAIL SYNC, for one address or for all addresses of many accounts (product.md, Bulk edit)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity, invitations, visibility
from tui_portal.services.access_plan import INVITED, TOLD, AccessPreview, AccessWish, Look, Targets
from tui_portal.services.context import Context
from tui_portal.services.operations import OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.skips import Skips

__all__ = [
    "AccessChange",
    "AccessPreview",
    "AccessWish",
    "Targets",
    "apply_wish",
    "change_access",
    "find_address",
    "preview_access",
    "write_pairs",
]


@dataclass(frozen=True, slots=True)
class AccessChange:
    """What became of a wish: settings changed (one for each address and account), invitations and notices queued, open
    invitations withdrawn, the rest. `skipped` is read from one text when somebody looks at it. `due` is when the mail falls
    due, in seconds since 1970. `operation` is the id under which `services/results.py` reads what became of each address.
    """

    changed: int
    invitations: int
    notices: int
    skipped: Skips
    withdrawn: int = 0
    due: int | None = None
    operation: int | None = None

    @property
    def skipped_count(self) -> int:
        """How many were left out."""
        return len(self.skipped)

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """How many were left out for each reason, in the reader's language."""
        return self.skipped.reasons


class _DryRun(Exception):
    def __init__(self, change: AccessChange) -> None:
        self.change = change


def preview_access(
    context: Context, accounts: Sequence[int], wish: AccessWish, address: int | None = None
) -> AccessPreview:
    """What `change_access` would do now, in the same numbers, by reading only: 70 ms for 30,000 addresses."""
    accounts = visibility.accounts_of(context, accounts)
    return Look(Targets.of_accounts(accounts, address), wish, context.clock(), _is_bulk(accounts)).ahead(context)


def change_access(
    context: Context,
    accounts: Sequence[int],
    wish: AccessWish,
    address: int | None = None,
    dry_run: bool = False,
    *,
    expected: AccessPreview | None = None,
    progress: Progress | None = None,
) -> AccessChange:
    """Set the switches of every mailbox of every contact of `accounts` (ids), or only of the mailbox with the id `address`.

    One transaction: switches, log entries, invitations and their mails. Nothing is switched on for an invalid address or in
    an archived account; those are told, the rest goes on. With LOGIN off, a mailbox that is left with no account loses its
    open invitation and its sessions. On several accounts, nobody is invited who was invited within `limits.reinvite_seconds`,
    and the mail waits for `limits.hold_seconds`. `dry_run` does all of it and takes it back.

    `expected` is what was foreseen: where it would come to anything else now, nothing is written. `progress` hears the share
    that is done and can stop it. Raises NotAllowed, Refused, NotFound, Conflict, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    message = invitations.check_message(context, wish.message)
    accounts = visibility.accounts_of(context, accounts)
    bulk = _is_bulk(accounts)
    moment = context.clock() if expected is None else expected.moment
    look = Look(Targets.of_accounts(accounts, address), wish, moment, bulk)
    due = hold_until(context, bulk or wish.hold)
    details = _details(wish, message, accounts, address)
    try:
        with (
            context.database.write(),
            watched(context, progress, _ADDRESSES_EACH * len(accounts) * (2 if wish.invite else 1)),
            look.planned(context) as plan,
        ):
            if address is not None and not plan.addresses:
                raise NotFound(_("This address is not in the account any more."))
            if expected is not None and plan != expected:
                raise Conflict(_what_differs(expected, plan))
            with operation(context, OperationKind.ACCESS, details) as done:
                change = _write(context, plan, message, due, done.id)
                _keep_skipped(context, done.id, plan.skipped)
            if dry_run:
                raise _DryRun(change)
            return change
    except _DryRun as taken_back:
        return taken_back.change


def apply_wish(
    context: Context,
    targets: Targets,
    wish: AccessWish,
    *,
    again: bool = True,
    due: int | None = None,
    operation: int | None = None,
) -> AccessChange:
    """Inside a write transaction: set the switches of `targets`, and queue what follows from it; the mail is due at once, or
    else at the moment `due`.

    Without `again` a mailbox that has an open invitation is not sent another one. Raises Refused for a message that is too long.
    """
    message = invitations.check_message(context, wish.message)
    with Look(targets, wish, context.clock(), bulk=False, again=again).planned(context) as plan:
        return _write(context, plan, message, due, operation)


def find_address(context: Context, typed: str) -> int:
    """The id of the mailbox that `typed` names. Raises NotFound."""
    from tui_portal.domain.addresses import check_address

    number = context.database.value(
        f"SELECT id FROM email_address e WHERE canonical = ?{visibility.mailboxes_seen(context)}",
        [check_address(typed).canonical],
    )
    if number is None:
        raise NotFound(_("There is no e-mail address {address}.").format(address=safe(typed)))
    return int(number)


def write_pairs(context: Context, operation: int | None) -> int:
    """Inside a write transaction: write and log the switches of the table `pair` that change; how many."""
    changed = context.database.execute(
        """
        INSERT INTO contact_settings (account_id, email_address_id, login, notify, email_sync)
        SELECT account_id, email_address_id, new_login, new_notify, new_sync FROM pair WHERE changed ORDER BY rowid
        ON CONFLICT DO UPDATE SET login = excluded.login, notify = excluded.notify, email_sync = excluded.email_sync,
            version = version + 1
        """
    )
    activity.record_set(
        context,
        "access_changed",
        "pair WHERE changed ORDER BY rowid",
        account="account_id",
        address="email_address_id",
        before=_switches_as_json("old"),
        after=_switches_as_json("new"),
        operation=operation,
    )
    _answer_requests(context, operation)
    return changed


def _answer_requests(context: Context, operation: int | None) -> None:
    """Inside a write transaction: what the table `pair` grants, a client may have asked for; such a request is approved by it."""
    database = context.database
    if not database.value("SELECT EXISTS (SELECT 1 FROM access_request WHERE state = 'open')"):
        return
    staff = context.actor.id if context.actor else None
    with rows_of(context, "answered", _ANSWERED):
        approved = database.execute(
            """
            UPDATE access_request SET state = 'approved', staff_id = ?, closed_at = ? WHERE id IN (SELECT id FROM answered)
            """,
            [staff, context.clock()],
        )
        # Where the firm lets clients invite, the client's wish is in the log, and nobody else answered it.
        if approved and context.client is None:
            activity.record_set(
                context,
                "access_approved",
                "answered ORDER BY id",
                account="account_id",
                address="email_address_id",
                after="json_object('request', id, 'name', name)",
                operation=operation,
            )


_ANSWERED = """
    SELECT r.id, r.account_id, r.email_address_id, r.name FROM pair p CROSS JOIN access_request r
    ON r.email_address_id = p.email_address_id AND r.account_id = p.account_id
    WHERE p.new_login > p.old_login AND r.state = 'open'
"""


def _write(context: Context, plan: AccessPreview, message: str, due: int | None, operation: int | None) -> AccessChange:
    """Write what is planned in the tables `pair` and `mailbox`."""
    changed = write_pairs(context, operation) if plan.changed else 0
    withdrawn = queued = notices = 0
    if plan.login_off:
        lost = "SELECT id FROM mailbox WHERE lost > 0"
        withdrawn, _sessions = invitations.withdraw_forsaken(context, lost, operation=operation)
    if plan.invitations:
        invited = f"SELECT id FROM mailbox WHERE fate = {INVITED}"
        queued = invitations.queue_for(context, invited, None, message, due=due, operation=operation)
    if plan.notices:
        gained = f"""
            SELECT account_id, email_address_id FROM pair
            WHERE new_login > old_login AND email_address_id IN (SELECT id FROM mailbox WHERE fate = {TOLD})
        """
        notices = invitations.queue_access_notices(context, gained, message, due=due)
    return AccessChange(
        changed, queued, notices, plan.skipped, withdrawn, due if queued or notices else None, operation
    )


def _switches_as_json(side: str) -> str:
    """The SQL expression for the switches that change, as they were (`old`) or are to be (`new`)."""
    parts = " || ".join(
        f"""CASE WHEN old_{column} = new_{column} THEN '' WHEN {side}_{column} THEN ',"{name}":true' ELSE ',"{name}":false' END"""
        for column, name in (("login", "login"), ("notify", "notify"), ("sync", "email_sync"))
    )
    return f"'{{' || substr({parts}, 2) || '}}'"


def _keep_skipped(context: Context, number: int, skipped: Skips) -> None:
    if skipped:
        context.database.execute("UPDATE operation SET skipped = ? WHERE id = ?", [skipped.text, number])


def _is_bulk(accounts: Sequence[int]) -> bool:
    return len(accounts) > 1


def hold_until(context: Context, held: bool) -> int:
    """When mail that is queued now falls due: at once, or where it is `held` when there was time to take it back."""
    return context.clock() + (context.settings.limits.hold_seconds if held else 0)


def _details(wish: AccessWish, message: str, accounts: Sequence[int], address: int | None) -> dict[str, Any]:
    """What was wished, as it is kept."""
    details = asdict(wish) | {"message": message, "accounts": len(accounts), "address": address}
    return details | ({"account": accounts[0]} if len(accounts) == 1 else {})


def _what_differs(expected: AccessPreview, plan: AccessPreview) -> str:
    """The sentence for a plan that is not what was foreseen."""
    gone = expected.accounts - plan.accounts
    if gone > 0:
        return ngettext(
            "Nothing was saved: {n} of the accounts is not there any more.",
            "Nothing was saved: {n} of the accounts are not there any more.",
            gone,
        ).format(n=gone)
    told: list[tuple[Callable[[AccessPreview], int], str]] = [
        (lambda p: p.changed, _("settings to change: {now} instead of {then}")),
        (lambda p: p.invitations, _("invitations to send: {now} instead of {then}")),
        (lambda p: p.notices, _("notices to send: {now} instead of {then}")),
        (lambda p: p.skipped_count, _("skipped: {now} instead of {then}")),
    ]
    parts = [text.format(now=of(plan), then=of(expected)) for of, text in told if of(plan) != of(expected)]
    if not parts:
        return _("Nothing was saved: meanwhile a colleague changed some of these addresses. Look again, then save.")
    return _("Nothing was saved: meanwhile a colleague changed something ({what}). Look again, then save.").format(
        what=_(", ").join(parts)
    )


_ADDRESSES_EACH = 3  # what an account has of addresses, as a rule: for the share that is told before they are counted
