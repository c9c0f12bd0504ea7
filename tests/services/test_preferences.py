"""Notification preferences of the addresses of an account: read, set, compared, logged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.services.firms import colleague, everything, faults, firm_of
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, NotAllowed, NotFound
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.archive import archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.preferences import PreferenceRow, read_preferences, set_preferences
from tui_portal.services.staff import identify
from tui_portal.services.undo import redo_last, undo_last

UPLOADS, APPROVALS = NotificationGroup.FILE_UPLOADS, NotificationGroup.APPROVALS
ALL_ON = dict.fromkeys(NotificationGroup, True)
ALL_OFF = dict.fromkeys(NotificationGroup, False)


@pytest.fixture
def firm(office: Context) -> Context:
    """A-0001 Dupont: Élodie (two addresses) and Zoë, who shares the first of them; an unlinked address with LOGIN on. A-0002
    Groß: Jürgen, and Zoë again.
    """
    dupont = create_account(office, "Dupont", AccountType.COMPANY)
    gross = create_account(office, "Groß", AccountType.COMPANY)
    create_contact(office, [dupont], "Élodie", ["elodie@dupont.example", ("Work email", "elodie@work.example")])
    create_contact(office, [dupont, gross], "Zoë", ["zoe@dupont.example", "elodie@dupont.example"])
    create_contact(office, [gross], "Jürgen", ["juergen@gross.example"])
    old = create_contact(office, [dupont], "Old", ["old@dupont.example"])
    change_access(office, [dupont], AccessWish(login=True), find_address(office, "old@dupont.example"))
    office.database.execute("DELETE FROM account_contact WHERE contact_id = ?", [old])
    return office


def _row(firm: Context, address: str, account: int = 1) -> PreferenceRow:
    return read_preferences(firm, account, find_address(firm, address)).rows[0]


def _off(row: PreferenceRow) -> set[NotificationGroup]:
    return {group for group, on in row.enabled.items() if not on}


def _log(firm: Context) -> list[tuple[Any, ...]]:
    rows = firm.database.rows(
        "SELECT account_id, email_address_id, staff_id, before, after FROM activity WHERE kind = 'preferences_changed' ORDER BY id"
    )
    return [(*row[:3], json.loads(row[3]), json.loads(row[4])) for row in rows]


def test_what_was_never_switched_is_on(firm: Context) -> None:
    found = read_preferences(firm, 1)
    assert [row.enabled for row in found.rows] == [ALL_ON] * 4
    assert (found.code, found.name, found.archived) == ("A-0001", "Dupont", False)


def test_addresses_stand_in_the_order_of_the_info_tab_each_once_and_unlinked_ones_last(firm: Context) -> None:
    rows = read_preferences(firm, 1).rows

    assert [(row.address, row.label, row.contact) for row in rows] == [
        ("elodie@dupont.example", "Email", "Élodie, Zoë"),
        ("elodie@work.example", "Work email", "Élodie"),
        ("zoe@dupont.example", "Email", "Zoë"),
        ("old@dupont.example", "", ""),
    ]
    shown = dict.fromkeys(email.address for email in account_profile(firm, 1).emails)
    assert [row.address for row in rows] == list(shown)


def test_groups_are_switched_for_one_address_in_one_account_only(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")

    assert set_preferences(firm, 1, {zoe: {APPROVALS: False, UPLOADS: True}}) == 1

    assert _off(_row(firm, "zoe@dupont.example")) == {APPROVALS}
    assert _off(_row(firm, "zoe@dupont.example", account=2)) == set()
    assert [_off(row) for row in read_preferences(firm, 1).rows] == [set(), set(), {APPROVALS}, set()]
    assert account_profile(firm, 1).emails[2].preferences == ALL_ON | {APPROVALS: False}


def test_what_changes_is_logged_for_each_address_with_before_and_after(firm: Context) -> None:
    elodie, zoe = (find_address(firm, f"{name}@dupont.example") for name in ("elodie", "zoe"))
    set_preferences(firm, 1, {zoe: {APPROVALS: False}})

    assert set_preferences(firm, 1, {zoe: {APPROVALS: True, UPLOADS: False}, elodie: {UPLOADS: False}}) == 3

    assert firm.actor is not None
    me = firm.actor.id
    assert _log(firm)[1:] == [
        (1, zoe, me, {"approvals": False, "file_uploads": True}, {"approvals": True, "file_uploads": False}),
        (1, elodie, me, {"file_uploads": True}, {"file_uploads": False}),
    ]


def test_what_is_so_already_is_neither_counted_nor_logged(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    set_preferences(firm, 1, {zoe: ALL_OFF})
    before = everything(firm)

    assert set_preferences(firm, 1, {zoe: ALL_OFF}) == 0
    assert set_preferences(firm, 1, {}) == 0
    assert everything(firm) == before


def test_preferences_are_stored_while_notify_is_off_and_the_outcome_says_so(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    set_preferences(firm, 1, {zoe: {APPROVALS: False}})

    found = read_preferences(firm, 1, zoe)
    assert found.outcome(found.rows[0], 6) == (
        "NOTIFY is off: nothing is sent. 6 of 7 groups are stored for when it is on."
    )
    change_access(firm, [1], AccessWish(notify=True), zoe)
    found = read_preferences(firm, 1, zoe)
    assert _off(found.rows[0]) == {APPROVALS}
    assert found.outcome(found.rows[0], 6) == "NOTIFY is on: 6 of 7 groups are sent."
    assert found.outcome(found.rows[0], 1) == "NOTIFY is on: 1 of 7 groups is sent."


def test_the_outcome_names_what_else_keeps_mail_from_being_sent(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    change_access(firm, [1], AccessWish(notify=True), zoe)
    firm.database.execute("UPDATE email_address SET validity = 'bouncing' WHERE id = ?", [zoe])
    found = read_preferences(firm, 1, zoe)
    assert not found.rows[0].reachable
    assert found.outcome(found.rows[0], 7).startswith("The address can't get mail: nothing is sent. 7 of 7")

    archive(firm, [1])
    found = read_preferences(firm, 1, zoe)
    assert found.outcome(found.rows[0], 7).startswith("The account is archived: nothing is sent. 7 of 7")
    assert set_preferences(firm, 1, {zoe: {APPROVALS: False}}) == 1


def test_what_a_colleague_changed_meanwhile_is_told_and_nothing_is_written(firm: Context) -> None:
    elodie, zoe = (find_address(firm, f"{name}@dupont.example") for name in ("elodie", "zoe"))
    seen = {row.id: row.enabled for row in read_preferences(firm, 1).rows}
    set_preferences(colleague(firm), 1, {zoe: {APPROVALS: False}})
    before = everything(firm)

    with pytest.raises(Conflict) as told:
        set_preferences(firm, 1, {elodie: ALL_OFF, zoe: ALL_OFF}, {n: seen[n] for n in (elodie, zoe)})

    assert told.value.message == (
        "Nothing was saved: meanwhile Carl switched “Documents: approvals” off for zoe@dupont.example. Look again, then save."
    )
    assert everything(firm) == before


def test_of_many_changes_of_a_colleague_the_first_is_named(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    seen = {zoe: _row(firm, "zoe@dupont.example").enabled}
    set_preferences(colleague(firm), 1, {zoe: ALL_OFF})

    with pytest.raises(
        Conflict, match=r"Carl switched “Documents: file uploads” off for zoe@dupont\.example and changed 6 more"
    ):
        set_preferences(firm, 1, {zoe: {APPROVALS: False}}, seen)


def test_who_changed_it_is_not_guessed_where_the_log_does_not_say(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    set_preferences(colleague(firm), 1, {zoe: {APPROVALS: False}})
    seen = {zoe: _row(firm, "zoe@dupont.example").enabled}
    firm.database.execute("UPDATE notification_preference SET enabled = 1")

    with pytest.raises(
        Conflict, match=r"meanwhile somebody switched “Documents: approvals” on for zoe@dupont\.example"
    ):
        set_preferences(firm, 1, {zoe: ALL_OFF}, seen)


def test_what_a_colleague_changed_for_another_address_stands_in_nobody_s_way(firm: Context) -> None:
    elodie, zoe = (find_address(firm, f"{name}@dupont.example") for name in ("elodie", "zoe"))
    seen = {elodie: _row(firm, "elodie@dupont.example").enabled}
    set_preferences(colleague(firm), 1, {zoe: ALL_OFF})

    assert set_preferences(firm, 1, {elodie: {UPLOADS: False}}, seen) == 1


def test_of_two_who_save_at_once_one_is_told(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    seen = {zoe: _row(firm, "zoe@dupont.example").enabled}
    at_once = Barrier(4)

    def save(_number: int) -> int:
        firm.database.connect()
        try:
            at_once.wait()
            return set_preferences(firm, 1, {zoe: {UPLOADS: False}}, seen)
        except Conflict:
            return -1
        finally:
            firm.database.close()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(save, range(4))) == [-1, -1, -1, 1]
    assert len(_log(firm)) == 1


def test_an_address_that_is_not_in_the_account_is_refused_and_nothing_is_written(firm: Context) -> None:
    zoe, juergen = find_address(firm, "zoe@dupont.example"), find_address(firm, "juergen@gross.example")
    before = everything(firm)

    with pytest.raises(NotFound, match=r"juergen@gross\.example is not in A-0001\."):
        set_preferences(firm, 1, {zoe: ALL_OFF, juergen: ALL_OFF})
    with pytest.raises(NotFound, match=r"juergen@gross\.example is not in A-0001\."):
        read_preferences(firm, 1, juergen)
    with pytest.raises(NotFound, match="There is no account A-0077"):
        set_preferences(firm, 77, {zoe: ALL_OFF})
    with pytest.raises(NotFound):
        set_preferences(firm, 1, {4711: ALL_OFF})
    assert everything(firm) == before


def test_an_unlinked_address_is_gone_with_its_last_switch(firm: Context) -> None:
    old = find_address(firm, "old@dupont.example")
    assert set_preferences(firm, 1, {old: {UPLOADS: False}}) == 1
    change_access(firm, [1], AccessWish(login=False), old)

    with pytest.raises(NotFound):
        set_preferences(firm, 1, {old: {UPLOADS: True}})
    assert "old@dupont.example" not in [row.address for row in read_preferences(firm, 1).rows]


def test_only_who_may_change_accounts_may_change_preferences(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    with firm.database.write():
        firm.database.execute(
            "INSERT INTO staff (login, name, email, role, created_at) VALUES ('ed', 'Ed', 'ed@x.example', 'employee', 0)"
        )
    before = everything(firm)

    for nobody in (firm.acting_as(None), identify(firm, login="ed")):
        with pytest.raises(NotAllowed):
            set_preferences(nobody, 1, {zoe: ALL_OFF})
        assert read_preferences(nobody, 1, zoe).rows[0].enabled == ALL_ON
    assert everything(firm) == before


def test_a_change_that_can_not_be_logged_is_not_made(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    firm.database.execute(
        "CREATE TRIGGER odd BEFORE INSERT ON activity BEGIN SELECT RAISE(ABORT, 'nothing is written here'); END"
    )
    with pytest.raises(Exception, match="nothing is written here"):
        set_preferences(firm, 1, {zoe: ALL_OFF})
    assert _row(firm, "zoe@dupont.example").enabled == ALL_ON


def test_all_that_was_set_in_one_go_is_taken_back_and_done_again_as_one(firm: Context) -> None:
    elodie, zoe = (find_address(firm, f"{name}@dupont.example") for name in ("elodie", "zoe"))
    set_preferences(firm, 1, {zoe: {APPROVALS: False}})
    before = read_preferences(firm, 1)
    set_preferences(firm, 1, {zoe: {APPROVALS: True, UPLOADS: False}, elodie: ALL_OFF})
    after = read_preferences(firm, 1)

    assert undo_last(firm).title == "notification preferences in A-0001"
    assert read_preferences(firm, 1) == before
    redo_last(firm)
    assert read_preferences(firm, 1) == after


def test_what_a_colleague_set_since_is_not_taken_back(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    set_preferences(firm, 1, {zoe: ALL_OFF})
    set_preferences(colleague(firm), 1, {zoe: {UPLOADS: True}})
    before = everything(firm)

    with pytest.raises(Conflict, match="it was changed since"):
        undo_last(firm)
    assert everything(firm) == before


_CELLS = st.dictionaries(
    st.integers(0, 3), st.dictionaries(st.sampled_from(list(NotificationGroup)), st.booleans()), max_size=4
)


@given(steps=st.lists(_CELLS, max_size=6))
@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_row_of_changes_leaves_what_was_said_last_and_counts_what_turned(
    firm: Context, steps: list[Mapping[int, Mapping[NotificationGroup, bool]]]
) -> None:
    rows = read_preferences(firm, 1).rows
    set_preferences(firm, 1, {row.id: ALL_ON for row in rows})
    known, logged = {row.id: dict(ALL_ON) for row in rows}, len(_log(firm))

    for step in steps:
        wished = {rows[number].id: groups for number, groups in step.items()}
        turned = {n: {g for g, on in groups.items() if known[n][g] is not on} for n, groups in wished.items()}
        assert set_preferences(firm, 1, wished, known) == sum(map(len, turned.values()))
        logged += sum(map(bool, turned.values()))
        for number, groups in wished.items():
            known[number] |= groups
        assert {row.id: row.enabled for row in read_preferences(firm, 1).rows} == known

    assert len(_log(firm)) == logged
    assert faults(firm) == []


def test_two_hundred_addresses_are_read_and_set_in_one_go(office: Context) -> None:
    account = create_account(office, "Large", AccountType.COMPANY)
    for number in range(200):
        create_contact(office, [account], f"Person {number:03}", [f"p{number:03}@large.example"])
    rows = read_preferences(office, account).rows

    assert set_preferences(office, account, {row.id: ALL_OFF for row in rows}, {row.id: ALL_ON for row in rows}) == 1400
    assert {on for row in read_preferences(office, account).rows for on in row.enabled.values()} == {False}
    assert [replace(row, enabled=ALL_ON) for row in read_preferences(office, account).rows] == list(rows)


def test_one_undo_takes_back_what_was_saved_in_one_go(office: Context) -> None:
    (account,) = firm_of(office, 1, addresses=2)
    first, second = (row.id for row in read_preferences(office, account).rows)
    before = read_preferences(office, account)
    off = {NotificationGroup.PROPOSALS: False, NotificationGroup.ORGANIZERS: False}
    assert set_preferences(office, account, {first: off, second: off}) == 4
    assert undo_last(office).title == "notification preferences in A-0001"
    assert read_preferences(office, account) == before
    redo_last(office)
    assert not read_preferences(office, account).rows[1].enabled[NotificationGroup.PROPOSALS]
