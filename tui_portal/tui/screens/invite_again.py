"""Before somebody is invited who was a moment ago: the question whether it was meant."""

from __future__ import annotations

from collections.abc import Sequence

from tui_portal.i18n import _
from tui_portal.services.just_invited import just_invited, question
from tui_portal.tui.screens.place import PlaceScreen


async def may_invite_again(screen: PlaceScreen, addresses: Sequence[int], on_whom: str) -> bool | None:
    """Whether those of `addresses` (ids) who were invited a moment ago get another invitation, which is asked where there are any;
    None where it is about nobody but them, and they get none. To be run in a worker.
    """
    from tui_portal.tui.modals.confirmation import Confirmation

    just = await screen.shell.lanes.read(just_invited, addresses)
    if not just:
        return False
    several = len(addresses) > 1
    yes = _("Send another one") if not several else _("Send them another one")
    dialog = Confirmation(_("Invited a moment ago"), on_whom, question(just), yes)
    if await screen.app.push_screen_wait(dialog):
        return True
    return False if len(just) < len(addresses) else None
