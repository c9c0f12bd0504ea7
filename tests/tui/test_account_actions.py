"""More actions > Edit login, notify, email sync: told before, done whole, told after, taken back."""

from __future__ import annotations

from pathlib import Path

from tests.screens import Terminal, running
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context
from tui_portal.services.tags import change_tags

_SETTINGS = "SELECT account_id, login, notify, email_sync FROM contact_settings ORDER BY 1, 2"


async def _open_bulk_edit(terminal: Terminal) -> None:
    await terminal.press("asterisk", "m")
    await terminal.shows("Edit login, notify, email sync")
    await terminal.press("e")
    await terminal.shows("Leave as it is", "Nothing is chosen yet.")


async def test_login_for_all_with_invitations_is_foreseen_done_told_and_undone(firm: Context, tmp_path: Path) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right", "tab", "tab", "tab", "space")
        await terminal.shows("Will change 3 settings, send 3 invitations.", "Skipped 2")
        await terminal.press("tab")
        await terminal.type("Welcome")
        await terminal.press("tab", "tab", "enter")
        await terminal.shows("zoe@dupont.example", "LOGIN on, mail queued")
        await terminal.press("G")
        await terminal.press("end")
        await terminal.shows("elodie@dupont", "the domain has no dot")
        await terminal.press("x")
        await terminal.shows("Write the result to")
        await terminal.press("ctrl+u")
        await terminal.until(lambda: ".csv" not in terminal.text)
        terminal.paste(str(tmp_path / "result.csv"))
        await terminal.press("enter")
        await terminal.shows("Written to")
        assert firm.database.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND message = 'Welcome'") == 3
        await terminal.press("u")
        await terminal.until(lambda: firm.database.value("SELECT sum(login) FROM contact_settings") == 0)

    assert firm.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 0
    assert (tmp_path / "result.csv").read_text("utf-8-sig").splitlines()[1:] == [
        'elodie@dupont.example,A-0001,"LOGIN on, mail queued"',
        'zoe@dupont.example,A-0001,"LOGIN on, mail queued"',
        'juergen@gross.example,A-0002,"LOGIN on, mail queued"',
        "elodie@dupont,A-0001,the address is not valid: the domain has no dot",
        ",A-0003,no contact of it has an address",
    ]


