"""Accounts: their types, their short IDs and their status."""

from __future__ import annotations

import re
from enum import StrEnum

from tui_portal.i18n import _


class AccountType(StrEnum):
    INDIVIDUAL = "individual"
    FAMILY = "family"
    COMPANY = "company"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The type in the reader's language."""
        return {
            AccountType.INDIVIDUAL: _("individual"),
            AccountType.FAMILY: _("family"),
            AccountType.COMPANY: _("company"),
            AccountType.OTHER: _("other"),
        }[self]


class AccountStatus(StrEnum):
    """Active: LOGIN is on for at least one mailbox, pending ones too. Offline: nobody may log in (product.md)."""

    ACTIVE = "active"
    OFFLINE = "offline"

    @classmethod
    def of(cls, login: int, archived: bool) -> AccountStatus:
        """The status of an account with `login` mailboxes that may log in; an archived account is closed to everybody."""
        return cls.ACTIVE if login and not archived else cls.OFFLINE

    @property
    def label(self) -> str:
        """The status in the reader's language."""
        return _("active") if self is AccountStatus.ACTIVE else _("offline")


_CODE = re.compile(r"^[aA]-?0*([1-9][0-9]{0,15})$")


def account_code(number: int) -> str:
    """The short ID that people see for the account with this number: 12 is `A-0012`."""
    return f"A-{number:04d}"


def account_number(code: str) -> int | None:
    """The number behind a short ID (`A-0012`, `a-12`, `A12`), or None where it is none."""
    match = _CODE.match(code.strip())
    return int(match[1]) if match else None
