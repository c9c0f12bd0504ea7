"""`w` on an e-mail address: why it can or can't log in, and what can be done about the address at once."""

from __future__ import annotations

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _
from tui_portal.services.address_checks import clear_bounce, suppress_address
from tui_portal.services.reasons import explain
from tui_portal.tui.screens.place import PlaceScreen


async def show_why(screen: PlaceScreen, account: int, address: int, keys: str = "") -> str:
    """Show the reasons for the mailbox `address` in `account` (ids) until the dialog is left; to be run in a worker.

    One of `keys` leaves it too, and is returned; else the empty string.
    """
    from tui_portal.tui.modals.why import WhyDialog

    shell, told = screen.shell, ""
    while True:
        try:
            found = await shell.lanes.read(explain, account, address)
        except PortalError as error:
            screen.say(error.message, warning=True)
            return ""
        chosen = await screen.app.push_screen_wait(WhyDialog(found, told, keys=keys))
        if chosen is None or chosen in tuple(keys):
            return chosen or ""
        told = await _do(screen, chosen, address, found.address)
        screen.read_again()


async def _do(screen: PlaceScreen, chosen: str, address: int, shown: str) -> str:
    """Do what was chosen in the dialog; what became of it, in words."""
    from tui_portal.tui.modals.why import STOP_MAIL, TRY_AGAIN

    lanes = screen.shell.lanes
    try:
        if chosen == TRY_AGAIN:
            await lanes.write(clear_bounce, address)
            return _("The refusal is forgotten: the next mail to {address} is tried.").format(address=shown)
        stop = chosen == STOP_MAIL
        await lanes.write(suppress_address, address, stop)
    except PortalError as error:
        return error.message
    words = _("No mail goes to {address} any more.") if stop else _("Mail goes to {address} again.")
    return words.format(address=shown)
