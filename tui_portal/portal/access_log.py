"""One line for each request, with nothing in it that a person typed or that opens a door: no link, no query, no name."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
import time
from collections.abc import Iterable
from logging.handlers import WatchedFileHandler
from typing import TextIO

from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from tui_portal.config import Settings
from tui_portal.domain.accounts import account_code, account_number
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _
from tui_portal.portal.origins import address_of
from tui_portal.portal.security import METHODS

STANDARD_ERROR = "-"

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
_UNKNOWN = "-"
_HIDDEN = "*"


class AccessLog:
    """Where the lines go. `routes` are the pages, by whose patterns a request is named."""

    def __init__(self, handler: logging.Handler, header: str, routes: Iterable[BaseRoute]) -> None:
        self._handler = handler
        self._header = header
        self._patterns: dict[object, str] = {route.endpoint: route.path for route in routes if isinstance(route, Route)}

    def write(self, scope: Scope, status: int, seconds: float, size: int) -> None:
        """Add the line of a request that was answered with `status` (0: its browser left) and `size` bytes, headers not counted."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        method = scope["method"] if scope["method"] in METHODS else _UNKNOWN
        address = address_of(scope, self._header) or _UNKNOWN
        told = f"{moment} {address} {method} {self._page(scope)} {status or _UNKNOWN} {seconds * 1000:.0f} {size}"
        self._handler.handle(logging.makeLogRecord({"msg": told}))

    def _page(self, scope: Scope) -> str:
        """The pattern of the page; of what stands in its place only the account's ID is told."""
        pattern = self._patterns.get(scope.get("endpoint"), "")
        told = scope.get("path_params", {})

        def shown(parameter: re.Match[str]) -> str:
            number = account_number(str(told.get("account", ""))) if parameter[1] == "account" else None
            return _HIDDEN if number is None else account_code(number)

        return _PARAMETER.sub(shown, pattern) or _UNKNOWN


def open_access_log(settings: Settings) -> logging.Handler | None:
    """Where the settings want the lines, None where they want none. Raises WrongUse for a file that can't be written."""
    named = settings.portal.access_log
    if not named:
        return None
    if named == STANDARD_ERROR:
        return _OnStandardError(sys.stderr)
    path = settings.beside(named)
    try:
        return _InFile(path, encoding="utf-8")
    except OSError as error:
        words = _("The access log {path} can't be written: {why}.")
        raise WrongUse(words.format(path=path, why=error.strerror)) from None


class _ToldOnce(logging.Handler):
    """A line that can't be written keeps no page back; that it could not is told once."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say it."""
        if not self._told:
            self._told = True
            logging.getLogger("tui_portal.portal").error("The access log can't be written: %s", sys.exc_info()[1])


class _OnStandardError(_ToldOnce, logging.StreamHandler[TextIO]):
    """Standard error."""


class _InFile(_ToldOnce, WatchedFileHandler):
    """A file that is opened anew when it was moved away, and that is its owner's alone when it is made."""

    def emit(self, record: logging.LogRecord) -> None:
        """Add a line."""
        try:
            super().emit(record)
        except OSError:  # it can't be opened anew
            self.handleError(record)

    def _open(self) -> io.TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", opener=_as_owner)


def _as_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
