"""More actions > Edit login, notify, email sync: told before, done whole, told after, taken back."""

from __future__ import annotations

from tests.screens import Terminal, running
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context

_SETTINGS = "SELECT account_id, login, notify, email_sync FROM contact_settings ORDER BY 1, 2"


async def _open_bulk_edit(terminal: Terminal) -> None:
    await terminal.press("asterisk", "m")
    await terminal.shows("Edit login, notify, email sync")
    await terminal.press("e")
    await terminal.shows("Leave as it is", "Nothing is chosen yet.")


async def test_login_for_all_with_invitations_is_foreseen_done_told_and_undone(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_bulk_edit(terminal)
        await terminal.press("right", "tab", "tab", "tab", "space")
        await terminal.shows("Will change 3 settings, send 3 invitations.", "Skipped 2")
        await terminal.press("tab")
        await terminal.type("Welcome")
        await terminal.press("tab", "tab", "enter")
        await terminal.shows("2 skipped", "elodie@dupont", "the domain has no dot")
        await terminal.press("escape")
        await terminal.shows("3 settings changed · 3 invitations · 2 skipped · u takes it back")
        assert firm.database.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND message = 'Welcome'") == 3
        await terminal.press("u")
        await terminal.until(lambda: firm.database.value("SELECT sum(login) FROM contact_settings") == 0)

    assert firm.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 0


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
        await terminal.shows("Tags changed: vip, audit.")

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
