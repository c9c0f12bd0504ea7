"""From the global options to a context with somebody acting."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tui_portal.cli.output import say
from tui_portal.config import Settings, read_settings
from tui_portal.paths import default_database
from tui_portal.services.context import Context, open_context
from tui_portal.services.staff import identify


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings that the options name. Raises WrongUse."""
    named = arguments.config or os.environ.get("TUI_PORTAL_CONFIG")
    return read_settings(Path(named) if named else None)


def database_of(arguments: argparse.Namespace) -> Path:
    """The database that the options name."""
    named = arguments.database or os.environ.get("TUI_PORTAL_DATABASE")
    return Path(named) if named else default_database()


def open_for_staff(arguments: argparse.Namespace, tell: Callable[[str], None] = say) -> Context:
    """The context with the caller acting; `tell` gets what they are to be told first. Raises DatabaseUnusable, NotAllowed,
    WrongUse.
    """
    context = _opened(arguments, tell)
    return replace(identify(context, wish=arguments.acting), origin=origin_of("command_line"))


def open_for_program(arguments: argparse.Namespace) -> Context:
    """The context with nobody acting: for delivery and for the portal's pages, which take no staff right."""
    return _opened(arguments)


def origin_of(face: str) -> str:
    """From where somebody acts, for the activity log: the face, and the SSH client's address where the session has one. It is
    believed as far as the environment is.
    """
    from ipaddress import ip_address

    client = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    with suppress(ValueError):
        return f"{face} {ip_address(client.partition('%')[0])}"
    return face


def _opened(arguments: argparse.Namespace, tell: Callable[[str], None] = say) -> Context:
    context = open_context(database_of(arguments), settings_of(arguments), read_only=arguments.read_only)
    if context.notice:
        tell(context.notice)
    return context
