"""The contacts of an account: each e-mail address with its three switches, seen and worked by key."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_portal.domain.access import Switch
from tui_portal.domain.addresses import Validity
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.accounts import AccountProfile, ContactCard, EmailSettings
from tui_portal.services.wording import state_in_words
from tui_portal.tui import keys
from tui_portal.tui.keymap import rebind
from tui_portal.tui.text import fit

SWITCHES = (Switch.LOGIN, Switch.NOTIFY, Switch.EMAIL_SYNC)
_SWITCH_CELLS = (8, 9, 11)
_NARROW_CELLS = (7, 7, 7)
_SWITCH_SIGN = 6
_MENU_SIGN = "⋮"
_NARROW = 76
_WIDEST_START = 78
_LEAST_LABEL, _MOST_LABEL, _NARROW_LABEL = (
    5,
    16,
    9,
)  # cells for the field labels: what the longest one takes, within these


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the tab: a heading, a contact, an address or its state. `number` is the stop that it belongs to, where the
    cursor can stand: an address, or a contact that has none.
    """

    kind: str
    text: str = ""
    note: str = ""
    number: int = -1


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where the cursor can stand: an address of a contact, an unlinked e-mail, or a contact that has no address."""

    contact: ContactCard | None
    email: EmailSettings | None


class SettingsTable(Widget, can_focus=True):
    """The Contacts section and the Unlinked e-mails section of one account. The cursor begins at a contact or an address (ids),
    where one is named.
    """

    BINDINGS = keys.bindings(keys.INFO)
    COMPONENT_CLASSES = {
        "settings-table--head",
        "settings-table--contact",
        "settings-table--row",
        "settings-table--here",
        "settings-table--state",
        "settings-table--on",
        "settings-table--off",
        "settings-table--cursor",
        "settings-table--invalid",
        "settings-table--guide",
    }

    class SwitchPressed(Message):
        """A switch was pressed: which address, which switch, and what it is to become."""

        def __init__(self, email: EmailSettings, switch: Switch, on: bool) -> None:
            super().__init__()
            self.email = email
            self.switch = switch
            self.on = on

    class NobodyPressed(Message):
        """A switch was pressed where there is no address."""

    class MenuAsked(Message):
        """The sign for the menu of an address was clicked; the cursor is on it."""

    def __init__(self, contact: int | None = None, address: int | None = None) -> None:
        super().__init__(id="settings")
        self._begin_at = contact, address
        self._lines: list[_Line] = []
        self._stops: list[_Stop] = []
        self._saving: dict[tuple[int, Switch], list[bool]] = {}
        self._cursor = 0
        self._side = 0
        self._top = 0
        self._longest_label = _LEAST_LABEL

    def on_mount(self) -> None:
        rebind(self)

    @property
    def email(self) -> EmailSettings | None:
        """The address under the cursor."""
        return self._stops[self._cursor].email if self._stops else None

    @property
    def contact(self) -> ContactCard | None:
        """The contact under the cursor; None on an unlinked e-mail."""
        return self._stops[self._cursor].contact if self._stops else None

    def show(self, profile: AccountProfile, moment: int) -> None:
        """Show `profile` as it stands at `moment`; the cursor stays on its address."""
        here = self.email
        self._lines, self._stops = _lines(profile, moment)
        longest = max((cell_len(safe(email.label)) for email in profile.emails), default=_LEAST_LABEL)
        self._longest_label = longest
        places = [
            n
            for n, stop in enumerate(self._stops)
            if here is not None and stop.email is not None and stop.email.id == here.id
        ]
        nearest = min(places, key=lambda n: abs(n - self._cursor)) if places else self._cursor
        self._cursor = max(0, min(nearest, len(self._stops) - 1))
        (contact, address), self._begin_at = self._begin_at, (None, None)
        if address is not None:
            self._go_to_address(contact, address)
        elif contact is not None:
            self.go_to_contact(contact)
        self._keep_in_sight()
        self.refresh()

    def forget(self) -> None:
        """Another account is about to be shown: the cursor begins at its first address."""
        self._lines, self._stops, self._cursor, self._top = [], [], 0, 0

    def go_to_contact(self, contact: int) -> None:
        """Put the cursor on the first address of a contact (an id), where it is here."""
        place = next((n for n, s in enumerate(self._stops) if s.contact is not None and s.contact.id == contact), None)
        if place is not None:
            self._go_to(place)

    def _go_to_address(self, contact: int | None, address: int) -> None:
        """Put the cursor on an address (ids), where it is here: at this contact, else wherever it stands."""
        places = [(n, stop.contact) for n, stop in enumerate(self._stops) if stop.email and stop.email.id == address]
        own = [n for n, card in places if card is not None and card.id == contact]
        if places:
            self._go_to(own[0] if own else places[0][0])

    def end_saving(self, email: EmailSettings, switch: Switch) -> None:
        """One press of this switch has been dealt with, in the order in which they were made."""
        waiting = self._saving.get((email.id, switch), [])
        del waiting[:1]
        if not waiting:
            self._saving.pop((email.id, switch), None)
        self.refresh()

    def action_move(self, step: int) -> None:
        self._go_to(self._cursor + step)

    def action_page(self, step: int) -> None:
        self._go_to(self._cursor + step * max(1, self.size.height // 2))

    def action_first(self) -> None:
        self._go_to(0)

    def action_last(self) -> None:
        self._go_to(len(self._stops) - 1)

    def action_side(self, step: int) -> None:
        self._side = (self._side + step) % len(SWITCHES)
        self.refresh()

    def action_press(self, name: str = "") -> None:
        email = self.email
        if email is None:
            self.post_message(self.NobodyPressed())
            return
        switch = Switch(name) if name else SWITCHES[self._side]
        self._side = SWITCHES.index(switch)
        waiting = self._saving.setdefault((email.id, switch), [])
        # A second press while the first is being saved turns round what the first one wished.
        on = not (waiting[-1] if waiting else is_on(email, switch))
        waiting.append(on)
        self.refresh()
        self.post_message(self.SwitchPressed(email, switch, on))

    def on_click(self, event: events.Click) -> None:
        line = self._top + event.y - 1
        if not (event.y > 0 and line < len(self._lines) and self._lines[line].number >= 0):
            return
        self._go_to(self._lines[line].number)
        x = event.x - self._switches_start()
        for side, cells in enumerate(self._cells):
            if self._lines[line].kind == "email" and 0 <= x < min(cells, _SWITCH_SIGN):
                self.action_press(SWITCHES[side].value)
            x -= cells
        room = self._cells[-1] - _SWITCH_SIGN
        if self._lines[line].kind == "email" and event.x >= self._switches_start() + sum(self._cells) - room:
            self.post_message(self.MenuAsked())

    def on_mouse_scroll_down(self) -> None:
        self.action_move(1)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-1)

    def on_resize(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base = self.get_component_rich_style("settings-table--row")
        width = self.size.width
        if y == 0:
            head = self.get_component_rich_style("settings-table--head")
            text = fit(" " + _("Contacts"), self._switches_start())
            labels = [_("LOGIN"), _("NOTIFY"), _("SYNC") if self.size.width < _NARROW else _("EMAIL SYNC")]
            text += "".join(fit(label, cells) for label, cells in zip(labels, self._cells, strict=True))
            return Strip([Segment(text, head)]).adjust_cell_length(width, head)
        number = self._top + y - 1
        if number >= len(self._lines):
            return Strip.blank(width, base)
        segments = self._paint(self._lines[number])
        return Strip(segments).adjust_cell_length(width, base)

    def _paint(self, line: _Line) -> list[Segment]:
        if line.kind == "email":
            return self._paint_email(line)
        names = {"heading": "head", "contact": "contact", "state": "state", "note": "state", "guide": "guide"}
        here = line.kind == "note" and line.number == self._cursor and self.has_focus
        style = self.get_component_rich_style(f"settings-table--{'here' if here else names[line.kind]}")
        width = self.size.width
        if line.kind in ("state", "guide"):
            return [Segment(fit(" " * (self._label_cells + 6) + line.text, width), style)]
        note = fit(line.note, min(cell_len(safe(line.note)), width // 2))
        return [Segment(fit(f" {line.text}", width - cell_len(note) - 2) + f" {note} ", style)]

    def _paint_email(self, line: _Line) -> list[Segment]:
        email = self._stops[line.number].email
        if email is None:
            return []
        here = line.number == self._cursor and self.has_focus
        row = self.get_component_rich_style("settings-table--here" if here else "settings-table--row")
        sign = " " if email.validity is Validity.VALID and not email.suppressed else "!"
        red = row + self.get_component_rich_style("settings-table--invalid", partial=True)
        start = self._switches_start()
        segments = [
            Segment(" ▸ " if here else "   ", row),
            Segment(fit(email.label, self._label_cells) + " ", row),
            Segment(f"{sign} ", red),
            Segment(fit(email.address, start - self._label_cells - 7) + " ", row),
        ]
        for side, (switch, cells) in enumerate(zip(SWITCHES, self._cells, strict=True)):
            on = is_on(email, switch)
            text = _("[ on ]") if on else _("[off ]")
            if (email.id, switch) in self._saving:
                text = "[ …  ]"
            name = "cursor" if here and side == self._side else "on" if on else "off"
            partial = self.get_component_rich_style(f"settings-table--{name}", partial=True)
            segments.append(Segment(text, row + partial))
            segments.append(Segment(" " * (cells - cell_len(text)), row))
        room = self._cells[-1] - _SWITCH_SIGN
        segments[-1] = Segment(_MENU_SIGN.rjust(room - 1).ljust(room) if room > 1 else _MENU_SIGN, row)
        return segments

    @property
    def _cells(self) -> tuple[int, int, int]:
        """How wide the three switches stand."""
        return _NARROW_CELLS if self.size.width < _NARROW else _SWITCH_CELLS

    @property
    def _label_cells(self) -> int:
        """How wide the field labels stand."""
        most = _NARROW_LABEL if self.size.width < _NARROW else _MOST_LABEL
        return max(_LEAST_LABEL, min(self._longest_label, most))

    def _switches_start(self) -> int:
        """The column where the switches begin: at the right, but never far from the addresses."""
        return min(self.size.width - sum(self._cells), _WIDEST_START)

    def _go_to(self, number: int) -> None:
        self._cursor = max(0, min(number, len(self._stops) - 1))
        self._keep_in_sight()
        self.refresh()

    def _keep_in_sight(self) -> None:
        """Scroll so that the address, its state and, for the first of a contact, the contact's name are in sight."""
        mine = [n for n, line in enumerate(self._lines) if line.number == self._cursor]
        page = max(1, self.size.height - 1)
        if mine:
            first, last = mine[0], mine[-1]
            while first > 0 and self._lines[first - 1].number < 0:
                first -= 1
            self._top = max(last - page + 1, min(self._top, first))
        self._top = max(0, min(self._top, len(self._lines) - page))


