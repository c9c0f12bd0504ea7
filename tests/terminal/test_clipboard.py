"""Copying over the line: OSC 52 as each terminal needs it, and no more than a terminal takes."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty_terminal import PtyTerminal
from tui_portal.config import Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.tui.clipboard import TooLong, osc52

ADDRESS = "zoe@dupont.example"
BARE = b"\x1b]52;c;" + base64.b64encode(ADDRESS.encode()) + b"\x07"


@pytest.fixture
def office(database_path: Path) -> Iterator[Context]:
    """A firm with one address, whose owner is the one who runs the tests."""
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    acting = identify(context, login)
    create_contact(acting, [create_account(acting, "Dupont", AccountType.COMPANY)], "Zoë Dupont", [ADDRESS])
    yield acting
    context.database.close()


def _copied(office: Context, *words: str, **environment: str) -> bytes:
    """What the wire carries when the address is copied."""
    with PtyTerminal("--database", str(office.database.path), *words, environment=environment) as terminal:
        terminal.shows("A-0001")
        terminal.send("\r")
        terminal.shows(ADDRESS)
        terminal.send("c")
        terminal.until(lambda text: "opied" in text)
        return bytes(terminal.wire)


@pytest.mark.parametrize(
    ("environment", "wrapped"),
    [
        ({}, BARE),
        ({"TMUX": "/tmp/tmux-1000/default,1,0"}, b"\x1bPtmux;\x1b" + BARE + b"\x1b\\"),  # noqa: S108 - no file is made
        ({"TERM": "tmux-256color"}, b"\x1bPtmux;\x1b" + BARE + b"\x1b\\"),
        ({"STY": "1.pts-0.host"}, b"\x1bP" + BARE + b"\x1b\\"),
        ({"TERM": "screen-256color"}, b"\x1bP" + BARE + b"\x1b\\"),
        ({"TERM": "screen", "TMUX": "x"}, b"\x1bPtmux;\x1b" + BARE + b"\x1b\\"),
    ],
)
def test_the_address_goes_to_the_clipboard_as_the_terminal_passes_it_on(
    office: Context, environment: dict[str, str], wrapped: bytes
) -> None:
    assert wrapped in _copied(office, **environment)


def test_what_no_terminal_takes_at_once_is_not_sent_and_that_is_told(office: Context, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f"[limits]\nclipboard_bytes = {len(ADDRESS) - 1}\n", encoding="utf-8")
    wire = _copied(office, "--config", str(config))
    assert b"]52;" not in wire
    assert b"Not copied" in wire


def test_the_longest_text_makes_a_sequence_of_100_000_bytes_and_one_more_none() -> None:
    most = Settings().limits.clipboard_bytes
    assert len(osc52("x" * most, {}, most)) == 100_000
    with pytest.raises(TooLong):
        osc52("x" * (most - 1) + "é", {}, most)


def test_screen_gets_long_text_in_pieces_that_make_the_sequence() -> None:
    text = "Zoë Dupont\t" * 200
    sequence = osc52(text, {"STY": "1"}, 10_000)
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", sequence, re.DOTALL)
    assert max(map(len, pieces)) <= 256
    assert "".join(pieces) == osc52(text, {}, 10_000)
    assert sequence == "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
