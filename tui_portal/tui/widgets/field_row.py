"""One line of a form: what is asked, and what is typed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_portal.domain.text import safe
from tui_portal.tui.text import fit, plain


class PlainInput(Input):
    """A field of one line. What is stored stands in it with nothing unseen, as it is shown elsewhere, and is saved so."""

    def validate_value(self, value: str) -> str:
        return safe(value)


class FieldInput(PlainInput):
    """A field of one line. Up and down go to the fields beside it, as in every form."""

    BINDINGS = [
        Binding("up", "screen.go_line(-1)", show=False),
        Binding("down,enter", "screen.go_line(1)", show=False),
    ]

    def __init__(self, value: str = "", *, id: str | None = None, placeholder: str = "") -> None:  # noqa: A002 - Textual's name for it
        super().__init__(value, id=id, compact=True, select_on_focus=False, placeholder=placeholder)
        self.cursor_blink = False


class FieldRow(Horizontal):
    """A label and its field."""

    def __init__(self, label: str, value: str = "", *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(classes="field-row")
        self._label = label
        self._field = FieldInput(value, id=id)

    def compose(self) -> ComposeResult:
        yield Static(plain(self._label), classes="field-label")
        yield self._field


class LabelPicker(Widget, can_focus=True):
    """The field label of an address: left and right choose another one of the firm's, enter asks for a new one."""

    BINDINGS = [
        Binding("left", "choose(-1)", show=False),
        Binding("right,space", "choose(1)", show=False),
        Binding("enter", "ask", show=False),
        Binding("up", "screen.go_line(-1)", show=False),
        Binding("down", "screen.go_line(1)", show=False),
    ]
    COMPONENT_CLASSES = {"label-picker--label", "label-picker--here"}

    class Changed(Message):
        """Another label was chosen."""

    class Asked(Message):
        """A label that is not among the firm's yet is wanted, or one is to be called otherwise."""

        def __init__(self, picker: LabelPicker) -> None:
            super().__init__()
            self.picker = picker

    class Typed(Message):
        """Something was typed or pasted here: it is meant for the address beside the label."""

        def __init__(self, picker: LabelPicker, text: str) -> None:
            super().__init__()
            self.picker = picker
            self.text = text

    def __init__(self, label: str, labels: Sequence[str]) -> None:
        super().__init__()
        self.label = label
        self.labels = list(labels)

    def set_label(self, label: str) -> None:
        """Stand under `label`."""
        self.label = label
        self.refresh()
        self.post_message(self.Changed())

    def action_choose(self, step: int) -> None:
        labels = self.labels if self.label in self.labels else [self.label, *self.labels]
        self.set_label(labels[(labels.index(self.label) + step) % len(labels)])

    def action_ask(self) -> None:
        self.post_message(self.Asked(self))

    def on_click(self, _event: events.Click) -> None:
        self.action_choose(1)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character is not None and event.character != " ":
            event.stop()
            self.post_message(self.Typed(self, event.character))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.post_message(self.Typed(self, " ".join(event.text.split("\n")).strip()))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        name = "here" if self.has_focus else "label"
        width = self.size.width
        text = f"‹ {fit(self.label, width - 5)} ›" if self.has_focus else fit(self.label, width - 1)
        style = self.get_component_rich_style(f"label-picker--{name}")
        return Strip([Segment(fit(text, width), style)], width)


class AddressRow(Horizontal):
    """One address of a contact: under which label, and the address. `number` is the mailbox that stood there, None for a new one."""

    def __init__(self, number: int | None, label: str, address: str, labels: Sequence[str]) -> None:
        super().__init__(classes="field-row address-row")
        self.number = number
        self._picker = LabelPicker(label, labels)
        self._field = FieldInput(address)

    def compose(self) -> ComposeResult:
        yield self._picker
        yield self._field

    @property
    def label(self) -> str:
        """The label that is chosen."""
        return self._picker.label

    @property
    def address(self) -> str:
        """What is typed."""
        return self._field.value

    @property
    def field(self) -> FieldInput:
        """The field of the address."""
        return self._field

    def on_label_picker_typed(self, event: LabelPicker.Typed) -> None:
        event.stop()
        self._field.focus()
        # After the focus has been told of, as if it had stood there before.
        self.call_later(self._append, event.text)

    def _append(self, text: str) -> None:
        self._field.cursor_position = len(self._field.value)
        self._field.insert_text_at_cursor(text)

    def offer_labels(self, labels: Sequence[str]) -> None:
        """The firm has other labels now."""
        self._picker.labels = list(labels)

    def set_address(self, address: str) -> None:
        """Put `address` into the field."""
        self._field.value = address
        self._field.cursor_position = len(address)
