"""The firm's saved messages: begin with one, keep what is typed as one, delete one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from textual.app import App

from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.saved_messages import SavedMessage
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.modals.prompt import Prompt


class Messages(Protocol):
    """Where the messages are kept; each raises PortalError."""

    async def messages(self) -> Sequence[SavedMessage]:
        """All of them."""

    async def save(self, name: str, message: str) -> object:
        """Keep one under a name."""

    async def remove(self, name: str) -> None:
        """Delete one."""


async def pick_message(
    app: App[Any], desk: Messages, typed: str, tell: Callable[[str], object] = lambda _sentence: None
) -> str | None:
    """Let one be chosen; its text, or None where what is `typed` stays. What else was done is told. In a worker. Raises PortalError."""
    saved = await desk.messages()
    choices = [Choice(f"use {m.id}", _LETTERS[n] if n < len(_LETTERS) else "", m.name) for n, m in enumerate(saved)]
    nothing = "" if typed.strip() else _("nothing is typed yet")
    choices.append(Choice("keep", "+", _("Save what is typed under a name"), reason=nothing))
    choices.append(Choice("delete", "-", _("Delete one"), reason="" if saved else _("there is none")))
    chosen = await app.push_screen_wait(Menu(_("Saved messages"), choices))
    if chosen is None:
        return None
    if chosen == "keep":

        async def keep(name: str) -> None:
            await desk.save(name, typed)

        name = await app.push_screen_wait(Prompt(_("Save this message"), _("Under which name?"), _("Save"), keep))
        if name is not None:
            there = any(m.name == name.strip() and m.message.strip() != typed.strip() for m in saved)
            words = _("Saved as “{name}”, in place of what stood there.") if there else _("Saved as “{name}”.")
            tell(words.format(name=name.strip()))
        return None
    if chosen == "delete":
        names = [Choice(m.name, _LETTERS[n] if n < len(_LETTERS) else "", m.name) for n, m in enumerate(saved)]
        name = await app.push_screen_wait(Menu(_("Delete a saved message"), names))
        if name is not None:
            await desk.remove(name)
            tell(_("“{name}” is deleted.").format(name=name))
        return None
    return next((safe(m.message, lines=True) for m in saved if f"use {m.id}" == chosen), None)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
