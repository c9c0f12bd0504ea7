"""The same picture, cell for cell, in every place, tab and dialog, and on a long walk by chance.

`WALK_KEYS=2000 WALK_SEED=7 pytest tests/tui/test_output_everywhere.py -k chance` goes further, or another way.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import pkgutil
import random
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from textual import events
from textual.keys import _get_unicode_name_from_key
from textual.screen import ModalScreen

import tui_portal.tui.modals
from tests.screens import PATIENCE, Terminal
from tests.tui.twins import TwinApp, twins
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.context import Context
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.modals.message import MessageDialog
from tui_portal.tui.modals.preferences import PreferenceDialog

BASES = {Dialog, MessageDialog, PreferenceDialog}
# Keys, and what is in front after them: a place of the list, or the class of a screen; then a word on it, if need be.
ACCOUNTS = """
    m Menu, escape accounts, s Menu, escape accounts, f Menu, escape accounts, n AccountDialog, escape accounts,
    e AccountDialog, escape accounts, question_mark HelpScreen, pagedown HelpScreen, escape accounts, x Prompt, escape accounts,
    ctrl+p Palette, l Palette, e Palette, t Palette, space Palette, a Palette client, enter TaskPage, escape accounts,
    asterisk accounts, m Menu, enter BulkEditDialog, right BulkEditDialog Skipped, v ResultList, escape BulkEditDialog, escape accounts, slash accounts, d accounts, u accounts,
    escape accounts, escape accounts, S accounts, G accounts, g accounts, pagedown accounts, v accounts, escape accounts,
    escape accounts
"""
OTHERS = """
    2 pending, c LinkDialog, escape pending, i ResendDialog, alt+m Menu, escape ResendDialog, escape pending, w WhyDialog,
    escape pending, d Confirmation, escape pending, s Menu, escape pending, f Menu, escape pending, G pending, g pending,
    6 outbox, enter OutboxMailDialog, escape outbox, d Confirmation, escape outbox, f Menu, escape outbox, G outbox,
    7 activity, w EntryDialog, escape activity, pagedown activity, f Menu, escape activity, G activity,
    8 staff, n StaffDialog, escape staff, e StaffDialog, tab StaffDialog, escape staff, d Confirmation, escape staff,
    3 archived, m Menu, escape archived, j archived, 1 accounts
"""
PROFILE = """
    enter ProfileScreen, full_stop Menu, escape ProfileScreen, p PreferencesDialog, j PreferencesDialog, escape ProfileScreen,
    P PreferenceGrid, j PreferenceGrid, escape ProfileScreen, w WhyDialog, escape ProfileScreen, l Confirmation,
    escape ProfileScreen, i InvitationDialog, alt+p MailDialog, escape InvitationDialog, a InvitationDialog,
    escape InvitationDialog, escape ProfileScreen, n ContactFinder, m ContactFinder, escape ProfileScreen, e ContactDialog,
    tab ContactDialog, escape ProfileScreen, d Menu, escape ProfileScreen, E AccountDialog, escape ProfileScreen,
    question_mark HelpScreen, escape ProfileScreen, y ProfileScreen, right_square_bracket ProfileScreen, j ProfileScreen,
    enter EntryDialog, escape ProfileScreen, right_square_bracket ProfileScreen, J ProfileScreen, K ProfileScreen,
    left_square_bracket ProfileScreen, escape accounts
"""
# Keys that open, mark, sort, filter and go places; nothing that sends mail or ends the program. `escape` is often enough to
# come back.
CHANCE = """
    j k down up pagedown pageup home end G g space asterisk s i n t S f m v escape escape escape escape enter w p o y e P
    full_stop right_square_bracket left_square_bracket question_mark 1 2 3 6 7 8 slash a u b J K L c tab ctrl+p backspace
"""


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Context]:
    context = make_demo(tmp_path / "demo.sqlite3", owner_login="olga", settings=demo_settings(tmp_path))
    yield context
    context.database.close()


def _event(key: str) -> events.Key:
    try:
        character = unicodedata.lookup(_get_unicode_name_from_key(key))
    except KeyError:
        character = key if len(key) == 1 else None
    return events.Key(key, character)


def _is_in_front(app: TwinApp, wanted: str) -> bool:
    source = getattr(app.screen, "source", None)
    return app.idle and wanted == (type(app.screen).__name__ if source is None else str(source.place))


async def _until(terminal: Terminal, condition: Callable[[], bool], what: str = "") -> None:
    """As Terminal.until, but without the pauses of a pilot, which are most of the time of a long walk."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if terminal.app._exception is not None:
            raise terminal.app._exception
        assert time.monotonic() < end, f"{what} did not come\n{terminal.text}"
        await asyncio.sleep(0)


async def _follow(terminal: Terminal, script: str, seen: set[str]) -> None:
    """Press the keys of a script, each when what the one before leads to is in front."""
    app = terminal.app
    assert isinstance(app, TwinApp)
    for step in script.split(","):
        key, wanted, *words = step.split()
        app.post_message(_event(key))
        await _until(terminal, partial(_is_in_front, app, wanted), step)
        for word in words:
            await terminal.shows(word)
        seen.add(wanted)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
async def test_every_place_tab_and_dialog_is_the_same_cell_for_cell(demo: Context, size: tuple[int, int]) -> None:
    seen: set[str] = set()
    async with twins(demo, size) as terminal:
        for script in (ACCOUNTS, OTHERS, PROFILE):
            await _follow(terminal, script, seen)
    assert _dialogs() <= seen, "a dialog that no script opens"


def _dialogs() -> set[str]:
    """The names of all dialogs that the application has."""
    for module in pkgutil.iter_modules(tui_portal.tui.modals.__path__):
        importlib.import_module(f"tui_portal.tui.modals.{module.name}")
    found = set(_children(ModalScreen)) - BASES
    return {kind.__name__ for kind in found if kind.__module__.startswith("tui_portal.tui.modals.")}


def _children(kind: type) -> Iterable[type]:
    for child in kind.__subclasses__():
        yield child
        yield from _children(child)


async def test_every_frame_is_the_same_on_a_walk_by_chance(demo: Context) -> None:
    keys, seed = int(os.environ.get("WALK_KEYS", "300")), int(os.environ.get("WALK_SEED", "1"))
    chance = random.Random(seed)  # noqa: S311 - a walk, no secret
    async with twins(demo) as terminal:
        app = terminal.app
        assert isinstance(app, TwinApp)
        while keys > 0:
            # Now and then several come at once, as over a slow line.
            burst = chance.choices(CHANCE.split(), k=3 if chance.random() < 0.2 else 1)
            keys -= len(burst)
            for key in burst:
                app.post_message(_event(key))
            await _until(terminal, lambda: app.idle)
            assert not app.differences, "\n".join(app.differences[:5])
