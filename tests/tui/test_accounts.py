"""The Accounts list: move, find, open."""

from __future__ import annotations

from tests.screens import running
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.staff import identify


async def test_status_is_told_by_a_sign_beside_the_id(firm: Context) -> None:
    change_access(firm, [2], AccessWish(login=True))
    async with running(firm) as terminal:
        await terminal.shows("○ A-0001", "◐ A-0002", "○ A-0003")
        assert "1/1" in terminal.line("Groß & Söhne")


async def test_find_answers_as_the_person_types_by_name_address_and_id(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("slash")
        await terminal.type("sohne")
        await terminal.shows("1 of 3", "Groß & Söhne")
        await terminal.press("escape", "escape")
        await terminal.shows("3 of 3")
        await terminal.press("slash")
        await terminal.type("zoe@dup")
        await terminal.shows("1 of 3", "Dupont [/SARL]")
        await terminal.press("enter", "enter")
        await terminal.shows("Zoë Dupont")


async def test_nothing_found_says_how_to_get_back(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("slash")
        await terminal.type("xyz")
        await terminal.shows("0 of 3", "Nothing found for “xyz”")


async def test_an_empty_firm_says_what_to_do_next(office: Context) -> None:
    async with running(office) as terminal:
        await terminal.shows("0 of 0", "tui-portal import FILE")


async def test_the_cursor_reaches_both_ends_of_a_long_list(office: Context) -> None:
    for number in range(120):
        create_account(office, f"Client {number:03}", AccountType.INDIVIDUAL)
    async with running(office) as terminal:
        await terminal.press("G")
        await terminal.shows("Client 119")
        await terminal.press("pageup", "k", "enter")
        await terminal.shows("› A-0100 Client 099")
        await terminal.press("escape", "g")
        await terminal.shows("Client 000")
        await terminal.press("pagedown", "j", "enter")
        await terminal.shows("› A-0021 Client 020")


async def test_what_a_colleague_adds_appears_without_moving_the_cursor(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("j")
        create_account(firm, "Aardvark", AccountType.COMPANY)
        await terminal.shows("Aardvark", "4 of 4")
        await terminal.press("enter")
        await terminal.shows("› A-0002 Groß & Söhne GmbH")


async def test_the_palette_finds_an_account_by_name(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("ctrl+p")
        await terminal.type("yamada")
        await terminal.press(*["backspace"] * 6)
        await terminal.type("gross")
        await terminal.shows("A-0002 Groß & Söhne GmbH")
        await terminal.press("enter")
        await terminal.shows("Jürgen Groß")


async def test_help_lists_the_keys_that_are_in_force(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("question_mark")
        await terminal.shows("Keys on this screen", "find, as you type")
        await terminal.press("escape", "enter")
        await terminal.shows("elodie@dupont.example")
        await terminal.press("question_mark")
        await terminal.shows("LOGIN on or off")


async def test_a_window_that_is_too_small_says_so_and_comes_back(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.resize(50, 10)
        await terminal.shows("too small", "60x15")
        await terminal.resize(80, 24)
        await terminal.shows("Dupont [/SARL]")


async def test_a_digit_goes_to_another_place_and_back(firm: Context) -> None:
    firm.database.execute("UPDATE account SET archived = 1 WHERE id = 2")
    async with running(firm) as terminal:
        await terminal.shows("2 of 2")
        await terminal.press("3")
        await terminal.shows("› Archived", "1 of 1", "Groß & Söhne")
        await terminal.press("enter")
        await terminal.shows("Jürgen Groß", "archived")
        await terminal.press("l")
        await terminal.shows("The account is archived")
        await terminal.press("1")
        await terminal.shows("› Accounts", "2 of 2", "Dupont [/SARL]")


async def test_who_changed_something_meanwhile_is_told(firm: Context) -> None:
    firm.database.execute(
        "INSERT INTO staff (login, name, email, role, created_at) VALUES ('max', 'Max Admin', 'max@x.example', 'admin', 0)"
    )
    colleague = identify(Context(firm.database, firm.settings, firm.clock), login="max")
    async with running(firm) as terminal:
        change_access(colleague, [1], AccessWish(notify=True))
        await terminal.shows("Max Admin changed 2 things", "2/3")
        change_access(firm, [2], AccessWish(notify=True))
        await terminal.shows("1/1")
        assert "Olga Owner changed" not in terminal.text


async def test_keys_that_are_typed_after_a_sort_are_about_the_new_order(firm: Context) -> None:
    change_access(firm, [2], AccessWish(login=True))
    async with running(firm) as terminal:
        await terminal.press("s")
        await terminal.shows("Sort by")
        await terminal.press("l", "G", "enter")
        await terminal.shows("› A-0002 Groß & Söhne GmbH")


async def test_the_name_and_the_whole_line_are_copied(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("c")
        await terminal.shows("(OSC 52): Dupont [/SARL]")
        assert terminal.app.clipboard == "Dupont [/SARL]"
        await terminal.press("C")
        await terminal.until(lambda: "A-0001" in terminal.app.clipboard)
        assert terminal.app.clipboard.split("\t")[:3] == ["A-0001", "Dupont [/SARL]", "company"]


async def test_letters_that_follow_a_key_that_opens_a_dialog_are_typed_into_it_and_mean_nothing_to_the_list(
    firm: Context,
) -> None:
    async with running(firm) as terminal:
        terminal.burst("n", *"jus*")
        await terminal.shows("New account", "jus*")
        await terminal.press("escape", "escape")
        await terminal.until(lambda: "New account" not in terminal.text)
        terminal.burst("e", *"jus*")
        await terminal.shows("Edit account", "jus*")
    assert firm.database.value("SELECT count(*) FROM account") == 3


async def test_what_a_colleague_does_leaves_cursor_scroll_and_marks_and_is_counted(office: Context) -> None:
    for number in range(80):
        create_account(office, f"Client {number:03}", AccountType.INDIVIDUAL)
    async with running(office) as terminal:
        await terminal.shows("80 of 80")
        await terminal.press("pagedown", "j", "space", "j")
        await terminal.shows("1 marked")
        before = [line for line in terminal.lines if "A-00" in line]
        create_account(office, "Aardvark", AccountType.COMPANY)
        await terminal.shows("81 of 81", "1 marked")
        assert [line for line in terminal.lines if "A-00" in line] == before
        office.database.execute("UPDATE account SET name = 'Renamed' WHERE id = 30")
        await terminal.shows("A-0030   Renamed")
        office.database.execute("UPDATE account SET archived = 1 WHERE id = 81")
        await terminal.shows("80 of 80")
