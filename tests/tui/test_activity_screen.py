"""The Activity list by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens import running
from tests.services.firms import OWNER, colleague, send_all
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed
from tui_portal.services.outbox import claim
from tui_portal.services.outbox_list import give_up


@pytest.fixture
def busy(firm: Context) -> Context:
    """Olga has made the firm in her terminal over SSH; Carl has switched LOGIN on for the second account."""
    change_access(replace(firm, origin="terminal 192.0.2.7"), [1], AccessWish(notify=True))
    change_access(replace(colleague(firm), origin="command_line"), [2], AccessWish(login=True, invite=True))
    return firm


async def test_the_newest_stands_first_and_leads_to_its_account(busy: Context) -> None:
    async with running(busy) as terminal:
        await terminal.press("7")
        await terminal.shows("› Activity", "WHEN", "WHO", "WHAT", "WHERE", "Carl", "Olga Owner", "by When ↓")
        assert terminal.text.index("juergen@gross") < terminal.text.index("zoe@dupont")
        await terminal.type("/dupont")
        await terminal.shows("/ dupont")
        await terminal.press("enter", "enter")
        await terminal.shows("› A-0001 Dupont [/SARL]")
        await terminal.press("escape")
        await terminal.shows("› Activity", "/ dupont")


async def test_an_entry_is_shown_in_full_with_what_was_and_what_is(busy: Context) -> None:
    async with running(busy, size=(120, 40)) as terminal:
        await terminal.press("7")
        await terminal.shows("FROM", "192.0.2.7", "command line")
        await terminal.type("/notify on")
        await terminal.press("enter", "w")
        await terminal.shows("the terminal application, from 192.0.2.7", "A-0001 Dupont [/SARL]", "before", "after")


async def test_the_list_is_narrowed_by_person_kind_account_and_time(busy: Context) -> None:
    async with running(busy, size=(100, 30)) as terminal:
        await terminal.press("7", "f")
        await terminal.shows("Filter", "Olga Owner (", "Carl (", "Contacts (3)", "Within 7 days")
        line = terminal.line("Carl (")
        await terminal.press(line.split("Carl (")[0].split()[-1])
        await terminal.shows("/ by:carl", "by carl")
        assert "Olga Owner" not in terminal.text
        await terminal.press("f", "3")
        await terminal.shows("/ by:carl since:30d", "since 2026-10-13 12:00")
        await terminal.press("escape")
        await terminal.shows("Élodie Dupont")
        await terminal.press("m")
        await terminal.shows("What was, what is", "Only what Carl did", "Only what belongs to this account")
        await terminal.press("a")
        await terminal.shows("/ account:A-0002")
        assert "Dupont" not in terminal.text


async def test_a_filter_that_can_not_be_read_is_told_under_the_find_line(busy: Context) -> None:
    async with running(busy) as terminal:
        await terminal.press("7")
        await terminal.shows("Carl")
        await terminal.press("slash", *"kind", "colon", *"logins")
        await terminal.shows("kind:logins is not known. Did you mean login?")


async def test_an_entry_about_a_mail_leads_to_the_mail(busy: Context) -> None:
    give_up(busy, [1])
    async with running(busy, size=(100, 40)) as terminal:
        await terminal.press("7")
        await terminal.shows("Mail to juergen@gross", "11 of 11")
        await terminal.press("enter")
        await terminal.shows("juergen@gross.example", "given up by Olga Owner")


async def test_what_is_done_meanwhile_comes_in_above(busy: Context) -> None:
    async with running(busy) as terminal:
        await terminal.press("7")
        await terminal.shows("Carl")
        (number,) = claim(busy, OWNER, busy.clock() + 3600)
        record_failed(busy, OWNER, number, "550 unknown")
        await terminal.press("r")
        await terminal.shows("11 of 11", "12 Nov 12:00  Olga Owner     Invitation to juergen")
    assert send_all(busy) == 0


async def test_all_places_stay_in_sight_where_the_line_is_too_short_for_their_titles(busy: Context) -> None:
    async with running(busy, size=(68, 20)) as terminal:
        await terminal.shows("1 Accounts", "2 Pending…", "7 Activity")
