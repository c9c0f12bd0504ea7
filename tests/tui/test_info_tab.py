"""The Info tab: keys in; rows in the database, queued mail and words on the screen out."""

from __future__ import annotations

from tests.screens import running
from tests.tui.dupont import open_dupont
from tui_portal.domain.accounts import AccountType
from tui_portal.services.accounts import EmailSettings, account_profile
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context


def _emails(firm: Context) -> tuple[EmailSettings, ...]:
    return account_profile(firm, 1).emails


async def test_login_on_with_a_message_grants_access_and_queues_one_invitation(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Personalized message", "French", "elodie@dupont.example in A-0001 Dupont [/SARL]")
        await terminal.type("Bonjour")
        await terminal.shows("7 / 5000")
        await terminal.press("tab", "enter")
        await terminal.shows("the mail waits in the outbox", "pending, invitation waits", "◐ active, all pending")

    assert [email.login for email in _emails(firm)] == [True, False, False]
    assert firm.database.rows("SELECT kind, language, message, state FROM outbox") == [
        ("invitation", "fr", "Bonjour", "queued")
    ]


async def test_not_now_grants_access_without_an_invitation(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Not now")
        await terminal.press("tab", "tab", "enter")
        await terminal.shows("pending, not invited")

    assert _emails(firm)[0].login
    assert firm.database.value("SELECT count(*) FROM outbox") == 0


async def test_escape_from_the_invitation_dialog_changes_nothing(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Not now")
        await terminal.press("escape")
        await terminal.until(lambda: "Not now" not in terminal.text)

    assert not _emails(firm)[0].login


async def test_each_switch_is_worked_by_its_letter_and_by_space_under_the_cursor(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("o")
        await terminal.shows("NOTIFY is saved for elodie@dupont.example")
        await terminal.press("right", "space")
        await terminal.shows("EMAIL SYNC is saved for elodie@dupont.example")
        assert terminal.line("elodie@dupont.example  ").count("[ on ]") == 2
        await terminal.press("down", "down", "o")
        await terminal.shows("NOTIFY is saved for zoe@dupont.example")

    first, _invalid, zoe = _emails(firm)
    assert (first.login, first.notify, first.sync) == (False, True, True)
    assert (zoe.login, zoe.notify, zoe.sync) == (False, True, False)


async def test_an_invalid_address_is_refused_with_the_reason(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("down", "l")
        await terminal.shows("elodie@dupont is not valid: the domain has no dot.")

    assert not any(email.login for email in _emails(firm))


async def test_a_change_by_a_colleague_shows_by_itself(firm: Context) -> None:
    from tui_portal.services.access import AccessWish, change_access

    async with running(firm) as terminal:
        await open_dupont(terminal)
        change_access(firm, [1], AccessWish(notify=True))
        await terminal.until(lambda: terminal.text.count("[ on ]") == 2)


async def test_a_second_press_of_l_is_typed_into_the_dialog_that_the_first_opens(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l", "l")
        await terminal.shows("Not now", "1 / 5000")
        await terminal.press("escape")
        await terminal.shows("esc again leaves, and the message is gone.")
        await terminal.press("escape")
        await terminal.until(lambda: "Not now" not in terminal.text)
        assert len(terminal.app.screen_stack) == 2


async def test_a_burst_of_presses_on_one_switch_counts_each(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("o", "o", "o", "y", "y")
        await terminal.until(lambda: "…" not in terminal.text)
        await terminal.until(lambda: terminal.text.count("[ on ]") == 1)
    assert (_emails(firm)[0].notify, _emails(firm)[0].sync) == (True, False)


async def test_what_is_switched_is_saved_though_the_place_is_left_at_once(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("o", "y", "minus", "down", "enter")
        await terminal.shows("Jürgen Groß")
        await terminal.press("o", "q")
    assert (_emails(firm)[0].notify, _emails(firm)[0].sync) == (True, True)
    assert account_profile(firm, 2).emails[0].notify


async def test_what_fails_to_be_saved_stays_in_the_dialog(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Personalized message")
        await terminal.type("Bonjour")
        firm.database.execute("DELETE FROM account_contact WHERE account_id = 1")
        await terminal.press("alt+s")
        await terminal.shows("This address is not in the account any more.", "Bonjour")
    assert firm.database.value("SELECT count(*) FROM outbox") == 0


async def test_a_message_that_is_too_long_is_told_and_sends_nothing(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Personalized message")
        terminal.paste("\t" * 1251)
        await terminal.shows("0 / 5000")
        terminal.paste("x" * 5001)
        await terminal.press("tab", "enter")
        await terminal.shows("The message is too long: nothing was sent.")
    assert not _emails(firm)[0].login


async def test_login_off_asks_once_where_an_invitation_is_open(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Not now")
        await terminal.press("alt+s")
        await terminal.shows("pending, invitation waits")
        await terminal.press("enter", "enter")
        await terminal.until(lambda: "its link dies" not in terminal.text)
        assert _emails(firm)[0].login
        await terminal.press("l")
        await terminal.shows("its link dies")
        await terminal.press("tab", "enter")
        await terminal.shows("LOGIN is off for elodie@dupont.example; the open invitation is withdrawn.")


async def test_contacts_without_an_address_can_be_reached(office: Context) -> None:
    account = create_account(office, "Club", AccountType.OTHER)
    for number in range(30):
        create_contact(office, [account], f"Member {number:02}")
    async with running(office) as terminal:
        await terminal.press("enter")
        await terminal.shows("Member 00")
        await terminal.press("G")
        await terminal.shows("Member 29")


async def test_a_dialog_survives_a_window_that_is_too_small_for_a_while(firm: Context) -> None:
    async with running(firm) as terminal:
        await open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Personalized message")
        await terminal.type("Bon")
        await terminal.resize(40, 10)
        await terminal.shows("too small")
        await terminal.press("escape", "x")
        await terminal.resize(80, 24)
        await terminal.shows("3 / 5000")
        await terminal.type("jour")
        await terminal.shows("7 / 5000", "Bonjour")


async def test_every_switch_is_in_sight_on_the_smallest_window(firm: Context) -> None:
    async with running(firm, size=(60, 15)) as terminal:
        await open_dupont(terminal)
        assert terminal.line("elodie@dupont.example").count("[off ]") == 3


async def test_pasted_control_characters_are_made_harmless(firm: Context) -> None:
    async with running(firm) as terminal:
        await terminal.press("slash")
        terminal.paste("x\x01\x9b\u202ey\nz")
        await terminal.shows("x\ufffd\ufffd\ufffdy z")
