"""The restricted mode of the terminal: nothing leads out of the application, and nothing but it writes files."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from textual.app import App, SuspendNotSupported


class Confined(App[int]):
    """An application that, with `restricted`, can neither be suspended nor save what it shows, nor start another program."""

    restricted = False

    def confine(self) -> None:
        """Ignore ctrl+z wherever the terminal still makes a signal of it. Textual's driver must have been started."""
        if self.restricted:
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Hand the terminal to another program, such as an editor. Raises SuspendNotSupported in the restricted mode."""
        if self.restricted:
            raise SuspendNotSupported("restricted")
        with super().suspend():
            yield

    def action_suspend_process(self) -> None:
        if not self.restricted:
            super().action_suspend_process()

    def save_screenshot(self, *words: Any, **named: Any) -> str:
        return "" if self.restricted else super().save_screenshot(*words, **named)

    def deliver_screenshot(self, *words: Any, **named: Any) -> str | None:
        return None if self.restricted else super().deliver_screenshot(*words, **named)

    def deliver_text(self, *words: Any, **named: Any) -> str | None:
        return None if self.restricted else super().deliver_text(*words, **named)

    def deliver_binary(self, *words: Any, **named: Any) -> str | None:
        return None if self.restricted else super().deliver_binary(*words, **named)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        if not self.restricted:
            super().open_url(url, new_tab=new_tab)
