"""Who acts: a staff member, a client in the portal, or the program itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_portal.i18n import _


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    EMPLOYEE = "employee"

    @property
    def label(self) -> str:
        """The role in the reader's language."""
        return {Role.OWNER: _("owner"), Role.ADMIN: _("admin"), Role.EMPLOYEE: _("employee")}[self]


class Right(StrEnum):
    MANAGE_ACCOUNTS = "manage_accounts"
    VIEW_ALL = "view_all"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A staff member as they stand in the database. Owner and admin have every right (product.md, Staff)."""

    id: int
    login: str
    name: str
    email: str
    role: Role
    language: str | None
    manage_accounts: bool
    view_all: bool
    active: bool = True

    @property
    def rights(self) -> str:
        """What they may do, in the reader's language."""
        if self.role in (Role.OWNER, Role.ADMIN):
            return _("everything")
        if self.manage_accounts:
            return _("manages all accounts") if self.view_all else _("manages own accounts")
        return _("reads all accounts") if self.view_all else _("reads own accounts")

    def may(self, right: Right) -> bool:
        """Whether this person has `right`."""
        if not self.active:
            return False
        if self.role in (Role.OWNER, Role.ADMIN):
            return True
        return self.manage_accounts if right is Right.MANAGE_ACCOUNTS else self.view_all
