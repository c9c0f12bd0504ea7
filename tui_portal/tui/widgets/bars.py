"""The lines around the work: where I am, the places, the keys that matter now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from tui_portal.i18n import _
from tui_portal.tui import keys
from tui_portal.tui.keymap import key_changes
from tui_portal.tui.surroundings import SMALLEST, Parts, Place, keys_line, places_line, side_lines, title_line
from tui_portal.tui.text import fit, plain

__all__ = ["SMALLEST", "KeyBar", "Place", "PlacesBar", "TitleBar", "TooSmall"]


class TitleBar(Widget):
    """Line 1: the firm and the place on the left, who I am and what mail waits on the right."""

    def __init__(self) -> None:
        super().__init__(id="title-bar")
        self._where: tuple[str, ...] = ()
        self._right: tuple[str, ...] = ()

    def show(self, where: Sequence[str], right: Sequence[str]) -> None:
        """Show the way to this place, and the notes at the right."""
        if (tuple(where), tuple(right)) != (self._where, self._right):
            self._where, self._right = tuple(where), tuple(right)
            self.refresh()

    def render(self) -> Content:
        return plain(title_line(self._where, self._right, self.size.width))


class PlacesBar(Widget):
    """The places, in one line on a narrow screen and as the side bar on a wide one (class `-side`)."""

    def __init__(self, *, side: bool, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._side = side
        self._places: tuple[Place, ...] = ()
        self._here = ""
        self._heading = ""

    def show(self, places: Iterable[Place], here: str, heading: str) -> None:
        """Show `places` with `here` marked; `heading` stands above them in the side bar."""
        new = tuple(places)
        if (new, here, heading) != (self._places, self._here, self._heading):
            self._places, self._here, self._heading = new, here, heading
            self.refresh()

    def render(self) -> Content:
        if self._side:
            lines = side_lines(self._places, self._here, self._heading, self.size.width)
            return Content("\n").join([plain(text, style) for text, style in lines])
        return _joined(places_line(self._places, self._here, self.size.width))


class KeyBar(Widget):
    """The last line: the few keys that matter now; for a while, what became of the last thing done."""

    COMPONENT_CLASSES = {"key-bar--key"}

    def __init__(self, *groups: keys.KeyGroup) -> None:
        super().__init__(id="key-bar")
        self._groups = groups
        self._said = ""
        self._timer: Timer | None = None

    def show(self, groups: Iterable[keys.KeyGroup]) -> None:
        """Show the keys of other groups from now on."""
        self._groups = tuple(groups)
        self.refresh()

    def say(self, sentence: str, seconds: float, *, warning: bool = False) -> None:
        """Show `sentence` in place of the keys for `seconds`."""
        self._said = sentence
        self.set_class(warning, "-warning")
        self.set_class(not warning, "-done")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(seconds, self._fall_silent)
        self.refresh()

    def _fall_silent(self) -> None:
        self._said = ""
        self.remove_class("-warning", "-done")
        self.refresh()

    def render(self) -> Content:
        if self._said:
            # A warning is read to its end, which says what to do; the line grows with it (styles).
            said = f" {self._said}"
            return plain(said if self.has_class("-warning") else fit(said, self.size.width))
        return _joined(keys_line(self._groups, key_changes(self), self.size.width))


class TooSmall(Widget):
    """The sentence that stands in place of everything while the window is too small; nothing typed is lost."""

    def __init__(self) -> None:
        super().__init__(id="too-small")

    def render(self) -> Content:
        width, height = SMALLEST
        sentence = _("The window is too small: {width}x{height} is needed. ctrl+q quits.")
        return plain(sentence.format(width=width, height=height))


def _joined(parts: Parts) -> Content:
    return Content("").join([plain(text, style) for text, style in parts])
