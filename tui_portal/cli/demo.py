"""Open the application on the demo firm, in a database of its own that is thrown away; nothing leaves the machine."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tui_portal.cli.application import need_terminal, open_application
from tui_portal.cli.opening import settings_of
from tui_portal.cli.output import say
from tui_portal.config import Settings
from tui_portal.demo import demo_settings, make_demo, write_demo_settings
from tui_portal.domain.errors import DatabaseUnusable, WrongUse
from tui_portal.i18n import _
from tui_portal.services.context import Context, open_context
from tui_portal.services.files import need_freedom
from tui_portal.services.staff import caller_login, identify

_MOST_ACCOUNTS = 10_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--accounts", metavar="N", type=int, help=_("so many accounts, made from the same seed"))
    parser.add_argument(
        "--keep", metavar="PATH", type=Path, help=_("keep the database at PATH; without a terminal only make it")
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the demo firm and open it; the exit status."""
    if arguments.accounts is not None and not 1 <= arguments.accounts <= _MOST_ACCOUNTS:
        raise WrongUse(_("--accounts takes a number from 1 to {most}.").format(most=f"{_MOST_ACCOUNTS:,}"))
    need_freedom(settings_of(arguments))
    return open_demo(arguments, arguments.accounts, arguments.keep)


def open_demo(arguments: argparse.Namespace, accounts: int | None, keep: Path | None) -> int:
    """Make the demo firm, in a folder that is thrown away or at `keep`, and open it; the exit status."""
    if keep is not None:
        return _open_kept(arguments, accounts, keep.absolute())
    need_terminal()
    with _left_in_order(), tempfile.TemporaryDirectory(prefix="tui-portal-demo-", ignore_cleanup_errors=True) as name:
        path, settings = Path(name) / "demo.sqlite3", demo_settings(Path(name))
        context = _made(arguments, path, accounts, settings)
        config = Path(name) / "config.toml"
        write_demo_settings(config, settings)
        return open_application(context, arguments, config)


def _made(arguments: argparse.Namespace, path: Path, accounts: int | None, settings: Settings) -> Context:
    """The new demo firm with its owner acting, who changes nothing in it where that was asked for."""
    context = make_demo(path, owner_login=caller_login(), accounts=accounts, settings=settings)
    if not arguments.read_only:
        return context
    context.database.close()
    return identify(open_context(path, settings, read_only=True))


def _open_kept(arguments: argparse.Namespace, accounts: int | None, path: Path) -> int:
    """The demo firm at `path`, its settings and its mail beside it under the same name; without a terminal it is only made."""
    config = path.with_name(f"{path.name}.toml")
    if os.path.lexists(path):
        raise DatabaseUnusable(_("There is already a file at {path}.").format(path=path))
    settings = demo_settings(path.parent, f"{path.name}.mail")
    with _left_in_order():
        write_demo_settings(config, settings)
        try:
            context = _made(arguments, path, accounts, settings)
        except BaseException:
            config.unlink(missing_ok=True)
            raise
        if sys.stdin.isatty() and sys.stderr.isatty():
            return open_application(context, arguments, config)
    context.database.close()
    say(_("Made {path}, with its settings in {config}.").format(path=path, config=config))
    return 0


@contextmanager
def _left_in_order() -> Iterator[None]:
    """SIGTERM, and SIGHUP where it is not ignored (nohup), end the program as an exit does, so that what is temporary goes.

    Once the application runs it answers them itself.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]
    former = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
