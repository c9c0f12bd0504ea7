"""Pending activation and the Outbox at work, as pictures: the questions, what became of it, the mails, at 80x24 and 120x40."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.screens import Terminal
from tui_portal.services.access import find_address
from tui_portal.services.context import Context
from tui_portal.services.resends import send_invites

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Compare = Callable[..., None]


async def _pending(terminal: Terminal) -> None:
    await terminal.press("2")
    await terminal.shows("INVITE SENT", "by Email")
    await terminal.press("s", "s")
    await terminal.shows("by Invite sent ↑")


async def _more_actions(terminal: Terminal) -> None:
    await _pending(terminal)
    await terminal.press("m")
    await terminal.shows("Reminders on or off")


async def _why_reminded(terminal: Terminal) -> None:
    await _pending(terminal)
    await terminal.press("slash")
    await terminal.type("jose")
    await terminal.shows("1 of ")
    await terminal.press("enter", "w")
    await terminal.shows("reminded on 6 Nov")


async def _outbox(terminal: Terminal) -> None:
    await terminal.press("6")
    await terminal.shows("› Outbox", "WHAT BECAME OF IT")


async def _outbox_filter(terminal: Terminal) -> None:
    await _outbox(terminal)
    await terminal.press("f")
    await terminal.shows("reminder (")


async def _waiting_mail(terminal: Terminal) -> None:
    await _outbox(terminal)
    await terminal.press("enter")
    await terminal.shows("invitation, waits", "As it will be sent")


async def _failed_mail(terminal: Terminal) -> None:
    await _outbox(terminal)
    await terminal.press("f", "f")
    await terminal.shows("/ failed")
    await terminal.press("enter")
    await terminal.shows("550 5.1.1", "As it would be written today")


async def _reminder(terminal: Terminal) -> None:
    await _outbox(terminal)
    await terminal.press("f", "r")
    await terminal.shows("/ reminder")
    await terminal.press("enter")
    await terminal.shows("reminder, sent", "Zur Erinnerung: Ihr Zugang")


@SIZES
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(_more_actions, id="more-actions"),
        pytest.param(_why_reminded, id="why-reminded"),
        pytest.param(_outbox_filter, id="outbox-filter"),
        pytest.param(_waiting_mail, id="mail-waiting"),
        pytest.param(_failed_mail, id="mail-failed"),
        pytest.param(_reminder, id="mail-reminder"),
    ],
)
def test_pending_and_outbox(looks_the_same: Compare, steps: object, size: tuple[int, int]) -> None:
    looks_the_same(steps, size)


@SIZES
@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
def test_asked_within_a_minute(
    looks_the_same: Compare, own_demo: Context, several: bool, size: tuple[int, int]
) -> None:
    names = ["zoe@dupont.example", "misaki.sato@yubin.example"] if several else ["zoe@dupont.example"]
    send_invites(own_demo, [find_address(own_demo, name) for name in names])

    async def steps(terminal: Terminal) -> None:
        await _pending(terminal)
        await terminal.press(*(["asterisk"] if several else ["end"]))
        await terminal.press("i")
        await terminal.shows("Invited a moment ago")

    looks_the_same(steps, size, firm=own_demo)


@SIZES
def test_results(looks_the_same: Compare, own_demo: Context, size: tuple[int, int]) -> None:
    async def steps(terminal: Terminal) -> None:
        await _pending(terminal)
        await terminal.press("asterisk", "i")
        await terminal.shows("Will send", "Skipped")
        await terminal.press("alt+s")
        await terminal.shows("mail queued", "x exports")

    looks_the_same(steps, size, firm=own_demo)


@SIZES
def test_reminders_off(looks_the_same: Compare, own_demo: Context, size: tuple[int, int]) -> None:
    async def steps(terminal: Terminal) -> None:
        await _pending(terminal)
        await terminal.press("asterisk", "R")
        await terminal.shows("No reminders for ")

    looks_the_same(steps, size, firm=own_demo)
