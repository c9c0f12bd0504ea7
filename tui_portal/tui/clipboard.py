"""Copying over the line: OSC 52, by which a program hands text to the clipboard of the terminal that shows it.

Inside tmux and GNU screen it has to be wrapped so that they pass it on (tmux(1), `allow-passthrough`; screen's manual, "String
Escapes"). No terminal answers: whether the text has arrived nobody knows.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping

from textual.app import App

from tui_portal.domain.text import safe
from tui_portal.i18n import _

_SCREEN_PIECE = 256  # bytes; the shortest string that a version of screen takes


class TooLong(ValueError):
    """More than a terminal takes at once."""


def osc52(text: str, environment: Mapping[str, str], most: int) -> str:
    """What puts `text` on the clipboard of the terminal that `environment` tells of. Raises TooLong beyond `most` bytes."""
    data = text.encode()
    if len(data) > most:
        raise TooLong(len(data))
    bare = f"\x1b]52;c;{base64.b64encode(data).decode()}\a"
    term = environment.get("TERM", "")
    if environment.get("TMUX") or term.startswith("tmux"):
        # The bare one for `set-clipboard on`, which does not need `allow-passthrough`; twice the same harms nobody.
        return bare + "\x1bPtmux;" + bare.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environment.get("STY") or term.startswith("screen"):
        pieces = (bare[at : at + _SCREEN_PIECE] for at in range(0, len(bare), _SCREEN_PIECE))
        return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)
    return bare


class Copying(App[int]):
    """An application that copies as the terminal needs it. `most_copied` bytes go at once."""

    most_copied = 0

    def hand_over(self, text: str) -> str:
        """Put `text`, made harmless to paste, on the terminal's clipboard; why it could not be, empty where it was sent."""
        harmless = "\t".join(safe(part, lines=True) for part in text.split("\t"))
        try:
            sequence = osc52(harmless, os.environ, self.most_copied)
        except TooLong as error:
            return _("Not copied: {n} bytes are more than the {most} that go to a terminal at once.").format(
                n=f"{error.args[0]:,}", most=f"{self.most_copied:,}"
            )
        self._clipboard = harmless
        if self._driver is not None:
            self._driver.write(sequence)
        return ""

    def copy_to_clipboard(self, text: str) -> None:
        self.hand_over(text)
