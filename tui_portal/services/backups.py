"""Backups: a copy of the database while others write, checked before it is called one."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, Refused
from tui_portal.domain.staff import Role
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity
from tui_portal.services.context import Context, key_file
from tui_portal.services.files import named_file
from tui_portal.store.backups import Copy, copy_file, inspect_file, remember_copy


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written. `key` is the copy of the key file beside it, None where none was asked for; `broken` is the first
    entry of its log that is not as it was written.
    """

    path: Path
    size: int
    accounts: int
    contacts: int
    entries: int
    key: Path | None
    broken: int | None = None


def write_backup(
    context: Context,
    path: Path,
    *,
    replace: bool = False,
    with_key: bool = False,
    told: Callable[[int], None] | None = None,
) -> Backup:
    """Copy the database to `path`, mode 0600: whole and checked, or not at all. For the owner and admins.

    The key of the links is left out, unless `with_key` asks for it (`<path>.key`). Raises NotAllowed, Refused where there is a
    file already (unless it is to be replaced), where it can't be written, or where the copy is not good.
    """
    actor = context.actor
    if actor is None or actor.role not in (Role.OWNER, Role.ADMIN):
        raise NotAllowed(_("Only the owner and admins may make backups: a backup holds everything."))
    path, key = named_file(context, path).absolute(), key_file(context.database.path)
    _check_place(context, path, replace=replace, with_key=with_key)
    if not context.read_only:
        # Before the copy, so that what is put back from it is known to be as it was.
        with contextlib.suppress(DatabaseUnusable), context.database.write():
            activity.record(context, "database_copied", after={"file": str(path), "key": with_key})
    new = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copy_file(context.database.path, new)
        copy = inspect_file(new, context.database.seal_key(), told)
        if not copy.good or copy.log is None:
            raise Refused(_("The backup is not good: {why}. It was not kept.").format(why=safe(_why(copy))))
        _put_in_place(new, path, replace=replace)
        copied = _copy_key(key, path, replace=replace) if with_key else None
        size = path.stat().st_size
    except sqlite3.Error as error:
        raise Refused(_why_not(path, "full" in str(error), str(error))) from None
    except OSError as error:
        raise Refused(_why_not(path, error.errno == errno.ENOSPC, error.strerror or str(error))) from None
    finally:
        for leftover in (new, Path(f"{new}-journal"), Path(f"{new}-wal"), Path(f"{new}-shm")):
            with contextlib.suppress(OSError):
                leftover.unlink(missing_ok=True)
    remember_copy(context.database.path, path)
    return Backup(path, size, copy.accounts, copy.contacts, copy.log.entries, copied, copy.log.broken)


def _check_place(context: Context, path: Path, *, replace: bool, with_key: bool) -> None:
    """Raise Refused where the backup must not be written."""
    database = context.database.path.resolve()
    own = {database, *(database.with_name(f"{database.name}{end}") for end in (".key", ".epoch", "-wal", "-shm"))}
    if path.resolve() in own or (with_key and Path(f"{path}.key").resolve() in own):
        raise Refused(_("{path} belongs to the database itself.").format(path=path))
    for place in (path, *([Path(f"{path}.key")] if with_key else [])):
        if os.path.lexists(place) and not replace:
            raise Refused(_("There is already a file at {path}. --force replaces it.").format(path=place))
    if path.is_dir():
        raise Refused(_("{path} is a folder: a file name is needed.").format(path=path))


def _put_in_place(new: Path, path: Path, *, replace: bool) -> None:
    """Give the finished file its name, on the disk for good. Raises OSError."""
    with new.open("rb") as file:
        os.fsync(file.fileno())
    if replace:
        new.replace(path)
    else:
        os.link(new, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copy_key(key: Path, path: Path, *, replace: bool) -> Path:
    target = Path(f"{path}.key")
    new = target.with_name(f".{target.name}.{secrets.token_hex(6)}.new")
    try:
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(key.read_bytes())
            file.flush()
        _put_in_place(new, target, replace=replace)
    finally:
        new.unlink(missing_ok=True)
    return target


def _why(copy: Copy) -> str:
    if copy.damage:
        return copy.damage
    return _("its schema is not this program's")


def _why_not(path: Path, full: bool, said: str) -> str:
    if full:
        return _("The disk that holds {path} is full. No backup was made, nothing is left of it.").format(
            path=path.parent
        )
    return _("The backup {path} can't be written: {why}.").format(path=path, why=safe(said))
