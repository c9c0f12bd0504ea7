"""What opens behind the row of a list that is no account, and who is acting while it is open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_portal.domain.accounts import account_number
from tui_portal.i18n import _
from tui_portal.services.staff import who_acts
from tui_portal.tui.screens.place import PlaceScreen

if TYPE_CHECKING:
    from tui_portal.tui.app import PortalApp


async def open_pending(app: PortalApp, address: int) -> None:
    """Open the first account that a pending mailbox (by id) may log in to."""
    from tui_portal.services.pending import pending_rows

    rows = await app.lanes.read(pending_rows, [address])
    number = account_number(rows[0].accounts[0][0]) if rows and rows[0].accounts else None
    if number is not None:
        app.open_account(number)


async def open_mail(app: PortalApp, mail: int) -> None:
    """Show one mail (by id): what became of it, and what its reader reads."""
    from tui_portal.services.shown_mail import show_mail
    from tui_portal.tui.modals.mail import OutboxMailDialog

    app.push_screen(OutboxMailDialog(await app.lanes.read(show_mail, mail)))


async def open_entry(app: PortalApp, entry: int) -> None:
    """Go to what an entry of the log (by id) is about: a mail, an account; where it is about neither, show it in full."""
    from tui_portal.services.log_list import list_rows, target_of
    from tui_portal.tui.modals.entry import EntryDialog
    from tui_portal.tui.widgets.log_table import full_log

    target = await app.lanes.read(target_of, entry)
    if target.mail is not None:
        await open_mail(app, target.mail)
    elif target.account is not None:
        app.open_account(target.account)
    else:
        rows = await app.lanes.read(list_rows, [entry])
        if entry in rows:
            app.push_screen(EntryDialog(full_log(rows[entry])))


async def open_deeds(app: PortalApp, staff: int) -> None:
    """Activity, filtered by what a staff member (by id) did."""
    from tui_portal.domain.log_filters import LogKey
    from tui_portal.services.staff_members import staff_row
    from tui_portal.tui.screens.list_screen import ListScreen

    row = await app.lanes.read(staff_row, staff)
    app.action_go("activity")
    screen = app.screen
    if isinstance(screen, ListScreen):
        screen.show_view(replace(screen.view, text=f"{LogKey.BY}:{row.fields.login}"))


async def follow_actor(app: PortalApp) -> bool:
    """Read anew who is acting: rights that were given or taken are in force at once. Whether that was told."""
    context = app.lanes.context
    now = await app.lanes.read(who_acts)
    if now is None or context.actor is None or now == context.actor:
        return False
    app.context = app.lanes.context = context.acting_as(now)
    if not now.active:
        told = _("{name} is not active any more: nothing can be seen or changed.").format(name=now.name)
    elif (now.role, now.rights) != (context.actor.role, context.actor.rights):
        told = _("Your rights were changed: {role}, {rights}.").format(role=now.role.label, rights=now.rights)
    else:
        return False
    if isinstance(app.screen, PlaceScreen):
        app.screen.say(told, warning=True)
    return True