def is_on(email: EmailSettings, switch: Switch) -> bool:
    """Whether `switch` is on for this address."""
    return {Switch.LOGIN: email.login, Switch.NOTIFY: email.notify, Switch.EMAIL_SYNC: email.sync}[switch]


def _lines(profile: AccountProfile, moment: int) -> tuple[list[_Line], list[_Stop]]:
    """The lines of the tab, and the stops of the cursor."""
    lines: list[_Line] = []
    stops: list[_Stop] = []

    def take(contact: ContactCard | None, email: EmailSettings) -> None:
        lines.append(_Line("email", number=len(stops)))
        lines.append(_Line("state", text=state_in_words(email, moment), number=len(stops)))
        lines.extend(
            _Line("guide", text=change.note(email.id), number=len(stops))
            for change in profile.changes
            if email.id == (change.old if contact is None else change.new)
        )
        stops.append(_Stop(contact, email))

    for contact in profile.contacts:
        lines.append(_Line("contact", text=contact.name, note=_contact_note(contact)))
        for email in contact.emails:
            take(contact, email)
        if not contact.emails:
            lines.append(_Line("note", text="   " + _("no e-mail address"), number=len(stops)))
            stops.append(_Stop(contact, None))
    if not profile.contacts:
        lines.append(_Line("note", text=_("This account has no contacts: n finds or makes one.")))
    if profile.unlinked:
        lines.append(_Line("heading", text=_("Unlinked emails")))
        for email in profile.unlinked:
            take(None, email)
    return lines, stops


def _contact_note(contact: ContactCard) -> str:
    return " · ".join(part for part in (contact.company, contact.phone, contact.language or "") if part)
