"""What a person has chosen is there from the first byte on: no frame of somebody else's looks comes before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.services.staff_members import choose_own_language
from tui_portal.services.staff_settings import keep_density, keep_theme, keep_tour

DARK, LIGHT = b"48;2;20;24;29", b"48;2;251;251;249"


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm with one account, whose owner is the one who runs the tests and knows the keys."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    context = identify(context, login)
    create_account(context, "Dupont", AccountType.COMPANY)
    keep_tour(context)
    yield context
    context.database.close()


def _open(office: Context, *words: str, **more: object) -> PtyTerminal:
    return PtyTerminal("--database", str(office.database.path), *words, **more)  # type: ignore[arg-type]  # handed on as they are


def test_dense_and_a_light_theme_from_the_first_frame_on(office: Context) -> None:
    keep_theme(office, "portal-light")
    keep_density(office, "dense")
    with _open(office) as terminal:
        terminal.shows("A-0001", "1 of 1")
        terminal.send("q")
        assert terminal.ends() == 0
        wire = bytes(terminal.wire)
    assert LIGHT in wire
    assert DARK not in wire
    assert b"Pending" not in wire
    assert b"more actions" not in wire


def test_no_color_wins_over_a_theme(office: Context) -> None:
    keep_theme(office, "portal-light")
    with _open(office, environment={"NO_COLOR": "1"}) as terminal:
        terminal.shows("A-0001", "1 of 1")
        terminal.send("q")
        assert terminal.ends() == 0
        assert b"48;2;" not in terminal.wire


def test_the_language_that_was_chosen_is_spoken_unless_another_one_is_asked_for(office: Context) -> None:
    choose_own_language(office, "de")
    with _open(office) as terminal:
        terminal.shows("A-0001", "nach Name")
        terminal.send("q")
        assert terminal.ends() == 0
        assert b"by Name" not in terminal.wire
    for words, variables in ((("--lang", "en"), {}), ((), {"TUI_PORTAL_LANG": "en"})):
        with _open(office, *words, environment=variables) as terminal:
            terminal.shows("A-0001", "by Name")


def test_the_tour_is_shown_at_the_first_start_only_and_never_where_nothing_is_kept(office: Context) -> None:
    office.database.execute("DELETE FROM staff_setting")
    with _open(office, "--read-only") as terminal:
        terminal.shows("A-0001", "1 of 1", "? keys")
        assert "The keys that carry" not in terminal.text
    for shown in (True, False):
        with _open(office) as terminal:
            terminal.shows("A-0001", "1 of 1", *(["The keys that carry everything"] if shown else []))
            terminal.send("2")
            terminal.shows("› Pending activation", "0 of 0")
            assert "The keys that carry" not in terminal.text
            terminal.send("q")
            assert terminal.ends() == 0
            assert (b"The keys that carry" in terminal.wire) is shown
