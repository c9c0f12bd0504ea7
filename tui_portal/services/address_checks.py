"""What is known of a mailbox beyond its spelling: refused for good, not wanted, checked again by newer rules.

Validity, reason and flags of a row are always what `AddressCheck.with_learnt` makes of them, so that no two of them differ.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tui_portal.domain.addresses import (
    CHECK_VERSION,
    LEARNT,
    AddressCheck,
    AddressFlag,
    Validity,
    check_address,
    flags_from,
    flags_stored,
)
from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.services.stored import known
from tui_portal.services.visibility import require_address

_BATCH = 1000  # addresses that are written together: some 20 ms of lock
MOST_NAMED = 1000  # so many changes and so many left ones are named, the rest by number


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A row of email_address, as far as its checks are concerned. `checked_at` is in seconds since 1970."""

    id: int
    address: str
    canonical: str
    validity: Validity
    reason: str
    flags: frozenset[AddressFlag]
    suppressed: bool
    version: int
    checked_at: int

    @property
    def learnt(self) -> frozenset[AddressFlag]:
        """What experience has told of it; the columns decide over the flags."""
        kept = (self.flags & LEARNT) - {AddressFlag.BOUNCED, AddressFlag.SUPPRESSED}
        bounced = {AddressFlag.BOUNCED} if self.validity is Validity.BOUNCING else set[AddressFlag]()
        return kept | bounced | ({AddressFlag.SUPPRESSED} if self.suppressed else set[AddressFlag]())


@dataclass(frozen=True, slots=True)
class Rechecked:
    """An address that is not what it was: another validity, or another spelling (`former`, else empty)."""

    address: str
    before: Validity
    after: Validity
    reason: str
    former: str = ""


@dataclass(frozen=True, slots=True)
class Recheck:
    """How far a check of the stored addresses has come.

    `changed` have another validity, counted by (before, after) in `moves`; `rewritten` have another spelling; `differing` have
    one of the two. `left` are those that can't take the spelling of the newer rules, each with the reason. The first of both
    are named.
    """

    total: int
    looked: int = 0
    rewritten: int = 0
    differing: int = 0
    left_count: int = 0
    moves: Counter[tuple[Validity, Validity]] = field(default_factory=Counter)
    changes: tuple[Rechecked, ...] = ()
    left: tuple[tuple[str, str], ...] = ()

    @property
    def changed(self) -> int:
        """How many have another validity."""
        return self.moves.total()


def mark_bounced(context: Context, address: int, words: str) -> None:
    """Inside a write transaction: the receiving server says that there is no such mailbox; nothing more is sent to it."""
    found = find_mailbox(context, address)
    if not found.validity.writable:
        return
    _write_learnt(context, found, found.learnt | {AddressFlag.BOUNCED})
    activity.record(context, "address_bounced", address=address, after={"why": words})


def suppress_address(context: Context, address: int, on: bool) -> None:
    """Send no mail to the mailbox with the id `address` any more, or (`on` False) send it again; its switches stay as they are.

    For who complained, or whom the firm wishes to leave alone. Raises Refused where it is so already, NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        require_address(context, address)
        found = find_mailbox(context, address)
        if found.suppressed == on:
            words = (
                _("No mail goes to {address} already.")
                if on
                else _("{address} is not kept from mail by the firm's wish.")
            )
            raise Refused(words.format(address=safe(found.address)))
        context.database.execute("UPDATE email_address SET suppressed = ? WHERE id = ?", [int(on), address])
        now = found.learnt - {AddressFlag.SUPPRESSED} | ({AddressFlag.SUPPRESSED} if on else set[AddressFlag]())
        _write_learnt(context, found, now)
        activity.record(context, "address_suppressed" if on else "address_released", address=address)


def clear_bounce(context: Context, address: int) -> Validity:
    """Forget that the receiving server refused the mailbox: the next mail is tried. What the address is now.

    Raises Refused where it was not refused, NotFound, NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        require_address(context, address)
        found = find_mailbox(context, address)
        if found.validity is not Validity.BOUNCING:
            raise Refused(_("{address} was not refused by its server.").format(address=safe(found.address)))
        check = _write_learnt(context, found, found.learnt - {AddressFlag.BOUNCED})
        activity.record(
            context,
            "bounce_cleared",
            address=address,
            before={"validity": found.validity.value},
            after={"validity": check.validity.value},
        )
        return check.validity


