"""Notification preferences: keys in; rows in the database and words on the screen out."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial

import pytest

from tests.screens import Terminal, running
from tests.services.firms import colleague
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.archive import archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.preferences import read_preferences, set_preferences
from tui_portal.services.staff import identify
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.screens.preference_actions import open_preference_grid, open_preferences
from tui_portal.tui.workers import start

ELODIE, ZOE = "elodie@dupont.example", "zoe@dupont.example"
APPROVALS, PROPOSALS = NotificationGroup.APPROVALS, NotificationGroup.PROPOSALS


def _off(firm: Context, account: int = 1) -> dict[str, set[str]]:
    """The groups that are off, by address."""
    rows = read_preferences(firm, account).rows
    return {
        row.address: {group.value for group, on in row.enabled.items() if not on}
        for row in rows
        if not all(row.enabled.values())
    }


def _entries(firm: Context) -> int:
    return int(firm.database.value("SELECT count(*) FROM activity WHERE kind = 'preferences_changed'"))


@asynccontextmanager
async def _profile(firm: Context, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Terminal]:
    """The first account's profile."""
    async with running(firm, size=size) as terminal:
        await terminal.press("enter")
        await terminal.shows("Contacts", "no access")
        yield terminal
        # Where no dialog is left open, what is being read anew is read before everything ends.
        await terminal.until(
            lambda: len(terminal.app.screen_stack) > 2 or all(worker.is_finished for worker in terminal.app.workers)
        )


async def _open(terminal: Terminal) -> None:
    """The dialog of the first address."""
    await terminal.press("p")
    await terminal.shows("Notification preferences", "sends: file upload")


async def _open_grid(terminal: Terminal) -> None:
    """The grid of the account."""
    await terminal.press("P")
    await terminal.shows("preferences of all addresses", "Nothing is changed.")


def _place(terminal: Terminal) -> PlaceScreen:
    screen = terminal.app.screen
    assert isinstance(screen, PlaceScreen)
    return screen


async def test_the_dialog_says_what_on_whom_and_what_it_comes_to(firm: Context) -> None:
    change_access(firm, [1], AccessWish(notify=True))
    set_preferences(firm, 1, {find_address(firm, ELODIE): {APPROVALS: False}})
    async with _profile(firm) as terminal:
        await _open(terminal)
        for group in NotificationGroup:
            line = terminal.line(group.label)
            assert group.explanation in line
            assert ("[off ]" if group is APPROVALS else "[ on ]") in line
        await terminal.shows("elodie@dupont.example in A-0001 Dupont [/SARL]", "NOTIFY is on: 6 of 7 groups are sent.")


