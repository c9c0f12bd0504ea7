"""The Info tab: keys in; rows in the database, queued mail and words on the screen out."""

from __future__ import annotations

from tests.screens import Terminal, running
from tui_portal.services.accounts import EmailSettings, account_profile
from tui_portal.services.context import Context


async def _open_dupont(terminal: Terminal) -> None:
    await terminal.shows("Dupont [/SARL]")
    await terminal.press("enter")
    await terminal.shows("elodie@dupont.example", "no access")


def _emails(firm: Context) -> tuple[EmailSettings, ...]:
    return account_profile(firm, 1).emails


async def test_login_on_with_a_message_grants_access_and_queues_one_invitation(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_dupont(terminal)
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
        await _open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Not now")
        await terminal.press("tab", "tab", "enter")
        await terminal.shows("pending, not invited")

    assert _emails(firm)[0].login
    assert firm.database.value("SELECT count(*) FROM outbox") == 0


async def test_escape_from_the_invitation_dialog_changes_nothing(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_dupont(terminal)
        await terminal.press("l")
        await terminal.shows("Not now")
        await terminal.press("escape")
        await terminal.until(lambda: "Not now" not in terminal.text)

    assert not _emails(firm)[0].login


async def test_each_switch_is_worked_by_its_letter_and_by_space_under_the_cursor(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_dupont(terminal)
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
        await _open_dupont(terminal)
        await terminal.press("down", "l")
        await terminal.shows("elodie@dupont is not valid: the domain has no dot.")

    assert not any(email.login for email in _emails(firm))


async def test_a_change_by_a_colleague_shows_by_itself(firm: Context) -> None:
    from tui_portal.services.access import AccessWish, change_access

    async with running(firm) as terminal:
        await _open_dupont(terminal)
        change_access(firm, [1], AccessWish(notify=True))
        await terminal.until(lambda: terminal.text.count("[ on ]") == 2)


async def test_two_quick_presses_open_one_dialog(firm: Context) -> None:
    async with running(firm) as terminal:
        await _open_dupont(terminal)
        await terminal.press("l", "l")
        await terminal.shows("Not now")
        await terminal.press("escape")
        await terminal.until(lambda: "Not now" not in terminal.text)
        assert len(terminal.app.screen_stack) == 2
