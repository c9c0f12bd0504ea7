"""The account that most tests of the profile are about."""

from __future__ import annotations

from tests.screens import Terminal
from tui_portal.services.accounts import EmailSettings, account_profile
from tui_portal.services.context import Context


async def open_dupont(terminal: Terminal) -> None:
    """Open A-0001 from the list."""
    await terminal.shows("Dupont [/SARL]")
    await terminal.press("enter")
    await terminal.shows("elodie@dupont.example")


def emails_of(firm: Context, account: int = 1) -> dict[str, EmailSettings]:
    """The addresses of an account with their switches, from top to bottom."""
    return {email.address: email for email in account_profile(firm, account).emails}
