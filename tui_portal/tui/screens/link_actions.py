"""What the menu of an e-mail address does with links: copy that of the invitation, mail one for another password."""

from __future__ import annotations

from tui_portal.domain.errors import PortalError
from tui_portal.domain.moments import day_and_month
from tui_portal.i18n import _
from tui_portal.services.links import copy_link
from tui_portal.services.password_resets import request_reset
from tui_portal.tui.screens.place import PlaceScreen


async def copy_link_of(screen: PlaceScreen, address: int) -> None:
    """Show the link of the open invitation to the mailbox with the id `address`; to be run in a worker."""
    from tui_portal.tui.modals.link import LinkDialog

    shell = screen.shell
    try:
        copied = await shell.lanes.write(copy_link, address)
    except PortalError as error:
        screen.say(error.message, warning=True)
        return
    until = "" if copied.expires_at is None else day_and_month(copied.expires_at, shell.clock())
    await screen.app.push_screen_wait(LinkDialog(copied.link, copied.address, until))


async def reset_password_of(screen: PlaceScreen, address: int, shown_address: str) -> None:
    """Ask once, then mail a link for another password to the mailbox with the id `address`; to be run in a worker."""
    from tui_portal.tui.modals.confirmation import Confirmation

    shell = screen.shell
    question = _(
        "A mail with a link goes to {address}. Through it the person chooses another password; until then the present one works. "
        "Nobody here sees either. A link that was sent before dies."
    ).format(address=shown_address)
    dialog = Confirmation(_("Reset password"), shown_address, question, _("Send the mail"))
    if not await screen.app.push_screen_wait(dialog):
        return
    try:
        mail = await shell.lanes.write(request_reset, address)
    except PortalError as error:
        screen.say(error.message, warning=True)
        return
    shell.mail_was_queued()
    screen.say(
        _("Mail to {address} queued; its link works until {date}.").format(
            address=mail.address, date=day_and_month(mail.expires_at, shell.clock())
        )
    )
