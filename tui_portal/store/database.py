"""One SQLite file: opened with the right pragmas and the right schema, read, and written in IMMEDIATE transactions.

A connection belongs to the thread that opened it. Whoever must not wait runs its work on a `Lane` (lanes.py).
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import peewee

from tui_portal.domain.errors import DatabaseBusy, DatabaseMissing, DatabaseUnusable
from tui_portal.domain.invitations import KEY_BYTES
from tui_portal.i18n import _
from tui_portal.store.backups import newest_copy
from tui_portal.store.migrations import APPLICATION_ID, SCHEMA_VERSION, STEPS
from tui_portal.store.mounts import network_type
from tui_portal.store.seals import Seal, Verification, holds_seal, newest_seal, seal_entries, verify_chain
from tui_portal.store.witness import Witness

Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]

BUSY_MILLISECONDS = 5000
_PRAGMAS = (
    ("busy_timeout", BUSY_MILLISECONDS),  # first of all, else the others can fail with "locked"
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("mmap_size", 16 * 1024 * 1024),
    ("cache_size", -4000),
    ("temp_store", "memory"),
)

# What a statement fails with that a constraint of the schema forbids.
BROKEN_RULES = (peewee.IntegrityError, sqlite3.IntegrityError)


class Database:
    """The file at `path`, for every thread that asks. Open it with `open_database` or `create_database`."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        self.witness = Witness(path)
        self._key: bytes | None = None
        self._file: tuple[int, int] | None = None
        self._peewee = peewee.SqliteDatabase(
            str(path),
            pragmas=[*_PRAGMAS, ("query_only", 1)] if read_only else list(_PRAGMAS),
            lock_type="IMMEDIATE",
            autoconnect=False,
            timeout=BUSY_MILLISECONDS / 1000,
            cached_statements=256,
        )

    @property
    def models(self) -> peewee.SqliteDatabase:
        """The Peewee database that model queries name: `query.execute(database.models)`."""
        return self._peewee

    def connect(self) -> None:
        """Open this thread's connection. Raises DatabaseUnusable where the file can't be used."""
        with self._plain_errors():
            self._peewee.connect(reuse_if_open=True)
        if self._file is None:
            self._file = self._file_in_place()

    def close(self) -> None:
        """Close this thread's connection."""
        if not self._peewee.is_closed():
            self._peewee.close()

    @contextmanager
    def read(self) -> Iterator[None]:
        """Several reads that see one state of the database. Raises DatabaseUnusable where another file lies at the path by now."""
        with self._plain_errors():
            if self._peewee.in_transaction():
                yield
                return
            self._refuse_another_file()
            with self._peewee.transaction("DEFERRED"):
                yield

    @contextmanager
    def write(self) -> Iterator[None]:
        """One IMMEDIATE transaction: all of it or nothing. Not to be nested; no network and no `await` inside.

        What it adds to the activity log is sealed (seals.py).
        """
        with self.transaction():
            connection, key = self._connection(), self.seal_key()
            before = newest_seal(connection)
            found = seal_entries(connection, key, late=True)
            yield
            sealed = seal_entries(connection, key) or found
        if sealed is not None:
            self.witness.note(sealed, before, lambda kept: holds_seal(connection, kept))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """As `write`, without sealing: for what comes before there is a log."""
        with self._plain_errors():
            if self._peewee.in_transaction():
                raise RuntimeError("a write transaction inside another one")
            self._refuse_another_file()
            stopped: BaseException | None = None
            try:
                with self._peewee.transaction():
                    try:
                        self.refuse_newer()
                        yield
                    except BaseException as error:
                        stopped = error
                        raise
            except peewee.OperationalError as error:
                # A full disk or an interrupt ends the transaction by itself; why is told, not that ROLLBACK found none.
                raise stopped or _first_cause(error) from None

    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement; the number of rows it changed."""
        with self._plain_errors():
            return int(self._run(sql, parameters).rowcount)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement once for each of `rows`, inside the transaction that is open."""
        with self._plain_errors():
            self._connection().executemany(sql, rows)

    def insert(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one INSERT; the id of the new row."""
        with self._plain_errors():
            return int(self._run(sql, parameters).lastrowid or 0)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a SELECT (or of a statement with RETURNING)."""
        with self._plain_errors():
            return self._run(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None."""
        with self._plain_errors():
            found: Row | None = self._run(sql, parameters).fetchone()
            return found

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.one(sql, parameters)
        return None if row is None else row[0]

    def data_version(self) -> int:
        """A number that changes when another connection has committed (SQLite's `data_version`)."""
        try:  # asked before every mail: without a context manager
            return int(self._connection().execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.DatabaseError as error:
            raise in_plain_words(error, self.path) from error

    @contextmanager
    def watched(self, steps: int, stops: Callable[[], bool]) -> Iterator[None]:
        """Inside, `stops` is asked after every `steps` instructions of SQLite; where it says True the statement fails and the
        transaction is taken back.
        """
        connection = self._connection()
        connection.set_progress_handler(stops, steps)
        try:
            yield
        finally:
            connection.set_progress_handler(None, steps)

    def seal_key(self) -> bytes | None:
        """The key of the links, with which the activity log is sealed; None where its file can't be read."""
        if self._key is None:
            with suppress(OSError):
                key = key_path(self.path).read_bytes()
                self._key = key if len(key) >= KEY_BYTES else None
        return self._key

    def newest_seal(self) -> Seal:
        """The newest seal of the activity log."""
        with self._plain_errors():
            return newest_seal(self._connection())

    def verify_log(self, told: Callable[[int], None] | None = None) -> Verification:
        """Look at the whole activity log in one state of it; `told` hears every so often how many entries were looked at."""
        with self.read():
            return verify_chain(self._connection(), self.seal_key(), told)

    def refuse_newer(self) -> None:
        """Raise DatabaseUnusable where the schema is a newer program's, which may have come meanwhile."""
        version = int(self.value("PRAGMA user_version"))
        if version > SCHEMA_VERSION:
            words = _("{path} has schema {theirs}, this program knows schema {ours}. Install the newer program.")
            raise DatabaseUnusable(words.format(path=self.path, theirs=version, ours=SCHEMA_VERSION))

    def _refuse_another_file(self) -> None:
        """Raise DatabaseUnusable where the file was moved away or exchanged, as a restore does: what is written to it now is lost."""
        if self._file is not None and self._file != self._file_in_place():
            words = _(
                "{path} was moved away, or another file was put in its place. Nothing was changed; start the program again."
            )
            raise DatabaseUnusable(words.format(path=self.path))

    def _file_in_place(self) -> tuple[int, int] | None:
        """Which file lies at the path now: somebody may have put another one there."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def interrupt(self) -> None:
        """End what this thread's connection is doing; for a stale question, never for a write."""
        self._connection().interrupt()

    def _run(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        return cast("sqlite3.Cursor", self._peewee.execute_sql(sql, parameters))  # type: ignore[no-untyped-call]  # its stubs leave it out

    def _connection(self) -> sqlite3.Connection:
        return cast("sqlite3.Connection", self._peewee.connection())  # type: ignore[no-untyped-call]  # its stubs leave it out

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            yield
        except BROKEN_RULES:
            raise
        except (peewee.DatabaseError, peewee.InterfaceError, sqlite3.DatabaseError) as error:
            raise in_plain_words(error, self.path) from error


def _first_cause(error: BaseException) -> BaseException:
    """What went wrong first, where one error came up while another was being handled."""
    while isinstance(error.__context__, peewee.DatabaseError | sqlite3.DatabaseError):
        error = error.__context__
    return error


def in_plain_words(error: Exception, path: Path) -> DatabaseUnusable:
    """The sentence for what SQLite said about the file at `path`."""
    said = str(error)
    low = said.lower()
    if "locked" in low or "busy" in low:
        return DatabaseBusy(_("Somebody else is writing to {path}. Nothing was changed; try again.").format(path=path))
    if "full" in low:
        return DatabaseUnusable(_("The disk that holds {path} is full. Nothing was changed.").format(path=path))
    if ("readonly" in low or "unable to open" in low) and path.exists() and _folder_is_missed(path):
        words = _("{path} can't be opened: nothing can be written to its folder, which it needs even to be read.")
        return DatabaseUnusable(words.format(path=path))
    if "readonly" in low or "read-only" in low or "query_only" in low:
        return DatabaseUnusable(_("{path} can only be read. Nothing was changed.").format(path=path))
    if "not a database" in low:
        return DatabaseUnusable(
            " ".join([_("{path} is not a tui_portal database.").format(path=path), *_advice(path, None)])
        )
    if any(words in low for words in ("malformed", "corrupt", "disk i/o", "unsupported file format")):
        words = _("{path} is damaged ({said}). Nothing was changed.").format(path=path, said=said)
        return DatabaseUnusable(" ".join([words, *_advice(path, _("Take the newest backup."))]))
    if "unable to open" in low:
        return DatabaseUnusable(_("{path} can't be opened: no permission, or no such folder.").format(path=path))
    return DatabaseUnusable(_("{path} can't be used: {said}.").format(path=path, said=said))


def _folder_is_missed(path: Path) -> bool:
    """Whether SQLite can't make the file that readers and writers share, and nobody else has made it."""
    return not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-shm").exists()


def _advice(path: Path, otherwise: str | None) -> list[str]:
    """Which backup to take, where one is known that is whole."""
    newest = newest_copy(path)
    if newest is not None:
        return [_("The newest backup that is whole: {backup}.").format(backup=newest)]
    return [otherwise] if otherwise else []


def _refuse_network(path: Path, *, allowed: bool) -> None:
    """Raise DatabaseUnusable for a file of the network: locks and the WAL need a disk of this machine."""
    kind = None if allowed else network_type(path)
    if kind is not None:
        raise DatabaseUnusable(
            _(
                "{path} lies on a network file system ({kind}), where several programs damage a database. Put it on a disk of this "
                "machine; `[database] allow_network = true` in the settings overrides this."
            ).format(path=path, kind=kind)
        )


def open_database(path: Path, *, read_only: bool = False, allow_network: bool = False) -> Database:
    """The database at `path`, brought to this program's schema, connected for the calling thread.

    Raises DatabaseMissing where there is no file, DatabaseUnusable where it is none of ours, newer, not readable, or on a network
    file system, unless `allow_network`.
    """
    _refuse_network(path, allowed=allow_network)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise DatabaseMissing(
            _("There is no database at {path}. `tui-portal init` makes one.").format(path=path)
        ) from None
    except OSError as error:
        raise DatabaseUnusable(_("{path} can't be read: {why}.").format(path=path, why=error.strerror)) from None
    if path.is_dir() or size == 0:
        raise DatabaseUnusable(_("{path} is not a tui_portal database.").format(path=path))
    if not os.access(path, os.R_OK):
        raise DatabaseUnusable(_("{path} can't be read: permission denied.").format(path=path))
    database = Database(path, read_only=read_only)
    database.connect()
    try:
        _bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return database


def create_database(path: Path, build: Callable[[Database], None], *, allow_network: bool = False) -> Database:
    """A new database at `path`, with its key file beside it, both mode 0600; `build` fills it in.

    What `build` fills in appears whole or not at all: the file is made under another name and put in place by a link, which
    fails where somebody else was quicker. Raises DatabaseUnusable where a file stands there already or the folder can't be
    written.
    """
    _refuse_network(path, allowed=allow_network)
    new = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    key = key_path(path)
    key_made = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if path.exists():
            raise FileExistsError(path)
        os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        database = Database(new)
        database.connect()
        try:
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            _bring_up_to_date(database)
            build(database)
            database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            database.close()
        if not key.exists():
            _write_key(key)
            key_made = True
        os.link(new, path)
    except FileExistsError:
        raise DatabaseUnusable(_("There is already a file at {path}.").format(path=path)) from None
    except OSError as error:
        if key_made:
            key.unlink(missing_ok=True)
        raise DatabaseUnusable(_("{path} can't be made: {why}.").format(path=path, why=error.strerror)) from None
    finally:
        for leftover in (new, Path(f"{new}-wal"), Path(f"{new}-shm")):
            leftover.unlink(missing_ok=True)
    return open_database(path, allow_network=allow_network)


def key_path(database_path: Path) -> Path:
    """Where the key that signs links lies: beside the database."""
    return database_path.with_name(f"{database_path.name}.key")


def _write_key(path: Path) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())


def _bring_up_to_date(database: Database) -> None:
    """Take the steps that are missing, each in one transaction. Raises DatabaseUnusable for a newer schema or another's file."""
    version = int(database.value("PRAGMA user_version"))
    application = int(database.value("PRAGMA application_id"))
    if application != APPLICATION_ID or version < 0:
        raise DatabaseUnusable(_("{path} is not a tui_portal database.").format(path=database.path))
    database.refuse_newer()
    while version < SCHEMA_VERSION:
        with database.transaction():  # another process may take the step while this one waits for the lock
            version = int(database.value("PRAGMA user_version"))
            if version < SCHEMA_VERSION:
                for statement in STEPS[version]:
                    database.execute(statement)
                version += 1
                database.execute(f"PRAGMA user_version = {version}")
