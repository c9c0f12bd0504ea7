"""Bulk edit: told before, done whole, told after."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.conftest import Clock
from tests.services.firms import WELCOME, activated, everything, firm_of, send_all, shared
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Refused
from tui_portal.services import outbox
from tui_portal.services.access import AccessWish, change_access, find_address, preview_access
from tui_portal.services.archive import archive
from tui_portal.services.check import Level, check
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.invitations import cancel, invite

MOST_STATEMENTS = 60


def _reasons(skipped: object) -> list[str]:
    return sorted(row.reason for row in skipped)  # type: ignore[attr-defined]  # rows of a test


def test_every_mailbox_of_every_contact_of_every_account_is_switched(office: Context) -> None:
    accounts = firm_of(office, 3, addresses=2)
    create_contact(office, accounts[:1], "A second contact", ["second@crowd.example"])

    done = change_access(office, accounts, AccessWish(login=True, notify=True, sync=True))

    assert (done.changed, done.invitations, len(done.skipped)) == (7, 0, 0)
    rows = office.database.rows("SELECT DISTINCT login, notify, email_sync FROM contact_settings")
    assert rows == [(1, 1, 1)]


def test_leave_as_it_is_leaves_a_switch_as_it_is(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], AccessWish(notify=True))

    done = change_access(office, accounts, AccessWish(sync=True))

    assert done.changed == 2
    rows = office.database.rows("SELECT login, notify, email_sync FROM contact_settings ORDER BY account_id")
    assert rows == [(0, 1, 1), (0, 0, 1)]


def test_what_can_not_be_done_is_skipped_with_its_reason_and_the_rest_goes_on(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 5)
    create_contact(office, accounts[:1], "Bad", ["no-at-sign.example"])
    empty = create_account(office, "Nobody there", AccountType.FAMILY)
    activated(office, accounts[1], "p1.0@crowd.example")
    change_access(office, accounts[2:3], WELCOME)
    archive(office, accounts[3:4])
    with office.database.write():
        office.database.execute("UPDATE email_address SET validity = 'bouncing' WHERE canonical = 'p4.0@crowd.example'")
    clock.advance(600)

    done = change_access(office, [*accounts, empty, 4711], WELCOME)

    assert (done.changed, done.invitations, done.notices) == (2, 1, 0)
    told = {(row.address, row.account): row.reason for row in done.skipped}
    assert told == {
        ("no-at-sign.example", "A-0001"): "the address is not valid: there is no @",
        ("p1.0@crowd.example", None): "already active",
        ("p2.0@crowd.example", None): "already invited within the last hour",
        ("p3.0@crowd.example", "A-0004"): "the account is archived",
        ("p4.0@crowd.example", None): "the address can't get mail",
        ("", "A-0006"): "no contact of it has an address",
        ("", "A-4711"): "the account is not there any more",
    }
    assert dict(done.reasons)["already active"] == 1
    assert done.skipped_count == len(done.skipped) == 7
    assert [row.address for row in done.skipped[:2]] == ["no-at-sign.example", "p3.0@crowd.example"]


def test_who_was_invited_within_the_hour_is_invited_again_by_a_single_wish_and_later_by_a_bulk_run(
    office: Context, clock: Clock
) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], WELCOME)
    first = find_address(office, "p0.0@crowd.example")
    clock.advance(3599)

    assert change_access(office, accounts, WELCOME).invitations == 1
    assert invite(office, [first])[0] == 1
    clock.advance(3599)
    assert change_access(office, accounts, WELCOME).invitations == 0  # each was invited less than an hour ago
    clock.advance(1)
    assert change_access(office, accounts, WELCOME).invitations == 2


def test_who_was_invited_in_vain_is_invited_again_at_once(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    with office.database.write():
        office.database.execute("UPDATE invitation SET state = 'failed', failure = 'no such host'")

    assert change_access(office, accounts, WELCOME).invitations == 2


def test_invitations_without_login_tell_who_may_not_log_in(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], AccessWish(login=True))

    done = change_access(office, accounts, AccessWish(invite=True))

    assert (done.changed, done.invitations) == (0, 1)
    assert [(row.address, row.reason) for row in done.skipped] == [("p1.0@crowd.example", "LOGIN is off")]


def test_a_mailbox_in_five_accounts_gets_one_invitation_or_one_notice(office: Context) -> None:
    accounts = firm_of(office, 5)
    shared(office, accounts, "zoe@dupont.example")
    home = create_account(office, "Home", AccountType.FAMILY)
    create_contact(office, [home, *accounts], "Noé", ["noe@dupont.example"])
    activated(office, home, "noe@dupont.example")

    done = change_access(office, accounts, WELCOME)

    assert (done.changed, done.invitations, done.notices) == (15, 6, 1)


def test_login_off_withdraws_the_invitations_of_those_who_are_left_with_no_account(office: Context) -> None:
    accounts = firm_of(office, 3)
    shared(office, accounts, "zoe@dupont.example")
    change_access(office, accounts, WELCOME)
    off = AccessWish(login=False)

    assert preview_access(office, accounts[:2], off).withdrawn == 2
    assert change_access(office, accounts[:2], off).withdrawn == 2
    assert preview_access(office, accounts[2:], off).withdrawn == 2
    assert change_access(office, accounts[2:], off).withdrawn == 2
    assert office.database.value("SELECT count(*) FROM invitation WHERE closed_at IS NULL") == 0


def test_the_mail_of_a_bulk_run_waits_a_minute_that_of_one_account_does_not(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 4)

    assert change_access(office, accounts[:1], WELCOME).due == clock.moment
    assert send_all(office) == 1
    done = change_access(office, accounts[1:3], WELCOME)
    change_access(office, accounts[3:], replace(WELCOME, hold=True))

    assert done.due == clock.moment + 60
    seen = outbox.summary(office)
    assert (seen.waiting, seen.due, seen.next_try_at) == (3, 0, clock.moment + 60)
    assert send_all(office) == 0
    clock.advance(60)
    assert send_all(office) == 3


def test_a_message_that_is_too_long_is_refused_before_anything_is_looked_at(office: Context) -> None:
    accounts = firm_of(office, 2)
    before = everything(office)

    with pytest.raises(Refused, match="5001 characters"):
        change_access(office, accounts, replace(WELCOME, message="x" * 5001))

    assert everything(office) == before


def test_a_preview_is_taken_while_somebody_else_writes(office: Context, database_path: Path) -> None:
    accounts = firm_of(office, 2)
    other = sqlite3.connect(database_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert preview_access(office, accounts, WELCOME).invitations == 2
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_preview_may_be_taken_where_nothing_can_be_changed(office: Context) -> None:
    accounts = firm_of(office, 2)
    office.database.execute("PRAGMA query_only = 1")

    assert preview_access(office, accounts, WELCOME).changed == 2


FIRM = st.fixed_dictionaries(
    {
        # For each account: is it archived, and its contacts by number.
        "accounts": st.lists(
            st.tuples(st.booleans(), st.lists(st.integers(0, 4), max_size=3, unique=True)), min_size=1, max_size=5
        ),
        # For each contact: its mailboxes by number.
        "contacts": st.lists(st.lists(st.integers(0, 6), max_size=3, unique=True), min_size=5, max_size=5),
        # For each mailbox: validity, active, invited how many seconds ago.
        "mailboxes": st.lists(
            st.tuples(
                st.sampled_from(["valid", "valid", "suspect", "invalid", "bouncing"]),
                st.booleans(),
                st.sampled_from([None, None, 10, 5000]),
            ),
            min_size=7,
            max_size=7,
        ),
        "switches": st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=35, max_size=35),
    }
)
CHOICE = st.sampled_from([None, True, False])


@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(firm=FIRM, choices=st.tuples(CHOICE, CHOICE, CHOICE, st.booleans()), some=st.integers(0, 31))
def test_preview_dry_run_and_change_tell_the_same_of_any_firm(
    office: Context, firm: dict[str, list[tuple[object, ...]]], choices: tuple[bool | None, ...], some: int
) -> None:
    _refill(office, firm)
    accounts = [n + 1 for n in range(len(firm["accounts"])) if some & 1 << n]
    wish = AccessWish(choices[0], choices[1], choices[2], bool(choices[3]))

    foreseen = preview_access(office, accounts, wish)
    before = everything(office)
    tried = change_access(office, accounts, wish, dry_run=True)
    assert everything(office) == before
    done = change_access(office, accounts, wish, expected=foreseen)

    assert tried == done
    told = (foreseen.changed, foreseen.invitations, foreseen.notices, foreseen.withdrawn, foreseen.skipped)
    assert told == (done.changed, done.invitations, done.notices, done.withdrawn, done.skipped)
    assert _switched_on(office) - _switched_on_in(
        before
    ) == foreseen.login_on + foreseen.notify_on + foreseen.sync_on - (
        foreseen.login_off + foreseen.notify_off + foreseen.sync_off
    )
    assert [finding.words for finding in check(office) if finding.level is Level.FAULT] == []


def _switched_on(office: Context) -> int:
    return int(office.database.value("SELECT coalesce(sum(login + notify + email_sync), 0) FROM contact_settings"))


def _switched_on_in(rows: dict[str, list[tuple[int, ...]]]) -> int:
    return sum(sum(row[2:5]) for row in rows["contact_settings"])


def _refill(office: Context, firm: dict[str, list[tuple[object, ...]]]) -> None:
    """Make `firm` the only one in the database, right by the rules of the product."""
    database, now = office.database, office.clock()
    tables = ("outbox", "session", "invitation", "user", "contact_settings", "contact_email", "account_contact")
    with database.write():
        for table in (*tables, "contact", "account", "email_address"):
            database.execute(f"DELETE FROM {table}")
        database.execute_many(
            "INSERT INTO account (id, name, search_key, type, archived, created_at) VALUES (?, 'x', 'x', 'other', ?, 0)",
            [(n, archived) for n, (archived, _contacts) in enumerate(firm["accounts"], 1)],
        )
        database.execute_many(
            "INSERT INTO contact (id, name, search_key, created_at) VALUES (?, 'x', 'x', 0)", [(n,) for n in range(5)]
        )
        database.execute_many(
            "INSERT INTO email_address (id, address, canonical, validity, checked_at) VALUES (?1, ?2, ?2, ?3, 0)",
            [(n, f"m{n}@crowd.example", box[0]) for n, box in enumerate(firm["mailboxes"])],
        )
        database.execute_many(
            "INSERT INTO account_contact (account_id, contact_id) VALUES (?, ?)",
            [(n, c) for n, (_a, contacts) in enumerate(firm["accounts"], 1) for c in contacts],  # type: ignore[attr-defined]  # rows of a test
        )
        database.execute_many(
            "INSERT INTO contact_email (contact_id, email_address_id, label) VALUES (?, ?, 'Email')",
            [(n, m) for n, boxes in enumerate(firm["contacts"]) for m in boxes],
        )
        database.execute_many(
            "INSERT INTO contact_settings (account_id, email_address_id, login, notify, email_sync) VALUES (?, ?, ?, ?, ?)",
            [
                (1 + n % len(firm["accounts"]), n // 5, *on)
                for n, on in enumerate(firm["switches"])
                if n % 5 < len(firm["accounts"])
            ],
        )
        for number, (_validity, active, ago) in enumerate(firm["mailboxes"]):
            if active:
                database.execute(
                    "INSERT INTO user (email_address_id, password_hash, activated_at) VALUES (?, 'x', 0)", [number]
                )
            elif ago is not None:
                database.execute(
                    """
                    INSERT INTO invitation (email_address_id, state, created_at, sent_at, expires_at)
                    SELECT ?1, 'sent', ?2, ?2, ?2 + 100000 WHERE EXISTS (
                        SELECT 1 FROM contact_settings s JOIN account a ON a.id = s.account_id
                        WHERE s.email_address_id = ?1 AND s.login AND NOT a.archived)
                    """,
                    [number, now - int(str(ago))],
                )


def test_a_bulk_run_takes_as_many_statements_for_many_accounts_as_for_few(office: Context) -> None:
    accounts = firm_of(office, 42)
    change_access(office, accounts[:2], WELCOME)
    counts = []
    for some in (accounts[2:4], accounts[4:]):
        statements: list[str] = []
        connection = office.database.models.connection()  # type: ignore[no-untyped-call]  # its stubs leave it out
        connection.set_trace_callback(statements.append)
        change_access(office, some, WELCOME)
        connection.set_trace_callback(None)
        counts.append(len(statements))

    assert counts[0] == counts[1] < MOST_STATEMENTS


def test_every_entry_of_a_bulk_run_belongs_to_its_operation(office: Context) -> None:
    accounts = firm_of(office, 3)
    last = office.database.value("SELECT max(id) FROM activity")

    change_access(office, accounts, WELCOME)

    rows = office.database.rows(
        "SELECT kind, operation_id, count(*) FROM activity WHERE id > ? GROUP BY 1, 2 ORDER BY 1", [last]
    )
    assert rows == [("access_changed", 1, 3), ("invitation_queued", 1, 3)]
    kind, details = office.database.one("SELECT kind, details FROM operation") or ("", "{}")
    assert (kind, json.loads(details)["message"]) == ("access", "Welcome")


def test_what_changes_nothing_is_no_operation(office: Context) -> None:
    accounts = firm_of(office, 3)

    change_access(office, accounts, AccessWish(login=False))

    assert office.database.value("SELECT count(*) FROM operation") == 0


def test_cancelled_invitations_can_be_sent_again_by_the_next_bulk_run(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    cancel(office, [find_address(office, "p0.0@crowd.example")])

    done = change_access(office, accounts, WELCOME)

    assert (done.invitations, _reasons(done.skipped)) == (1, ["already invited within the last hour"])
