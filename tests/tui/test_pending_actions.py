"""Pending activation by keys: sort, mark, send, cancel, take back."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.screens import Terminal, running
from tests.services.firms import firm_of, send_all, token
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.context import Context
from tui_portal.services.invitations import open_link
from tui_portal.services.resends import send_invites


@pytest.fixture
def crowd(office: Context, clock: Clock) -> Context:
    """Four pending mailboxes, the last two of them invited a week ago."""
    accounts = firm_of(office, 4)
    change_access(office, accounts, AccessWish(login=True))
    send_invites(office, [find_address(office, f"p{n}.0@crowd.example") for n in (2, 3)])
    clock.advance(7 * 86_400)
    send_all(office)
    return office


async def _open_pending(terminal: Terminal) -> None:
    await terminal.press("2")
    await terminal.shows("INVITE SENT", "4 of 4")


async def test_the_never_invited_are_sorted_together_marked_and_invited(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal)
        await terminal.press("s", "s")
        await terminal.shows("by Invite sent")
        await terminal.press("space", "space", "i")
        await terminal.shows("Send invitations", "2 addresses", "Will send 2 first invitations.")
        await terminal.type("Hi")
        await terminal.press("alt+s")
        await terminal.shows("2 invitations · u takes it back")
        assert crowd.database.rows("SELECT message FROM outbox WHERE state = 'queued'") == [("Hi",), ("Hi",)]
        await terminal.press("u")
        await terminal.shows("Taken back: invitations to 2 addresses")
    assert crowd.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 0


async def test_the_selected_are_cancelled_and_their_links_say_so(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal)
        await terminal.press("end", "d")
        await terminal.shows("1 link dies at once.", "LOGIN stays as it is")
        await terminal.press("enter")
        await terminal.until(lambda: "dies at once" not in terminal.text)
        assert open_link(crowd, token(crowd, "p3.0@crowd.example")).state == "live"
        await terminal.press("d")
        await terminal.shows("1 link dies at once.")
        await terminal.press("tab", "enter")
        await terminal.shows("1 invitation cancelled · u takes it back")
    assert open_link(crowd, token(crowd, "p3.0@crowd.example")).state == "withdrawn"


async def test_the_filter_menu_leaves_the_never_invited(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal)
        await terminal.press("f", "n")
        await terminal.shows("2 of 4")
        await terminal.press("asterisk", "m")
        await terminal.shows("More actions", "2 addresses", "Copy link (only one at a time)")


async def test_why_and_the_link_are_a_key_away(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal)
        await terminal.press("end", "w")
        await terminal.shows("p3.0@crowd.example can't log in")
        await terminal.press("escape", "c")
        await terminal.shows("/activate/")


async def test_there_is_nobody_to_invite_or_cancel_in_an_empty_list(office: Context) -> None:
    async with running(office, ready="No accounts yet") as terminal:
        await terminal.press("2")
        await terminal.shows("Nobody is pending")
        await terminal.press("i")
        await terminal.shows("nobody is marked or under the cursor")


async def test_the_list_is_exported_and_a_place_that_there_is_not_is_told(crowd: Context, tmp_path: Path) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal)
        await terminal.press("x")
        await terminal.shows("Write 4 lines to")
        await terminal.press("ctrl+u")
        terminal.paste("~nobody.there/pending.csv")
        await terminal.press("enter")
        await terminal.shows("There is no home directory for")
        await terminal.press("ctrl+u")
        terminal.paste(str(tmp_path / "pending.csv"))
        await terminal.press("enter")
        await terminal.shows("Written to")
    assert (tmp_path / "pending.csv").read_text("utf-8").count("@crowd.example") == 4


async def test_undo_in_pending_activation_tells_whom_it_waits_for_and_is_given_up_by_esc(crowd: Context) -> None:
    send_invites(crowd, [find_address(crowd, "p0.0@crowd.example")])
    other = sqlite3.connect(crowd.database.path, isolation_level=None)
    async with running(crowd) as terminal:
        await _open_pending(terminal)
        other.execute("BEGIN IMMEDIATE")
        await terminal.press("u")
        await terminal.shows("Somebody else is writing to the database")
        await terminal.press("escape")
        await terminal.shows("Stopped; nothing was changed.")
        other.execute("ROLLBACK")
    other.close()
    assert crowd.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 1
