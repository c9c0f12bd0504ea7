"""What stands around the work, as text: where I am, the places, the keys. Knows nothing of Textual, which comes after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext, pgettext
from tui_portal.tui import keys
from tui_portal.tui.cells import fit, shortened
from tui_portal.tui.keymap import Changes, in_force

if TYPE_CHECKING:
    from tui_portal.services.context import Context
    from tui_portal.services.outbox import OutboxSummary

SMALLEST = (60, 15)
WIDE = 110  # from so many columns on the places stand in the side bar
_SHORT, _SHORTEST = 8, 4  # cells of the title of a place where they do not all fit
_LEAST_NOTE = 24  # cells that a note in the title line keeps

Parts = list[tuple[str, str]]  # pieces of text, each with a style in Textual's words, empty for the line's own


@dataclass(frozen=True, slots=True)
class Place:
    """A place that can be gone to: its name, the key that leads there, its title, how many things it holds (None: unknown), and
    its title where room is short.
    """

    name: str
    key: str
    title: str
    count: int | None = None
    short: str = ""


def places_of(counts: Mapping[str, int], changes: Changes) -> list[Place]:
    """The places with their counts, as far as they are known, under the keys that are in force."""
    titles = {
        "accounts": _("Accounts"),
        "pending": _("Pending activation"),
        "archived": _("Archived"),
        "outbox": _("Outbox"),
        "activity": _("Activity"),
        "staff": _("Staff"),
    }
    (everywhere,) = in_force((keys.EVERYWHERE,), changes)
    places = {key.name: key.first_shown for key in everywhere.keys}
    short = {
        "pending": pgettext("place where room is short", "Pending…"),
        "archived": pgettext("place where room is short", "Archived"),
    }
    return [
        Place(name, places[name], title, counts.get(name), short.get(name, title)) for name, title in titles.items()
    ]


def notes_of(context: Context, width: int, mail: OutboxSummary | None = None, held_seconds: int = 0) -> list[str]:
    """What mail waits or failed, and who is acting, for the title line of a screen `width` cells wide."""
    parts: list[str] = []
    if mail is not None and (mail.waiting or mail.problem):
        waiting = ngettext("✉ {n} waits", "✉ {n} wait", mail.waiting).format(n=mail.waiting)
        if mail.problem and width < WIDE:
            waiting += " !"
        elif mail.problem:
            waiting = _(": ").join([waiting, fit(mail.problem, min(width // 3, cell_len(safe(mail.problem))))])
        if held_seconds:
            waiting += " " + _("for {n} s").format(n=held_seconds)
        parts.append(waiting)
    if context.read_only:
        parts.append(_("read-only"))
    if context.actor is not None:
        parts.append(context.actor.login)
        if not context.actor.active:
            parts.append(_("not active any more"))
    return parts


def title_line(where: Sequence[str], notes: Sequence[str], width: int) -> str:
    """The way to this place on the left, the notes on the right."""
    left, room = safe(" › ".join(where)), width - 2
    right = safe("   ".join(_shortened_notes(notes, room - cell_len(left) - 2)))
    if cell_len(left) + cell_len(right) + 2 > room:
        left = shortened(left, max(0, room - cell_len(right) - 2))
    return f" {left}{' ' * max(1, room - cell_len(left) - cell_len(right))}{right} "


def places_line(places: Sequence[Place], here: str, width: int) -> Parts:
    """All places on one line: where they don't fit, shorter titles, then without the counts."""
    full = [place.title for place in places]
    shorter = [place.short for place in places]
    cut = [[shortened(title, most) for title in shorter] for most in range(_SHORT, _SHORTEST - 1, -1)]
    counts = [f" {place.count}" if place.count is not None else "" for place in places]
    uncounted = [""] * len(places)
    counted = [(titles, counts) for titles in (full, shorter, cut[0])]
    texts: list[str] = []
    for titles, told in (*counted, *((titles, uncounted) for titles in (full, shorter, *cut))):
        texts = [f" {place.key} {title}{count} " for place, title, count in zip(places, titles, told, strict=True)]
        if sum(map(cell_len, texts)) <= width:
            break
    return _with_styles(places, here, texts)


def side_lines(places: Sequence[Place], here: str, heading: str, width: int) -> Parts:
    """The heading, and a line for each place with its count at the right; where they don't fit, its shorter title."""
    texts = []
    for place in places:
        count = "" if place.count is None else f" {place.count}"
        room = width - cell_len(f" {place.key} {count} ")
        title = shortened(place.title if cell_len(place.title) <= room else place.short, room)
        texts.append(f" {place.key} {title}{' ' * (room - cell_len(title))}{count} ")
    return [(f" {heading}", "bold"), *_with_styles(places, here, texts)]


def keys_line(groups: Iterable[keys.KeyGroup], changes: Changes, width: int) -> Parts:
    """The few keys that matter now, as many as fit."""
    parts: Parts = []
    for key, what in keys.bar(in_force(groups, changes), width):
        parts += [(f" {key}", "bold"), (f" {what} ", "")]
    return parts


def _with_styles(places: Sequence[Place], here: str, texts: Sequence[str]) -> Parts:
    return [(text, "bold reverse" if place.name == here else "") for place, text in zip(places, texts, strict=True)]


def _shortened_notes(notes: Sequence[str], room: int) -> list[str]:
    """The notes at the right, the longest shortened where the way to this place needs the room."""
    kept = [part for part in notes if part]
    over = sum(map(cell_len, kept)) + 3 * (len(kept) - 1) - room
    longest = max(kept, key=cell_len, default="")
    least = min(_LEAST_NOTE, cell_len(longest))
    return [fit(note, max(least, cell_len(note) - over)) if note == longest and over > 0 else note for note in kept]
