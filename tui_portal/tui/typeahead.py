"""Keys one after another: the next is looked at when the former has done all that it does.

Over a slow line keys arrive in bursts. Textual hands each to the widget that has the focus when it arrives, so that what
follows a key which opens a dialog, or moves the focus, would still go to the former place: `l` and then a message would
switch NOTIFY for every o in it.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.widget import Widget
from textual.widgets import Input

from tui_portal.domain.text import safe

_ALWAYS = ("ctrl+q", "ctrl+c")
_LOOK_AGAIN_SECONDS = 0.005
_MOST_LOOKS = 1000  # a screen that never gets ready does not keep its keys for ever


@runtime_checkable
class Settling(Protocol):
    """A screen that knows whether it shows what the next key is about."""

    @property
    def settled(self) -> bool:
        """Whether a key may act on what is shown."""


class TypeAhead(App[int]):
    """An application that takes typed keys in order, each when the screen in front is ready for it."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Key | events.Paste] = deque()
        self._under_way: events.Event | None = None
        self._looks = 0

    @property
    def is_too_small(self) -> bool:
        """Whether the window shows nothing but a sentence, so that no key can be meant for what is hidden."""
        return False

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        if self.is_too_small and not (isinstance(event, events.Key) and event.key in _ALWAYS):
            return
        self._typed.append(self._harmless(event) if isinstance(event, events.Paste) else event)
        if self._under_way is None and not self._looks:
            await self._take_next()

    def _harmless(self, event: events.Paste) -> events.Paste:
        """What was pasted, with nothing unseen in it; in one line for a field of one line, so that none of it is lost."""
        text = safe(event.text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    "), lines=True)
        if isinstance(self.screen.focused, Input):
            text = " ".join(text.split("\n")).strip()
        return events.Paste(text)

    async def _take_next(self) -> None:
        """Hand the next key on as soon as somebody is there to take it."""
        if not self.is_running or self._exit:
            self._typed.clear()  # what is typed after the last key is nobody's
        if self._under_way is not None or not self._typed:
            return
        if not self._is_ready() and self._looks < _MOST_LOOKS:
            self._looks += 1
            self.set_timer(_LOOK_AGAIN_SECONDS, self._take_next)
            return
        self._looks = 0
        event = self._under_way = self._typed.popleft()
        target: DOMNode = self.focused or self.screen
        await super().on_event(event)
        self._follow(event, target, rounds=2)

    def _is_ready(self) -> bool:
        """A field takes letters at once; everything else waits for what its screen is about to show."""
        screen = self.screen
        if not screen.is_mounted:
            return False
        if _takes_letters(screen.focused):
            return True
        return screen.settled if isinstance(screen, Settling) else screen.focused is not None

    def _follow(self, event: events.Event, node: DOMNode, rounds: int) -> None:
        """Go the way of the event behind it, from the widget up to the application; once more for the messages it caused."""

        def up() -> None:
            parent = node.parent
            if isinstance(parent, DOMNode):
                self._follow(event, parent, rounds)
            elif rounds > 1:
                self._follow(event, self.focused or self.screen, rounds - 1)
            else:
                self._done_with(event)

        pump: MessagePump = node
        if not pump.call_later(up):
            self._done_with(event)

    def _done_with(self, event: events.Event) -> None:
        if self._under_way is event:
            self._under_way = None
            if self._typed:
                self.call_later(self._take_next)


def _takes_letters(widget: Widget | None) -> bool:
    """Whether it is a field. The one of several lines is loaded by the first dialog that has one."""
    area = sys.modules.get("textual.widgets._text_area")
    return isinstance(widget, Input) or (area is not None and isinstance(widget, area.TextArea))