def find_mailbox(context: Context, address: int) -> Mailbox:
    """The mailbox with this id. Raises NotFound."""
    require_address(context, address)
    row = context.database.one(f"SELECT {MAILBOX_COLUMNS} FROM email_address WHERE id = ?", [address])
    if row is None:
        raise NotFound(_("This address is not there any more."))
    return mailbox_from(context, row)


def check_addresses(
    context: Context, *, everything: bool = False, on_batch: Callable[[Recheck], object] | None = None
) -> Recheck:
    """Check the stored addresses again that older rules have checked, or `everything`; `on_batch` hears how far it has come.

    Some hundred at a time, each lot one short transaction that is whole when this is stopped between two of them. What only
    experience tells stays: a bouncing address is never made valid by it. An address that newer rules spell otherwise is
    rewritten and stays the same mailbox, unless that spelling is another mailbox's, or a link that was sent would die of it.
    Raises NotAllowed, DatabaseUnusable.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    context.require(Right.VIEW_ALL)
    where = "true" if everything else "check_version < :version"
    total = context.database.value(f"SELECT count(*) FROM email_address WHERE {where}", {"version": CHECK_VERSION})
    done = Recheck(int(total))
    for mailboxes in _batches(context, where, everything):
        found = [(mailbox, check_again(mailbox)) for mailbox in mailboxes]
        with context.database.write():
            done = _write_batch(context, found, done)
        if on_batch is not None:
            on_batch(done)
    return done


def check_again(mailbox: Mailbox) -> AddressCheck:
    """What the rules of today and what was learnt make of a mailbox."""
    return check_address(mailbox.address).with_learnt(mailbox.learnt)


def write_checks(
    context: Context, checks: list[tuple[Mailbox, AddressCheck]], *, domain_checked: bool = False
) -> set[int]:
    """Inside a write transaction: write validity, reason and flags of mailboxes that are still as they were seen; their ids.

    With `domain_checked` it was their domain that was asked, else the address that was checked by the rules of today.
    """
    moment = "domain_checked_at = :now" if domain_checked else "checked_at = :now, check_version = :version"
    values = [
        [
            m.id,
            m.validity,
            flags_stored(m.flags),
            int(m.suppressed),
            m.address,
            c.validity,
            c.reason,
            flags_stored(c.flags),
        ]
        for m, c in checks
    ]
    parameters: dict[str, Any] = {"values": json.dumps(values), "now": context.clock()}
    rows = context.database.rows(
        f"""
        WITH seen AS MATERIALIZED (
            SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS validity,
                json_extract(value, '$[2]') AS flags, json_extract(value, '$[3]') AS suppressed,
                json_extract(value, '$[4]') AS address, json_extract(value, '$[5]') AS new_validity,
                json_extract(value, '$[6]') AS new_reason, json_extract(value, '$[7]') AS new_flags
            FROM json_each(:values))
        UPDATE email_address AS e SET validity = new_validity, reason = new_reason, flags = new_flags, {moment}
        FROM seen
        WHERE e.id = seen.id AND e.validity = seen.validity AND e.flags = seen.flags AND e.suppressed = seen.suppressed
          AND e.address = seen.address
        RETURNING id
        """,
        parameters if domain_checked else parameters | {"version": CHECK_VERSION},
    )
    return {number for (number,) in rows}


def mailbox_from(context: Context, row: tuple[Any, ...]) -> Mailbox:
    """The mailbox in a row of `MAILBOX_COLUMNS`. Raises DatabaseUnusable for a validity that is not known."""
    number, address, canonical, validity, reason, flags, suppressed, version, checked = row
    what = known(context.database, Validity, validity), reason, flags_from(flags)
    return Mailbox(number, address, canonical, *what, bool(suppressed), version, checked)


MAILBOX_COLUMNS = "id, address, canonical, validity, reason, flags, suppressed, check_version, checked_at"


def _batches(context: Context, where: str, everything: bool) -> Iterator[list[Mailbox]]:
    """The mailboxes to look at, some at a time, in the order of an index; one that can't be written is not met again."""
    order = "id" if everything else "check_version, id"
    version, number = -1, 0
    while True:
        after = "id > :id" if everything else "(check_version, id) > (:after, :id)"
        rows = context.database.rows(
            f"SELECT {MAILBOX_COLUMNS} FROM email_address WHERE {where} AND {after} ORDER BY {order} LIMIT {_BATCH}",
            {"id": number} | ({} if everything else {"after": version, "version": CHECK_VERSION}),
        )
        if not rows:
            return
        mailboxes = [mailbox_from(context, row) for row in rows]
        yield mailboxes
        version, number = mailboxes[-1].version, mailboxes[-1].id


