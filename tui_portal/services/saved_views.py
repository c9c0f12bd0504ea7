"""Filters that a staff member keeps under a name, each list its own."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.errors import NotFound
from tui_portal.domain.filters import parse_filter
from tui_portal.domain.staff import StaffMember
from tui_portal.domain.text import safe, same_name
from tui_portal.i18n import _
from tui_portal.services import activity
from tui_portal.services.account_orders import parse_sort
from tui_portal.services.contacts import check_name
from tui_portal.services.context import Context

# The lists whose filters are in the filter language; the others take words.
_ACCOUNT_LISTS = frozenset({"accounts", "archived"})


@dataclass(frozen=True, slots=True)
class SavedView:
    """A filter and an order (`COLUMN` or `COLUMN:desc`) under a name."""

    name: str
    filter: str
    sort: str


def saved_views(context: Context, place: str) -> list[SavedView]:
    """What the acting staff member has saved for the list `place`, by name."""
    if context.actor is None:
        return []
    found = context.database.rows(
        "SELECT name, filter, sort FROM saved_view WHERE staff_id = ? AND list = ?", [context.actor.id, place]
    )
    return sorted((SavedView(*row) for row in found), key=lambda view: (same_name(view.name), view.name))


def save_view(context: Context, place: str, name: str, terms: str, sort: str = "") -> SavedView | None:
    """Keep the filter `terms` and the order `sort` of the list `place` under `name`; the one that it replaces, if any.

    Two names that differ in case and white space only are one. Nobody needs a right for it: it is seen by nobody else. Raises
    FilterError, WrongUse for an order, Refused for a name that is empty or too long, NotAllowed.
    """
    owner = _owner(context)
    name = check_name(context, name)
    if place in _ACCOUNT_LISTS:
        parse_filter(terms)
        if sort:
            parse_sort(sort)
    with context.database.write():
        former = _find(context, owner, place, name)
        if former is not None:
            _delete(context, owner, place, former)
        context.database.execute(
            "INSERT INTO saved_view (staff_id, list, name, filter, sort) VALUES (?, ?, ?, ?, ?)",
            [owner.id, place, name, terms, sort],
        )
        activity.record(
            context,
            "view_saved",
            before=_told(place, former) if former else None,
            after=_told(place, SavedView(name, terms, sort)),
        )
    return former


def remove_view(context: Context, place: str, name: str) -> SavedView:
    """Forget the view `name` of the list `place`; what it was. Raises NotFound, NotAllowed."""
    owner = _owner(context)
    with context.database.write():
        former = _find(context, owner, place, name)
        if former is None:
            raise NotFound(_("No filter is saved as {name}.").format(name=safe(name)))
        _delete(context, owner, place, former)
        activity.record(context, "view_removed", before=_told(place, former))
    return former


def _owner(context: Context) -> StaffMember:
    return context.require_staff()


def _find(context: Context, owner: StaffMember, place: str, name: str) -> SavedView | None:
    views = saved_views(context.acting_as(owner), place)
    return next((view for view in views if same_name(view.name) == same_name(name)), None)


def _delete(context: Context, owner: StaffMember, place: str, view: SavedView) -> None:
    context.database.execute(
        "DELETE FROM saved_view WHERE staff_id = ? AND list = ? AND name = ?", [owner.id, place, view.name]
    )


def _told(place: str, view: SavedView) -> dict[str, str]:
    return {"list": place, "name": view.name, "filter": view.filter, "sort": view.sort}
