"""The keys of a list that do something to what it shows."""

from __future__ import annotations

from tui_portal.tui.screens.place import PlaceScreen


class ActingScreen(PlaceScreen):
    """A place with actions of its own, each under the name of what its key does."""

    def act(self, name: str) -> None:
        """Do what is called so here."""
        raise NotImplementedError

    def action_more_actions(self) -> None:
        self.act("more_actions")

    def action_filter_menu(self) -> None:
        self.act("filter_menu")

    def action_export(self) -> None:
        self.act("export")

    def action_new_row(self) -> None:
        self.act("new_row")

    def action_edit_row(self) -> None:
        self.act("edit_row")

    def action_resend(self) -> None:
        self.act("resend")

    def action_cancel_invitations(self) -> None:
        self.act("cancel")

    def action_explain(self) -> None:
        self.act("explain")

    def action_try_now(self) -> None:
        self.act("try_now")

    def action_copy_link(self) -> None:
        self.act("copy_link")

    def action_switch_reminders(self) -> None:
        self.act("switch_reminders")

    def action_copy_name(self) -> None:
        self.act("copy_name")

    def action_copy_row(self) -> None:
        self.act("copy_row")

    def action_undo(self) -> None:
        self.act("undo")

    def action_redo(self) -> None:
        self.act("redo")
