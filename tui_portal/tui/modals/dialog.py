"""What every dialog shares: a frame that says what and on whom, the outcome in words before the buttons, a value at the end."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static
from textual.widgets.button import ButtonVariant

from tui_portal.i18n import _
from tui_portal.tui.dialog_keys import dialog_groups
from tui_portal.tui.keymap import rebind
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.bars import TooSmall
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.services.patience import Patience
    from tui_portal.tui.keys import KeyGroup
    from tui_portal.tui.protocol import PortalShell

_SAVING_AFTER_SECONDS = 0.3  # what takes no longer is over before a word about it could be read

T = TypeVar("T")


class Dialog(ModalScreen[T | None]):
    """A dialog that is dismissed with a value, or with None when it is left by esc."""

    BINDINGS = [
        Binding("escape", "leave", show=False),
        Binding("question_mark,f1", "app.show_help", show=False, id="everywhere.help"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, on_whom: str = "") -> None:
        super().__init__()
        self._heading = title
        self._on_whom = on_whom
        self.under_way = False
        self.waits_for = ""

    @property
    def key_groups(self) -> Sequence[KeyGroup]:
        """The keys that are in force here now, for the help."""
        nodes = (self.focused, self) if self.focused is not None else (self,)
        return dialog_groups(
            one for node in nodes for found in node._bindings.key_to_bindings.values() for one in found
        )

    @property
    def settled(self) -> bool:
        """Keys that are typed while something is being done wait for what comes of it."""
        return self.focused is not None and not self.under_way

    @property
    def patience(self) -> Patience:
        """How what is saved waits for others."""
        return cast("PortalShell", self.app).lanes.patience

    def tell_waiting(self, sentence: str) -> None:
        """Say whom the change that is under way waits for; with an empty sentence, that it waits no more."""
        for told in self.query("#told").results(Static):
            if sentence or str(told.content) == self.waits_for:
                told.update(plain(sentence))
                told.display = told.display or bool(sentence)
        self.waits_for = sentence

    def carry_out(self, work: Callable[[], Coroutine[Any, Any, object]], name: str) -> None:
        """Do what was asked for, one thing at a time: until it is done nothing else is begun, and the dialog is not left."""
        if not self.under_way:
            self.under_way = True
            former = self.focused
            # A field would go on taking letters.
            self.set_focus(None)
            self.set_timer(_SAVING_AFTER_SECONDS, self._tell_saving)
            start(self, partial(self._finish, work, former), name)

    def body(self) -> ComposeResult:
        """The widgets of the dialog; the last of them is its row of buttons."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        rebind(self)
        yield TooSmall()
        frame = VerticalScroll(id="dialog", can_focus=False)
        frame.border_title = plain(f" {self._heading} ")
        frame.border_subtitle = plain(f" {self._on_whom} ") if self._on_whom else None
        with frame:
            yield from self.body()

    def action_go_line(self, step: int) -> None:
        """Move the focus to the line below or above, to what stands at the same place in it."""
        lines: dict[DOMNode, list[Widget]] = {}
        for widget in self.focus_chain:
            line = widget.parent if isinstance(widget.parent, Horizontal) else widget
            lines.setdefault(line, []).append(widget)
        order = list(lines.values())
        here = next((n for n, line in enumerate(order) if self.focused in line), None)
        if here is None or self.focused is None or not 0 <= here + step < len(order):
            return
        there = order[here + step]
        if len(order[here]) > 1 or len(there) == 1:
            there[min(order[here].index(self.focused), len(there) - 1)].focus()
        else:
            # From a line that is one field: to what is typed into, not to the label before it.
            next((widget for widget in there if isinstance(widget, Input)), there[0]).focus()

    def action_leave(self) -> None:
        if not self.under_way:
            self.dismiss(None)

    async def _finish(self, work: Callable[[], Coroutine[Any, Any, object]], former: Widget | None) -> None:
        try:
            await work()
        finally:
            self.under_way = False
            if self.is_attached:
                self.query_one("#dialog").border_title = plain(f" {self._heading} ")
                if self.focused is None and former is not None and former.is_attached:
                    self.set_focus(former, scroll_visible=False)

    def _tell_saving(self) -> None:
        if self.under_way and self.app.screen is self:
            saving = _("Saving…")
            self.query_one("#dialog").border_title = plain(f" {self._heading} · {saving} ")


def buttons(*choices: tuple[str, str, ButtonVariant]) -> Horizontal:
    """A row of buttons from (id, label, variant)."""
    return Horizontal(
        *(Button(plain(label), id=name, variant=variant, compact=True) for name, label, variant in choices),
        classes="buttons",
    )
