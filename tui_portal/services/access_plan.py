"""What a wish comes to, told by the database in one look: the rows it changes, whom it invites, whom it leaves out and why.

The preview asks it of a SELECT and the change of temporary tables that hold the same SELECT, so that both tell the same numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.access import Switch
from tui_portal.services import status
from tui_portal.services.context import Context
from tui_portal.services.sets import rows_of
from tui_portal.services.skips import Reason, Skips

INVITED, TOLD = 1, 2  # what becomes of a mailbox; less than 0 is the Reason why nothing does


@dataclass(frozen=True, slots=True)
class AccessWish:
    """What is to become of the switches: on, off, or None to leave as it is; and whether to invite those who gain LOGIN.

    The mail of a wish for several accounts is held back for a while (`limits.hold_seconds`), so that it can be taken back;
    with `hold` also that of a wish for one.
    """

    login: bool | None = None
    notify: bool | None = None
    sync: bool | None = None
    invite: bool = False
    message: str = ""
    hold: bool = False

    @property
    def switches(self) -> bool:
        """Whether something is to be switched on."""
        return bool(self.login or self.notify or self.sync)

    @classmethod
    def of(cls, switch: Switch, on: bool) -> AccessWish:
        """The wish to set one switch."""
        return {
            Switch.LOGIN: cls(login=on),
            Switch.NOTIFY: cls(notify=on),
            Switch.EMAIL_SYNC: cls(sync=on),
        }[switch]


@dataclass(frozen=True, slots=True)
class Targets:
    """A set of (account, mailbox), as a SELECT of `account_id` and `email_address_id` with its named parameters."""

    sql: str
    parameters: dict[str, Any]

    @classmethod
    def of_accounts(cls, accounts: Sequence[int], address: int | None = None) -> Targets:
        """Every mailbox of every contact of `accounts` (ids), or only the mailbox `address` in them."""
        found = {"accounts": json.dumps(sorted(set(accounts)), separators=(",", ":"))}
        return cls(_OF_ACCOUNTS, found) if address is None else cls(_OF_ONE_ADDRESS, found | {"address": address})

    @classmethod
    def of_pairs(cls, pairs: Iterable[tuple[int, int]]) -> Targets:
        """The (account id, mailbox id) that are named."""
        return cls(_OF_PAIRS, {"pairs": json.dumps(sorted(set(pairs)), separators=(",", ":"))})


@dataclass(frozen=True, slots=True)
class AccessPreview:
    """What a wish would do, as things stand.

    `accounts` of the selection are there, with `addresses` mailboxes in them (one in two accounts counts twice). `changed`
    settings would change (one for each address and account) on `mailboxes` mailboxes; the six numbers after these say which
    switches. `withdrawn` invitations would end because nothing is left to log in to. `fingerprint` stands for all rows that
    were looked at, `moment` for when, in seconds since 1970.
    """

    accounts: int
    addresses: int
    changed: int
    mailboxes: int
    login_on: int
    login_off: int
    notify_on: int
    notify_off: int
    sync_on: int
    sync_off: int
    invitations: int
    notices: int
    withdrawn: int
    skipped: Skips
    fingerprint: tuple[int, int]
    moment: int

    @property
    def skipped_count(self) -> int:
        """How many are left out."""
        return len(self.skipped)

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """How many are left out for each reason, in the reader's language."""
        return self.skipped.reasons


