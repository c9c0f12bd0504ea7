"""Who may manage the staff: the owner and admins; owners are made and changed by owners only."""

from __future__ import annotations

from tui_portal.domain.errors import NotAllowed
from tui_portal.domain.staff import Role, StaffMember
from tui_portal.i18n import _
from tui_portal.services.context import Context

MANAGERS = (Role.OWNER, Role.ADMIN)


def require_manager(context: Context) -> StaffMember:
    """The acting staff member, who must be an owner or admin, and a database that can be written. Raises NotAllowed."""
    actor = context.require_staff()
    if actor.role not in MANAGERS:
        raise NotAllowed(_only_managers())
    return actor


def why_no_manager(context: Context) -> str:
    """Why the acting person, as they were when they were last read, can't do it; empty where they can. For a screen."""
    if context.read_only:
        return _("This is read-only: nothing can be changed.")
    actor = context.actor
    return "" if actor is not None and actor.active and actor.role in MANAGERS else _only_managers()


def _only_managers() -> str:
    return _("Only the owner and admins manage the staff and who is responsible for which account.")
