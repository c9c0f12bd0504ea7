"""What a crash leaves behind: one line for the person, a log without the values of local variables."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime

from tui_portal.i18n import _
from tui_portal.paths import log_file


def write_crash(error: BaseException) -> str:
    """Append `error` with its traceback to the log (mode 0600); the sentence that tells the person."""
    error = _real(error)
    path = log_file()
    head = f"{datetime.now(UTC).isoformat()} {type(error).__name__}\n"
    text = head + "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), "a", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return _("tui-portal stopped: {error}. No log could be written to {path}.").format(
            error=type(error).__name__, path=path
        )
    return _("tui-portal stopped: {error}. Nothing that was saved is lost; the details are in {path}.").format(
        error=type(error).__name__, path=path
    )


def _real(error: BaseException) -> BaseException:
    """What went wrong inside a worker of the terminal: Textual's WorkerFailed holds it as `error`, without its frames."""
    inner = getattr(error, "error", None)
    return _real(inner) if isinstance(inner, BaseException) else error
