"""The log of an account: what belongs to it, how it is read from the indexes, and every kind of entry in words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tui_portal
from tests.conftest import Clock
from tests.services.firms import WELCOME, activated, colleague, firm_of, send_all, shared, token
from tui_portal.domain.accounts import AccountType
from tui_portal.services import activity
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_log import LogRow, count_log, log_ids, log_rows
from tui_portal.services.activation import activate, log_in
from tui_portal.services.archive import archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.log_words import SENTENCES, changes_of
from tui_portal.services.saved_views import save_view
from tui_portal.services.tags import change_tags
from tui_portal.services.undo import undo_last


def _log(office: Context, account: int | None = None, limit: int = -1) -> list[LogRow]:
    return log_rows(office, log_ids(office, account, limit))


def _kinds(office: Context, account: int) -> list[str]:
    return [row.kind for row in _log(office, account)]


def _statements(office: Context, work: Callable[[], object]) -> list[str]:
    """The SQL that `work` runs, its values in place."""
    told: list[str] = []
    connection = office.database.models.connection()  # type: ignore[no-untyped-call]  # Peewee has no types
    connection.set_trace_callback(told.append)
    work()
    connection.set_trace_callback(None)
    return told


def _written(office: Context, kind: str, before: dict[str, Any], after: dict[str, Any], **about: int) -> LogRow:
    """The entry of this kind, written and read back."""
    with office.database.write():
        activity.record(office, kind, before=before, after=after, **about)
    return _log(office, limit=1)[0]


def test_an_account_has_the_entries_that_name_it_and_those_of_its_addresses_contacts_and_users(office: Context) -> None:
    account, other = firm_of(office, 2)
    activated(office, account, "p0.0@crowd.example")
    activated(office, other, "p1.0@crowd.example")
    user = office.database.value("SELECT id FROM user ORDER BY id LIMIT 1")
    log_in(office, user, "hash")
    contact = office.database.value("SELECT contact_id FROM account_contact WHERE account_id = ?", [account])
    with office.database.write():
        activity.record_for_contacts(office, "contact_completed", [(None, contact, {"phone": ""}, {"phone": "1"})])
        activity.record(office, "view_saved", after={"name": "Mine"})

    assert _kinds(office, account) == [
        "contact_completed",
        "user_logged_in",
        "user_activated",
        "invitation_sent",
        "invitation_queued",
        "access_changed",
        "contact_linked",
        "account_created",
    ]
    assert len(_log(office)) == count_log(office, None) > count_log(office, account) == 8


def test_an_address_that_only_has_settings_left_belongs_to_the_account(office: Context) -> None:
    account, other = firm_of(office, 2)
    change_access(office, [account], AccessWish(notify=True))
    office.database.execute("DELETE FROM account_contact WHERE account_id = ?", [account])
    _written(office, "address_bounced", {}, {"why": "550"}, address=find_address(office, "p0.0@crowd.example"))
    assert _kinds(office, account)[0] == "address_bounced"
    assert "address_bounced" not in _kinds(office, other)


def test_an_entry_that_names_another_account_belongs_to_that_one_alone(office: Context) -> None:
    account, other = firm_of(office, 2)
    number = shared(office, [account, other], "both@crowd.example")
    _written(office, "preferences_changed", {"proposals": True}, {"proposals": False}, account=other, address=number)
    assert "preferences_changed" in _kinds(office, other)
    assert "preferences_changed" not in _kinds(office, account)


def test_an_entry_about_an_address_and_its_user_stands_there_once(office: Context) -> None:
    [account] = firm_of(office, 1)
    activated(office, account, "p0.0@crowd.example")
    assert _kinds(office, account).count("user_activated") == 1


def test_a_window_holds_the_newest(office: Context, clock: Clock) -> None:
    [account] = firm_of(office, 1, addresses=3)
    clock.advance(3600)
    change_access(office, [account], WELCOME)
    whole = log_ids(office, account)
    assert list(whole) == sorted(whole, reverse=True)
    assert [list(log_ids(office, account, limit)) for limit in (0, 2, 100)] == [[], list(whole[:2]), list(whole)]
    assert list(log_ids(office, account, since=clock())) == list(whole[:6])
    assert list(log_ids(office, account, 2, since=clock())) == list(whole[:2])
    assert list(log_ids(office, None, since=clock())) == list(whole[:6])
    assert count_log(office, account, since=clock()) == count_log(office, None, since=clock()) == 6


def test_the_log_of_an_account_is_read_from_the_indexes(office: Context) -> None:
    [account] = firm_of(office, 1, addresses=2)
    activated(office, account, "p0.0@crowd.example")
    statement = _statements(office, lambda: log_ids(office, account, 30))[-1]
    plan = [row[3] for row in office.database.rows(f"EXPLAIN QUERY PLAN {statement}")]
    for index in ("account", "address", "contact", "user"):
        assert [step for step in plan if step.startswith("SEARCH") and f"INDEX activity_by_{index} " in step], plan
    assert not [step for step in plan if re.match(r"SCAN (activity|n|u|ac|ce|s)\b", step)], plan


def test_a_window_costs_the_same_however_long_the_log_is(office: Context) -> None:
    [account] = firm_of(office, 1, addresses=200)
    first = find_address(office, "p0.0@crowd.example")

    def steps() -> int:
        counted: list[int] = []

        def count() -> bool:
            counted.append(1)
            return False

        with office.database.watched(100, count):
            assert len(log_ids(office, account, 20)) == 20
        return len(counted)

    def grow(each: int) -> None:
        office.database.execute(
            """
            INSERT INTO activity (at, kind, email_address_id)
            WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
            SELECT 0, 'invitation_sent', ? + i % 200 FROM n
            """,
            [200 * each, first],
        )

    grow(30)
    before = steps()
    grow(300)
    assert steps() <= before * 1.1
    assert len(log_ids(office, account)) > 66_000


def test_who_did_it_is_the_staff_member_the_client_or_the_program(office: Context) -> None:
    [account] = firm_of(office, 1)
    change_access(office, [account], WELCOME)
    send_all(office)
    activate(office.acting_as(None), token(office, "p0.0@crowd.example"), "hash")
    who = {row.kind: row.who for row in _log(office, account)}
    assert who["access_changed"] == "Olga Owner"
    assert who["user_activated"] == "p0.0@crowd.example"
    with office.database.write():
        activity.record(office.acting_as(None), "address_bounced", account=account, after={"why": "550"})
    assert _log(office, account)[0].who == "the program"


def test_entries_of_a_change_of_many_accounts_say_what_they_are_part_of(office: Context) -> None:
    accounts = firm_of(office, 3)
    change_access(office, accounts, AccessWish(notify=True))
    change_access(office, accounts[:1], AccessWish(notify=False))
    assert [row.part_of for row in _log(office, accounts[0])][:2] == ["", "NOTIFY on in 3 accounts"]
    undo_last(office)
    undo_last(office)
    taken_back = _log(office, accounts[0])[0]
    assert (taken_back.words, taken_back.part_of) == (
        "NOTIFY off for p0.0@crowd.example",
        "taking back: NOTIFY on in 3 accounts",
    )


def test_what_the_services_write_is_told_with_what_was_and_what_is(office: Context, clock: Clock) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    create_contact(office, [account], "Élodie", ["elodie@dupont.example"])
    change_access(office, [account], WELCOME)
    change_access(office, [account], WELCOME)
    change_tags(office, [account], add=["1040", "VIP"], remove=[])
    change_tags(office, [account], add=[], remove=["VIP"])
    archive(office, [account])
    undo_last(office)
    save_view(colleague(office), "accounts", "Mine", "login:offline")
    assert [row.words for row in reversed(_log(office))] == [
        "Account Dupont created (type: company)",
        "Contact Élodie linked",
        "LOGIN on for elodie@dupont.example",
        "Invitation to elodie@dupont.example queued",
        "Invitation to elodie@dupont.example queued again",
        "Tags: +1040, +VIP",
        "Tags: −VIP",
        "Account archived",
        "Invitation to elodie@dupont.example withdrawn",
        "Account active again",
        "Invitation to elodie@dupont.example stands again",
        "Taken back: archive A-0001",
        "View “Mine” saved: login:offline",
    ]


@pytest.mark.parametrize(
    ("kind", "before", "after", "words"),
    [
        (
            "account_changed",
            {"name": "Dupont", "type": "company", "test": False, "tags": ["a", "b"]},
            {"name": "Dupond", "type": "other", "test": True, "tags": []},
            "Account changed: name: Dupont → Dupond, type: company → other, test account: no → yes, tags: a, b → —",
        ),
        ("contact_created", {}, {"name": "Person 0"}, "Contact Person 0 created"),
        (
            "contact_changed",
            {"phone": "", "language": "fr"},
            {"phone": "+33 1", "language": None},
            "Contact Person 0 changed: phone: — → +33 1, language: French → —",
        ),
        ("contact_unlinked", {"name": "Person 0"}, {}, "Contact Person 0 unlinked"),
        (
            "address_added",
            {},
            {"address": "p0.0@crowd.example", "label": "Work"},
            "p0.0@crowd.example added to Person 0 (Work)",
        ),
        ("address_removed", {"address": "p0.0@crowd.example"}, {}, "p0.0@crowd.example removed from Person 0"),
        (
            "address_changed",
            {"address": "a@x.example"},
            {"address": "b@x.example"},
            "a@x.example changed to b@x.example",
        ),
        ("address_changed", {"label": "Email"}, {"label": "Work"}, "p0.0@crowd.example changed: field: Email → Work"),
        (
            "address_change_finished",
            {"address": "a@x.example"},
            {"address": "b@x.example", "accounts": ["A-0001"]},
            "Change from a@x.example to b@x.example finished: a@x.example may log in no more",
        ),
        (
            "preferences_changed",
            {"proposals": True, "organizers": False},
            {"proposals": False, "organizers": True},
            "Notification preferences of p0.0@crowd.example: Proposals off, Organizers on",
        ),
        ("password_reset_requested", {}, {"reset": 1}, "Link for another password asked for, for p0.0@crowd.example"),
        ("password_reset_used", {}, {"reset": 1}, "p0.0@crowd.example chose another password"),
        ("invitation_link_copied", {}, {"invitation": 1}, "Link in the invitation to p0.0@crowd.example copied"),
        ("invitation_opened", {}, {"invitation": 1}, "Link in the invitation to p0.0@crowd.example opened"),
        ("invitation_failed", {}, {"why": "550 no"}, "Invitation to p0.0@crowd.example failed: 550 no"),
        ("address_suppressed", {}, {}, "No more mail goes to p0.0@crowd.example"),
        ("address_released", {}, {}, "Mail goes to p0.0@crowd.example again"),
        (
            "bounce_cleared",
            {"validity": "bouncing"},
            {"validity": "valid"},
            "p0.0@crowd.example is no longer taken for refused",
        ),
        (
            "address_checked",
            {"validity": "valid", "reason": ""},
            {"validity": "invalid", "reason": "no_dot"},
            "p0.0@crowd.example checked: validity: valid → not valid, reason: — → the domain has no dot",
        ),
        (
            "address_checked",
            {"validity": "valid", "address": "P@crowd.example"},
            {"validity": "valid", "reason": "", "address": "p@crowd.example"},
            "p0.0@crowd.example checked: validity: valid, e-mail address: P@crowd.example → p@crowd.example",
        ),
        ("email_field_added", {}, {"name": "Bank"}, "Field label “Bank” added"),
        ("email_field_renamed", {"name": "Bank"}, {"name": "Banque"}, "Field label “Bank” is “Banque” now"),
        ("saved_message_changed", {}, {"name": "Hello", "message": "Hi"}, "Saved message “Hello” kept"),
        (
            "saved_message_changed",
            {"message": "Hi"},
            {"name": "Hello", "message": "Ho"},
            "Saved message “Hello” changed",
        ),
        ("saved_message_changed", {"name": "Hello", "message": "Ho"}, {}, "Saved message “Hello” deleted"),
        (
            "file_imported",
            {},
            {"file": "a.csv", "lines": 2, "taken": 2, "accounts": 1, "contacts": 2, "addresses": 3},
            "a.csv imported: 2 lines, 1 new accounts, 2 contacts, 3 addresses",
        ),
        (
            "moon_landed",
            {"name": "a"},
            {"name": "b", "crew": 3},
            "moon_landed: p0.0@crowd.example, Person 0, name: a → b, crew: 3",
        ),
        ("operation_undone", {}, {"operation": 99, "kind": "edit"}, "Taken back: edit"),
    ],
)
def test_each_kind_has_its_sentence(
    office: Context, kind: str, before: dict[str, Any], after: dict[str, Any], words: str
) -> None:
    [account] = firm_of(office, 1)
    contact = office.database.value("SELECT contact_id FROM account_contact")
    address = find_address(office, "p0.0@crowd.example")
    row = _written(office, kind, before, after, account=account, contact=contact, address=address)
    assert row.words == words
    assert (row.before, row.after) == (before, after)


def test_an_entry_that_holds_anything_else_is_shown_and_never_fails(office: Context) -> None:
    values: list[Any] = [
        {},
        {"tags": 5},
        {"tags": [1, None]},
        {"login": "x"},
        {"lines": "many"},
        {"address": {"a": [1]}},
    ]
    values += [{"name": "a\nb\x1b"}, {"generation": "two", "validity": []}, {"": None}, [1, 2], "text", 5, None]
    texts = [json.dumps(value) for value in values] + ["", "{", "nonsense"]
    office.database.execute_many(
        "INSERT INTO activity (at, kind, before, after) VALUES (0, ?, ?, ?)",
        (
            (kind, before, after)
            for kind in [*SENTENCES, "never_heard_of", ""]
            for text in texts
            for before, after in (("{}", text), (text, "{}"), (text, text))
        ),
    )
    for row in _log(office):
        assert "\n" not in row.words
        assert "\x1b" not in row.words
        assert row.words or not row.kind
        for change in changes_of(row.kind, row.before, row.after):
            assert change.was is not None or change.now is not None


def test_names_in_an_entry_are_data(office: Context) -> None:
    account = create_account(office, "{address} %s {0}", AccountType.OTHER)
    create_contact(office, [account], "[b]{name}", ["x@y.example"])
    told = [row.words for row in _log(office, account)]
    assert told == ["Contact [b]{name} linked", "Account {address} %s {0} created (type: other)"]


def test_what_was_and_what_is_stand_line_by_line() -> None:
    [name, test, tags] = changes_of(
        "account_changed", {"name": "A", "test": False}, {"name": "B", "test": True, "tags": ["x"]}
    )
    assert (name.label, name.was, name.now) == ("name", "A", "B")
    assert (test.label, test.was, test.now) == ("test account", "no", "yes")
    assert (tags.label, tags.was, tags.now) == ("tags", None, "x")
    assert changes_of("invitation_sent", {}, {"invitation": 7, "generation": 1}) == ()
    [removed, added] = changes_of("tags_changed", {"tags": ["old"]}, {"tags": ["new", "newer"]})
    assert (removed.label, removed.was, removed.now) == ("tags removed", "old", None)
    assert (added.label, added.was, added.now) == ("tags added", None, "new, newer")


def test_every_kind_that_the_services_write_has_a_sentence() -> None:
    folder = Path(tui_portal.__file__).parent / "services"
    written = {
        kind
        for file in folder.glob("*.py")
        for kind in re.findall(r'activity\.record\w*\(\s*context,\s*"(\w+)"', file.read_text("utf-8"))
    }
    assert len(written) > 15
    assert written - set(SENTENCES) == set()