async def test_groups_are_switched_by_space_by_number_and_all_at_once_and_saved_in_one_go(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("n", "1", "j", "space", "down", "enter", "k", "up", "up", "up")
        await terminal.shows("NOTIFY is off: nothing is sent. 3 of 7 groups are stored for when", "Save 4 changes")
        assert _off(firm) == {}
        await terminal.press("s")
        await terminal.shows("4 preferences saved for elodie@dupont.example.")

    assert _off(firm) == {ELODIE: {"chats_and_tasks", "proposals", "organizers", "invoices_and_payments"}}
    assert _entries(firm) == 1


async def test_what_the_cursor_stands_on_is_named_with_the_kinds_that_it_sends(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("G")
        await terminal.shows("sends: new invoice, payment reminder, payment confirmation, refund")
        await terminal.press("home")
        await terminal.shows("sends: file upload")


async def test_what_was_switched_twice_is_no_change(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("3", "3", "s")
        await terminal.shows("There is nothing to save.")
        await terminal.press("escape")
        await terminal.until(lambda: "There is nothing to save." not in terminal.text)
    assert _entries(firm) == 0


async def test_only_the_second_escape_leaves_what_was_switched_and_then_nothing_is_saved(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("3", "escape")
        await terminal.shows("1 change is not saved: s saves it, esc again leaves without it.")
        await terminal.press("j", "escape")
        await terminal.shows("1 change is not saved")
        await terminal.press("escape")
        await terminal.until(lambda: "not saved" not in terminal.text)
        assert len(terminal.app.screen_stack) == 2
    assert _off(firm) == {}


async def test_the_buttons_save_and_close(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("5", "tab", "tab", "enter")
        await terminal.shows("1 change is not saved")
        await terminal.press("shift+tab", "enter")
        await terminal.shows("1 preference saved for elodie@dupont.example.")
    assert _off(firm) == {ELODIE: {"proposals"}}


async def test_keys_typed_while_it_saves_go_where_they_are_meant(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        with closing(sqlite3.connect(firm.database.path, isolation_level=None)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            await terminal.press("5", "s", "o")
            await terminal.shows("Saving…", "[ …  ] Proposals")
            somebody.execute("ROLLBACK")
        await terminal.shows("NOTIFY is saved for elodie@dupont.example")
    assert _off(firm) == {ELODIE: {"proposals"}}
    assert account_profile(firm, 1).emails[0].notify


async def test_one_key_takes_back_all_that_one_dialog_changed(firm: Context) -> None:
    set_preferences(firm, 1, {find_address(firm, ZOE): {APPROVALS: False}})
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("N", "G", "a", "s")
        await terminal.shows("3 preferences saved for A-0001 Dupont [/SARL].")
        assert _off(firm) == {ELODIE: {"file_uploads"}, "elodie@dupont": {"file_uploads"}}
        await terminal.press("u")
        await terminal.shows("Taken back: notification preferences in A-0001")
        assert _off(firm) == {ZOE: {"approvals"}}
        await terminal.press("U")
        await terminal.shows("Done again: notification preferences in A-0001")
    assert _off(firm) == {ELODIE: {"file_uploads"}, "elodie@dupont": {"file_uploads"}}


async def test_what_a_colleague_changed_meanwhile_is_told_shown_and_then_saved_over(firm: Context) -> None:
    elodie = find_address(firm, ELODIE)
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("5", "1")
        set_preferences(colleague(firm), 1, {elodie: {APPROVALS: False, PROPOSALS: False}})
        await terminal.press("s")
        await terminal.shows("Nothing was saved: meanwhile Carl switched “Documents: approvals” off", "Save 1 change ")
        assert "[off ]" in terminal.line("Documents: approvals  ")
        assert _off(firm) == {ELODIE: {"approvals", "proposals"}}
        await terminal.press("s")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
    assert _off(firm) == {ELODIE: {"approvals", "proposals", "file_uploads"}}


async def test_what_fails_to_be_saved_stays_in_the_dialog_with_the_reason(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open(terminal)
        await terminal.press("3")
        firm.database.execute("DELETE FROM account_contact")
        await terminal.press("s")
        await terminal.shows("Nothing was saved: elodie@dupont.example is not in A-0001.", "Save 1 change")
        assert "*[off ]" in terminal.line("Documents: approvals")
        await terminal.press("escape", "escape")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
    assert firm.database.value("SELECT count(*) FROM notification_preference") == 0


async def test_an_address_that_is_gone_opens_no_dialog(firm: Context) -> None:
    async with _profile(firm) as terminal:
        screen = _place(terminal)
        start(screen, partial(open_preferences, screen, 2, find_address(firm, ELODIE)), "preferences")
        await terminal.shows("elodie@dupont.example is not in A-0002.")


async def test_who_may_not_change_accounts_sees_everything_and_is_told_why_nothing_moves(firm: Context) -> None:
    with firm.database.write():
        firm.database.execute(
            "INSERT INTO staff (login, name, email, role, created_at) VALUES ('ed', 'Ed', 'ed@x.example', 'employee', 0)"
        )
    set_preferences(firm, 1, {find_address(firm, ELODIE): {APPROVALS: False}})
    async with _profile(identify(firm, login="ed")) as terminal:
        await _open(terminal)
        await terminal.shows("Ed has no right to change accounts.", "6 of 7 groups")
        await terminal.press("space", "a", "s")
        await terminal.shows("Ed has no right to change accounts.", "6 of 7 groups")
        await terminal.press("escape")
        await _open_grid(terminal)
        await terminal.press("n", "V", "A", "s")
        await terminal.shows("Ed has no right to change accounts.", "Nothing is changed.")
    assert _off(firm) == {ELODIE: {"approvals"}}


async def test_an_archived_account_says_that_nothing_is_sent(firm: Context) -> None:
    change_access(firm, [1], AccessWish(notify=True))
    archive(firm, [1])
    async with running(firm) as terminal:
        terminal.app.open_account(1)
        await terminal.shows("Contacts", "archived")
        await _open(terminal)
        await terminal.shows("The account is archived: nothing is sent.")


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 60)])
async def test_everything_in_the_dialog_is_within_reach(firm: Context, size: tuple[int, int]) -> None:
    async with _profile(firm, size) as terminal:
        await _open(terminal)
        await terminal.press("G", "space")
        await terminal.until(lambda: "*[off ]" in terminal.line("Invoices & payments"))
        await terminal.press("n", "tab")
        await terminal.shows("Save 7 changes")
        await terminal.press("enter")
        await terminal.shows("7 preferences saved")
    assert len(_off(firm)[ELODIE]) == 7


async def test_the_grid_shows_each_address_once_under_its_contact(firm: Context) -> None:
    change_access(firm, [1], AccessWish(notify=True), find_address(firm, ELODIE))
    set_preferences(firm, 1, {find_address(firm, ZOE): {APPROVALS: False}})
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.shows("Élodie Dupont", "Zoë Dupont", "A-0001 Dupont [/SARL]", "NOTIFY is off for 2 of 3.")
        await terminal.shows("NOTIFY  File Sign Appr Chat Prop Orga Paym")
        assert "on      [x]  [x]  [x]  [x]  [x]  [x]  [x]" in terminal.line(" elodie@dupont.example  ")
        assert "off     [x]  [x]  [ ]  [x]  [x]  [x]  [x]" in terminal.line(" zoe@dupont.example  ")
        assert "! elodie@dupont " in terminal.line("elodie@dupont ")


async def test_the_line_below_names_address_and_group_under_the_cursor(firm: Context) -> None:
    change_access(firm, [1], AccessWish(notify=True), find_address(firm, ELODIE))
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.shows(
            "1 of 3 · elodie@dupont.example · 7 of 7 groups sent", "Documents: file uploads · new documents"
        )
        await terminal.press("G", "left", "right", "right", "l", "h")
        await terminal.shows("3 of 3 · zoe@dupont.example · nothing is sent: NOTIFY is off")
        await terminal.shows("Documents: approvals · requests and reminders")


async def test_a_cell_a_line_and_a_column_are_switched_and_saved_in_one_go(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("4", "j", "n", "right", "right", "right", "a", "G", "N", "k", "k", "A")
        await terminal.shows("Save 1 change")
        await terminal.press("6", "G", "n", "left", "A", "space")
        await terminal.shows("9 changes on 2 addresses, not saved yet.", "Save 9 changes")
        assert _off(firm) == {}
        await terminal.press("s")
        await terminal.shows("9 preferences saved for A-0001 Dupont [/SARL].")

    assert _off(firm) == {
        ELODIE: {"chats_and_tasks", "organizers"},
        ZOE: {group.value for group in NotificationGroup},
    }
    assert _entries(firm) == 2


async def test_a_line_is_copied_and_pasted_on_one_or_on_all(firm: Context) -> None:
    elodie, zoe = find_address(firm, ELODIE), find_address(firm, ZOE)
    set_preferences(firm, 1, {elodie: {APPROVALS: False}, zoe: {PROPOSALS: False}})
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("v")
        await terminal.shows("Nothing is copied yet: c copies the line under the cursor.")
        await terminal.press("c", "G", "v")
        await terminal.shows("2 changes on 1 address, not saved yet.")
        await terminal.press("1", "c", "V")
        await terminal.shows("6 changes on 3 addresses, not saved yet.")
        await terminal.press("s")
        await terminal.shows("6 preferences saved")
    both = {"approvals", "file_uploads"}
    assert _off(firm) == {ELODIE: both, "elodie@dupont": both, ZOE: both}


async def test_the_grid_keeps_what_was_switched_where_a_colleague_was_quicker(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("n", "G", "1")
        set_preferences(colleague(firm), 1, {find_address(firm, ZOE): {APPROVALS: False}})
        await terminal.press("s")
        await terminal.shows("meanwhile Carl switched “Documents: approvals” off", "8 changes on 2 addresses")
        assert _off(firm) == {ZOE: {"approvals"}}
        await terminal.press("s")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
    assert _off(firm)[ZOE] == {"approvals", "file_uploads"}


async def test_the_grid_goes_on_without_an_address_that_left_the_account(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("1", "G", "n")
        firm.database.execute("DELETE FROM account_contact WHERE contact_id = 2")
        await terminal.press("s")
        await terminal.shows("Nothing was saved: zoe@dupont.example is not in A-0001.", "1 change on 1 address")
        assert "zoe@dupont.example  " not in terminal.text
        await terminal.press("s")
        await terminal.shows("1 preference saved")
    assert _off(firm) == {ELODIE: {"file_uploads"}}


async def test_the_grid_stands_though_every_address_left_the_account(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("1")
        firm.database.execute("DELETE FROM account_contact")
        await terminal.press("s")
        await terminal.shows("Nothing was saved: elodie@dupont.example is not in A-0001.", "Save 1 change")
        await terminal.press("escape", "escape")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)


async def test_the_grid_asks_once_before_changes_are_gone(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("N", "escape")
        await terminal.shows("3 changes are not saved: s saves them, esc again leaves without them.")
        await terminal.press("escape")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
    assert _off(firm) == {}


async def test_an_account_without_an_address_opens_no_grid(firm: Context) -> None:
    async with _profile(firm) as terminal:
        screen = _place(terminal)
        start(screen, partial(open_preference_grid, screen, 3), "preferences")
        await terminal.shows("A-0003 山田商店 has no e-mail address.")


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (200, 60)])
async def test_two_hundred_addresses_with_long_and_wide_names_are_walked_and_saved(
    office: Context, size: tuple[int, int]
) -> None:
    account = create_account(office, "Large 大きな会社", AccountType.COMPANY)
    for number in range(200):
        name = f"長い名前の人 {number:03} von und zu Hohenlohe-Langenburg-Schillingsfürst"
        create_contact(office, [account], name, [f"p{number:03}@a-very-long-domain-name-of-a-very-large-firm.example"])
    async with _profile(office, size) as terminal:
        await _open_grid(terminal)
        await terminal.shows("1 of 200", "長い名前の人 000")
        await terminal.press("G")
        await terminal.shows("200 of 200", "長い名前の人 199", "p199@")
        await terminal.press("2", "c", "V", "g")
        await terminal.shows("200 changes on 200 addresses", "1 of 200", "長い名前の人 000")
        await terminal.press("pagedown", "pageup", "s")
        await terminal.shows("200 preferences saved")
    assert set(map(frozenset, _off(office, account).values())) == {frozenset({"signature_requests"})}
    assert len(_off(office, account)) == 200


async def test_the_grid_survives_other_sizes_of_the_window(firm: Context) -> None:
    async with _profile(firm) as terminal:
        await _open_grid(terminal)
        await terminal.press("n")
        await terminal.resize(40, 10)
        await terminal.shows("too small")
        await terminal.resize(60, 15)
        await terminal.shows("7 changes on 1 address", "Save 7 changes")
        await terminal.resize(140, 50)
        await terminal.shows("7 changes on 1 address", "V to all")
