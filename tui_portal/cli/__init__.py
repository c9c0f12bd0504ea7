"""The command line: one sub-command for every use case.

A command's module is imported when it is called, and a face only when it is started, so that a script pays for what it
uses. The outside (options, exit statuses, JSON shapes) is what scripts rely on.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING

from tui_portal import __version__
from tui_portal.cli.parsing import Formatter, NotUnderstood, Once, Parser, check_text
from tui_portal.domain.errors import PortalError
from tui_portal.i18n import LANGUAGES, _, catalogue, choose_language, reads_source, use

if TYPE_CHECKING:
    from tui_portal.domain.filters import FilterError

INTERRUPTED = 130
_POINTED_AT = 500  # characters; in a longer filter nobody would see the place


class DiskFull(PortalError):
    """The output can't be written."""

    kind = "disk_full"


class Crashed(PortalError):
    """A mistake of the program's own."""

    kind = "crash"


def commands() -> dict[str, tuple[str, str]]:
    """Every command: its module, and what it does in a few words."""
    return {
        "demo": ("tui_portal.cli.demo", _("open the application on the demo firm")),
        "init": ("tui_portal.cli.init", _("make an empty database")),
        "import": ("tui_portal.cli.imports", _("take accounts, contacts and addresses from a CSV file")),
        "export": ("tui_portal.cli.exports", _("write what a list shows as CSV or JSON")),
        "accounts": ("tui_portal.cli.accounts", _("the Accounts list")),
        "account": ("tui_portal.cli.account", _("one account: contacts, addresses, settings, states")),
        "access": ("tui_portal.cli.access", _("switch LOGIN, NOTIFY, EMAIL SYNC, and invite")),
        "preferences": ("tui_portal.cli.preferences", _("which notifications an address gets in an account")),
        "pending": ("tui_portal.cli.pending", _("the Pending activation list")),
        "invite": ("tui_portal.cli.invite", _("send or resend invitations")),
        "cancel": ("tui_portal.cli.cancel", _("cancel invitations")),
        "link": ("tui_portal.cli.link", _("the link of an open invitation, to hand over in another way")),
        "reset-password": ("tui_portal.cli.reset_password", _("mail a user a link to choose another password")),
        "why": ("tui_portal.cli.why", _("why an address can or can't log in to an account, and what mail it gets")),
        "address": ("tui_portal.cli.address", _("what is known of an address; keep mail from it, or try it again")),
        "outbox": ("tui_portal.cli.outbox", _("the mail queue: what waits, what failed and why")),
        "deliver": ("tui_portal.cli.deliver", _("hand queued mail to the mail server")),
        "bounces": ("tui_portal.cli.bounces", _("read notices about mail that could not be delivered")),
        "staff": ("tui_portal.cli.staff", _("staff members, roles, rights, languages, and whose the accounts are")),
        "activity": ("tui_portal.cli.activity", _("the activity log: who did what when")),
        "serve": ("tui_portal.cli.serve", _("serve the client portal, and deliver mail")),
        "check": ("tui_portal.cli.check", _("is everything in order: file, schema, key, mail, settings")),
        "backup": ("tui_portal.cli.backup", _("write a consistent copy of the database while others work")),
        "paths": ("tui_portal.cli.paths", _("where settings, data and logs are")),
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with `argv`; the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    use(catalogue(choose_language(_named_language(words), os.environ.get("TUI_PORTAL_LANG"), _locale())))
    _write_what_can_be_written()
    try:
        return _run(words)
    except PortalError as error:
        if isinstance(error, DiskFull):
            _give_up_output()
        return _tell(error, words)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_output()  # whoever read it has gone (`| head`)
        return 0


def _run(words: list[str]) -> int:
    """Do what `words` say; what nobody foresaw leaves a log and is told in one line."""
    try:
        check_text(words)
        status = _dispatch(words)
        sys.stdout.flush()
        return status
    except (PortalError, BrokenPipeError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise DiskFull(_("The disk is full: what was to be written is not whole.")) from None
        from tui_portal.crash import write_crash

        raise Crashed(write_crash(error)) from error


def _give_up_output() -> None:
    """Send what is still to be written nowhere, else Python complains of it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_what_can_be_written() -> None:
    """Let what the terminal's encoding has no sign for be written as its number; JSON reads that back as the sign."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def global_options(parser: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    """The options that stand before every command; `inherited` for a command's parser, where they may stand as well."""
    absent = argparse.SUPPRESS if inherited else None
    group = parser.add_argument_group(_("global options"))
    group.add_argument(
        "--database",
        metavar="PATH",
        type=Path,
        action=Once,
        default=absent,
        help=_("the SQLite file (TUI_PORTAL_DATABASE)"),
    )
    group.add_argument(
        "--config",
        metavar="PATH",
        type=Path,
        action=Once,
        default=absent,
        help=_("TOML settings (TUI_PORTAL_CONFIG)"),
    )
    group.add_argument(
        "--as",
        dest="acting",
        metavar="LOGIN",
        action=Once,
        default=absent,
        help=_("the acting staff member, where you may choose"),
    )
    group.add_argument(
        "--lang", choices=LANGUAGES, default=absent, help=_("language of screens and messages (TUI_PORTAL_LANG)")
    )
    group.add_argument("--read-only", action="store_true", default=absent or False, help=_("nothing can be changed"))


def _dispatch(words: list[str]) -> int:
    known = commands()
    parser = Parser(
        prog="tui-portal",
        description=_("Who of a firm's clients may log in to the client portal, and what mail they get."),
        epilog=_("commands:") + "\n" + "\n".join(f"  {name:<14} {text}" for name, (_module, text) in known.items()),
        formatter_class=Formatter,
    )
    global_options(parser)
    parser.add_argument("--version", action="version", version=f"tui-portal {__version__}")
    parser.add_argument(
        "command", nargs="?", metavar="COMMAND", choices=list(known), help=_("none: open the application")
    )
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    arguments = parser.parse_args(words)
    if arguments.command is None:
        module = import_module("tui_portal.cli.application")
        return int(module.run(arguments))
    module = import_module(known[arguments.command][0])
    _module, summary = known[arguments.command]
    sub_parser = Parser(
        prog=f"tui-portal {arguments.command}",
        description=module.__doc__ if reads_source() else summary,
        formatter_class=Formatter,
    )
    global_options(sub_parser, inherited=True)
    module.add_arguments(sub_parser)
    return int(module.run(sub_parser.parse_args(_with_negated_filter(arguments.words), arguments)))


def _with_negated_filter(words: list[str]) -> list[str]:
    """`words` with `--filter -dupont` as one: argparse would take the filter for an option."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "--filter" and word.startswith("-") and not word.startswith("--"):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _tell(error: PortalError, words: list[str]) -> int:
    from tui_portal.domain.filters import FilterError

    if "--json" in words:
        import json

        told: dict[str, object] = {"kind": error.kind, "message": error.message}
        if isinstance(error, FilterError):
            told |= {"filter": error.text, "start": error.start, "end": error.end}
        sys.stdout.write(json.dumps({"ok": False, "error": told}, ensure_ascii=False) + "\n")
    else:
        from tui_portal.domain.text import safe

        if isinstance(error, NotUnderstood):
            sys.stderr.write(safe(error.usage, lines=True))
        name = "" if isinstance(error, Crashed) else "tui-portal: "  # a crash names the program itself
        sys.stderr.write(f"{name}{safe(error.message)}\n")
        if isinstance(error, FilterError) and len(error.text) <= _POINTED_AT:
            sys.stderr.write(_pointing_at(error))
    return error.exit_status


def _pointing_at(error: FilterError) -> str:
    """The filter, with the word that can't be read underlined."""
    from rich.cells import cell_len

    from tui_portal.domain.text import safe

    before, word = safe(error.text[: error.start]), safe(error.text[error.start : error.end])
    return f"  {safe(error.text)}\n  {' ' * cell_len(before)}{'^' * max(1, cell_len(word))}\n"


def _named_language(words: list[str]) -> str | None:
    """What `--lang` says, before the options are parsed: their help is to be in that language already."""
    for number, word in enumerate(words):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang" and number + 1 < len(words):
            return words[number + 1]
    return None


def _locale() -> str | None:
    return next((v for v in map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")) if v), None)
