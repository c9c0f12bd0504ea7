"""Which files a person may name: any, or in the restricted mode (`[staff] restricted`) those in one folder.

In that mode people work under a user of the system who is not theirs: what they name is read and written with that user's
rights, which are over the database, its key and the settings.
"""

from __future__ import annotations

import stat
from pathlib import Path

from tui_portal.config import Settings
from tui_portal.domain.errors import NotAllowed, Refused
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.staff import is_root_stepped_down

_PRIVATE, _FOR_THE_GROUP = 0o600, 0o640


def is_restricted(settings: Settings, database: Path | None = None) -> bool:
    """Whether the restricted mode holds for who calls: for everybody but root, whom sudo made the user of the program."""
    return settings.staff.restricted and not is_root_stepped_down(database)


def need_freedom(settings: Settings, database: Path | None = None) -> None:
    """Raise NotAllowed in the restricted mode: for what makes files wherever it is told to."""
    if is_restricted(settings, database):
        raise NotAllowed(_("This is not allowed here: the settings are for staff who work under restrictions."))


def exports_folder(settings: Settings) -> Path | None:
    """The folder for files that the settings name, None where they name none."""
    return settings.beside(settings.staff.exports).absolute() if settings.staff.exports else None


def offered_file(context: Context, name: str) -> Path:
    """Where a file called `name` is offered to be written."""
    return (exports_folder(context.settings) or Path.cwd()) / name


def named_file(context: Context, named: Path) -> Path:
    """The file that a person named, to read or to write it.

    In the restricted mode it is one directly in the folder for files, with or without that folder before its name. Raises
    Refused for any other, and for a link.
    """
    if not is_restricted(context.settings, context.database.path):
        return named
    folder = exports_folder(context.settings)
    if folder is None:
        raise Refused(_("There is no folder for files here: the settings name none ([staff] exports)."))
    path = folder / named
    # By the words alone: nothing that lies in the folder can lead to another one.
    if path.parent != folder or path.name in ("", "..") or "\0" in path.name:
        raise Refused(_("Files are only in {folder} here: give a name without a folder.").format(folder=folder))
    if path.is_symlink():
        raise Refused(_("{path} is a link, which is not followed here.").format(path=safe(str(path))))
    return path


def mode_of_new(context: Context, path: Path) -> int:
    """Whose a new file is: its owner's alone; in the folder for files also its group's, where that folder hands its group on
    (set-group-ID).
    """
    folder = exports_folder(context.settings)
    if folder is None or path.parent != folder:
        return _PRIVATE
    try:
        return _FOR_THE_GROUP if folder.stat().st_mode & stat.S_ISGID else _PRIVATE
    except OSError:
        return _PRIVATE
