"""The hash chain of the activity log: one byte that is changed afterwards is found, and where."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.services.firms import firm_of
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context
from tui_portal.services.log_check import LogState, check_log
from tui_portal.services.mail_checks import Level
from tui_portal.store.database import key_path
from tui_portal.store.seals import seal_entries

_TRIGGERS = (
    "activity_is_not_changed",
    "activity_is_not_deleted",
    "activity_seal_is_not_changed",
    "activity_seal_is_not_deleted",
)
BULK = 4  # the entry of the bulk edit that is tampered with, counted from its first


@pytest.fixture
def edited(office: Context) -> Context:
    """Ten accounts with a contact each, and a bulk edit of them: entries alone under a seal, and many under one."""
    change_access(office, firm_of(office, 10), AccessWish(login=True, notify=True))
    return office


def tampered(office: Context, *statements: str) -> None:
    """Another program changes the file, which does not keep to triggers."""
    with closing(sqlite3.connect(office.database.path, isolation_level=None)) as other:
        kept = other.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'activity_%'"
        ).fetchall()
        for trigger in _TRIGGERS:
            other.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            other.execute(statement)
        for (statement,) in kept:
            other.execute(statement)


def faults(state: LogState) -> list[str]:
    return [finding.words for finding in state.findings if finding.level is Level.FAULT]


def in_the_bulk(office: Context) -> int:
    (last, entries) = (
        office.database.one("SELECT last_id, entries FROM activity_seal ORDER BY last_id DESC LIMIT 1") or ()
    )
    assert entries == 10
    return int(last) - entries + 1 + BULK


def test_a_log_that_nobody_touched_is_whole(edited: Context) -> None:
    state = check_log(edited)
    assert (faults(state), state.entry) == ([], None)
    assert "whole" in state.findings[0].words


@pytest.mark.parametrize(
    "change",
    [
        "at = at + 1",
        "staff_id = NULL",
        "user_id = 0",
        "origin = 'portal'",
        "kind = kind || ' '",
        "account_id = account_id + 1",
        "contact_id = 0",
        "email_address_id = NULL",
        "before = replace(before, 'false', 'False')",
        "after = after || char(0)",
        "after = before, before = after",
        "operation_id = NULL",
    ],
)
def test_one_changed_byte_is_found_and_its_entry_named(edited: Context, change: str) -> None:
    entry = in_the_bulk(edited)
    tampered(edited, "PRAGMA foreign_keys = OFF", f"UPDATE activity SET {change} WHERE id = {entry}")
    state = check_log(edited)
    assert state.entry == entry
    assert [f"entry {entry} (" in words for words in faults(state)] == [True]


def test_an_entry_alone_under_its_seal_is_named_as_well(edited: Context) -> None:
    tampered(edited, "UPDATE activity SET after = '{}' WHERE id = 3")
    assert check_log(edited).entry == 3


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM activity WHERE id = {entry}", 1),
        ("UPDATE activity SET id = -1 WHERE id = {entry}; ", 0),
    ],
)
def test_an_entry_that_was_taken_out_leaves_a_gap_that_is_named(edited: Context, statement: str, named: int) -> None:
    entry = in_the_bulk(edited)
    tampered(edited, statement.format(entry=entry))
    state = check_log(edited)
    assert state.entry == (entry + 1 if named else -1)
    assert faults(state)


def test_two_entries_that_changed_places_are_found(edited: Context) -> None:
    entry = in_the_bulk(edited)
    tampered(
        edited,
        f"UPDATE activity SET id = 9999 WHERE id = {entry}",
        f"UPDATE activity SET id = {entry} WHERE id = {entry + 1}",
        f"UPDATE activity SET id = {entry + 1} WHERE id = 9999",
    )
    assert check_log(edited).entry == entry


def test_an_entry_of_another_program_is_named_before_and_after_the_next_change(edited: Context) -> None:
    tampered(edited, "INSERT INTO activity (at, kind) VALUES (0, 'slipped_in')")
    number = edited.database.value("SELECT max(id) FROM activity")
    state = check_log(edited)
    assert (state.entry, f"by another program: {number}" in " ".join(faults(state))) == (number, True)
    firm_of(edited, 1)
    state = check_log(edited)
    assert (state.entry, f"another program wrote: {number}" in " ".join(faults(state))) == (number, True)


@pytest.mark.parametrize("what", ["hash = zeroblob(32)", "marks = zeroblob(length(marks))", "entries = entries + 1"])
def test_a_seal_that_was_changed_is_found(edited: Context, what: str) -> None:
    tampered(
        edited, f"UPDATE activity_seal SET {what}, late = late WHERE last_id = (SELECT max(last_id) FROM activity_seal)"
    )
    tampered(edited, "UPDATE activity SET after = '{\"login\":1}' WHERE id = (SELECT max(id) FROM activity)")
    assert check_log(edited).entry is not None


def test_an_end_that_was_cut_off_with_its_seals_is_found(edited: Context) -> None:
    entry = in_the_bulk(edited) - BULK
    cut = [
        f"DELETE FROM {table} WHERE {name} >= {entry}"
        for table, name in (("activity", "id"), ("activity_seal", "last_id"))
    ]
    tampered(edited, "PRAGMA foreign_keys = OFF", *cut)
    told = faults(check_log(edited))
    assert any(f"entry {entry} is missing" in words for words in told)
    assert any("older than this machine knows it" in words for words in told)
    tampered(edited, f"UPDATE sqlite_sequence SET seq = {entry - 1} WHERE name = 'activity'")
    assert ["older than this machine knows it" in words for words in faults(check_log(edited))] == [True]


def _sealed_anew(office: Context, key: bytes | None) -> None:
    """Who knows how, but not the key, makes the whole chain anew over entries of their own."""
    tampered(office, "UPDATE activity SET after = '{}' WHERE id = 2", "DELETE FROM activity_seal")
    with closing(sqlite3.connect(office.database.path)) as other:
        seal_entries(other, key)
        other.commit()


@pytest.mark.parametrize("key", [None, b"x" * 32])
def test_a_chain_that_was_made_without_the_key_does_not_verify(edited: Context, key: bytes | None) -> None:
    _sealed_anew(edited, key)
    edited.database.witness.path.unlink()  # nothing but the key tells
    assert ("sealed anew" in " ".join(faults(check_log(edited)))) == (key is not None)
    assert key is not None or any(f.about == "activity_key" for f in check_log(edited).findings)


def test_without_the_key_file_it_is_said_that_nothing_vouches_for_the_log(edited: Context) -> None:
    key_path(edited.database.path).unlink()
    from tui_portal.services.context import open_context

    again = open_context(edited.database.path, edited.settings, read_only=True)
    assert ["without its key file" in words for words in faults(check_log(again))] == [True]
    again.database.close()


def test_what_is_taken_back_leaves_no_seal(edited: Context) -> None:
    before = edited.database.rows("SELECT * FROM activity_seal")

    def fail() -> None:
        with edited.database.write():
            edited.database.execute("INSERT INTO activity (at, kind) VALUES (0, 'tried')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert edited.database.rows("SELECT * FROM activity_seal") == before


def test_seals_can_be_neither_changed_nor_deleted(edited: Context) -> None:
    for statement in ("UPDATE activity_seal SET late = 1", "DELETE FROM activity_seal"):
        with pytest.raises(Exception, match="append-only"):
            edited.database.execute(statement)


def test_the_bytes_of_an_entry_are_its_own(office: Context) -> None:
    """A blank or a quote that moves from one column to the next makes another entry."""
    from tui_portal.store.seals import LINE

    for before, after in (
        ('{"a":"b","c"', ":1}"),
        ('{"a":"b"', ',"c":1}'),
        ("", '{"a":"b","c":1}'),
        ("x\0y", "z"),
        ("x", "\0yz"),
    ):
        office.database.execute("INSERT INTO activity (at, kind, before, after) VALUES (0, 'k', ?, ?)", [before, after])
    lines = office.database.rows(f"SELECT replace({LINE}, id, 0) FROM activity")
    assert len(set(lines)) == len(lines)


def test_the_record_beside_the_key_is_its_owners_alone(edited: Context) -> None:
    path = Path(edited.database.witness.path)
    assert path.stat().st_mode & 0o777 == 0o600
    record = edited.database.witness.read()
    assert record is not None
    assert record.seal == edited.database.newest_seal()
