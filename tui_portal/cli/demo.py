"""Open the application on the demo firm, in a database of its own that is thrown away; nothing leaves the machine."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from tui_portal.cli.application import need_terminal, open_application
from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--accounts", metavar="N", type=int, help=_("so many accounts, made from the same seed"))
    parser.add_argument(
        "--keep", metavar="PATH", type=Path, help=_("keep the database at PATH; without a terminal only make it")
    )


def run(arguments: argparse.Namespace) -> int:
    """Make the demo firm and open it; the exit status."""
    if arguments.accounts is not None and arguments.accounts < 1:
        raise WrongUse(_("--accounts takes a number from 1 up."))
    return open_demo(arguments, arguments.accounts, arguments.keep)


def open_demo(arguments: argparse.Namespace, accounts: int | None, keep: Path | None) -> int:
    """Make the demo firm, in a folder that is thrown away or at `keep`, and open it; the exit status."""
    import sys

    from tui_portal.demo import demo_settings, make_demo, write_demo_settings
    from tui_portal.services.staff import caller_login

    if keep is None:
        need_terminal()
    folder = Path(tempfile.mkdtemp(prefix="tui-portal-demo-")) if keep is None else keep.absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "demo.sqlite3" if keep is None else keep
        context = make_demo(path, owner_login=caller_login(), accounts=accounts, settings=demo_settings(folder))
        config = write_demo_settings(folder)
        if keep is not None and not (sys.stdin.isatty() and sys.stderr.isatty()):
            return 0
        return open_application(context, arguments, config)
    finally:
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
