"""What every use case gets: the database, the settings, the clock, and who is acting."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui_portal.config import Settings
from tui_portal.domain.errors import DatabaseUnusable, NotAllowed, PortalError
from tui_portal.domain.moments import Clock, now
from tui_portal.domain.staff import Right, StaffMember
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.staff_rows import as_they_are_now

if TYPE_CHECKING:
    from concurrent.futures import Future

    from tui_portal.store.database import Database

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    """The surroundings of a use case.

    `actor` is the staff member who acts; None for the program itself (delivery) and for clients in the portal, whose
    use cases take no staff right. `origin` says from where, for the activity log; `client` is the user (id) whose wish in the
    portal it is, where that writes what else only staff write. `notice` is a sentence that whoever opens the database is to
    be told at the start.
    """

    database: Database
    settings: Settings = field(default_factory=Settings)
    clock: Clock = now
    actor: StaffMember | None = None
    origin: str = ""
    client: int | None = None
    notice: str = ""

    @property
    def read_only(self) -> bool:
        """Whether nothing can be changed."""
        return self.database.read_only

    @cached_property
    def key(self) -> bytes:
        """The key that signs links. Raises DatabaseUnusable where its file is missing or too short: no link is made then."""
        from tui_portal.domain.invitations import KEY_BYTES
        from tui_portal.store.witness import key_of_epoch

        path = key_file(self.database.path)
        try:
            key = path.read_bytes()
        except OSError as error:
            raise DatabaseUnusable(
                _("The key file {path} can't be read ({why}). Without it no invitation can be sent or used.").format(
                    path=path, why=error.strerror
                )
            ) from None
        if len(key) < KEY_BYTES:
            raise DatabaseUnusable(_("The key file {path} is too short to sign links with.").format(path=path))
        return key_of_epoch(key, self.epoch)

    @cached_property
    def epoch(self) -> int:
        """How often the links were killed because an older backup was put back; it goes into their key."""
        record = self.database.witness.read()
        kept = int(self.database.value("SELECT coalesce(max(epoch), 0) FROM firm"))
        return kept if record is None else max(kept, record.epoch)

    @cached_property
    def firm_name(self) -> str:
        """The firm's name: from the settings, else from the database."""
        return self.settings.firm.name or str(self.database.value("SELECT name FROM firm"))

    @cached_property
    def firm_language(self) -> str:
        """The language of whoever has none of their own."""
        return self.settings.firm.language or str(self.database.value("SELECT language FROM firm"))

    def acting_as(self, actor: StaffMember | None) -> Context:
        """The same surroundings with another person acting."""
        return replace(self, actor=actor)

    def acting_for(self, client: int) -> Context:
        """The same surroundings with a client acting: no staff right, their user (id) in the log."""
        return replace(self, actor=None, client=client)

    def require(self, right: Right) -> StaffMember:
        """The acting staff member, who must have `right` and a database that can be written. Raises NotAllowed."""
        actor = self.require_staff()
        if not actor.may(right):
            raise NotAllowed(_lacks(actor, right))
        return actor

    def why_not(self, right: Right) -> str:
        """Why the acting person, as they were when they were last read, may not do what `right` is needed for; else empty. For
        a screen, which does not wait for the database; every write asks again.
        """
        if self.read_only:
            return _("This is read-only: nothing can be changed.")
        if self.actor is None:
            return _("You are not among the staff of this firm.")
        return "" if self.actor.may(right) else _lacks(self.actor, right)

    def require_staff(self) -> StaffMember:
        """The acting staff member as they stand in the database now: a right that is taken away is gone at once. Raises
        NotAllowed for who is not (or no longer) among the staff, and where nothing can be written.
        """
        if self.read_only:
            raise NotAllowed(_("This is read-only: nothing can be changed."))
        if self.actor is None:
            raise NotAllowed(_("You are not among the staff of this firm."))
        now = as_they_are_now(self.database, self.actor)
        if now is None:
            raise NotAllowed(
                _("{name} is not active any more: nothing can be changed.").format(name=safe(self.actor.name))
            )
        return now


def _lacks(actor: StaffMember, right: Right) -> str:
    if not actor.active:
        return _("{name} is not active any more: nothing can be changed.").format(name=safe(actor.name))
    told = {
        Right.MANAGE_ACCOUNTS: _("{name} has no right to change accounts."),
        Right.VIEW_ALL: _("{name} sees only the accounts that are assigned to them; this is about all of them."),
    }
    return told[right].format(name=safe(actor.name))


