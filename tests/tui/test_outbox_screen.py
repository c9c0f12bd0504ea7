"""The Outbox by keys."""

from __future__ import annotations

from tests.screens import running
from tests.services.firms import firm_of, send_all
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context


async def test_mails_are_looked_at_tried_now_and_given_up(office: Context) -> None:
    accounts = firm_of(office, 3)
    change_access(office, accounts[:1], AccessWish(login=True, invite=True, message="Hello there"))
    send_all(office)
    change_access(office, accounts[1:], AccessWish(login=True, invite=True))
    async with running(office, size=(100, 24)) as terminal:
        await terminal.press("6")
        await terminal.shows("› Outbox", "3 of 3", "6 Outbox 2", "waits until", "sent 12 Nov")
        await terminal.press("t")
        await terminal.shows("1 mail is tried now")
        await terminal.press("end", "enter")
        await terminal.shows("Hello there", "p0.0@crowd.example")
        await terminal.press("escape", "f", "q")
        await terminal.shows("2 of 3")
        await terminal.press("asterisk", "d")
        await terminal.shows("2 mails", "sent before goes on working.")
        await terminal.press("tab", "enter")
        await terminal.shows("2 mails given up", "6 Outbox 0")
    assert office.database.value("SELECT count(*) FROM outbox WHERE state = 'withdrawn'") == 2
