"""The command palette: what can be done and where one can go, found by what is typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.cells import cell_len
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_portal.domain.errors import PortalError
from tui_portal.domain.text import safe, search_key
from tui_portal.i18n import _
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.field_row import FieldInput
from tui_portal.tui.workers import start

_LINES = 16  # of the list, as far as the window has room for them
_AROUND = 7  # lines of the dialog that are not the list
_NOTHING = 9


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the palette: what it is called, a note beside it, and what choosing it does. `words` are what it is found by,
    where that is more than its title. One that was `found` by somebody else for what was typed is shown in any case.
    """

    title: str
    note: str
    run: Callable[[], object]
    words: str = ""
    found: bool = False


Finder = Callable[[str], Awaitable[Sequence[Offer]]]


class OfferList(Widget):
    """The offers, a window of lines. Worked from the field above it."""

    COMPONENT_CLASSES = {"menu--row", "menu--cursor", "menu--dim"}

    def __init__(self) -> None:
        super().__init__(id="offers")
        self._offers: tuple[Offer, ...] = ()
        self._cursor = self._top = 0
        self._nothing = ""

    @property
    def chosen(self) -> Offer | None:
        """The offer under the cursor."""
        return self._offers[self._cursor] if self._offers else None

    def show(self, offers: Sequence[Offer], nothing: str) -> None:
        """Show `offers` from the first on; `nothing` is what is told where there are none."""
        self._offers, self._nothing = tuple(offers), nothing
        self._cursor = self._top = 0
        self.refresh()

    def move(self, step: int) -> None:
        """Go to another offer."""
        self._cursor = max(0, min(self._cursor + step, len(self._offers) - 1))
        self._keep_in_sight()
        self.refresh()

    def choose_line(self, line: int) -> bool:
        """Go to the offer in a line of the window; whether there is one."""
        if not 0 <= self._top + line < len(self._offers):
            return False
        self._cursor = self._top + line
        self.refresh()
        return True

    def on_resize(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, number = self.size.width, self._top + y
        row = self.get_component_rich_style("menu--row")
        if number >= len(self._offers):
            text = f" {self._nothing}" if y == 0 and not self._offers else ""
            dim = row + self.get_component_rich_style("menu--dim", partial=True)
            return Strip([Segment(fit(text, width), dim)], width)
        offer = self._offers[number]
        style = self.get_component_rich_style("menu--cursor") if number == self._cursor else row
        note = fit(offer.note, min(cell_len(safe(offer.note)), width // 2))
        dim = style + self.get_component_rich_style("menu--dim", partial=True)
        return Strip(
            [Segment(fit(f" {offer.title}", width - cell_len(note) - 2) + " ", style), Segment(f"{note} ", dim)]
        )

    def _keep_in_sight(self) -> None:
        page = max(1, self.size.height)
        self._top = max(0, min(max(self._cursor - page + 1, min(self._top, self._cursor)), len(self._offers) - page))


class Palette(Dialog[Offer]):
    """Dismissed with the offer that was chosen, or with None. `find` awaits what else a text may mean; its answer is dropped once
    something else is typed. `more` awaits offers that have to be read.
    """

    AUTO_FOCUS = "#wanted"
    BINDINGS = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("enter", "choose", show=False, priority=True),
        Binding("ctrl+p", "leave", show=False, priority=True),
    ]

    def __init__(self, offers: Sequence[Offer], find: Finder, more: Callable[[], Awaitable[Sequence[Offer]]]) -> None:
        super().__init__(_("Commands"))
        self._offers = list(offers)
        self._find = find
        self._more: Callable[[], Awaitable[Sequence[Offer]]] | None = more
        self._shown = ""

    @property
    def list(self) -> OfferList:
        """The offers."""
        return self.query_one(OfferList)

    def body(self) -> ComposeResult:
        yield FieldInput(id="wanted", placeholder=_("A command, or an account, contact or address by name"))
        yield Static(id="told", classes="warning", markup=False)
        yield OfferList()
        yield Static(plain(_("up down choose   enter do it   esc leaves")), classes="hint")

    def on_mount(self) -> None:
        self._fit_height()
        self.query_one("#told").display = False
        self.list.show(self._offers, "")

    def on_resize(self) -> None:
        self._fit_height()

    def action_move(self, step: int) -> None:
        self.list.move(step)

    def action_page(self, step: int) -> None:
        self.list.move(step * max(1, self.list.size.height - 1))

    def action_choose(self) -> None:
        """Do what is under the cursor; what was typed meanwhile is looked for first."""
        self.carry_out(self._choose, "choose")

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.list and self.list.choose_line(event.y):
            self.action_choose()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        start(self, partial(self._look, event.value), "find", newest="find", quiet=True)

    async def _look(self, text: str) -> None:
        if not text.strip():
            self._shown = text
            self.list.show(self._offers, "")
            return
        told = self.query_one("#told", Static)
        try:
            if self._more is not None:
                self._offers += await self._more()
                self._more = None
            found = await self._find(text)
        except PortalError as error:
            found = ()
            told.update(plain(error.message))
            told.display = True
        else:
            told.display = False
        self._shown = text
        self.list.show(ranked([*found, *self._offers], text), _("Nothing found."))

    async def _choose(self) -> None:
        text = self.query_one(Input).value
        if text != self._shown:
            self.workers.cancel_group(self, "find")
            await self._look(text)
        if self.list.chosen is not None:
            self.dismiss(self.list.chosen)

    def _fit_height(self) -> None:
        self.list.styles.height = max(1, min(_LINES, self.app.size.height - _AROUND))

    def _tell_saving(self) -> None:
        """Nothing is saved here."""


def ranked(offers: Sequence[Offer], text: str) -> list[Offer]:
    """The offers that `text` may mean, the likeliest first; of those that are as likely the first first."""
    key = search_key(text)
    ranks = [(_rank(offer, key), offer) for offer in offers]
    return [offer for rank, offer in sorted(ranks, key=lambda pair: pair[0]) if rank < _NOTHING]


def _rank(offer: Offer, key: str) -> int:
    """How far `key` is from what the offer is called: 0 where that begins so; 9 where they have nothing to do with each other."""
    name = search_key(offer.words or offer.title)
    if name.startswith(key):
        return 0
    if f" {key}" in name:
        return 1
    if key in name:
        return 2
    if all(word in name for word in key.split()):
        return 3
    return 4 if offer.found else _NOTHING
