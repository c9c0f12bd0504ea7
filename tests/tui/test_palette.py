"""The command palette: everything by name, nothing of others, and enter does what was typed, not what stood there before."""

from __future__ import annotations

from dataclasses import replace

from tests.screens import running
from tui_portal.config import settings_from
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.staff import Role
from tui_portal.services.assignments import assign
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.saved_views import save_view
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import StaffFields, add_member


async def test_a_contact_of_several_accounts_is_offered_in_each_and_opens_there_at_the_contact(firm: Context) -> None:
    create_contact(firm, [1, 2], "Zita Both", ["zita@both.example"])
    async with running(firm) as terminal:
        await terminal.press("colon")
        await terminal.type("zita")
        await terminal.shows("Zita Both", "A-0001 Dupont [/SARL]", "A-0002 Groß & Söhne GmbH")
        lines = [line for line in terminal.lines if "Zita Both" in line]
        assert [code for line in lines for code in ("A-0001", "A-0002") if code in line] == ["A-0001", "A-0002"]
        await terminal.press("down", "enter")
        await terminal.shows("› A-0002 Groß", "▸ Email   zita@both.example")


async def test_an_address_opens_its_account_at_that_address(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("colon")
        await terminal.type("zoe@")
        await terminal.shows("zoe@dupont.example", "A-0001 Dupont [/SARL]")
        await terminal.press("enter")
        await terminal.shows("▸ Email        zoe@dupont.example")
        await terminal.press("colon")
        await terminal.type("elodie@dupont ")
        await terminal.press("down", "enter")
        await terminal.shows("elodie@dupont.example")


async def test_enter_right_behind_the_text_does_what_was_typed(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("colon", *"archi", "enter")
        await terminal.shows("› Archived")
        await terminal.press("colon", *"gross", "enter", "n")
        await terminal.shows("› A-0002 Groß & Söhne GmbH", "Name or address of a contact")


async def test_a_saved_filter_opens_its_list_filtered_and_sorted(firm: Context) -> None:
    save_view(firm, "accounts", "My [/companies]", "type:company", "id:desc")
    save_view(firm, "archived", "Old ones", "dup", "name")
    async with running(firm) as terminal:
        await terminal.press("2", "colon", *"companies")
        await terminal.shows("Filter: My [/companies]")
        await terminal.press("enter")
        await terminal.shows("› Accounts", "type:company", "by ID ↓")
        await terminal.press("colon", *"old", "enter")
        await terminal.shows("› Archived", "0 of 0")


async def test_what_is_called_otherwise_is_told_and_nothing_is_done(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("colon", *"xyzzy")
        await terminal.shows("Nothing found.")
        await terminal.press("enter")
        await terminal.shows("Nothing found.")
        await terminal.press("escape")
        await terminal.until(lambda: "Nothing found" not in terminal.text)


async def test_who_sees_only_their_accounts_is_offered_nothing_of_others(firm: Context) -> None:
    staff = add_member(firm, StaffFields("emma", "Emma", "emma@x.example", Role.EMPLOYEE, None, True, False))
    assign(firm, [2], staff)
    async with running(identify(firm, login="emma")) as terminal:
        for text, own in (("dupont", ""), ("elodie@", ""), ("a-0001", ""), ("gro", "A-0002 Groß & Söhne GmbH")):
            await terminal.press("colon")
            await terminal.type(text)
            await terminal.shows(own or "Nothing found.")
            assert "Dupont" not in terminal.text
            await terminal.press("escape")


async def test_a_command_that_does_nothing_in_this_place_is_not_offered(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("8", "colon", *"export")
        await terminal.shows("Nothing found.")
        await terminal.press("escape", "2", "colon", *"edit")
        await terminal.shows("Nothing found.")


async def test_hundreds_of_accounts_are_offered_a_few_at_a_time_and_moved_through(firm: Context) -> None:
    for n in range(30):
        create_account(firm, f"Client {n:03}", AccountType.COMPANY)
    async with running(firm, size=(60, 15)) as terminal:
        await terminal.press("colon")
        await terminal.type("client 0")
        await terminal.shows("A-0004 Client 000")
        await terminal.press("pagedown", "pagedown", "down", "enter")
        await terminal.shows("› A-0015 Client 011")


async def test_what_one_comes_to_do_is_told_step_by_step_in_the_keys_in_force(firm: Context) -> None:
    office = replace(firm, settings=settings_from({"ui": {"keys": {"list_screen": {"more": "M"}}}}))
    async with running(office) as terminal:
        await terminal.press("colon")
        await terminal.type("invite many")
        await terminal.shows("How to: Invite many clients at once")
        await terminal.press("enter")
        await terminal.shows("Press M and choose “Edit login, notify, email sync”", "esc closes")
        await terminal.press("escape", "enter")
        await terminal.shows("› A-0001 Dupont")
