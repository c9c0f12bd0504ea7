"""Every screen as a picture, at 80x24 and 120x40."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.screens import Terminal
from tui_portal.services.context import Context

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
Compare = Callable[..., None]


async def _nothing(_terminal: Terminal) -> None:
    return


async def _open_dupont(terminal: Terminal) -> None:
    await terminal.press("slash")
    await terminal.type("a-0031")
    await terminal.shows("1 of ")
    await terminal.press("enter", "enter")
    await terminal.shows("Élodie Dupont", "Zoë Dupont")


async def _open_invitation(terminal: Terminal) -> None:
    await _open_dupont(terminal)
    await terminal.press("i")
    await terminal.shows("Personalized message")
    await terminal.type("Chers clients")
    await terminal.shows("13 / 5000")


async def _open_palette(terminal: Terminal) -> None:
    await terminal.press("ctrl+p")
    await terminal.shows("A command, or an account", "Archived")


async def _open_help(terminal: Terminal) -> None:
    await terminal.press("question_mark")
    await terminal.shows("Keys on this screen")


async def _find_company(terminal: Terminal) -> None:
    await terminal.press("slash")
    await terminal.type("dup")
    await terminal.until(lambda: "Dupont" in terminal.line("A-0031") and terminal.text.count("A-0") < 15)


async def _find_nothing(terminal: Terminal) -> None:
    await terminal.press("slash")
    await terminal.type("xyzzy")
    await terminal.shows("Nothing found")


async def _go_to_the_end(terminal: Terminal) -> None:
    await terminal.press("G")
    await terminal.until(lambda: "山" in terminal.text or "ヤ" in terminal.text or "株" in terminal.text)


async def _go_to_pending(terminal: Terminal) -> None:
    await terminal.press("2")
    await terminal.shows("INVITE SENT", "by Email")


async def _go_to_archived(terminal: Terminal) -> None:
    await terminal.press("3")
    await terminal.shows("› Archived", "by Name")


async def _refused_switch(terminal: Terminal) -> None:
    await _open_dupont(terminal)
    await terminal.press("down", "l")
    await terminal.shows("is not valid")


async def _mark_offline(terminal: Terminal) -> None:
    await terminal.press("slash")
    terminal.paste("login:offline")
    await terminal.shows("8 of ")
    await terminal.press("enter", "asterisk")
    await terminal.shows("8 marked")


async def _mark_some(terminal: Terminal) -> None:
    await terminal.press("space", "j", "space", "j", "v", "j", "j", "v")
    await terminal.shows("5 marked")


async def _filter_menu(terminal: Terminal) -> None:
    await terminal.press("f")
    await terminal.shows("Last login", "Saved filters")


async def _filter_values(terminal: Terminal) -> None:
    await _filter_menu(terminal)
    await terminal.press("a")
    await terminal.shows("Offline", "Never logged in")


async def _wrong_filter(terminal: Terminal) -> None:
    await terminal.press("slash")
    terminal.paste("type:compnay")
    await terminal.shows("compnay")
    await terminal.until(lambda: terminal.text.count("compnay") > 1)


async def _more_actions(terminal: Terminal) -> None:
    await _mark_offline(terminal)
    await terminal.press("m")
    await terminal.shows("Edit login, notify, email sync")


async def _bulk_edit(terminal: Terminal) -> None:
    await _more_actions(terminal)
    await terminal.press("e")
    await terminal.shows("Nothing is chosen yet.")
    await terminal.press("right", "tab", "tab", "tab", "space")
    await terminal.shows("Will change 13 settings", "Skipped 3")


async def _skipped(terminal: Terminal) -> None:
    await _bulk_edit(terminal)
    await terminal.press("v")
    await terminal.shows("3 skipped", "A-0041")


async def _sort_menu(terminal: Terminal) -> None:
    await terminal.press("s")
    await terminal.shows("Sort by")


async def _archive_question(terminal: Terminal) -> None:
    await terminal.press("m", "a")
    await terminal.shows("The portal is closed")


async def _pending_by_sent(terminal: Terminal) -> None:
    await _go_to_pending(terminal)
    await terminal.press("s", "s")
    await terminal.shows("by Invite sent ↑")


async def _pending_by_sent_turned(terminal: Terminal) -> None:
    await _pending_by_sent(terminal)
    await terminal.press("S")
    await terminal.shows("by Invite sent ↓")


async def _resend(terminal: Terminal) -> None:
    await _pending_by_sent(terminal)
    await terminal.press("asterisk", "i")
    await terminal.shows("Will send", "Skipped")


async def _cancel_invitations(terminal: Terminal) -> None:
    await _pending_by_sent(terminal)
    await terminal.press("asterisk", "d")
    await terminal.shows("links die at once")


async def _outbox(terminal: Terminal) -> None:
    await terminal.press("6")
    await terminal.shows("› Outbox", "WHAT BECAME OF IT")


async def _outbox_failures(terminal: Terminal) -> None:
    await _outbox(terminal)
    await terminal.press("f", "f")
    await terminal.shows("/ failed", "!")


async def _pending_filter(terminal: Terminal) -> None:
    await _go_to_pending(terminal)
    await terminal.press("f")
    await terminal.shows("Never invited")


async def _bulk_edit_results(terminal: Terminal) -> None:
    await _bulk_edit(terminal)
    await terminal.press("alt+s")
    await terminal.shows("settings changed", "x exports", "esc closes")


@SIZES
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(_pending_by_sent, id="pending-by-sent"),
        pytest.param(_pending_by_sent_turned, id="pending-by-sent-turned"),
        pytest.param(_resend, id="resend"),
        pytest.param(_cancel_invitations, id="cancel-invitations"),
        pytest.param(_pending_filter, id="pending-filter"),
        pytest.param(_outbox, id="outbox"),
        pytest.param(_outbox_failures, id="outbox-failures"),
        pytest.param(_mark_some, id="accounts-marks"),
        pytest.param(_mark_offline, id="accounts-offline"),
        pytest.param(_wrong_filter, id="accounts-wrong-filter"),
        pytest.param(_filter_menu, id="filter-menu"),
        pytest.param(_filter_values, id="filter-values"),
        pytest.param(_sort_menu, id="sort-menu"),
        pytest.param(_more_actions, id="more-actions"),
        pytest.param(_bulk_edit, id="bulk-edit"),
        pytest.param(_skipped, id="bulk-edit-skipped"),
        pytest.param(_archive_question, id="archive"),
        pytest.param(_nothing, id="accounts"),
        pytest.param(_go_to_the_end, id="accounts-end"),
        pytest.param(_find_company, id="accounts-find"),
        pytest.param(_find_nothing, id="accounts-nothing-found"),
        pytest.param(_go_to_archived, id="archived"),
        pytest.param(_go_to_pending, id="pending"),
        pytest.param(_open_dupont, id="info-tab"),
        pytest.param(_refused_switch, id="info-tab-refused"),
        pytest.param(_open_invitation, id="invitation"),
        pytest.param(_open_palette, id="palette"),
        pytest.param(_open_help, id="help"),
    ],
)
def test_screen(looks_the_same: Compare, steps: object, size: tuple[int, int]) -> None:
    looks_the_same(steps, size)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(_nothing, id="accounts"),
        pytest.param(_mark_offline, id="accounts-offline"),
        pytest.param(_open_dupont, id="info-tab"),
        pytest.param(_open_invitation, id="invitation"),
        pytest.param(_bulk_edit, id="bulk-edit"),
    ],
)
def test_screen_without_colour(looks_the_same: Compare, monkeypatch: pytest.MonkeyPatch, steps: object) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    looks_the_same(steps, (80, 24))


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(_nothing, id="accounts"),
        pytest.param(_open_dupont, id="info-tab"),
        pytest.param(_bulk_edit, id="bulk-edit"),
    ],
)
def test_screen_in_the_light_theme(looks_the_same: Compare, steps: object) -> None:
    looks_the_same(steps, (80, 24), theme="portal-light")


def test_window_too_small(looks_the_same: Compare) -> None:
    looks_the_same(_nothing, (59, 14), ready="too small")


@SIZES
def test_results_of_a_bulk_edit(looks_the_same: Compare, own_demo: Context, size: tuple[int, int]) -> None:
    looks_the_same(_bulk_edit_results, size, firm=own_demo)


def test_bulk_edit_in_the_smallest_window(looks_the_same: Compare) -> None:
    async def steps(terminal: Terminal) -> None:
        await _more_actions(terminal)
        await terminal.press("e")
        await terminal.shows("Nothing is chosen yet.")

    looks_the_same(steps, (60, 15))
