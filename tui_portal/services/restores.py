"""A database that was put back from an older state: links that were used or cancelled since stay dead.

Beside the key stands how far the log of this database had come (store/witness.py). Where the log does not hold that entry,
the epoch of the links is raised: every link that was made before is dead, sessions of clients end, and mail that waits in the
older state, which may have gone long ago, is not sent again. Pending activation shows who is to be invited again, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.store.database import Database
from tui_portal.store.witness import Record


class Standing(Enum):
    """What the record beside the key says of the database."""

    AS_LEFT = "as_left"
    OLDER = "older"  # it was put back from an older state
    UNKNOWN = "unknown"  # there is no record


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to: so many invitations whose links died, and mails that are not sent."""

    invitations: int
    mails: int

    @property
    def in_words(self) -> str:
        """All of it, in the reader's language."""
        parts = [_("This database was put back from an older backup: all links that were mailed before are dead.")]
        if self.invitations:
            words = ngettext(
                "{n} invitation is to be sent again (Pending activation).",
                "{n} invitations are to be sent again (Pending activation).",
                self.invitations,
            )
            parts.append(words.format(n=self.invitations))
        if self.mails:
            words = ngettext(
                "{n} mail that waited is not sent: it may have gone already.",
                "{n} mails that waited are not sent: they may have gone already.",
                self.mails,
            )
            parts.append(words.format(n=self.mails))
        return " ".join(parts)


def standing(database: Database) -> Standing:
    """Whether the database is as this machine left it."""
    record = database.witness.read()
    if record is None:
        return Standing.UNKNOWN
    epoch = int(database.value("SELECT coalesce(max(epoch), 0) FROM firm"))
    seen = record.seal.entry
    kept = database.value("SELECT hash FROM activity_seal WHERE last_id = ?", [seen]) if seen else record.seal.hash
    return Standing.AS_LEFT if kept == record.seal.hash and epoch >= record.epoch else Standing.OLDER


def settle(context: Context) -> Restored | None:
    """Look whether the database was put back from an older state, and kill the links if so; what that came to, or None.

    Without a record one is begun. Raises DatabaseUnusable where the record is to be raised and can't be written.
    """
    database, witness = context.database, context.database.witness
    stands = standing(database)
    if stands is Standing.AS_LEFT:
        return None
    epoch = int(database.value("SELECT coalesce(max(epoch), 0) FROM firm"))
    record = witness.read()
    try:
        if record is None:
            witness.write(Record(epoch, database.newest_seal()))
            return None
        if not _holds(database, record):
            # The file first: should the program end here, the links are dead already.
            record = Record(max(epoch, record.epoch) + 1, database.newest_seal())
            witness.write(record)
    except OSError as error:
        if stands is Standing.UNKNOWN:
            return None  # `check` says so; nothing is worse than before
        raise DatabaseUnusable(
            _(
                "{path} was put back from an older backup, and {record} can't be written ({why}): links that were used would live again."
            ).format(path=database.path, record=witness.path, why=error.strerror)
        ) from None
    return _end_what_was_open(context, record.epoch)


def begin_record(database: Database) -> None:
    """For a new database: what an earlier one of the same name left beside the key makes no restore of it, but its links are
    dead.
    """
    record = database.witness.read()
    epoch = 0 if record is None else record.epoch + 1
    if epoch:
        with database.write():
            database.execute("UPDATE firm SET epoch = ?", [epoch])
    database.witness.write(Record(epoch, database.newest_seal()))


def _holds(database: Database, record: Record) -> bool:
    seen = record.seal
    return (
        seen.entry == 0 or database.value("SELECT hash FROM activity_seal WHERE last_id = ?", [seen.entry]) == seen.hash
    )


def _end_what_was_open(context: Context, epoch: int) -> Restored | None:
    """Bring the database to the epoch; None where another process was quicker."""
    database, now = context.database, context.clock()
    why = _("put back from an older backup: the link is dead, send it again")
    with database.write():
        if not database.execute("UPDATE firm SET epoch = ? WHERE epoch < ?", [epoch, epoch]):
            return None
        invitations = database.execute(
            "UPDATE invitation SET state = 'failed', failure = ? WHERE state IN ('queued', 'sent', 'failed')", [why]
        )
        mails = database.execute(
            """
            UPDATE outbox SET state = 'withdrawn', error = ?, lease_owner = NULL, lease_until = NULL
            WHERE state IN ('queued', 'sending')
            """,
            [why],
        )
        database.execute(
            """
            UPDATE outbox_copy SET state = 'withdrawn', content = NULL, error = ?, lease_owner = NULL, lease_until = NULL
            WHERE state IN ('queued', 'sending')
            """,
            [why],
        )
        database.execute("UPDATE password_reset SET state = 'withdrawn', closed_at = ? WHERE state = 'open'", [now])
        database.execute("DELETE FROM session")
        done = Restored(invitations, mails)
        activity.record(
            context, "database_restored", after={"epoch": epoch, "invitations": invitations, "mails": mails}
        )
    return done