@dataclass(frozen=True, slots=True)
class Look:
    """The question what `wish` comes to for `targets`, asked at `moment`.

    In a `bulk` run, mailboxes that were invited a short while before are left out; unless `again`, those that have an open
    invitation.
    """

    targets: Targets
    wish: AccessWish
    moment: int
    bulk: bool
    again: bool = True

    @property
    def pairs(self) -> str:
        """The SELECT of all that the wish is about: account, mailbox, the switches as they are and as they are to be."""
        news = ", ".join(f"{_new(name, on)} AS new_{name}" for name, on in self._wanted.items())
        changed = " OR ".join(_differs(name, on) for name, on in self._wanted.items() if on is not None)
        return f"SELECT o.*, {news}, {changed or '0'} AS changed FROM ({_PAIRS.format(targets=self.targets.sql)}) o"

    @property
    def mailboxes(self) -> str:
        """The SELECT of the mailboxes in the table `pair`, and what becomes of each."""
        fate = _FATE if self.wish.invite else "0"
        asks = self.wish.invite or self.wish.login is False
        return _MAILBOXES.format(fate=fate, invitation="i.id" if asks else "NULL", joins=_JOINS if asks else "")

    @property
    def _wanted(self) -> dict[str, bool | None]:
        return {"login": self.wish.login, "notify": self.wish.notify, "sync": self.wish.sync}

    def parameters(self, context: Context) -> dict[str, Any]:
        """The named parameters of both, and of the numbers."""
        seconds = context.settings.limits.reinvite_seconds
        return {
            "accounts": "[]",
            "leaves_login": self.wish.login is None,
            "tells": self.wish.switches or self.wish.invite,
            "again": self.again,
            "bulk": self.bulk,
            "since": self.moment - seconds,
            "recent": Reason.RECENT_HOUR if seconds == _HOUR else Reason.RECENT,
            **self.targets.parameters,
        }

    def ahead(self, context: Context) -> AccessPreview:
        """What it would come to now. Takes no lock that a writer would wait for."""
        sets = f"pair AS MATERIALIZED ({self.pairs}), mailbox AS MATERIALIZED ({self.mailboxes}),"
        with context.database.read():
            return self._told(context, sets)

    @contextmanager
    def planned(self, context: Context) -> Iterator[AccessPreview]:
        """Inside a write transaction: the tables `pair` and `mailbox` that say what is to be written, and what it comes to."""
        parameters = self.parameters(context)
        with rows_of(context, "pair", self.pairs, parameters), rows_of(context, "mailbox", self.mailboxes, parameters):
            yield self._told(context, "")

    def _told(self, context: Context, sets: str) -> AccessPreview:
        forsaken = _FORSAKEN if self.wish.login is False else "0"
        switched = ", ".join(_switched(name, on) for name, on in self._wanted.items())
        question = _NUMBERS.format(sets=sets, switched=switched, forsaken=forsaken)
        row = context.database.one(question, self.parameters(context))
        assert row is not None  # noqa: S101 - a SELECT of aggregates has one row
        *numbers, skipped, counts = row
        found = sorted((Reason(reason), count) for reason, count in json.loads(counts))
        told: dict[str, Any] = dict(zip(_NUMBER_NAMES, map(int, numbers), strict=True))
        prints = told.pop("settings_print"), told.pop("mailboxes_print")
        return AccessPreview(**told, skipped=Skips(skipped, tuple(found)), fingerprint=prints, moment=self.moment)


_HOUR = 3600

# Every mailbox of every contact of the accounts, in the order of the accounts.
_OF_ACCOUNTS = """
    SELECT DISTINCT ac.account_id, ce.email_address_id
    FROM json_each(:accounts) j CROSS JOIN account_contact ac ON ac.account_id = j.value
    CROSS JOIN contact_email ce ON ce.contact_id = ac.contact_id
"""

# One mailbox: also where it only has settings left (unlinked).
_OF_ONE_ADDRESS = f"""
    {_OF_ACCOUNTS} WHERE ce.email_address_id = :address
    UNION
    SELECT s.account_id, s.email_address_id FROM contact_settings s
    WHERE s.account_id IN (SELECT value FROM json_each(:accounts)) AND s.email_address_id = :address
"""

_OF_PAIRS = """
    SELECT json_extract(value, '$[0]') AS account_id, json_extract(value, '$[1]') AS email_address_id FROM json_each(:pairs)
"""

# `fault` is 2 for an address that nothing can be switched on for, 1 for one that mail can't reach.
_PAIRS = f"""
    SELECT t.account_id, t.email_address_id, coalesce(s.login, 0) AS old_login, coalesce(s.notify, 0) AS old_notify,
        coalesce(s.email_sync, 0) AS old_sync, coalesce(s.version, 0) AS version, a.archived,
        CASE WHEN {status.WRITABLE} THEN 0 WHEN e.validity = 'invalid' THEN 2 ELSE 1 END AS fault
    FROM ({{targets}}) t
    CROSS JOIN account a ON a.id = t.account_id
    CROSS JOIN email_address e ON e.id = t.email_address_id
    LEFT JOIN contact_settings s ON s.account_id = t.account_id AND s.email_address_id = t.email_address_id
"""

_CLOSED = "(archived OR fault = 2)"


def _new(name: str, on: bool | None) -> str:
    """What a switch is to be. What may not be switched on stays as it is."""
    if on is None:
        return f"old_{name}"
    return f"(old_{name} OR NOT {_CLOSED})" if on else "0"


def _differs(name: str, on: bool | None) -> str:
    return f"(NOT old_{name} AND NOT {_CLOSED})" if on else f"old_{name}"


def _switched(name: str, on: bool | None) -> str:
    """How many are switched on, and how many off; what can't be is not counted, because counting is what a preview costs."""
    differs = f"total(new_{name} <> old_{name})"
    return {None: "0, 0", True: f"{differs}, 0", False: f"0, {differs}"}[on]


