"""The dialog that says why: what it shows, how it is read in a small window, what it can do about the address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from tests.screens import Terminal, running
from tests.services.firms import OWNER
from tui_portal.domain.addresses import Validity
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.address_checks import find_mailbox
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed
from tui_portal.services.outbox import claim
from tui_portal.services.staff import identify
from tui_portal.tui.modals.why import WhyDialog
from tui_portal.tui.screens.why_actions import show_why
from tui_portal.tui.workers import start


@asynccontextmanager
async def asking(
    context: Context, address: str, size: tuple[int, int] = (80, 24), account: int = 1
) -> AsyncIterator[Terminal]:
    """The application with the dialog on an address of `account`."""
    async with running(context, size, ready="Dupont [/SARL]") as terminal:
        screen: Any = terminal.app.screen
        start(screen, partial(show_why, screen, account, find_address(context, address)), "why")
        await terminal.until(lambda: isinstance(terminal.app.screen, WhyDialog))
        yield terminal


async def test_the_verdict_and_the_chain_are_told_with_signs_and_words(firm: Context) -> None:
    change_access(firm, [1], AccessWish(login=True, notify=True), find_address(firm, "zoe@dupont.example"))
    async with asking(firm, "zoe@dupont.example", (100, 40)) as terminal:
        await terminal.shows(
            "Why?",
            "zoe@dupont.example in A-0001 Dupont [/SARL]",
            "zoe@dupont.example can't log in to A-0001 Dupont [/SARL]: no invitation",
            "zoe@dupont.example gets 7 of 7 groups of notifications.",
            "LOGIN is on in no further account.",
        )
        assert "● yes  LOGIN           LOGIN is on since 12 Nov 12:00 by Olga Owner" in terminal.text
        assert "! no   Invitation      no invitation was sent yet" in terminal.text
        assert "→ i sends it" in terminal.text
        assert "· —    Last login      never" in terminal.text
        await terminal.press("escape")
        await terminal.until(lambda: not isinstance(terminal.app.screen, WhyDialog))


async def test_groups_that_are_off_are_told_one_by_one(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    change_access(firm, [1], AccessWish(notify=True), zoe)
    with firm.database.write():
        firm.database.execute("INSERT INTO notification_preference VALUES (1, ?, 'proposals', 0)", [zoe])
    async with asking(firm, "zoe@dupont.example", (100, 40)) as terminal:
        await terminal.shows("gets 6 of 7 groups of notifications")
        assert "! no   Proposals                       the group is off (p switches it" in terminal.text
        assert "● yes  Organizers" in terminal.text


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_it_scrolls_where_it_does_not_fit_and_begins_at_the_top(firm: Context, size: tuple[int, int]) -> None:
    async with asking(firm, "elodie@dupont", size) as terminal:
        await terminal.shows("elodie@dupont can't log in")
        assert "Last login" not in terminal.text or size == (80, 24)
        await terminal.press("end")
        await terminal.shows("LOGIN is on in no further account", "Close")
        await terminal.press("home")
        await terminal.shows("elodie@dupont can't log in", "Account")
        if size == (60, 15):
            for key, shown in (
                ("pagedown", "Invitation"),
                ("pageup", "can't log in"),
                ("j", "Account"),
                ("k", "can't log in"),
            ):
                await terminal.press(key)
                await terminal.shows(shown)
        await terminal.press("enter")
        await terminal.until(lambda: not isinstance(terminal.app.screen, WhyDialog))


async def test_a_refused_address_is_tried_again_by_one_key(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    change_access(firm, [1], AccessWish(login=True, invite=True), zoe)
    record_failed(firm, OWNER, claim(firm, OWNER, firm.clock())[0], "550 5.1.1 gone", no_such_mailbox=True)
    async with asking(firm, "zoe@dupont.example") as terminal:
        await terminal.shows("zoe@dupont.example can't log in to A-0001 Dupont [/SARL]: the receiving")
        await terminal.press("b")
        await terminal.shows("The refusal is forgotten: the next mail to zoe@dupont.example is tried.")
        await terminal.shows("the invitation could not be delivered: 550 5.1.1")
        await terminal.press("b")  # nothing is refused any more, so the key does nothing
        await terminal.press("escape")
        await terminal.until(lambda: not isinstance(terminal.app.screen, WhyDialog))
    assert find_mailbox(firm, zoe).validity is Validity.VALID


async def test_mail_to_an_address_is_stopped_and_let_again(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    async with asking(firm, "zoe@dupont.example") as terminal:
        await terminal.press("s")
        await terminal.shows("No mail goes to zoe@dupont.example any more.")
        assert find_mailbox(firm, zoe).suppressed
        await terminal.press("end")
        await terminal.shows("s lets mail go there again")
        await terminal.press("s")
        await terminal.shows("Mail goes to zoe@dupont.example again.")
    assert not find_mailbox(firm, zoe).suppressed


async def test_who_may_not_change_accounts_is_told_and_reads_on(firm: Context) -> None:
    with firm.database.write():
        firm.database.execute(
            "INSERT INTO staff (login, name, email, role, created_at) VALUES ('tom', 'Tom', 't@x.example', 'employee', 0)"
        )
    async with asking(identify(firm, login="tom"), "zoe@dupont.example") as terminal:
        await terminal.press("s")
        await terminal.shows("Tom has no right to change accounts.", "zoe@dupont.example can't log in")
    assert not find_mailbox(firm, find_address(firm, "zoe@dupont.example")).suppressed


async def test_an_address_that_has_gone_meanwhile_is_told(firm: Context) -> None:
    async with running(firm, ready="Dupont [/SARL]") as terminal:
        screen: Any = terminal.app.screen
        start(screen, partial(show_why, screen, 1, find_address(firm, "juergen@gross.example")), "why")
        await terminal.shows("juergen@gross.example is not in A-0001.")


async def test_names_and_answers_of_servers_are_shown_as_they_are(firm: Context) -> None:
    zoe = find_address(firm, "zoe@dupont.example")
    change_access(firm, [1], AccessWish(login=True, invite=True), zoe)
    record_failed(firm, OWNER, claim(firm, OWNER, firm.clock())[0], "554 [red]no[/red] [@click=app.quit]x\x1b[2J")
    async with asking(firm, "zoe@dupont.example", (100, 40)) as terminal:
        await terminal.shows("554 [red]no[/red] [@click=app.quit]x\ufffd[2J")
