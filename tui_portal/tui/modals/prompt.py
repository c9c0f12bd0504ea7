"""One line of text asked for, with what was wrong with the last answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from textual.app import ComposeResult
from textual.widgets import Button, Input, Static

from tui_portal.domain.errors import PortalError
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.field_row import PlainInput


class Prompt(Dialog[str]):
    """Dismissed with the text, once `do` has taken it; what `do` refuses is told and the text stays. None: left."""

    AUTO_FOCUS = "#answer"

    def __init__(
        self,
        title: str,
        question: str,
        done: str,
        do: Callable[[str], Awaitable[object]],
        *,
        answer: str = "",
        on_whom: str = "",
    ) -> None:
        super().__init__(title, on_whom)
        self._question = question
        self._done = done
        self._do = do
        self._answer = answer

    def body(self) -> ComposeResult:
        from tui_portal.i18n import _

        yield Static(plain(self._question, lines=True), classes="outcome")
        answer = PlainInput(self._answer, id="answer", compact=True, select_on_focus=False)
        answer.cursor_blink = False
        yield answer
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("done", self._done, "primary"), ("cancel", _("Cancel"), "default"))

    def on_input_submitted(self) -> None:
        self._take()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "done":
            self._take()
        else:
            self.action_leave()

    def _take(self) -> None:
        self.carry_out(partial(self._try, self.query_one(Input).value), "take")

    async def _try(self, answer: str) -> None:
        try:
            await self._do(answer)
        except PortalError as error:
            self.query_one("#told", Static).update(plain(error.message))
        else:
            self.dismiss(answer)
