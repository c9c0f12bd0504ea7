"""Changes of the staff, taken back and done again. Who was added is let in no more: nobody is deleted, for the log names them."""

from __future__ import annotations

from tui_portal.domain.errors import Conflict
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation
from tui_portal.services.staff_members import put_state, staff_row, state_of


def turn_back(context: Context, last: Operation) -> int:
    """Inside a write transaction: make a staff member be as before the change; how many changed. Raises Conflict where a
    colleague changed them since, Refused for the last owner and a login that is another's by now, NotAllowed.
    """
    return _put(context, last, last, "after", "before")


def do_again(context: Context, former: Operation, now: Operation) -> int:
    """Inside a write transaction: change a staff member again as `former` did; how many changed. Raises as `turn_back`."""
    return _put(context, former, now, "before", "after")


def _put(context: Context, done: Operation, now: Operation, expected: str, wanted: str) -> int:
    row = staff_row(context, done.details["staff"])
    if state_of(row) != done.details[expected]:
        raise Conflict(_("Nothing was changed in “{title}”: it was changed since.").format(title=done.title))
    put_state(context, row, done.details[wanted], now.id)
    return 1
