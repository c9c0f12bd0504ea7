"""Keys are the person's: `[ui.keys]` changes them everywhere, and a mistake is told at the start with the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens import Terminal
from tui_portal.config import settings_from
from tui_portal.demo import make_demo
from tui_portal.domain.errors import WrongUse
from tui_portal.services.context import Context, Lanes
from tui_portal.tui.app import PortalApp
from tui_portal.tui.keymap import read_changes

WISHES = {"list": {"down": "Z down", "mark": "X"}, "everywhere": {"help": "H F1", "pending": "F2"}}


@pytest.fixture
def demo(tmp_path: Path) -> Context:
    settings = settings_from({"ui": {"keys": WISHES}})
    return make_demo(tmp_path / "demo.sqlite3", owner_login="olga", settings=settings)


async def test_the_chosen_keys_work_and_the_former_ones_do_not(demo: Context) -> None:
    app = PortalApp(Lanes(demo), deliver=False)
    async with app.run_test(size=(120, 40)) as pilot:
        terminal = Terminal(app, pilot)
        await terminal.shows(" of ", "X mark", "H keys", "F2 Pending activation")
        await terminal.press("X")
        await terminal.shows("1 marked")
        await terminal.press("space")
        await terminal.press("Z", "X")
        await terminal.shows("2 marked")
        await terminal.press("H")
        await terminal.shows("Keys on this screen", "Z down")
        await terminal.press("end")
        await terminal.shows("H F1")
        await terminal.press("escape", "f2")
        await terminal.shows("INVITE SENT")
    if app._exception is not None:
        raise app._exception
    demo.database.close()


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"list.dwon": "n"}, ["list.dwon is no command", "Did you mean list.down?"]),
        ({"down": "n"}, ["down is no command", "Did you mean list.down?"]),
        ({"list.down": "pgdwn"}, ["pgdwn is no key", "Did you mean pagedown?"]),
        ({"list.down": "  "}, ["list.down needs a key"]),
        ({"list.down": "f"}, ["list_screen.filter", "list.down", "can't both have the key f"]),
    ],
    ids=["name", "no group", "key", "empty", "clash"],
)
def test_a_mistake_is_told_with_what_was_meant(wishes: dict[str, str], words: list[str]) -> None:
    with pytest.raises(WrongUse) as refused:
        read_changes(wishes)
    assert all(word in str(refused.value) for word in words), str(refused.value)


def test_what_every_command_has_already_may_be_written_down_again() -> None:
    assert read_changes({"list.mark": "space", "staff.new": "n", "everywhere.help": "? F1"}) == {
        "list.mark": "space",
        "staff.new": "n",
        "everywhere.help": "question_mark,f1",
    }
