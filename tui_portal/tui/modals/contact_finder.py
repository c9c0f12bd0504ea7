"""Add a contact to an account: one that is there already, found as it is typed, or a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _
from tui_portal.services.contact_links import FoundContact
from tui_portal.services.contact_plans import accounts_in_words
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.field_row import FieldInput
from tui_portal.tui.workers import start


@dataclass(frozen=True, slots=True)
class FinderChoice:
    """What was chosen: a contact by id, or None for a new one, who is to be called `text`."""

    contact: int | None
    text: str


class FoundList(Widget):
    """Who was found, two lines each; the last entry makes a new contact. Worked from the field above it."""

    COMPONENT_CLASSES = {"menu--row", "menu--cursor", "menu--dim"}

    def __init__(self) -> None:
        super().__init__(id="found")
        self.found: tuple[FoundContact, ...] = ()
        self.text = ""
        self.cursor = 0

    def show(self, found: Sequence[FoundContact], text: str) -> None:
        """Show who was found for `text`; the cursor begins at the first who can be linked."""
        self.found, self.text = tuple(found), text
        self.cursor = next((n for n, contact in enumerate(self.found) if not contact.linked), len(self.found))
        self.styles.height = 2 * len(self.found) + 1
        self.refresh()

    def move(self, step: int) -> None:
        """Go to another entry."""
        self.cursor = max(0, min(self.cursor + step, len(self.found)))
        self.refresh()
        place = Region(0, self.virtual_region.y + 2 * self.cursor, 1, 2)
        self.screen.query_one("#dialog").scroll_to_region(place, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        width, number = self.size.width, y // 2
        style = self.get_component_rich_style("menu--cursor" if number == self.cursor else "menu--row")
        dim = style + self.get_component_rich_style("menu--dim", partial=True)
        if number >= len(self.found):
            text = _("New contact “{name}”").format(name=self.text) if self.text else _("New contact")
            return Strip([Segment(fit(f" + {text}", width), style)], width)
        contact = self.found[number]
        if y % 2:
            where = _("linked to this account already") if contact.linked else accounts_in_words(contact.accounts)
            where = where or _("in no account")
            return Strip([Segment(fit(f"     {where}", width), dim)], width)
        addresses = ", ".join(contact.addresses)
        name = fit(f" {contact.name}", max(12, width // 2 - 2))
        return Strip(
            [Segment(name, style), Segment(fit(f" {addresses}", width - max(12, width // 2 - 2)), style)], width
        )


class ContactFinder(Dialog[FinderChoice]):
    """Dismissed with the choice, or with None. `find` awaits who a text may mean."""

    AUTO_FOCUS = "#finder"
    BINDINGS = [
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("enter", "choose", show=False, priority=True),
        Binding("alt+n", "make_new", show=False, priority=True),
    ]

    def __init__(self, title: str, on_whom: str, find: Callable[[str], Awaitable[Sequence[FoundContact]]]) -> None:
        super().__init__(title, on_whom)
        self._find = find
        self._shown = ""

    def body(self) -> ComposeResult:
        yield Static(plain(_("Name or address of a contact")), classes="field-head")
        yield FieldInput(id="finder")
        yield Static(id="told", classes="warning", markup=False)
        yield FoundList()
        yield Static(plain(_("up down choose   enter link   alt+n new contact   esc leaves")), classes="hint")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        start(self, partial(self._look, event.value), "find", newest="find", quiet=True)

    async def _look(self, text: str) -> None:
        try:
            found = await self._find(text)
        except PortalError as error:
            self.query_one("#told", Static).update(plain(error.message))
            return
        self._shown = text
        self.query_one("#told", Static).update("")
        self.query_one(FoundList).show(found, text.strip())

    def action_move(self, step: int) -> None:
        self.query_one(FoundList).move(step)

    def action_make_new(self) -> None:
        self.dismiss(FinderChoice(None, self.query_one(Input).value.strip()))

    def action_choose(self) -> None:
        """Link who is under the cursor; what was typed meanwhile is looked for first."""
        start(self, self._choose, "choose", newest="find")

    async def _choose(self) -> None:
        text = self.query_one(Input).value
        if text != self._shown:
            await self._look(text)
        found = self.query_one(FoundList)
        if found.cursor >= len(found.found):
            self.action_make_new()
            return
        contact = found.found[found.cursor]
        if contact.linked:
            words = _("{name} is linked to this account already.").format(name=contact.name)
            self.query_one("#told", Static).update(plain(words))
        else:
            self.dismiss(FinderChoice(contact.id, text.strip()))

    def on_click(self, event: events.Click) -> None:
        found = self.query_one(FoundList)
        if event.widget is found:
            found.cursor = min(event.y // 2, len(found.found))
            self.action_choose()
