"""Who may log in, and how far they have come."""

from __future__ import annotations

from enum import StrEnum

from tui_portal.i18n import _


class Switch(StrEnum):
    """The three switches of one e-mail address in one account. The value is the column's name."""

    LOGIN = "login"
    NOTIFY = "notify"
    EMAIL_SYNC = "email_sync"

    @property
    def label(self) -> str:
        """The switch as the screens name it."""
        return {Switch.LOGIN: _("LOGIN"), Switch.NOTIFY: _("NOTIFY"), Switch.EMAIL_SYNC: _("EMAIL SYNC")}[self]


class UserState(StrEnum):
    """How far a mailbox has come in one account."""

    NONE = "none"
    NOT_INVITED = "not_invited"
    INVITED = "invited"
    ACTIVE = "active"

    @classmethod
    def of(cls, *, login: bool, activated: bool, invited: bool) -> UserState:
        """The state of a mailbox: `login` in this account, its user `activated`, an invitation that still stands."""
        if not login:
            return cls.NONE
        if activated:
            return cls.ACTIVE
        return cls.INVITED if invited else cls.NOT_INVITED
