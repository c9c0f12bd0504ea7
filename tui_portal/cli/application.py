"""The terminal application."""

from __future__ import annotations

import argparse
import gc
import os
import sys
import termios
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui_portal.cli.environment import begin, settle_environment
from tui_portal.cli.output import say
from tui_portal.config import PLAIN_OUTPUT
from tui_portal.domain.errors import DatabaseMissing, PortalError, WrongUse
from tui_portal.domain.text import safe, tidy
from tui_portal.i18n import _, catalogue, choose_language, use
from tui_portal.services.context import Context
from tui_portal.services.files import is_restricted
from tui_portal.tui.charset import UTF_8, in_words, speak, terminal_encoding
from tui_portal.tui.stage import Stage, staged

if TYPE_CHECKING:
    from tui_portal.tui.first_frame import FirstFrame


def run(arguments: argparse.Namespace) -> int:
    """Open the application on the database that the options name; the exit status. Raises WrongUse without a terminal."""
    from tui_portal.cli.opening import open_for_staff, settings_of

    settings = settings_of(arguments)
    begin(settings)
    need_terminal()
    # What is loaded now stays for good: looking for garbage among it costs a tenth of the start.
    gc.disable()
    with staged(at_once=True) as stage:
        shown = _show_at_once(stage, arguments)

        def tell(sentence: str) -> None:
            stage.leave()
            say(sentence)

        try:
            context = open_for_staff(arguments, tell)
        except DatabaseMissing:
            if arguments.read_only or is_restricted(settings):
                raise
        else:
            return _run_application(context, arguments, stage, shown)
    return _first_run(arguments)


def open_application(context: Context, arguments: argparse.Namespace, config: Path | None = None) -> int:
    """Run the application on `context` until it is left; the exit status."""
    gc.disable()
    with staged(at_once=False) as stage:
        return _run_application(context, arguments, stage, _shown(stage, context, arguments), config)


def _run_application(
    context: Context,
    arguments: argparse.Namespace,
    stage: Stage,
    shown: FirstFrame | None,
    config: Path | None = None,
) -> int:
    from tui_portal.cli.opening import origin_of
    from tui_portal.services.context import Lanes
    from tui_portal.tui.lists import begin_accounts

    _speak_to(context, arguments)
    settle_environment()
    encoding, variable = terminal_encoding(os.environ, sys.stderr.encoding, utf8_mode=bool(sys.flags.utf8_mode))
    notice = " ".join(filter(None, (context.notice, in_words(encoding, variable))))
    lanes = Lanes(replace(context, origin=origin_of("terminal"), notice=notice))
    # The list is read while Textual is being imported, which takes longer.
    first = begin_accounts(lanes, os.get_terminal_size(sys.stderr.fileno()).lines)
    from tui_portal.tui.app import PortalApp

    gc.freeze()
    gc.enable()
    speak(encoding)
    deliver = not context.read_only
    app = PortalApp(lanes, config=config or context.settings.source, first=first, deliver=deliver, tour=True)
    if shown is not None and stage.is_shown:
        app.go_on_from(shown.frames, stage)
    stage.is_loading = False
    status = app.run(mouse=context.settings.ui.mouse)
    status = int(status or app.return_code or 0)
    if not lanes.closed:
        # A thread still waits for somebody else's lock; the line is cut and nobody is there to hear of it.
        stage.leave()
        os._exit(status)
    return status


def _speak_to(context: Context, arguments: argparse.Namespace) -> None:
    """Go on in the language of who acts, where one was chosen."""
    actor_language = context.actor.language if context.actor else None
    wished = (arguments.lang, os.environ.get("TUI_PORTAL_LANG"), actor_language, context.settings.ui.language)
    if any(wished):
        use(catalogue(choose_language(*(wish for wish in wished if wish))))


def _show_at_once(stage: Stage, arguments: argparse.Namespace) -> FirstFrame | None:
    """Show the list at the first look at the database; None where anything is unusual, and nothing was shown."""
    from tui_portal.cli.opening import database_of, settings_of
    from tui_portal.services.glances import glancing

    if not _can_show(stage):
        return None
    try:
        settings = settings_of(arguments)
        if settings.ui.output == PLAIN_OUTPUT:
            return None
        with glancing(
            database_of(arguments), settings, read_only=arguments.read_only, wish=arguments.acting
        ) as context:
            return _shown(stage, context, arguments)
    except PortalError:
        return None  # what it is, is said when the database is opened


def _shown(stage: Stage, context: Context, arguments: argparse.Namespace) -> FirstFrame | None:
    """Show the list as `context` has it; None where nothing was shown."""
    if not _can_show(stage) or context.settings.ui.output == PLAIN_OUTPUT or context.notice:
        return None
    from tui_portal.tui.first_frame import first_frame

    _speak_to(context, arguments)
    try:
        frame = first_frame(context, stage.size, stage.abilities)
        if frame is not None:
            stage.show(frame.text)
    except (PortalError, LookupError, ValueError, OSError, termios.error):
        stage.leave()
        return None
    return frame


def _can_show(stage: Stage) -> bool:
    encoding, _variable = terminal_encoding(os.environ, sys.stderr.encoding, utf8_mode=bool(sys.flags.utf8_mode))
    return stage.is_usual and encoding == UTF_8


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