def _write_batch(context: Context, found: list[tuple[Mailbox, AddressCheck]], done: Recheck) -> Recheck:
    """Inside a write transaction: write what is new, log what differs, and count it."""
    left = _not_to_be_rewritten(context, [pair for pair in found if pair[0].canonical != pair[1].canonical])
    written = write_checks(context, [pair for pair in found if pair[0].id not in left])
    rewritten, changes = 0, list[tuple[int, Rechecked]]()
    for mailbox, check in found:
        if mailbox.id not in written:
            continue
        other = (mailbox.address, mailbox.canonical) != (check.address, check.canonical)
        if other:
            rewritten += 1
            context.database.execute(
                "UPDATE email_address SET address = ?, canonical = ? WHERE id = ?",
                [check.address, check.canonical, mailbox.id],
            )
        if other or mailbox.validity is not check.validity:
            former = mailbox.address if other else ""
            changes.append(
                (mailbox.id, Rechecked(check.address, mailbox.validity, check.validity, check.reason, former))
            )
    _log(context, changes)
    moved = Counter((c.before, c.after) for _id, c in changes if c.before is not c.after)
    named = tuple(change for _id, change in changes)
    told = tuple((mailbox.address, left[mailbox.id]) for mailbox, _check in found if mailbox.id in left)
    return replace(
        done,
        looked=done.looked + len(found),
        rewritten=done.rewritten + rewritten,
        differing=done.differing + len(changes),
        left_count=done.left_count + len(told),
        moves=done.moves + moved,
        changes=(done.changes + named)[:MOST_NAMED],
        left=(done.left + told)[:MOST_NAMED],
    )


def _not_to_be_rewritten(context: Context, found: list[tuple[Mailbox, AddressCheck]]) -> dict[int, str]:
    """Of mailboxes that would get another canonical form those that can't, with the reason.

    A link is signed over the canonical form of its mailbox: it would die with it.
    """
    if not found:
        return {}
    wanted = Counter(check.canonical for _mailbox, check in found)
    taken = {
        canonical
        for (canonical,) in context.database.rows(
            "SELECT canonical FROM email_address WHERE canonical IN (SELECT value FROM json_each(?))",
            [json.dumps(list(wanted))],
        )
    }
    linked = {
        number
        for (number,) in context.database.rows(
            """
            SELECT email_address_id FROM invitation
            WHERE state IN ('queued', 'sent', 'failed') AND email_address_id IN (SELECT value FROM json_each(:ids))
            UNION
            SELECT u.email_address_id FROM password_reset r JOIN user u ON u.id = r.user_id
            WHERE r.state = 'open' AND u.email_address_id IN (SELECT value FROM json_each(:ids))
            """,
            {"ids": json.dumps([mailbox.id for mailbox, _check in found])},
        )
    }
    left: dict[int, str] = {}
    for mailbox, check in found:
        if check.canonical in taken or wanted[check.canonical] > 1:
            left[mailbox.id] = _("{address} is another mailbox already").format(address=safe(check.address))
        elif mailbox.id in linked:
            left[mailbox.id] = _("a link that was sent would die; it is looked at again when that is used or withdrawn")
    return left


def _log(context: Context, changes: list[tuple[int, Rechecked]]) -> None:
    activity.record_many(
        context,
        "address_checked",
        (
            (
                None,
                number,
                {"validity": change.before.value} | ({"address": change.former} if change.former else {}),
                {"validity": change.after.value, "reason": change.reason}
                | ({"address": change.address} if change.former else {}),
            )
            for number, change in changes
        ),
    )


def _write_learnt(context: Context, mailbox: Mailbox, learnt: frozenset[AddressFlag]) -> AddressCheck:
    """Inside a write transaction: validity, reason and flags as they follow from the address and from what is `learnt`."""
    check = check_address(mailbox.address).with_learnt(learnt)
    context.database.execute(
        "UPDATE email_address SET validity = ?, reason = ?, flags = ?, checked_at = ?, check_version = ? WHERE id = ?",
        [
            check.validity.value,
            check.reason,
            flags_stored(check.flags),
            context.clock(),
            CHECK_VERSION,
            mailbox.id,
        ],
    )
    return check
