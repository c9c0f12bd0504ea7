"""What every place has in common: the title line, the last line that tells things, and reading again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual.screen import Screen

from tui_portal.tui.keys import KeyGroup
from tui_portal.tui.widgets.bars import KeyBar

if TYPE_CHECKING:
    from tui_portal.tui.protocol import PortalShell


class PlaceScreen(Screen[None]):
    """A screen that is a place, not a dialog."""

    KEY_GROUPS: ClassVar[Sequence[KeyGroup]] = ()

    @property
    def shell(self) -> PortalShell:
        """The application, as far as screens know it."""
        return cast("PortalShell", self.app)

    @property
    def settled(self) -> bool:
        """Whether what is shown is what the last key asked for, so that the next one may act on it."""
        raise NotImplementedError

    @property
    def key_groups(self) -> Sequence[KeyGroup]:
        """The keys that are in force here now."""
        return self.KEY_GROUPS

    def say(self, sentence: str, *, warning: bool = False) -> None:
        """Tell what became of something, in the last line; nothing where this place was left meanwhile."""
        if self.is_attached:
            self.query_one(KeyBar).say(sentence, self.shell.notice_seconds, warning=warning)

    def show_surroundings(self) -> None:
        """Show what the application knows now in the title line and the places."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Read anew what is shown, without moving anything."""
        raise NotImplementedError

    def action_read_again(self) -> None:
        self.read_again()
