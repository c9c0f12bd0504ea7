"""What clients asked for, answered by keys in Pending activation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens import Terminal, running
from tests.services.firms import activated
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.access_requests import Wish, ask_for_access
from tui_portal.services.context import Context


@pytest.fixture
def asked(firm: Context) -> Context:
    """Zoë of A-0001 asks for Anna; Jürgen of A-0002 is pending and was never invited."""
    activated(firm, 1, "zoe@dupont.example")
    change_access(firm, [2], AccessWish(login=True), find_address(firm, "juergen@gross.example"))
    portal = replace(firm, actor=None, origin="portal")
    ask_for_access(portal, 1, 1, Wish("Anna [b]Dupont", "anna@dupont.example", "Bis bald", "de"))
    return firm


def states(office: Context) -> list[str]:
    return [state for (state,) in office.database.rows("SELECT state FROM access_request ORDER BY id")]


async def pending(terminal: Terminal) -> None:
    await terminal.press("2")
    await terminal.shows("anna@dupont.example", "juergen@gross.example")


async def test_a_request_is_listed_with_who_asked_and_counts(asked: Context) -> None:
    async with running(asked, (120, 24)) as terminal:
        await pending(terminal)
        line = terminal.line("anna@dupont.example")
        assert "Dupont [/SARL]" in line
        assert "to approve" in line
        assert "Zoë Dupont" in line
        assert "2 of 2" in terminal.text
        await terminal.press("f")
        await terminal.shows("to approve", "Never invited")
        await terminal.press("a")
        await terminal.shows("1 of 2")


async def test_i_approves_and_invites_and_u_takes_it_back(asked: Context) -> None:
    async with running(asked) as terminal:
        await pending(terminal)
        await terminal.press("asterisk", "i")
        await terminal.shows(
            "Will approve 1 request of clients and send 1 invitation.", "Will send 1 first invitation."
        )
        await terminal.shows("Without a message, the mail has what the client wrote.")
        await terminal.press("alt+s")
        await terminal.shows("1 request approved · 2 invitations · u takes it back")
        assert states(asked) == ["approved"]
        assert "queued" in terminal.line("anna@dupont.example")
        await terminal.press("u")
        await terminal.shows("Taken back:", "to approve")
        assert states(asked) == ["open"]
        assert asked.database.value("SELECT count(*) FROM contact WHERE name LIKE 'Anna%'") == 0


async def test_d_asks_then_refuses_and_u_takes_it_back(asked: Context) -> None:
    async with running(asked) as terminal:
        await pending(terminal)
        await terminal.press("g", "d")
        await terminal.shows("Refuse requests", "1 request of a client is refused: they see that on their page.")
        await terminal.press("enter")
        await terminal.until(lambda: "Refuse requests" not in terminal.text)
        assert states(asked) == ["open"]
        await terminal.press("d")
        await terminal.shows("Refuse requests")
        await terminal.press("tab", "enter")
        await terminal.shows("1 request refused · u takes it back", "1 of 1")
        assert states(asked) == ["refused"]
        await terminal.press("u")
        await terminal.shows("Taken back: refusal of 1 person · 1 request waits again")
        assert states(asked) == ["open"]


async def test_why_says_whose_request_it_is_and_what_they_wrote(asked: Context) -> None:
    async with running(asked, (120, 40)) as terminal:
        await pending(terminal)
        await terminal.press("g", "w")
        await terminal.shows("asked on 12 Nov 12:00 to let Anna [b]Dupont in, which waits for approval", "“Bis bald”")
        await terminal.shows("→ Pending activation (2): i approves it, d")


async def test_the_profile_says_who_asked_for_an_address_of_a_contact(asked: Context) -> None:
    ask_for_access(replace(asked, actor=None), 1, 1, Wish("Élodie", "elodie@dupont.example", "", "fr"))
    async with running(asked, (100, 24), ready="Dupont [/SARL]") as terminal:
        await terminal.press("enter")
        await terminal.shows("no access · asked for by Zoë Dupont, to approve")
        await terminal.press("l")
        await terminal.shows("Not now")
        await terminal.press("alt+n")
        await terminal.shows("pending, not invited")
        assert "asked for by" not in terminal.text
    assert states(asked) == ["open", "approved"]
