"""Pending activation by keys: asked before a second invitation, reminders on and off, and a whole morning's work on the demo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.screens import Terminal, running
from tests.services.firms import firm_of, send_all, token
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.context import Context
from tui_portal.services.invitations import open_link
from tui_portal.services.pending import PendingQuery, PendingState, count_pending, pending_ids, pending_rows
from tui_portal.services.reminders import queue_due_reminders
from tui_portal.services.resends import send_invites

QUEUED = "SELECT count(*) FROM outbox WHERE state = 'queued'"


@pytest.fixture
def crowd(office: Context, clock: Clock) -> Context:
    """Three pending mailboxes; the first was invited 20 seconds ago."""
    change_access(office, firm_of(office, 3), AccessWish(login=True))
    send_invites(office, [find_address(office, "p0.0@crowd.example")])
    clock.advance(20)
    return office


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Context]:
    context = make_demo(tmp_path / "demo.sqlite3", owner_login="olga", settings=demo_settings(tmp_path))
    yield context
    context.database.close()


async def _open_pending(terminal: Terminal, *shown: str) -> None:
    await terminal.press("2")
    await terminal.shows("INVITE SENT", *shown)


async def test_a_second_invitation_within_a_minute_is_asked_about_and_the_answer_is_no(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal, "3 of 3")
        await terminal.press("i")
        await terminal.shows("An invitation to p0.0@crowd.example was queued 20 seconds ago. Send", "another one?")
        await terminal.press("enter")
        await terminal.until(lambda: "another one" not in terminal.text)
        assert crowd.database.value("SELECT count(*) FROM outbox") == 1
        await terminal.press("i")
        await terminal.shows("Invited a moment ago")
        await terminal.press("tab", "enter")
        await terminal.shows("Will send 1 again, with a new link.")
        await terminal.press("alt+s", "alt+s")
        await terminal.shows("1 invitation · u takes it back")
    assert (crowd.database.value("SELECT count(*) FROM outbox"), crowd.database.value(QUEUED)) == (2, 1)


async def test_of_several_those_of_the_last_minute_are_left_out_unless_it_is_meant(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal, "3 of 3")
        await terminal.press("asterisk", "i")
        await terminal.shows("An invitation to p0.0@crowd.example was queued", "Send them another one")
        await terminal.press("enter")
        await terminal.shows("Will send 2 first invitations.", "already invited within the last hour (1)")
        await terminal.press("escape")
        await terminal.until(lambda: "Will send" not in terminal.text)
        await terminal.press("i")
        await terminal.shows("Send them another one")
        await terminal.press("tab", "enter")
        await terminal.shows("Will send 2 first invitations, 1 again, with a new link.")
        await terminal.press("alt+s")
        await terminal.shows("3 invitations · u takes it back")
    assert crowd.database.value(QUEUED) == 3


async def test_a_double_press_of_enter_sends_one_invitation(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal, "3 of 3")
        await terminal.press("end", "i")
        await terminal.shows("Will send 1 first invitation.")
        await terminal.press("tab", "tab", "tab", "tab", "enter", "enter")
        await terminal.until(lambda: "Message (optional)" not in terminal.text)
    assert crowd.database.value(QUEUED) == 2


async def test_the_account_asks_as_well(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await terminal.press("enter")
        await terminal.shows("p0.0@crowd.example")
        await terminal.press("i")
        await terminal.shows("Invited a moment ago", "another one?")
        await terminal.press("escape")
        await terminal.until(lambda: "another one" not in terminal.text)
        await terminal.press("i")
        await terminal.shows("Invited a moment ago")
        await terminal.press("tab", "enter")
        await terminal.shows("Personalized message")
        await terminal.press("alt+s")
        await terminal.shows("waits in the outbox")
    assert (crowd.database.value("SELECT count(*) FROM outbox"), crowd.database.value(QUEUED)) == (2, 1)


async def test_reminders_are_switched_by_one_key_and_told_in_the_list(crowd: Context, clock: Clock) -> None:
    clock.advance(60)
    send_all(crowd)
    clock.advance(3 * 86_400)
    queue_due_reminders(crowd)
    send_all(crowd)
    async with running(crowd) as terminal:
        await _open_pending(terminal, "12 Nov · 3d ↻1")
        await terminal.press("R")
        await terminal.shows("No reminders for 1 invitation", "12 Nov · 3d ↻–")
        await terminal.press("m")
        await terminal.shows("Reminders on or off")
        await terminal.press("R")
        await terminal.shows("Reminders on for 1 invitation", "12 Nov · 3d ↻1")
        await terminal.press("w")
        await terminal.shows("reminded on 15 Nov 12:01")
        await terminal.press("escape")
        await terminal.until(lambda: "reminded on" not in terminal.text)
        await terminal.press("end", "R")
        await terminal.shows("There is no open invitation to remind anybody of.")


async def test_the_dialog_sends_invitations_that_nobody_is_reminded_of(crowd: Context) -> None:
    async with running(crowd) as terminal:
        await _open_pending(terminal, "3 of 3")
        await terminal.press("end", "i")
        await terminal.shows("[ ] No reminders", "Will send 1 first invitation.")
        await terminal.press("tab", "tab", "space")
        await terminal.shows("[x] No reminders", "Will send 1 first invitation.")
        await terminal.press("alt+s")
        await terminal.shows("1 invitation · u takes it back", "queued ↻–")
    assert crowd.database.rows("SELECT reminders FROM invitation ORDER BY id") == [(1,), (0,)]


async def test_a_morning_on_the_demo_the_never_invited_are_invited_and_others_cancelled(demo: Context) -> None:
    never = list(pending_ids(demo, PendingQuery("never")))
    async with running(demo) as terminal:
        await _open_pending(terminal, "by Email")
        await terminal.press("s", "s")
        await terminal.shows("by Invite sent ↑")
        asked_for = count_pending(demo, PendingQuery("to_approve"))  # those stand before the never invited
        await terminal.press(*["j"] * asked_for, *["space"] * len(never))
        await terminal.shows(f"{len(never)} marked")
        await terminal.press("i")
        await terminal.shows(f"{len(never)} addresses", f"Will send {len(never)} first invitations.")
        await terminal.press("alt+s")
        await terminal.shows(f"{len(never)} invitations · u takes it back")
        assert {row.state for row in pending_rows(demo, never)} == {PendingState.QUEUED}

        await terminal.press("escape", "S")
        await terminal.shows("by Invite sent ↓")
        await terminal.press("slash")
        await terminal.type("sent<7d")
        await terminal.press("enter")
        others = list(pending_ids(demo, PendingQuery("sent<7d", "invite_sent", descending=True)))
        await terminal.shows(f"{len(others)} of ")
        links = [token(demo, row.address) for row in pending_rows(demo, others)]
        await terminal.press("c")
        await terminal.shows("/activate/", links[0][:40])
        await terminal.press("escape", "asterisk")
        await terminal.shows(f"{len(others)} marked")
        await terminal.press("d")
        await terminal.shows(f"{len(others)} links die at once.")
        await terminal.press("tab", "enter")
        await terminal.shows(f"{len(others)} invitations cancelled · u takes it back", "0 of ")
    assert {open_link(demo, link).state.value for link in links} == {"withdrawn"}
    assert {row.state for row in pending_rows(demo, others)} == {PendingState.CANCELLED}
