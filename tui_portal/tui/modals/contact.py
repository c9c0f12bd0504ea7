"""A contact: its fields, its addresses under the firm's labels, what is odd about them, and what saving would do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Button, Input, Static

from tui_portal.domain.errors import Conflict, PortalError
from tui_portal.domain.suggestions import split_addresses
from tui_portal.i18n import LANGUAGES, _, ngettext
from tui_portal.services.address_notes import AddressNotes
from tui_portal.services.contact_edits import ContactSaved
from tui_portal.services.contact_plans import AddressEdit, ContactEdit
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.choice_row import ChoiceRow
from tui_portal.tui.widgets.field_row import AddressRow, FieldRow, LabelPicker
from tui_portal.tui.workers import start

_FIELDS = ("name", "company", "phone")
_LOW = 22


@dataclass(frozen=True)
class ContactDesk:
    """What the dialog asks of the services: each awaits its answer or raises a PortalError."""

    foresee: Callable[[ContactEdit], Awaitable[Sequence[str]]]
    save: Callable[[ContactEdit], Awaitable[ContactSaved]]
    reload: Callable[[], Awaitable[ContactEdit]]
    notes: Callable[[str], Awaitable[AddressNotes]]
    labels: Callable[[], Awaitable[Sequence[str]]]
    add_label: Callable[[str], Awaitable[object]]
    rename_label: Callable[[str, str], Awaitable[object]]


class ContactDialog(Dialog[ContactSaved]):
    """Dismissed with what was saved, or with None. What fails to be saved is told, and the dialog keeps what was typed.

    `edit` is the contact as it stands, `first` the id of the mailbox whose field has the focus at first, `labels` the firm's.
    """

    AUTO_FOCUS = ""
    BINDINGS = [
        Binding("alt+s", "save", show=False, priority=True),
        Binding("alt+c", "correct", show=False, priority=True),
        Binding("left", "nothing", show=False),
        Binding("right", "nothing", show=False),
    ]

    def __init__(
        self,
        title: str,
        on_whom: str,
        edit: ContactEdit,
        labels: Sequence[str],
        desk: ContactDesk,
        *,
        first: int | None = None,
    ) -> None:
        super().__init__(title, on_whom)
        self._seen = edit
        self._labels = list(labels)
        self._desk = desk
        self._first = first
        self._correction: tuple[AddressRow, str] | None = None
        self._asked_to_leave = False
        self._taken_apart: tuple[AddressRow | None, str] = (None, "")
        self._lengths: dict[AddressRow, int] = {}

    def body(self) -> ComposeResult:
        yield FieldRow(_("Name"), self._seen.name, id="name")
        yield FieldRow(_("Company"), self._seen.company, id="company")
        yield FieldRow(_("Telephone"), self._seen.phone, id="phone")
        answers = [(None, _("firm")), *((code, code) for code in LANGUAGES)]
        chosen = [code for code, _label in answers].index(self._seen.language)
        yield ChoiceRow(_("Language"), answers, id="language", chosen=chosen)
        yield Static(plain(_("E-mail addresses")), classes="field-head")
        with Vertical(id="addresses"):
            for line in self._seen.addresses:
                yield AddressRow(line.id, line.label, line.address, self._labels)
            yield self._blank_row()
        yield Static(id="notes", markup=False)
        yield Static(id="consequences", markup=False)
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("cancel", _("Cancel"), "default"), ("save", _("Save"), "primary"))
        hint = _("alt+s save  empty removes  labels: left right, enter new  esc leaves")
        yield Static(plain(hint), classes="hint")

    def on_mount(self) -> None:
        rows = self._rows
        for name in ("notes", "consequences", "told"):
            self._put(name, Content(""))
        row = next((row for row in rows if self._first is not None and row.number == self._first), None)
        (row.field if row else self.query_one("#name", Input)).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_leave()

    def action_nothing(self) -> None:
        """Left and right belong to the fields, not to the way between them."""

    def action_leave(self) -> None:
        """esc: where something was typed, only the second one leaves."""
        if self.under_way:
            return
        if self._edit != self._seen and not self._asked_to_leave:
            self._asked_to_leave = True
            self._tell(_("esc again leaves, and what was typed is gone."))
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        for row in self._rows:
            self._take_apart(row)
        self.carry_out(partial(self._save, self._edit), "save")

    def action_correct(self) -> None:
        """Take what is suggested."""
        if self._correction is not None:
            row, address = self._correction
            row.set_address(address)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._asked_to_leave = False
        self._tell("")
        row = event.input.parent
        if isinstance(row, AddressRow) and not event.input.has_focus:
            self._lengths[row] = len(event.value)
        elif isinstance(row, AddressRow):
            # Letters come one by one; what comes in one piece was pasted, and may be several addresses.
            pasted = len(event.value) - self._lengths.get(row, 0) > 1
            self._lengths[row] = len(event.value)
            if pasted:
                self._take_apart(row)
            self.call_after_refresh(self._leave_a_blank)
            start(self, partial(self._look_up, row), "notes", newest="notes", quiet=True)
        self._look_ahead()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = event.widget.parent
        if row is not self._taken_apart[0]:
            self._taken_apart = (None, "")
        if isinstance(row, AddressRow):
            start(self, partial(self._look_up, row), "notes", newest="notes", quiet=True)
        else:
            self._correction = None
            self._put("notes", Content(""))

    def on_choice_row_changed(self) -> None:
        self._asked_to_leave = False

    @on(LabelPicker.Changed)
    def _labelled(self) -> None:
        self._asked_to_leave = False

    @on(Input.Blurred)
    def _left_field(self, event: Input.Blurred) -> None:
        if isinstance(event.input.parent, AddressRow):
            self._take_apart(event.input.parent)

    @on(LabelPicker.Asked)
    def _label_asked(self, event: LabelPicker.Asked) -> None:
        self.carry_out(partial(self._ask_label, event.picker), "label")

    async def _ask_label(self, picker: LabelPicker) -> None:
        """A label of the firm's to add or to rename, then chosen here."""
        from tui_portal.tui.modals.menu import Choice, Menu
        from tui_portal.tui.modals.prompt import Prompt

        choices = [
            Choice("add", "n", _("New label")),
            Choice("rename", "r", _("Rename “{label}” at every address").format(label=picker.label)),
        ]
        chosen = await self.app.push_screen_wait(Menu(_("Field label"), choices))
        if chosen is None:
            return

        async def do(answer: str) -> None:
            if chosen == "add":
                await self._desk.add_label(answer)
            else:
                await self._desk.rename_label(picker.label, answer)

        title = _("New label") if chosen == "add" else _("Rename")
        shown = "" if chosen == "add" else picker.label
        answer = await self.app.push_screen_wait(Prompt(title, _("Field label"), title, do, answer=shown))
        if answer is None:
            return
        former, self._labels = picker.label, list(await self._desk.labels())
        new = next((name for name in self._labels if name.casefold() == answer.strip().casefold()), answer.strip())
        for row in self._rows:
            row.offer_labels(self._labels)
            if chosen == "rename" and row.label == former:
                row.query_one(LabelPicker).set_label(new)
        picker.set_label(new)

    def _take_apart(self, row: AddressRow) -> None:
        """Several addresses in one field become several lines; a name that stands with them is offered as the contact's."""
        if (row.number, row.address) in {(line.id, line.address) for line in self._seen.addresses}:
            return  # what nobody touched stays as it is
        found = split_addresses(row.address)
        whole = row.address.strip()
        if not found or (len(found) == 1 and found[0][1] == whole) or not any("@" in address for _n, address in found):
            return
        names = [name for name, _address in found if name]
        row.set_address(found[0][1])
        holder = self.query_one("#addresses")
        holder.mount(*(self._row(None, row.label, address) for _name, address in found[1:]), after=row)
        name = self.query_one("#name", Input)
        if names and not name.value.strip():
            name.value = names[0]
        if len(found) > 1:
            text = ngettext("Taken apart: {n} address.", "Taken apart: {n} addresses.", len(found))
            self._taken_apart = (row, text.format(n=len(found)))

    async def _leave_a_blank(self) -> None:
        """The last line is always one to type in."""
        if self._rows and self._rows[-1].address.strip():
            await self.query_one("#addresses").mount(self._blank_row())

    async def _look_up(self, row: AddressRow) -> None:
        try:
            notes = await self._desk.notes(row.address)
        except PortalError:
            return
        self._correction = (row, notes.correction) if notes.correction else None
        text = " ".join([self._taken_apart[1], *notes.sentences]).strip()
        if notes.correction:
            text += " " + _("alt+c takes {address}.").format(address=notes.correction)
        self._put("notes", plain(text), in_sight=bool(text))

    def _look_ahead(self) -> None:
        start(self, self._do_look_ahead, "consequences", newest="consequences", quiet=True)

    async def _do_look_ahead(self) -> None:
        if not self._edit.name.strip():
            words: Sequence[str] = ()
        else:
            try:
                words = await self._desk.foresee(self._edit)
            except PortalError as error:
                words = (error.message,)
        self._put("consequences", plain("\n".join(words), lines=True))

    async def _save(self, edit: ContactEdit) -> None:
        try:
            saved = await self._desk.save(edit)
        except Conflict as error:
            # The fields that are filled in clear what is told.
            self.call_after_refresh(self._tell, await self._merge() or error.message)
        except PortalError as error:
            self._tell(error.message)
        else:
            self.dismiss(saved)

    async def _merge(self) -> str:
        """A colleague was quicker: what was not touched here becomes theirs, what was typed stays, and the next Save is on top
        of what is stored now. Why that can't be, where it can't.
        """
        try:
            stored = await self._desk.reload()
        except PortalError as error:
            return error.message
        for name in _FIELDS:
            field = self.query_one(f"#{name}", Input)
            if field.value == getattr(self._seen, name):
                field.value = getattr(stored, name)
        language = self.query_one("#language", ChoiceRow)
        if language.value == self._seen.language:
            language.set_value(stored.language)
        mine = {line.id: (line.label, line.address) for line in self._seen.addresses}
        theirs = {line.id: line for line in stored.addresses}
        holder = self.query_one("#addresses")
        for row in self._rows:
            line = theirs.pop(row.number, None) if row.number is not None else None
            if row.number is not None and line is None and (row.label, row.address) == mine.get(row.number):
                await row.remove()
            elif row.number is not None and line is None:
                row.number = None  # what was typed stays, as a further address
            elif line is not None and (row.label, row.address) == mine.get(row.number):
                row.query_one(LabelPicker).set_label(line.label)
                row.set_address(line.address)
        for line in theirs.values():
            await holder.mount(self._row(line.id, line.label, line.address), before=self._rows[-1])
        self._seen = stored
        return ""

    def _tell(self, sentence: str) -> None:
        self._put("told", plain(sentence), in_sight=bool(sentence))

    def _put(self, name: str, words: Content, *, in_sight: bool = False) -> None:
        """Show words in one of the lines before the buttons. In a low window a line takes room only while it says something,
        and is scrolled to when it does.
        """
        line = self.query_one(f"#{name}", Static)
        line.update(words)
        line.display = bool(words.plain) or self.app.size.height >= _LOW
        if in_sight:
            self.call_after_refresh(line.scroll_visible, animate=False)

    @property
    def _rows(self) -> list[AddressRow]:
        return [row for row in self.query(AddressRow) if row.is_attached]

    @property
    def _edit(self) -> ContactEdit:
        """What the form says."""
        name, company, phone = (self.query_one(f"#{field}", Input).value for field in _FIELDS)
        lines = tuple(
            AddressEdit(row.number, row.label, row.address)
            for row in self._rows
            if row.address.strip() or row.number is not None
        )
        language = self.query_one("#language", ChoiceRow).value
        return ContactEdit(name, lines, company, phone, language, self._seen.version)

    def _blank_row(self) -> AddressRow:
        return self._row(None, self._labels[0] if self._labels else _("Email"), "")

    def _row(self, number: int | None, label: str, address: str) -> AddressRow:
        row = AddressRow(number, label, address, self._labels)
        self._lengths[row] = len(address)
        return row
