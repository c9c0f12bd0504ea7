"""Help tells the keys that are in force here, in groups, each beside what it does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens import Terminal, running
from tui_portal.config import settings_from
from tui_portal.services.context import Context


async def _help(terminal: Terminal) -> str:
    """The whole text of the help, also what has to be scrolled to."""
    await terminal.press("question_mark")
    await terminal.shows("Keys on this screen")
    text = terminal.text
    await terminal.press("escape")
    await terminal.until(lambda: "Keys on this screen" not in terminal.text)
    return text


@pytest.mark.parametrize(
    ("place", "named", "unnamed"),
    [
        ("1", ["new account", "export what"], []),
        ("2", ["send invitations", "export what"], ["new account", "edit the account"]),
        ("6", ["try again now"], ["new account", "export what"]),
        ("7", ["what was before and after", "export what"], ["new account"]),
        ("8", ["new staff member"], ["new account", "export what", "filter: last login"]),
    ],
)
async def test_a_list_names_the_keys_that_do_something_there(
    firm: Context, place: str, named: list[str], unnamed: list[str]
) -> None:
    async with running(firm, size=(100, 60)) as terminal:
        await terminal.press(place)
        await terminal.shows(" of ")
        told = await _help(terminal)
    assert [words for words in named if words not in told] == []
    assert [words for words in unnamed if words in told] == []


async def test_what_is_too_long_goes_on_beside_its_key(firm: Context) -> None:
    async with running(firm, size=(80, 60)) as terminal:
        await terminal.press("2")
        await terminal.shows("INVITE SENT")
        await terminal.press("question_mark")
        await terminal.shows("send invitations to the selected")
        first = terminal.line("send invitations to the selected")
        second = terminal.line("again; approve what clients ask")
        assert second.index("again;") == first.index("send invitations")


async def test_a_dialog_tells_its_keys_and_those_where_the_focus_is(firm: Context) -> None:
    async with running(firm, size=(80, 40)) as terminal:
        await terminal.press("enter")
        await terminal.shows("elodie@dupont.example")
        await terminal.press("P")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 3)
        told = await _help(terminal)
        assert "all of the column on" in told
        assert "In every dialog" in told
        await terminal.press("escape")
        await terminal.until(lambda: len(terminal.app.screen_stack) == 2)
        await terminal.press("n")
        await terminal.shows("Name or address of a contact")
        await terminal.type("a")
        await terminal.press("f1")
        await terminal.shows("Keys on this screen", "alt+n", "a new contact")
        assert "copy the line" not in terminal.text
        await terminal.press("escape")
        await terminal.shows("Name or address of a contact")


async def test_the_key_that_was_chosen_for_help_opens_it_in_a_dialog_too(firm: Context) -> None:
    office = replace(firm, settings=settings_from({"ui": {"keys": {"everywhere": {"help": "H F2"}}}}))
    async with running(office) as terminal:
        await terminal.press("m")
        await terminal.shows("More actions")
        await terminal.press("f2")
        await terminal.shows("Keys on this screen", "In every dialog")
