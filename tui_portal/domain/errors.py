"""What can be refused or fail, each with the exit status that scripts rely on."""

from __future__ import annotations


class PortalError(Exception):
    """Something that a person is told in one sentence. `kind` is for programs, `exit_status` for the shell."""

    kind = "refused"
    exit_status = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Refused(PortalError):
    """A rule of the product says no."""


class NotFound(PortalError):
    """What was named is not there."""

    kind = "not_found"


class Conflict(PortalError):
    """Somebody else changed the thing meanwhile; nothing was written."""

    kind = "conflict"


class Cancelled(Refused):
    """The person stopped it before it was saved; nothing was written."""

    kind = "cancelled"


class WrongUse(PortalError):
    """The caller's words are off."""

    kind = "usage"
    exit_status = 2


class DatabaseUnusable(PortalError):
    """The database is missing, locked, damaged, or newer than the program."""

    kind = "database"
    exit_status = 3


class DatabaseMissing(DatabaseUnusable):
    """There is no database yet."""

    kind = "database_missing"


class DatabaseBusy(DatabaseUnusable):
    """Somebody else writes for longer than the time allowed."""

    kind = "database_busy"


class NotAllowed(PortalError):
    """The acting person has no right to do this."""

    kind = "not_allowed"
    exit_status = 4


class MailUnavailable(PortalError):
    """The mail server can't be reached or takes nothing."""

    kind = "mail"
    exit_status = 5
