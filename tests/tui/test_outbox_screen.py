"""The Outbox by keys."""

from __future__ import annotations

from tests.conftest import Clock
from tests.screens import running
from tests.services.firms import OWNER, firm_of, send_all, token
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed, record_later
from tui_portal.services.outbox import claim
from tui_portal.services.reminders import queue_due_reminders


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
        await terminal.shows("Hello there", "p0.0@crowd.example", "invitation, sent")
        await terminal.press("pagedown")
        await terminal.shows("the link is the reader's alone")
        assert "/activate/" not in terminal.text
        await terminal.press("escape", "f", "q")
        await terminal.shows("2 of 3")
        await terminal.press("asterisk", "d")
        await terminal.shows("2 mails", "sent before goes on working.")
        await terminal.press("tab", "enter")
        await terminal.shows("2 mails given up", "6 Outbox 0")
    assert office.database.value("SELECT count(*) FROM outbox WHERE state = 'withdrawn'") == 2


async def test_the_mail_is_shown_as_its_reader_gets_it_with_what_became_of_it(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, AccessWish(login=True, invite=True, message="Hello there"))
    clock.advance(60)
    first, second = claim(office, OWNER, clock.moment)
    record_later(office, OWNER, first, "451 4.7.1 Greylisted, try again later")
    record_failed(office, OWNER, second, "550 5.1.1 User unknown")
    office.database.execute(
        "INSERT INTO outbox_copy (outbox_id, address, state, error, next_try_at, created_at) VALUES (?, ?, ?, ?, 0, 0)",
        [first, "files@hansen-partner.example", "failed", "552 full"],
    )
    message_id = office.database.value("SELECT message_id FROM outbox WHERE id = ?", [first])
    async with running(office, size=(120, 50)) as terminal:
        await terminal.press("6")
        await terminal.shows("2 of 2")
        await terminal.press("end", "enter")
        await terminal.shows("invitation, waits", "451 4.7.1 Greylisted", "2026-11-12 12:06:00", message_id[:40])
        await terminal.shows("files@hansen-partner.example failed: 552 full", "As it will be sent")
        await terminal.shows("Subject: Your access", "Hello Person 0,", "Hello there", "  - Client 0")
        assert token(office, "p0.0@crowd.example") not in terminal.text
        await terminal.press("escape", "home", "m")
        await terminal.shows("Show the mail")
        await terminal.press("o")
        await terminal.shows("invitation, failed", "550 5.1.1 User unknown", "As it would be written today")


async def test_the_filter_menu_tells_how_many_there_are_of_each(office: Context, clock: Clock) -> None:
    change_access(office, firm_of(office, 3), AccessWish(login=True, invite=True))
    clock.advance(60)
    send_all(office)
    clock.advance(3 * 86_400)
    queue_due_reminders(office)
    async with running(office) as terminal:
        await terminal.press("6", "f")
        await terminal.shows("waits (3)", "sent (3)", "failed (0)", "invitation (3)", "reminder (3)")
        await terminal.press("r")
        await terminal.shows("3 of 6", "/ reminder")
        await terminal.press("f", "s")
        await terminal.shows("0 of 6", "/ reminder sent")
        await terminal.press("f", "i")
        await terminal.shows("3 of 6", "/ sent invitation")