class Lanes:
    """Three threads on one database for a face with an event loop: one reads what a key waits for, one writes, one counts, so
    that neither a write nor a long look makes a key wait.

    `unheard` is called with what went wrong in a write for which nobody waits any more.
    """

    def __init__(self, context: Context) -> None:
        from tui_portal.services.patience import TRY_MILLISECONDS, Patience
        from tui_portal.store.lanes import Lane

        self.context = context
        self.patience = Patience()
        self.unheard: Callable[[PortalError], None] = lambda _error: None
        self._reading = Lane(context.database, "reads")
        self._writing = Lane(context.database, "writes", patience=TRY_MILLISECONDS)
        self._counting = Lane(context.database, "counts")
        self.closed = False

    def begin_reading(self, use_case: Callable[..., T], *arguments: object) -> Future[T]:
        """Start `use_case(context, *arguments)` before there is an event loop; its outcome is awaited later."""
        return self._reading.submit(use_case, self.context, *arguments)

    def begin_counting(self, use_case: Callable[..., T], *arguments: object) -> Future[T]:
        """Start `use_case(context, *arguments)` on the lane that no key waits for."""
        return self._counting.submit(use_case, self.context, *arguments)

    def read(self, use_case: Callable[..., T], *arguments: object) -> Awaitable[T]:
        """Await `use_case(context, *arguments)`, which only reads."""
        return self._reading.run(use_case, self.context, *arguments)

    def write(self, use_case: Callable[..., T], *arguments: object) -> Awaitable[T]:
        """Await `use_case(context, *arguments)`, which writes. Whoever stops waiting for it does not stop it.

        Raises DatabaseBusy where others keep the database busy for too long (patience.py), Cancelled where it was given up;
        nothing was changed in both cases.
        """
        import asyncio

        doing = self._writing.run(self.patience.carry_out, self.context, time.monotonic(), use_case, *arguments)
        heard = asyncio.shield(doing)

        def hear(done: asyncio.Future[T]) -> None:
            error = None if done.cancelled() else done.exception()
            if heard.cancelled() and isinstance(error, PortalError):
                self.unheard(error)

        doing.add_done_callback(hear)
        return heard

    def count(self, use_case: Callable[..., T], *arguments: object) -> Awaitable[T]:
        """Await `use_case(context, *arguments)`, which reads much and which no key waits for."""
        return self._counting.run(use_case, self.context, *arguments)

    def close(self) -> None:
        """Wait for what is under way and close the connections."""
        for lane in (self._reading, self._writing, self._counting):
            lane.close()
        self.closed = True


def open_context(path: Path, settings: Settings, *, read_only: bool = False, clock: Clock | None = None) -> Context:
    """The context on the database at `path`, with nobody acting yet.

    A demo firm brings its own clock, which stands still. A file that this user may not write to is opened read-only. Raises
    DatabaseUnusable.
    """
    from tui_portal.services.restores import settle  # which stands on this module
    from tui_portal.store.database import open_database

    shut = not read_only and path.exists() and not os.access(path, os.W_OK)
    database = open_database(path, read_only=read_only or shut, allow_network=settings.database.allow_network)
    context = Context(database, settings, clock or _clock_of(database))
    if shut:
        return replace(context, notice=_("{path} can only be read. Nothing can be changed.").format(path=path))
    if read_only:
        return context
    try:
        restored = settle(context)
    except BaseException:
        database.close()
        raise
    return replace(context, notice=restored.in_words) if restored else context


def create_context(path: Path, settings: Settings, build: Callable[[Database], None]) -> Context:
    """The context on a new database that `build` fills in; whole or not at all. Raises DatabaseUnusable."""
    from tui_portal.services.restores import begin_record  # which stands on this module
    from tui_portal.store.database import create_database

    database = create_database(path, build, allow_network=settings.database.allow_network)
    with suppress(OSError):
        begin_record(database)
    return Context(database, settings, _clock_of(database))


def _clock_of(database: Database) -> Clock:
    fixed = database.value("SELECT fixed_now FROM firm")
    return now if fixed is None else lambda: int(fixed)


def key_file(database: Path) -> Path:
    """Where the key that signs links lies for the database at this path."""
    from tui_portal.store.database import key_path

    return key_path(database)