# The mailboxes of `pair`. `fate` is 1 for one that is invited, 2 for one that is told, 0 for one that gets nothing, and less
# than that for one that is left out: the Reason. Aggregates are what this costs, so each counts several things: in how many
# accounts the mailbox may log in, gains LOGIN, loses it; in how many anything changes, how many are not archived.
_MAILBOXES = """
    SELECT m.id, m.changed, m.lost, {invitation} AS invitation_id, {fate} AS fate
    FROM (
        SELECT id, fault, (logins & 0xFFFFF) > 0 AS may, (logins >> 20 & 0xFFFFF) > 0 AS gained, logins >> 40 AS lost,
            (counts & 0xFFFFF) > 0 AS changed, counts >> 20 = 0 AS archived
        FROM (
            SELECT email_address_id AS id, fault, sum(
                    (new_login > archived) + ((new_login > old_login) << 20) + ((new_login < old_login AND NOT archived) << 40)
                ) AS logins, sum(changed + ((NOT archived) << 20)) AS counts
            FROM pair GROUP BY email_address_id
        )
    ) m {joins}
"""

_JOINS = """
    LEFT JOIN user u ON u.email_address_id = m.id
    LEFT JOIN invitation i ON i.email_address_id = m.id AND i.state IN ('queued', 'sent', 'failed')
"""

_FATE = f"""CASE
    WHEN m.archived OR (m.fault = 2 AND NOT m.may) THEN 0
    WHEN NOT m.may THEN CASE WHEN :leaves_login THEN {Reason.LOGIN_OFF} ELSE 0 END
    WHEN m.fault AND (m.gained OR u.id IS NULL) THEN CASE WHEN m.fault = 2 THEN 0 ELSE {Reason.UNWRITABLE} END
    WHEN u.id IS NOT NULL THEN CASE WHEN m.gained THEN {TOLD} ELSE {Reason.ACTIVE} END
    WHEN i.id IS NULL THEN {INVITED}
    WHEN NOT :again THEN {Reason.OPEN}
    WHEN :bulk AND i.state IN ('queued', 'sent') AND (i.created_at > :since OR i.sent_at > :since OR EXISTS (
        SELECT 1 FROM outbox o WHERE o.invitation_id = i.id AND o.generation = i.generation
            AND o.kind = 'invitation' AND o.created_at > :since))
        THEN :recent
    ELSE {INVITED} END"""

# Mailboxes that lose their last LOGIN, and with it the invitation that is open.
_FORSAKEN = """
    lost > 0 AND invitation_id IS NOT NULL AND lost = (
        SELECT count(*) FROM contact_settings s CROSS JOIN account a ON a.id = s.account_id
        WHERE s.email_address_id = mailbox.id AND s.login = 1 AND a.archived = 0)
"""

# The fingerprint changes with every version and every fate; what is skipped is compared as it is.
_PAIR_PRINT = "coalesce(sum((account_id * 31 + email_address_id) * (version + 1)), 0)"
_MAILBOX_PRINT = "coalesce(sum(id * (fate + 11)), 0)"

_NUMBER_NAMES = (
    *("accounts", "addresses", "changed", "login_on", "login_off", "notify_on", "notify_off", "sync_on", "sync_off"),
    *("settings_print", "mailboxes", "invitations", "notices", "withdrawn", "mailboxes_print"),
)

_NUMBERS = f"""
    WITH {{sets}} skip (part, account_id, canonical, address, reason, detail) AS MATERIALIZED (
        SELECT 1, account_id, e.canonical, e.address, CASE WHEN archived THEN {Reason.ARCHIVED} ELSE {Reason.INVALID} END,
            e.reason
        FROM pair CROSS JOIN email_address e ON e.id = email_address_id WHERE {_CLOSED} AND :tells
        UNION ALL
        SELECT 2, NULL, e.canonical, e.address, fate, '' FROM mailbox CROSS JOIN email_address e ON e.id = mailbox.id
        WHERE fate < 0
        UNION ALL
        SELECT 3, j.value, '', '', CASE WHEN a.id IS NULL THEN {Reason.GONE} WHEN a.archived THEN {Reason.ARCHIVED}
            ELSE {Reason.NO_ADDRESS} END, ''
        FROM json_each(:accounts) j LEFT JOIN account a ON a.id = j.value
        WHERE :tells AND NOT EXISTS (
            SELECT 1 FROM account_contact ac CROSS JOIN contact_email ce ON ce.contact_id = ac.contact_id
            WHERE ac.account_id = j.value)
    )
    SELECT (SELECT count(*) FROM json_each(:accounts) j CROSS JOIN account a ON a.id = j.value),
        p.*, m.*,
        (SELECT json_group_array(json_array(address, account_id, reason, detail)) FROM (
            SELECT * FROM skip ORDER BY part, account_id, canonical)),
        (SELECT json_group_array(json_array(reason, n)) FROM (SELECT reason, count(*) AS n FROM skip GROUP BY reason))
    FROM (
        SELECT count(*), total(changed), {{switched}}, {_PAIR_PRINT} FROM pair
    ) p, (
        SELECT total(changed), total(fate = {INVITED}), total(fate = {TOLD}), total({{forsaken}}), {_MAILBOX_PRINT} FROM mailbox
    ) m
"""
