"""The Staff list: who there is, what they may do, how many accounts are theirs."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from tui_portal.domain.moments import sample_days
from tui_portal.domain.staff import Role
from tui_portal.domain.text import search_key
from tui_portal.i18n import _, pgettext
from tui_portal.services.context import Context
from tui_portal.services.log_words import date_and_time
from tui_portal.services.staff_members import StaffRow, staff_list
from tui_portal.tui.lists import ListSource, ListView
from tui_portal.tui.widgets.columns import Cell, Column

STAFF_SORTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "name": ("n", lambda: _("Name")),
    "login": ("l", lambda: pgettext("name of a staff member", "Login")),
    "role": ("r", lambda: _("Role")),
    "accounts": ("c", lambda: _("Accounts")),
    "last_seen": ("d", lambda: _("Last seen")),
}

_VALUES: Mapping[str, Callable[[StaffRow], object]] = {
    "name": lambda row: "",
    "login": lambda row: row.fields.login.casefold(),
    "role": lambda row: row.fields.role.value,
    "accounts": lambda row: row.accounts,
    "last_seen": lambda row: row.last_seen or 0,
}


def staff_source() -> ListSource[StaffRow]:
    """Staff: one line a person, who is not active any more at the end."""
    return ListSource(
        place="staff",
        title=lambda: _("Staff"),
        ids=lambda context, view, limit, _told: _ids(context, view, limit),
        first=_ids,
        rows=lambda context, wanted: {row.id: row for row in staff_list(context) if row.id in wanted},
        columns=staff_columns,
        flexible=16,
        sorts=STAFF_SORTS,
        view=ListView(),
        empty=lambda: _("Nobody."),
        words=lambda _text: "",
        highlights=lambda _text: None,
    )


def _ids(context: Context, view: ListView, limit: int) -> array[int]:
    """Few people: found and sorted here. A word is found in the name, the login, the address and what the line says."""
    words = search_key(view.text).split()
    rows = [row for row in staff_list(context) if all(word in _words(row) for word in words)]
    value = _VALUES[view.sort]
    rows.sort(key=lambda row: search_key(row.fields.name), reverse=view.descending and view.sort == "name")
    rows.sort(key=value, reverse=view.descending)  # type: ignore[arg-type]  # each column's values compare with each other
    rows.sort(key=lambda row: not row.active)
    ids = array("q", [row.id for row in rows])
    return ids if limit < 0 else ids[:limit]


def _words(row: StaffRow) -> str:
    fields = row.fields
    state = pgettext("staff member", "active") if row.active else _("not active")
    return search_key(" ".join([fields.name, fields.login, fields.email, fields.role.label, row.rights, state]))


def staff_columns(clock: Callable[[], int]) -> Sequence[Column[StaffRow]]:
    """The columns of Staff."""

    def seen(row: StaffRow) -> Cell:
        return Cell(date_and_time(row.last_seen, clock())) if row.last_seen else Cell(_("never"), "dim")

    def state(row: StaffRow) -> Cell:
        return Cell("●", "active") if row.active else Cell("○", "offline")

    def plain(text: str, row: StaffRow) -> Cell:
        return Cell(text, "" if row.active else "dim")

    return (
        Column(lambda: "", state, 1),
        Column(
            lambda: pgettext("name of a staff member", "LOGIN"),
            lambda row: plain(row.fields.login, row),
            10,
            name="login",
        ),
        Column(lambda: _("NAME"), lambda row: plain(row.fields.name, row), 0, name="name"),
        Column(
            lambda: _("ROLE"),
            lambda row: plain(row.fields.role.label if row.active else _("not active"), row),
            10,
            name="role",
            words=lambda: [*(role.label for role in Role), _("not active")],
        ),
        Column(lambda: _("RIGHTS"), lambda row: plain(row.rights, row), 22, rank=2, hides="rights"),
        Column(
            lambda: _("ACCOUNTS"), lambda row: plain(str(row.accounts), row), 8, rank=1, right=True, name="accounts"
        ),
        Column(
            lambda: _("LAST SEEN"),
            seen,
            12,
            rank=3,
            name="last_seen",
            hides="last_seen",
            words=lambda: [f"{day} 00:00" for day in sample_days()],
        ),
        Column(lambda: _("EMAIL"), lambda row: plain(row.fields.email, row), 26, rank=4, hides="email"),
    )
