"""What every place has in common: the title line, the last line that tells things, and reading again."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.screen import Screen
from textual.widget import Widget

from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.tui.keys import KeyGroup
from tui_portal.tui.widgets.bars import KeyBar
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.tui.long_work import LongWork
    from tui_portal.tui.protocol import PortalShell


class PlaceScreen(Screen[None]):
    """A screen that is a place, not a dialog."""

    KEY_GROUPS: ClassVar[Sequence[KeyGroup]] = ()
    work: LongWork | None = None
    waits_for = ""
    _under_way = 0

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

    @property
    def stands(self) -> bool:
        """Whether there is something to show things in: a place is asked also while it is being made, and while it goes."""
        return bool(self.query(KeyBar))

    @property
    def busy(self) -> bool:
        """Whether what a key asked for is about to be shown. What waits for a colleague keeps no key waiting."""
        return self._under_way > 0 and not self.shell.lanes.patience.told

    def begin(self, work: Callable[[], Coroutine[Any, Any, object]], name: str, *, newest: str = "") -> None:
        """Do what a key asked for. Until a dialog stands in front, or it is done, the keys that follow wait: they are meant
        for that dialog, or for what is shown then.
        """
        start(self, partial(self._do, work), name, newest=newest)

    async def _do(self, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._under_way += 1
        try:
            await work()
        finally:
            self._under_way -= 1

    def say(self, sentence: str, *, warning: bool = False) -> None:
        """Tell what became of something, in the last line; nothing where this place was left meanwhile."""
        if self.is_attached and self.stands:
            self.query_one(KeyBar).say(sentence, self.shell.notice_seconds, warning=warning)

    def copy(self, text: str) -> None:
        """Put `text` on the terminal's clipboard, and say so."""
        why_not = self.shell.hand_over(text)
        shown = "  ".join(safe(part) for part in text.split("\t"))
        told = _("Copied, where the terminal takes it (OSC 52): {text}").format(text=shown)
        self.say(why_not or told, warning=bool(why_not))

    def tell_waiting(self, sentence: str) -> None:
        """Say whom a change waits for, unless the work that is under way says so itself."""
        if sentence and self.work is None:
            self.say(sentence, warning=True)

    def show_surroundings(self) -> None:
        """Show what the application knows now in the title line and the places."""
        raise NotImplementedError

    def read_again(self) -> None:
        """Read anew what is shown, without moving anything."""
        raise NotImplementedError

    def show_anew(self) -> None:
        """Show everything as it is called now, in another language than before; nothing moves."""
        for widget in self.walk_children(Widget):
            widget.notify_style_update()  # what was painted before is forgotten
            widget.refresh(layout=True)
        self.show_surroundings()
        self.read_again()

    def action_read_again(self) -> None:
        self.read_again()
