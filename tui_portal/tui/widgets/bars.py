"""The lines around the work: where I am, the places, the keys that matter now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from tui_portal.i18n import _
from tui_portal.tui import keys
from tui_portal.tui.keymap import in_force, key_changes
from tui_portal.tui.text import fit, plain

SMALLEST = (60, 15)
_SHORT = 8  # cells of the title of a place where they do not all fit
_LEAST_NOTE = 24  # cells that a note in the title line keeps


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
        left = plain(" › ".join(self._where))
        room = self.size.width - 2
        right = plain("   ".join(self._notes(room - left.cell_length - 2)))
        if left.cell_length + right.cell_length + 2 > room:
            left = left.truncate(max(0, room - right.cell_length - 2), ellipsis=True)
        gap = " " * max(1, room - left.cell_length - right.cell_length)
        return Content.assemble(" ", left, gap, right, " ")

    def _notes(self, room: int) -> list[str]:
        """The notes at the right, the longest shortened where the way to this place needs the room."""
        notes = [part for part in self._right if part]
        over = sum(map(cell_len, notes)) + 3 * (len(notes) - 1) - room
        longest = max(notes, key=cell_len, default="")
        least = min(_LEAST_NOTE, cell_len(longest))
        return [
            fit(note, max(least, cell_len(note) - over)) if note == longest and over > 0 else note for note in notes
        ]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that can be gone to: its name, the key that leads there, its title, how many things it holds (None: unknown)."""

    name: str
    key: str
    title: str
    count: int | None = None


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
        texts = self._side_texts() if self._side else self._line_texts()
        styles = ["bold reverse" if place.name == self._here else "" for place in self._places]
        parts = [plain(text, style) for text, style in zip(texts, styles, strict=True)]
        return (
            Content("\n").join([plain(f" {self._heading}", "bold"), *parts]) if self._side else Content("").join(parts)
        )

    def _side_texts(self) -> list[str]:
        """A line for each place, its count at the right."""
        texts = []
        for place in self._places:
            text, count = f" {place.key} {place.title}", "" if place.count is None else f" {place.count}"
            texts.append(f"{text}{' ' * max(0, self.size.width - cell_len(text) - cell_len(count) - 1)}{count} ")
        return texts

    def _line_texts(self) -> list[str]:
        """All places on one line: where they don't fit, shorter titles, then without the counts."""
        texts: list[str] = []
        for most, counted in ((0, True), (_SHORT, True), (0, False), (_SHORT, False)):
            texts = [
                f" {place.key} {fit(place.title, most) if 0 < most < cell_len(place.title) else place.title}"
                f"{f' {place.count}' if counted and place.count is not None else ''} "
                for place in self._places
            ]
            if sum(map(cell_len, texts)) <= self.size.width:
                break
        return texts


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
            return plain(fit(f" {self._said}", self.size.width))
        parts: list[Content] = []
        for key, what in keys.bar(in_force(self._groups, key_changes(self)), self.size.width):
            parts += [plain(f" {key}", "bold"), plain(f" {what} ")]
        return Content("").join(parts)


class TooSmall(Widget):
    """The sentence that stands in place of everything while the window is too small; nothing typed is lost."""

    def __init__(self) -> None:
        super().__init__(id="too-small")

    def render(self) -> Content:
        width, height = SMALLEST
        sentence = _("The window is too small: {width}x{height} is needed. ctrl+q quits.")
        return plain(sentence.format(width=width, height=height))
