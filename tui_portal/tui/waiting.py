"""A change that waits for somebody else's: told where the person looks; and what went wrong after they looked away."""

from __future__ import annotations

from functools import partial
from typing import Protocol, runtime_checkable

from rich.text import Text
from textual import events
from textual.app import App

from tui_portal.domain.errors import Cancelled, PortalError
from tui_portal.domain.text import safe
from tui_portal.services.context import Lanes
from tui_portal.tui.screens.place import PlaceScreen


@runtime_checkable
class TellsWaiting(Protocol):
    """A screen that can say whom a change waits for; `waits_for` is that sentence while esc gives the change up."""

    waits_for: str

    def tell_waiting(self, sentence: str) -> None:
        """Say it; with an empty sentence, that it waits no more."""


class Waiting(App[int]):
    """An application that says what its changes wait for."""

    lanes: Lanes

    async def on_event(self, event: events.Event) -> None:
        """esc gives up at once what a dialog waits for; the keys before it go on waiting for what comes of it."""
        waits = isinstance(self.screen, TellsWaiting) and self.screen.waits_for if self.screen_stack else ""
        if waits and isinstance(event, events.Key) and event.key == "escape" and not event.is_forwarded:
            self.lanes.patience.give_up()
        else:
            await super().on_event(event)

    def tell_of(self, lanes: Lanes) -> None:
        """Say from now on what the changes of `lanes` wait for, and what goes wrong in one whose screen was left."""
        lanes.patience.tell = partial(self.call_later, self._tell_waiting)
        lanes.unheard = self._tell_unheard

    def _tell_waiting(self, sentence: str) -> None:
        if isinstance(self.screen, TellsWaiting):
            self.screen.tell_waiting(sentence)

    def _tell_unheard(self, error: PortalError) -> None:
        """Say it in the place in front; on the way out, to who reads the shell."""
        place = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, PlaceScreen)), None)
        if self.is_running and place is not None:
            place.say(error.message, warning=True)
        elif not isinstance(error, Cancelled):
            self._exit_renderables.append(Text(safe(error.message)))
