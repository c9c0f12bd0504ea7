"""The Staff screen, accounts assigned by keys, and rights that change while a terminal is open."""

from __future__ import annotations

from dataclasses import replace

from tests.screens import running
from tests.services.firms import everything
from tui_portal.domain.staff import Role
from tui_portal.services.assignments import assign
from tui_portal.services.context import Context
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import StaffFields, add_member, change_member, deactivate, find_member
from tui_portal.store.database import open_database

EMMA = StaffFields("emma", "Emma Employee", "emma@x.example", Role.EMPLOYEE, None, True, True)


async def test_a_staff_member_is_added_edited_deactivated_and_brought_back(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("8")
        await terminal.shows("› Staff", "Olga Owner", "owner", "everything")
        await terminal.press("n")
        await terminal.shows("New staff member", "Manage accounts")
        await terminal.type("emma")
        await terminal.press("tab")
        await terminal.type("Emma Employee")
        await terminal.press("tab")
        await terminal.type("emma@x")
        await terminal.press("alt+s")
        await terminal.shows("emma@x is not an e-mail address")
        await terminal.type(".example")
        await terminal.press("alt+s")
        await terminal.shows("Emma Employee is saved", "reads all accounts")
        await terminal.press("home", "e")
        await terminal.shows("Edit staff member")
        await terminal.press("tab", "tab", "tab", "tab", "tab", "space", "alt+s")
        await terminal.shows("manages all accounts")
        await terminal.press("d")
        await terminal.shows("They are not let in any more")
        await terminal.press("tab", "enter")
        await terminal.shows("not active")
        await terminal.press("end", "d")
        await terminal.shows("Emma Employee is back")
        await terminal.press("enter")
        await terminal.shows("› Activity")
    emma = find_member(firm, "emma")
    assert (emma.active, emma.fields.manage_accounts, emma.fields.email) == (True, True, "emma@x.example")


async def test_the_last_owner_and_oneself_are_told_before_anything_is_lost(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("8")
        await terminal.shows("Olga Owner")
        await terminal.press("d")
        await terminal.press("tab", "enter")
        await terminal.shows("is the last owner")
        add_member(firm, replace(EMMA, role=Role.OWNER))
        await terminal.press("r")
        await terminal.shows("Emma Employee")
        await terminal.press("end", "e")
        await terminal.shows("Edit staff member", "Olga Owner")
        await terminal.press("tab", "tab", "tab", "right", "alt+s")
        await terminal.shows("You would take this from yourself", "Save again does it")
        await terminal.press("alt+s")
        await terminal.shows("Olga Owner is saved")
    assert find_member(firm, "olga").fields.role is Role.ADMIN


async def test_accounts_are_assigned_by_keys_found_by_it_and_taken_back(firm: Context) -> None:
    add_member(firm, EMMA)
    async with running(firm, size=(120, 24)) as terminal:
        await terminal.press("space", "space", "m", "r")
        await terminal.shows("Assign to staff", "Emma Employee (emma)", "2 accounts")
        await terminal.press("a")
        await terminal.shows("2 accounts assigned to Emma Employee")
        await terminal.press("escape", "slash")
        await terminal.type("staff")
        await terminal.press("colon")
        await terminal.type("emma")
        await terminal.shows("2 of 3", "Responsible: emma")
        await terminal.press("enter", "enter")
        await terminal.shows("responsible: Emma Employee")
        await terminal.press("escape", "u")
        await terminal.shows("Taken back: 2 accounts assigned to Emma Employee", "0 of 3")


async def test_an_employee_is_told_by_every_key_and_menu_why_not(firm: Context) -> None:
    add_member(firm, replace(EMMA, manage_accounts=False))
    emma = identify(firm, login="emma")
    before = everything(firm, ["presence"])
    async with running(emma, size=(110, 30)) as terminal:
        why = "Emma Employee has no right to change accounts."
        for key in ("n", "e", "u", "U"):
            await terminal.press(key)
            await terminal.shows(why)
            await terminal.press("escape")
            terminal.app.screen.query_one("KeyBar")._fall_silent()  # type: ignore[attr-defined]  # so that the next is seen
        await terminal.press("m")
        await terminal.shows("Add tags (Emma Employee has no right", "Assign to staff… (Only the owner and admins")
        await terminal.press("t")
        await terminal.shows(f"Not now: {why}")
        await terminal.press("escape", "2", "i")
        await terminal.shows(why)
        await terminal.press("8", "n")
        await terminal.shows("Only the owner and admins manage the staff")
        await terminal.press("1", "enter")
        await terminal.shows("Élodie Dupont")
        await terminal.press("l")
        await terminal.shows(why)
    assert everything(firm, ["presence"]) == before


async def test_a_right_taken_away_is_gone_in_the_open_terminal_and_told(firm: Context) -> None:
    emma = add_member(firm, EMMA)
    assign(firm, [1], emma)
    olga = replace(firm, database=open_database(firm.database.path))
    async with running(identify(firm, login="emma"), size=(110, 24)) as terminal:
        await terminal.shows("3 of 3")
        change_member(olga, emma, replace(EMMA, view_all=False, manage_accounts=False))
        await terminal.shows("1 of 1", "Your rights were changed: employee, reads own accounts.")
        await terminal.press("n")
        await terminal.shows("has no right to change accounts")
        change_member(olga, emma, EMMA)
        await terminal.shows("3 of 3", "manages all accounts")
        deactivate(olga, emma)
        await terminal.shows("0 of 0", "not active any more")
        await terminal.press("n")
        await terminal.shows("nothing can be changed")
    olga.database.close()


async def test_the_profile_shows_who_else_has_the_account_open_and_writes_seldom(firm: Context) -> None:
    emma = add_member(firm, EMMA)
    other = replace(firm, database=open_database(firm.database.path))
    async with running(firm, size=(100, 24)) as terminal:
        await terminal.press("enter")
        await terminal.shows("Élodie Dupont")
        other.database.execute(
            "INSERT INTO presence (account_id, staff_id, owner, until) VALUES (1, ?, 'elsewhere.example:1:1', ?)",
            [emma, firm.clock() + 60],
        )
        await terminal.shows("also open: Emma Employee")
        own = "SELECT count(*) FROM presence WHERE staff_id = 1 AND account_id = ?"
        await terminal.until(lambda: other.database.value(own, [1]) == 1)
        other.database.execute("DELETE FROM presence WHERE staff_id = ?", [emma])
        await terminal.until(lambda: "also open" not in terminal.text)
        await terminal.press("J")
        await terminal.shows("A-0002")
        assert other.database.value(own, [2]) == 0
        await terminal.press("escape")
        await terminal.until(lambda: other.database.value("SELECT count(*) FROM presence") == 0)
    other.database.close()


async def test_the_help_tells_a_key_once_as_what_it_does_in_this_list(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("8")
        await terminal.shows("› Staff")
        await terminal.press("?")
        await terminal.shows("new staff member", "more actions, on what is marked")
        assert "new account" not in terminal.text
        assert "edit the account" not in terminal.text
