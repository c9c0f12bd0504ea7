"""The Activity and the Mail tab: what stands in them, moving, an entry in full, and what a colleague does meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rich.cells import cell_len
from textual.app import ComposeResult

from tests.conftest import Clock
from tests.screens import Terminal, running
from tests.services.firms import OWNER, WELCOME, activated, send_all
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.activity import record
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed, record_later
from tui_portal.services.outbox import claim
from tui_portal.tui.modals.entry import EntryDialog
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.widgets.bars import KeyBar, TitleBar, TooSmall
from tui_portal.tui.widgets.log_table import READ_ONLY, LogTab, activity_tab, mail_tab


class Reading(PlaceScreen):
    """A place that holds nothing but one tab."""

    KEY_GROUPS = (READ_ONLY,)
    AUTO_FOCUS = "LogTable"

    def __init__(self, tab: LogTab[Any], account: int) -> None:
        super().__init__()
        self.tab = tab
        self.account = account

    @property
    def settled(self) -> bool:
        return self.tab.settled

    def compose(self) -> ComposeResult:
        yield TooSmall()
        yield TitleBar()
        yield self.tab
        yield KeyBar(*self.KEY_GROUPS)

    async def on_mount(self) -> None:
        await self.tab.open(self.account)

    def show_surroundings(self) -> None:
        self.query_one(TitleBar).show(["here"], [])

    def read_again(self) -> None:
        self.tab.read_again()

    def on_log_tab_entry_opened(self, event: LogTab.EntryOpened) -> None:
        self.app.push_screen(EntryDialog(event.entry))


@asynccontextmanager
async def reading(
    firm: Context, tab: LogTab[Any], account: int = 1, size: tuple[int, int] = (80, 24), ready: str = "WHEN"
) -> AsyncIterator[Terminal]:
    """The application with `tab` on an account."""
    async with running(firm, size=size) as terminal:
        await terminal.app.push_screen(Reading(tab, account))
        await terminal.shows(ready)
        yield terminal


async def test_the_newest_entry_stands_first_with_who_and_what(firm: Context, clock: Clock) -> None:
    clock.advance(60)
    change_access(firm, [1], AccessWish(notify=True))
    async with reading(firm, activity_tab(), ready="NOTIFY on for zoe@dupont.example") as terminal:
        lines = [line for line in terminal.lines if "Olga Owner" in line]
        assert lines[0].startswith("  12 Nov 12:01  Olga Owner       NOTIFY on for zoe@dupont.example")
        assert lines[-1].startswith("  12 Nov 12:00  Olga Owner       Account Dupont [/SARL] created")


async def test_enter_opens_the_entry_in_full_and_escape_closes_it(firm: Context, clock: Clock) -> None:
    clock.advance(61)
    change_access(firm, [1], AccessWish(login=True, notify=True))
    async with reading(firm, activity_tab(), ready="NOTIFY on") as terminal:
        await terminal.press("enter")
        await terminal.shows(
            "2026-11-12 12:01:01 UTC", "LOGIN on, NOTIFY on for zoe@dupont.example", "A-0001 Dupont [/SARL]"
        )
        assert [line.split()[1:3] for line in terminal.lines if "before" in line] == [["before", "off"]] * 2
        assert [line.split()[1:3] for line in terminal.lines if " after " in line] == [["after", "on"]] * 2
        await terminal.press("escape")
        await terminal.until(lambda: "before" not in terminal.text)
        await terminal.press("down", "enter")
        await terminal.shows("LOGIN on, NOTIFY on for elodie@dupont.example")


async def test_a_change_of_many_accounts_is_named_in_its_entries(firm: Context) -> None:
    change_access(firm, [1, 2], AccessWish(notify=True))
    async with reading(firm, activity_tab(), ready="NOTIFY on") as terminal:
        await terminal.press("enter")
        await terminal.shows("Part of", "NOTIFY on in 2 accounts")


async def test_a_long_list_is_fetched_for_what_is_in_sight_and_moved_through(office: Context, clock: Clock) -> None:
    account = create_account(office, "Chronicle", AccountType.OTHER)
    create_contact(office, [account], "Anna", ["anna@crowd.example"])
    for number in range(150):
        clock.advance(60)
        change_access(office, [account], AccessWish(notify=number % 2 == 0, sync=number % 3 == 0))
    async with reading(office, activity_tab(), ready="12 Nov 14:30") as terminal:
        await terminal.press("G")
        await terminal.shows("Account Chronicle created")
        await terminal.press("pageup", "g")
        await terminal.shows("12 Nov 14:30")
        marks = terminal.app.screen.query_one(LogTab).table.marks
        await terminal.press("space", "asterisk", "v")
        assert not marks
        assert "■" not in terminal.text


async def test_what_a_colleague_does_comes_in_above_for_who_is_on_the_newest(firm: Context) -> None:
    async with reading(firm, activity_tab(), ready="Contact Zoë Dupont linked") as terminal:
        change_access(firm, [1], AccessWish(sync=True))
        await terminal.shows("EMAIL SYNC on for zoe@dupont.example")
        assert "EMAIL SYNC on for zoe" in terminal.line("Olga Owner")
        await terminal.press("down")
        change_access(firm, [1], AccessWish(notify=True))
        await terminal.until(lambda: terminal.app.screen.query_one(LogTab).table.count == 7)
        row = terminal.app.screen.query_one(LogTab).table.cursor_row
        assert row is not None
        assert row.words == "EMAIL SYNC on for elodie@dupont.example"


async def test_an_account_without_mail_says_what_would_stand_there(firm: Context) -> None:
    async with reading(firm, mail_tab(), account=3, ready="No mail has been sent") as terminal:
        assert terminal.lines[1].startswith("  WHEN")
        await terminal.press("enter", "G", "down")
        await terminal.shows("No mail has been sent")
        create_contact(firm, [3], "Taro", ["taro@yamada.example"])
        change_access(firm, [3], WELCOME)
        await terminal.shows("invitation: waits")
        assert "No mail has been sent" not in terminal.text


async def test_mail_tells_what_became_of_it(firm: Context, clock: Clock) -> None:
    activated(firm, 2, "juergen@gross.example")
    clock.advance(60)
    change_access(firm, [1], WELCOME)
    elodie, zoe = claim(firm, OWNER, firm.clock())
    record_failed(firm, OWNER, elodie, "550 5.1.1 <elodie@dupont.example>: no such user, and a long story about why")
    record_later(firm, OWNER, zoe, "451 4.7.1 come again")
    async with reading(firm, mail_tab(), ready="zoe@dupont.example") as terminal:
        assert "invitation: waits until 12 Nov" in terminal.line("zoe@dupont.example")
        assert "invitation: failed: 550" in terminal.line("elodie@dupont.example")
        assert terminal.line("elodie@dupont.example").rstrip().endswith("…")
        await terminal.press("enter")
        await terminal.shows("Next try", "451 4.7.1 come again", "Welcome")
        await terminal.press("escape")
        await terminal.until(lambda: "Next try" not in terminal.text)
        await terminal.press("down", "enter")
        await terminal.shows("about why", "Élodie Dupont, elodie@dupont.example")
    async with reading(firm, mail_tab(), account=2, ready="juergen@gross.example") as terminal:
        assert "invitation: link used 12 Nov 12:00" in terminal.line("juergen@gross.example")


async def test_long_and_wide_text_is_cut_with_a_sign_and_read_in_full(office: Context) -> None:
    account = create_account(office, "山田商店" * 20, AccountType.COMPANY)
    async with reading(office, activity_tab(), account, size=(60, 15), ready="Olga Owner") as terminal:
        line = terminal.line("Olga Owner")
        assert cell_len(line) == 60
        assert line.rstrip().endswith("…")
        await terminal.press("enter")
        await terminal.shows("Who")
        shown = "".join(line.strip("│ ") for line in terminal.lines)
        assert shown.count("山田商店") >= 10
        await terminal.press("end")
        await terminal.until(lambda: "type" in terminal.text)


async def test_names_are_shown_as_they_are_whatever_is_in_them(office: Context) -> None:
    name = "Eve [red]\x1b[31m\u202e [@click=app.quit]x[/] {address}"
    account = create_account(office, "Plain", AccountType.OTHER)
    record(office, "contact_linked", account=account, after={"name": name})
    async with reading(office, activity_tab(), account, size=(120, 24), ready="Contact Eve") as terminal:
        assert "Contact Eve [red]\ufffd[31m\ufffd [@click=app.quit]x[/] {address} linked" in terminal.line("Eve")
        await terminal.press("enter")
        await terminal.until(lambda: terminal.text.count("[@click=app.quit]x[/] {address}") == 3)


async def test_what_cannot_be_read_is_told_in_the_tab(firm: Context) -> None:
    change_access(firm, [1], WELCOME)
    send_all(firm)
    firm.database.execute("PRAGMA ignore_check_constraints = 1")
    firm.database.execute("UPDATE outbox SET state = 'lost'")
    async with reading(firm, mail_tab(), ready="holds a value that this program does not know") as terminal:
        await terminal.press("down", "r")
