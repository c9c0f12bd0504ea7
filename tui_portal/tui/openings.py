"""What opens behind the row of a list that is no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_portal.domain.accounts import account_number
from tui_portal.services.account_mail import mail_rows
from tui_portal.services.pending import pending_rows

if TYPE_CHECKING:
    from tui_portal.tui.app import PortalApp


async def open_pending(app: PortalApp, address: int) -> None:
    """Open the first account that a pending mailbox (by id) may log in to."""
    rows = await app.lanes.read(pending_rows, [address])
    number = account_number(rows[0].accounts[0][0]) if rows and rows[0].accounts else None
    if number is not None:
        app.open_account(number)


async def open_mail(app: PortalApp, mail: int) -> None:
    """Show one mail (by id) in full."""
    from tui_portal.tui.modals.entry import EntryDialog
    from tui_portal.tui.widgets.log_table import full_mail

    rows = await app.lanes.read(mail_rows, [mail])
    if rows:
        app.push_screen(EntryDialog(full_mail(rows[0])))
