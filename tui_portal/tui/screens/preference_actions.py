"""Notification preferences from the account's profile: read, shown in a dialog, saved in one go, told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_portal.domain.errors import PortalError
from tui_portal.domain.staff import Right
from tui_portal.i18n import _, ngettext
from tui_portal.services.preferences import Preferences, read_preferences, set_preferences
from tui_portal.tui.widgets.preference_edits import Groups, PreferenceEdits

if TYPE_CHECKING:
    from tui_portal.tui.modals.preferences import PreferenceDialog, Read, Save
    from tui_portal.tui.screens.place import PlaceScreen


async def open_preferences(screen: PlaceScreen, account: int, address: int) -> None:
    """Show, and let change, the preferences of one address (a mailbox's id) in `account`. In a worker."""
    from tui_portal.tui.modals.preferences import PreferencesDialog

    found = await _read(screen, account, address)
    if found is None:
        return
    on_whom = _("{address} in {account}").format(address=found.rows[0].address, account=_account(found))
    changed = await _edit(screen, found, lambda *parts: PreferencesDialog(on_whom, *parts), address)
    if changed:
        screen.say(_saved(changed, found.rows[0].address))
        screen.read_again()


async def open_preference_grid(screen: PlaceScreen, account: int) -> None:
    """Show, and let change, the preferences of all addresses of `account`. In a worker."""
    from tui_portal.tui.modals.preference_grid import PreferenceGrid

    found = await _read(screen, account, None)
    if found is None:
        return
    if not found.rows:
        screen.say(_("{account} has no e-mail address.").format(account=_account(found)), warning=True)
        return
    changed = await _edit(screen, found, lambda *parts: PreferenceGrid(_account(found), *parts), None)
    if changed:
        screen.say(_saved(changed, _account(found)))
        screen.read_again()


async def _edit(
    screen: PlaceScreen,
    found: Preferences,
    dialog: Callable[[PreferenceEdits, Read, Save], PreferenceDialog],
    address: int | None,
) -> int | None:
    """Push the dialog; how many groups it changed, None where it was left."""
    lanes = screen.shell.lanes

    async def read() -> Preferences:
        return await lanes.read(read_preferences, found.account, address)

    async def save(wished: dict[int, Groups], seen: dict[int, Groups]) -> int:
        return await lanes.write(set_preferences, found.account, wished, seen)

    edits = PreferenceEdits(found, _refusal(screen))
    changed: int | None = await screen.app.push_screen_wait(dialog(edits, read, save))
    return changed


async def _read(screen: PlaceScreen, account: int, address: int | None) -> Preferences | None:
    """What is stored, or None with the reason told."""
    try:
        return await screen.shell.lanes.read(read_preferences, account, address)
    except PortalError as error:
        screen.say(error.message, warning=True)
        return None


def _refusal(screen: PlaceScreen) -> str:
    """Why this person may only look, empty where they may change it."""
    return screen.shell.lanes.context.why_not(Right.MANAGE_ACCOUNTS)


def _account(found: Preferences) -> str:
    return f"{found.code} {found.name}"


def _saved(changed: int, whom: str) -> str:
    text = ngettext("{n} preference saved for {whom}.", "{n} preferences saved for {whom}.", changed)
    return text.format(n=changed, whom=whom)
