"""What the terminal application takes from its surroundings, and what it does not."""

from __future__ import annotations

import os
import signal
import sys

from tui_portal.config import Settings
from tui_portal.domain.errors import NotAllowed
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.files import is_restricted

_MOST_SHOWN = 60  # characters of a command that somebody sent


def begin(settings: Settings) -> None:
    """What comes before anything is opened in the restricted mode. Raises NotAllowed."""
    if not is_restricted(settings):
        return
    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    if not sys.flags.ignore_environment and any(name.startswith("PYTHON") for name in os.environ):
        # Python has read them, and would talk to whoever sits there at the end (PYTHONINSPECT): this one does not.
        words = [sys.executable, "-I", "-m", "tui_portal", *sys.argv[1:]]
        os.execve(sys.executable, words, _without("PYTHON"))  # noqa: S606 - no shell is wanted
    _refuse_sent_command()


def _refuse_sent_command() -> None:
    """Raise NotAllowed where, in the restricted mode, a command was sent along for which sshd started the application instead
    (sshd(8), SSH_ORIGINAL_COMMAND): it is run in no case, and whoever sent it is to know.
    """
    sent = os.environ.get("SSH_ORIGINAL_COMMAND", "")
    if sent:
        shown = safe(sent if len(sent) <= _MOST_SHOWN else f"{sent[:_MOST_SHOWN]}…")
        raise NotAllowed(
            _("Only the application can be opened over this line; “{command}” was not run.").format(command=shown)
        )


def settle_environment() -> None:
    """Take out of the environment, before Textual is imported, what would change how it runs, and say how it is to run.

    Its variables load code (TEXTUAL_DRIVER), write files (TEXTUAL_SCREENSHOT, TEXTUAL_LOG) and open the inspector (TEXTUAL).
    """
    for name in set(os.environ) - set(_without("TEXTUAL")):
        del os.environ[name]
    for name, value in (("TEXTUAL_FPS", "240"), ("TEXTUAL_ANIMATIONS", "none"), ("ESCDELAY", "25")):
        os.environ[name] = value
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]  # an empty value means nothing (no-color.org)


def _without(beginning: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(beginning)}
