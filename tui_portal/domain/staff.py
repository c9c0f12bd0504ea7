"""Who acts: a staff member, a client in the portal, or the program itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    EMPLOYEE = "employee"


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

    def may(self, right: Right) -> bool:
        """Whether this person has `right`."""
        if self.role in (Role.OWNER, Role.ADMIN):
            return True
        return self.manage_accounts if right is Right.MANAGE_ACCOUNTS else self.view_all
