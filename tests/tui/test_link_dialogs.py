"""The menu of an e-mail address: copy link, reset password. The keys of the menu are tested where they are."""

from __future__ import annotations

import base64
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.mail.firm import settings_for
from tests.pty_terminal import Pty
from tests.screens import Terminal, running
from tests.services.firms import activated, token
from tui_portal.config import Settings
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.staff import caller_login, identify
from tui_portal.tui.screens.link_actions import copy_link_of, reset_password_of
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.workers import start

ADDRESS = "zoe@dupont.example"

_DIALOG = """
import sys
from pathlib import Path
from tui_portal.config import Settings
from tui_portal.services.context import Lanes, open_context
from tui_portal.tui.app import PortalApp
from tui_portal.tui.modals.link import LinkDialog

class Shown(PortalApp):
    def on_ready(self):
        self.push_screen(LinkDialog(sys.argv[2], "zoe@dupont.example"), lambda _closed: self.exit())

Shown(Lanes(open_context(Path(sys.argv[1]), Settings())), deliver=False).run(mouse=False)
"""


@pytest.fixture
def settings() -> Settings:
    return settings_for("smtp://mail.hansen-partner.example")


@pytest.fixture
def invited(firm: Context) -> int:
    """Zoë's mailbox, invited."""
    number = find_address(firm, ADDRESS)
    change_access(firm, [1], AccessWish(login=True, invite=True), number)
    return number


def _place(terminal: Terminal) -> PlaceScreen:
    screen = terminal.app.screen
    assert isinstance(screen, PlaceScreen)
    return screen


def _copy(terminal: Terminal, address: int) -> None:
    start(terminal.app, partial(copy_link_of, _place(terminal), address), "copy")


def _reset(terminal: Terminal, address: int) -> None:
    start(terminal.app, partial(reset_password_of, _place(terminal), address, ADDRESS), "reset")


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (130, 40)])
async def test_the_link_fills_whole_lines_and_can_be_selected_as_it_is(
    firm: Context, invited: int, size: tuple[int, int]
) -> None:
    link = f"{firm.settings.firm.portal_url}/activate/{token(firm, ADDRESS)}"
    async with running(firm, size=size) as terminal:
        _copy(terminal, invited)
        await terminal.shows("Link of the invitation", ADDRESS, "Whoever has this link", "activity log")
        first = next(n for n, line in enumerate(terminal.lines) if "https://" in line)
        count = -(-len(link) // size[0])
        assert "".join(terminal.lines[first : first + count]).rstrip() == link
        assert terminal.lines[first].startswith("https://")
        assert terminal.app.clipboard == link
        await terminal.press("enter")
        await terminal.until(lambda: "Whoever has this link" not in terminal.text)

    assert firm.database.value("SELECT count(*) FROM activity WHERE kind = 'invitation_link_copied'") == 1


async def test_esc_closes_the_link_too(firm: Context, invited: int) -> None:
    async with running(firm) as terminal:
        _copy(terminal, invited)
        await terminal.shows("Whoever has this link", "until 26 Nov")
        await terminal.press("escape")
        await terminal.until(lambda: "Whoever has this link" not in terminal.text)


async def test_where_there_is_no_link_the_reason_is_told(firm: Context) -> None:
    async with running(firm) as terminal:
        _copy(terminal, find_address(firm, ADDRESS))
        await terminal.shows("LOGIN is off for zoe@dupont.example")


def test_the_link_goes_out_to_the_terminal_s_clipboard(database_path: Path) -> None:
    login = caller_login()
    context = create_firm(
        database_path, Settings(), firm="Hansen", owner_login=login, owner_name="Olga", owner_email="olga@x.example"
    )
    identify(context, login).database.close()
    link = "https://portal.hansen-partner.example/activate/" + "AbCd_-12" * 6
    with Pty([sys.executable, "-c", _DIALOG, str(database_path), link]) as terminal:
        while b"Close" not in terminal.wire:
            assert terminal.read(10), "the program has ended"
        terminal.send("\x1b")
        assert terminal.ends() == 0
        wire = bytes(terminal.wire)

    assert b"\x1b]52;c;" + base64.b64encode(link.encode()) + b"\x07" in wire


async def test_a_reset_is_asked_once_and_the_mail_waits(firm: Context) -> None:
    activated(firm, 1, ADDRESS)
    number = find_address(firm, ADDRESS)
    async with running(firm) as terminal:
        _reset(terminal, number)
        await terminal.shows("Reset password", "A mail with a link goes to zoe@dupont.example", "Leave as it is")
        await terminal.press("enter")
        await terminal.until(lambda: "Leave as it is" not in terminal.text)
        assert firm.database.value("SELECT count(*) FROM password_reset") == 0

        _reset(terminal, number)
        await terminal.shows("Leave as it is")
        await terminal.press("tab", "enter")
        await terminal.shows("Mail to zoe@dupont.example queued; its link works until 13 Nov.")
        await terminal.shows("✉ 1 waits")
        _reset(terminal, number)
        await terminal.shows("Leave as it is")
        await terminal.press("tab", "enter")
        await terminal.shows("was asked for a moment ago")

    rows = firm.database.rows(
        "SELECT o.state FROM password_reset r JOIN outbox o ON o.password_reset_id = r.id WHERE r.state = 'open'"
    )
    assert rows == [("queued",)]


async def test_what_a_colleague_took_away_meanwhile_is_told(firm: Context) -> None:
    activated(firm, 1, ADDRESS)
    async with running(firm) as terminal:
        _reset(terminal, find_address(firm, ADDRESS))
        await terminal.shows("Leave as it is")
        change_access(firm, [1], AccessWish(login=False), find_address(firm, ADDRESS))
        await terminal.press("tab", "enter")
        await terminal.shows("may log in to no account")

    assert firm.database.value("SELECT count(*) FROM password_reset") == 0


async def test_in_pending_activation_the_same_key_shows_the_link(firm: Context, invited: int) -> None:
    async with running(firm) as terminal:
        await terminal.press("2")
        await terminal.shows("INVITE SENT", ADDRESS)
        await terminal.press("c")
        await terminal.shows("Link of the invitation", ADDRESS)
        await terminal.press("escape")
        await terminal.until(lambda: "Link of the invitation" not in terminal.text)
        await terminal.press("C")
        await terminal.until(lambda: terminal.app.clipboard.startswith(ADDRESS))
