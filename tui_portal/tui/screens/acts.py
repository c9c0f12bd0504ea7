"""What can be done in the list of each place, loaded when somebody does something there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_portal.tui.screens.account_actions import AccountActions
    from tui_portal.tui.screens.list_screen import ListScreen
    from tui_portal.tui.screens.log_actions import LogActions
    from tui_portal.tui.screens.outbox_actions import OutboxActions
    from tui_portal.tui.screens.pending_actions import PendingActions
    from tui_portal.tui.screens.staff_actions import StaffActions


def actions_of(screen: ListScreen) -> AccountActions | PendingActions | OutboxActions | LogActions | StaffActions:
    """The actions of the list that `screen` shows."""
    place = screen.source.place
    if place == "pending":
        from tui_portal.tui.screens.pending_actions import PendingActions

        return PendingActions(screen)
    if place == "outbox":
        from tui_portal.tui.screens.outbox_actions import OutboxActions

        return OutboxActions(screen)
    if place == "activity":
        from tui_portal.tui.screens.log_actions import LogActions

        return LogActions(screen)
    if place == "staff":
        from tui_portal.tui.screens.staff_actions import StaffActions

        return StaffActions(screen)
    from tui_portal.tui.screens.account_actions import AccountActions

    return AccountActions(screen, archived=place == "archived")
