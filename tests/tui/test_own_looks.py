"""Theme, language, density and the tour are the person's: chosen at run time, kept, and theirs alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.screens import Terminal, running
from tests.services.firms import colleague
from tui_portal import i18n
from tui_portal.config import settings_from
from tui_portal.services.context import Context, Lanes
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import find_member
from tui_portal.services.staff_settings import OwnLooks, own_looks
from tui_portal.tui.app import PortalApp


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    before = i18n._current
    yield
    i18n.use(before)


@asynccontextmanager
async def first_run(context: Context, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Terminal]:
    """The application as somebody opens it for whom it is the first time."""
    app = PortalApp(Lanes(context), deliver=False, tour=True)
    async with app.run_test(size=size) as pilot:
        terminal = Terminal(app, pilot)
        await terminal.shows(" of ")
        yield terminal
    if app._exception is not None:
        raise app._exception


async def _choose(terminal: Terminal, text: str) -> None:
    await terminal.press("colon")
    await terminal.shows("│")
    await terminal.type(text)
    await terminal.press("enter")


async def test_a_theme_is_chosen_and_worn_again_at_the_next_start_by_this_person_only(firm: Context) -> None:
    other = colleague(firm)
    async with running(firm) as terminal:
        assert terminal.app.theme == "portal-dark"
        await _choose(terminal, "theme: portal-light")
        await terminal.shows("Theme: portal-light")
        assert terminal.app.theme == "portal-light"
    async with running(firm) as terminal:
        assert terminal.app.theme == "portal-light"
    async with running(other) as terminal:
        assert terminal.app.theme == "portal-dark"


async def test_what_the_firm_has_set_holds_for_who_has_not_chosen(firm: Context) -> None:
    settings = settings_from({"ui": {"theme": "portal-light", "density": "dense"}})
    office = replace(firm, settings=settings)
    async with running(office) as terminal:
        assert (terminal.app.theme, terminal.app.density) == ("portal-light", "dense")
        await _choose(terminal, "density: comfortable")
        await terminal.shows("Density: comfortable", "2 Pending")
    async with running(office) as terminal:
        await terminal.shows("2 Pending")


async def test_a_theme_that_is_there_no_more_is_the_firms(firm: Context) -> None:
    firm.database.execute("INSERT INTO staff_setting VALUES (1, 'theme', '\"gone\"'), (1, 'density', '7')")
    async with running(firm) as terminal:
        assert (terminal.app.theme, terminal.app.density) == ("portal-dark", "comfortable")


async def test_dense_leaves_the_lines_around_the_work_to_the_work_and_still_tells_things(firm: Context) -> None:
    async with running(firm) as terminal:
        rows = terminal.app.screen.query_one("WindowTable").size.height
        await _choose(terminal, "density: dense")
        await terminal.shows("Density: dense")
        await terminal.until(lambda: "2 Pending" not in terminal.text)
    async with running(firm) as terminal:
        assert terminal.app.screen.query_one("WindowTable").size.height == rows + 2
        await terminal.press("2", "1", "u")
        await terminal.shows("nothing")
    assert own_looks(firm) == OwnLooks(density="dense")


async def test_a_language_is_spoken_at_once_on_every_screen_and_kept(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("enter")
        await terminal.shows("no access", "Contacts")
        await _choose(terminal, "language deutsch")
        await terminal.shows("kein Zugang", "Kontakte", "Sprache: Deutsch")
        await terminal.press("escape")
        await terminal.shows("nach Name", "TYP", "3 von 3")
        await terminal.press("question_mark")
        await terminal.until(lambda: "Everywhere" not in terminal.text)
        await terminal.press("escape")
        await _choose(terminal, "language english")
        await terminal.shows("by Name", "TYPE", "3 of 3")
    assert find_member(firm, "olga").fields.language == "en"


async def test_read_only_it_holds_until_the_end(firm: Context, database_path: Path) -> None:
    from tui_portal.services.context import open_context

    office = identify(open_context(database_path, firm.settings, read_only=True, clock=firm.clock), login="olga")
    async with running(office) as terminal:
        await _choose(terminal, "theme: portal-light")
        await terminal.shows("Theme: portal-light, until you leave: it can't be kept.")
        await _choose(terminal, "language français")
        await terminal.shows("Français, jusqu’à la fermeture")
    office.database.close()
    assert own_looks(firm) == OwnLooks()


async def test_the_tour_is_shown_once_and_the_key_that_ends_it_does_what_it_always_does(firm: Context) -> None:
    async with first_run(firm) as terminal:
        await terminal.shows("The keys that carry everything", "any key goes on", "Dupont [/SARL]", "? keys")
        await terminal.press("slash")
        await terminal.until(lambda: "The keys that carry" not in terminal.text)
        await terminal.type("gross")
        await terminal.shows("1 of 3")
    async with first_run(firm) as terminal:
        assert "The keys that carry" not in terminal.text
        await _choose(terminal, "tour")
        await terminal.shows("The keys that carry everything")
        await terminal.press("j", "enter")
        await terminal.shows("› A-0002 Groß")


async def test_who_left_without_a_key_is_shown_the_tour_again_and_in_a_small_window_it_can_be_read(
    firm: Context,
) -> None:
    for size in ((60, 15), (120, 40)):
        async with first_run(firm, size) as terminal:
            await terminal.shows("The keys that carry everything", "all keys of this screen", "back")
    assert not own_looks(firm).knows_tour


async def test_chosen_keys_stand_in_the_tour(firm: Context) -> None:
    office = replace(firm, settings=settings_from({"ui": {"keys": {"everywhere": {"help": "H"}}}}))
    async with first_run(office) as terminal:
        await terminal.shows("The keys that carry everything")
        assert terminal.line("all keys of this screen").split()[1] == "H"
