"""The terminal application."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tui_portal.domain.errors import DatabaseMissing, PortalError, WrongUse
from tui_portal.domain.text import safe, tidy
from tui_portal.i18n import _, catalogue, choose_language, use
from tui_portal.services.accounts import AccountQuery, AccountRow, first_account_rows
from tui_portal.services.context import Context, Lanes


def run(arguments: argparse.Namespace) -> int:
    """Open the application on the database that the options name; the exit status. Raises WrongUse without a terminal."""
    from tui_portal.cli.opening import open_for_staff

    need_terminal()
    try:
        context = open_for_staff(arguments)
    except DatabaseMissing:
        if arguments.read_only:
            raise
        return _first_run(arguments)
    return open_application(context, arguments)


def open_application(context: Context, arguments: argparse.Namespace, config: Path | None = None) -> int:
    """Run the application on `context` until it is left; the exit status."""
    from tui_portal.cli.opening import origin_of

    actor_language = context.actor.language if context.actor else None
    wished = (arguments.lang, os.environ.get("TUI_PORTAL_LANG"), actor_language, context.settings.ui.language)
    if any(wished):
        use(catalogue(choose_language(*(wish for wish in wished if wish))))
    for name, value in (("TEXTUAL_FPS", "240"), ("TEXTUAL_ANIMATIONS", "none"), ("ESCDELAY", "25")):
        os.environ[name] = value
    if os.environ.get("NO_COLOR") == "":
        del os.environ["NO_COLOR"]  # an empty value means nothing (no-color.org)
    lanes = Lanes(replace(context, origin=origin_of("terminal")))
    # The first rows are read while Textual is being imported, which takes far longer.
    first = lanes.begin_reading(_first_rows, os.get_terminal_size(sys.stderr.fileno()).lines)
    # What the imports make stays for good: looking for garbage among it costs a tenth of the start.
    gc.disable()
    from tui_portal.tui.app import PortalApp

    gc.freeze()
    gc.enable()
    app = PortalApp(lanes, config=config or context.settings.source, first=first, deliver=not context.read_only)
    status = app.run(mouse=context.settings.ui.mouse)
    status = int(status or app.return_code or 0)
    if not lanes.closed:
        # A thread still waits for somebody else's lock; the line is cut and nobody is there to hear of it.
        os._exit(status)
    return status


def _first_rows(context: Context, lines: int) -> dict[int, AccountRow]:
    return {row.id: row for row in first_account_rows(context, AccountQuery(), lines)}


def need_terminal() -> None:
    """Textual reads standard input and draws on standard error: both must be a terminal that can do something. Raises WrongUse."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise WrongUse(_("The application needs a terminal. In scripts use the commands: tui-portal --help."))
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise WrongUse(
            _("This terminal (TERM={term}) can't show the application.").format(term=os.environ.get("TERM", ""))
        )


def _first_run(arguments: argparse.Namespace) -> int:
    """There is no database yet: make one, or look at the demo."""
    from tui_portal.cli.demo import open_demo
    from tui_portal.cli.opening import database_of, settings_of
    from tui_portal.services.firm import create_firm
    from tui_portal.services.staff import caller_login, identify, owner_address

    path, settings = database_of(arguments), settings_of(arguments)
    sys.stdout.write(_("There is no database at {path} yet.").format(path=path) + "\n")
    answer = _ask(_("[m] make one for your firm   [d] look at the demo firm   [q] quit: ")).lower()[:1]
    if answer == "d":
        return open_demo(arguments, accounts=None, keep=None)
    if answer != "m":
        return 0
    context = create_firm(
        path,
        settings,
        firm=_ask_until(_("Name of the firm: "), _some_name),
        owner_login=caller_login(),
        owner_name=_ask_until(_("Your name: "), _some_name),
        owner_email=_ask_until(_("Your e-mail address: "), owner_address),
        language=choose_language(arguments.lang, settings.firm.language),
    )
    return open_application(identify(context), arguments)


def _ask_until(question: str, check: Callable[[str], str]) -> str:
    """Ask until `check` does not refuse the answer; what it makes of it."""
    while True:
        try:
            return check(_ask(question))
        except PortalError as error:
            sys.stdout.write(safe(error.message) + "\n")


def _some_name(typed: str) -> str:
    name = tidy(typed)
    if not name:
        raise WrongUse(_("A name is needed."))
    return name


def _ask(question: str) -> str:
    """The answer, asked for again while it is no text. Raises KeyboardInterrupt at the end of the input."""
    while True:
        sys.stdout.write(question)
        sys.stdout.flush()
        typed = sys.stdin.buffer.readline()
        if not typed:
            sys.stdout.write("\n")
            raise KeyboardInterrupt
        try:
            return typed.decode().strip()
        except UnicodeDecodeError:
            sys.stdout.write(_("This can't be read: it is not UTF-8.") + "\n")