async def test_what_a_colleague_changed_meanwhile_is_told_and_nothing_is_written(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right")
        await terminal.shows("Will change 3 settings")
        change_access(firm, [2], AccessWish(login=True))
        await terminal.press("alt+s")
        await terminal.shows("Will change 2 settings")
        assert firm.database.value("SELECT sum(login) FROM contact_settings") == 1
        await terminal.press("alt+s")
        await terminal.shows("2 skipped")

    assert firm.database.value("SELECT sum(login) FROM contact_settings") == 3


async def test_a_message_that_is_too_long_can_not_be_saved(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right", "tab", "tab", "tab", "space", "tab")
        terminal.paste("x" * 5001)
        await terminal.shows("The message is too long", "5001 / 5000")
        await terminal.press("alt+s")
        assert firm.database.value("SELECT count(*) FROM contact_settings") == 0


async def test_archive_closes_the_account_and_undo_opens_it(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("m", "a")
        await terminal.shows("The portal is closed for this account")
        await terminal.press("tab", "enter")
        await terminal.shows("2 of 2")
        await terminal.press("u")
        await terminal.shows("3 of 3", "Dupont")


async def test_tags_are_added_to_all_that_is_marked(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("asterisk", "m", "t")
        await terminal.shows("Tags, separated by commas")
        await terminal.type("vip, audit")
        await terminal.press("enter")
        await terminal.until(lambda: "Tags, separated" not in terminal.text)

    assert firm.database.value("SELECT count(*) FROM account_tag JOIN tag ON tag.id = tag_id WHERE name = 'vip'") == 3


async def test_the_filter_menu_writes_the_filter_line_and_one_key_clears_it(firm: Context) -> None:
    change_access(firm, [1], AccessWish(login=True))
    async with running(firm) as terminal:
        await terminal.press("f")
        await terminal.shows("Last login")
        await terminal.press("a")
        await terminal.shows("Offline")
        await terminal.press("a")
        await terminal.shows("login:offline", "2 of 3")
        await terminal.press("f", "x")
        await terminal.shows("3 of 3")


async def test_a_filter_that_can_not_be_read_is_told_and_the_list_stays(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("slash")
        terminal.paste("type:compnay")
        await terminal.shows("compnay", "company", "3 of 3")
        assert "Dupont" in terminal.text


async def test_a_filter_is_saved_under_a_name_and_recalled(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("slash")
        await terminal.type("gross")
        await terminal.press("enter", "f", "s")
        await terminal.shows("Save this filter")
        await terminal.type("grossform")
        await terminal.press("enter")
        await terminal.shows("Saved as grossform.")
        await terminal.press("escape", "f", "v")
        await terminal.shows("grossform")
        await terminal.press("enter")
        await terminal.shows("1 of 3", "Groß & Söhne")
        await terminal.press("escape", "ctrl+p")
        await terminal.type("grossf")
        await terminal.shows("Filter: grossform")
        await terminal.press("enter")
        await terminal.shows("1 of 3", "Groß & Söhne")


async def test_the_marks_of_one_list_are_not_those_of_another(firm: Context) -> None:
    change_access(firm, [1], AccessWish(login=True))
    async with running(firm) as terminal:
        await terminal.press("2")
        await terminal.shows("› Pending activation", "elodie@dupont.example")
        await terminal.press("asterisk")
        await terminal.shows("2 marked")
        await terminal.press("1")
        await terminal.shows("› Accounts", "3 of 3")
        assert "marked" not in terminal.text


async def test_nothing_done_is_not_promised_to_be_taken_back(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("G", "m", "e")
        await terminal.shows("Nothing is chosen yet.")
        await terminal.press("right")
        await terminal.shows("Skipped 1")
        await terminal.press("alt+s")
        await terminal.until(lambda: "0 settings changed · 1 skipped" in terminal.text)
        assert "u takes it back" not in terminal.text


async def test_an_export_to_an_odd_path_is_told_and_asked_again(firm: Context, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with running(firm) as terminal:
        await terminal.press("x")
        await terminal.shows("Write 3 lines to")
        for path in ("~nobody-known/x.csv", f"{tmp_path}/file/x.csv", f"{tmp_path}/{'x' * 252}.csv"):
            await terminal.press("ctrl+u")
            terminal.paste(path)
            await terminal.press("enter")
            await terminal.until(lambda: "no home directory" in terminal.text or "can't be written" in terminal.text)


async def test_esc_is_heard_at_once_while_somebody_else_writes_and_nothing_is_saved(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right")
        await terminal.shows("Will change 3 settings")
        with firm.database.write():
            await terminal.press("alt+s")
            await terminal.shows("Somebody else is writing to the database")
            await terminal.press("escape")
            await terminal.shows("Stopped; nothing was changed.", "Will change 3 settings")
        await terminal.press("alt+s")
        await terminal.shows("LOGIN on")

    assert firm.database.value("SELECT count(*) FROM operation") == 1
    assert firm.database.value("SELECT sum(login) FROM contact_settings") == 3


async def test_leaving_in_the_middle_of_save_saves_nothing(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right")
        await terminal.shows("Will change 3 settings")
        with firm.database.write():
            await terminal.press("alt+s")
            await terminal.shows("Saving…")
            await terminal.press("ctrl+q")

    assert firm.database.value("SELECT count(*) FROM contact_settings") == 0
    assert firm.database.value("SELECT count(*) FROM operation") == 0


async def test_undo_that_waits_for_somebody_else_says_so_and_esc_gives_it_up(firm: Context) -> None:
    change_access(firm, [1, 2], AccessWish(notify=True))
    async with running(firm) as terminal:
        with firm.database.write():
            await terminal.press("u")
            await terminal.shows("Somebody else is writing to the database")
            await terminal.press("escape")
            await terminal.shows("Stopped; nothing was changed.")
        assert firm.database.value("SELECT sum(notify) FROM contact_settings") == 3
        await terminal.press("u")
        await terminal.shows("Taken back")

    assert firm.database.value("SELECT sum(notify) FROM contact_settings") == 0


async def test_leaving_while_tags_wait_to_be_written_writes_none(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("asterisk", "m", "t")
        await terminal.shows("Tags, separated by commas")
        await terminal.type("vip")
        with firm.database.write():
            await terminal.press("enter")
            await terminal.shows("Saving…")
            await terminal.press("ctrl+q")

    assert firm.database.value("SELECT count(*) FROM tag WHERE name = 'vip'") == 0


async def test_a_tag_that_is_refused_is_told_and_what_was_typed_stays(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("asterisk", "m", "t")
        await terminal.shows("Tags, separated by commas")
        terminal.paste("vip, " + "x" * 500)
        await terminal.press("enter")
        await terminal.shows("xxxxxx", "The name has 500 characters")
        await terminal.press("ctrl+u")
        await terminal.type("vip")
        await terminal.press("enter")
        await terminal.shows("Tags changed on 3 accounts")


async def test_the_result_of_an_edit_and_what_it_would_skip_can_be_read(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right")
        await terminal.shows("Skipped 2")
        await terminal.press("v")
        await terminal.shows("2 skipped", "elodie@dupont", "the domain has no dot", "esc closes")
        await terminal.press("x")
        await terminal.shows("2 skipped")
        await terminal.press("v")
        await terminal.shows("Will change 3 settings")


async def test_a_menu_with_more_lines_than_keys_is_searched_by_typing(firm: Context) -> None:
    change_tags(firm, [1], [f"Tag {n:03}" for n in range(60)])
    change_tags(firm, [2], ["Söhne"])
    async with running(firm) as terminal:
        await terminal.press("f", "c")
        await terminal.shows("Tag 000", "/ finds one of 63")
        await terminal.press("slash")
        await terminal.type("sohn")
        await terminal.shows("/ sohn   1 of 63", "Söhne")
        await terminal.press("escape")
        await terminal.shows("Tag 000", "/ finds one of 63")
        await terminal.press("slash")
        await terminal.type("sohn")
        await terminal.press("enter")
        await terminal.shows("1 of 3", "Groß & Söhne")


async def test_the_last_line_of_a_long_menu_is_reached_and_chosen(firm: Context) -> None:
    change_tags(firm, [1], [f"Tag {n:03}" for n in range(60)])
    async with running(firm) as terminal:
        await terminal.press("f", "c")
        await terminal.press("end")
        await terminal.shows("Tag 059")
        await terminal.press("enter")
        await terminal.shows('tag:"Tag 059"', "1 of 3")


async def test_on_the_smallest_screen_every_answer_of_the_bulk_edit_can_be_read(firm: Context) -> None:
    async with running(firm, size=(60, 15)) as terminal:
        await terminal.press("asterisk", "m", "e")
        await terminal.shows("(•) Leave", "( ) Enable", "( ) Disable")
        assert not [line for line in terminal.lines if "( ) Enable" in line and "…" in line]
