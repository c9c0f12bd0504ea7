"""Filters under a name: one staff member's own, replaced with a word, refused where they can't be read."""

from __future__ import annotations

import pytest

from tui_portal.domain.errors import NotAllowed, NotFound, Refused, WrongUse
from tui_portal.domain.filters import FilterError
from tui_portal.services.context import Context, open_context
from tui_portal.services.saved_views import SavedView, remove_view, save_view, saved_views
from tui_portal.services.staff import find_staff, identify


def test_views_are_kept_by_list_and_shown_by_name(office: Context) -> None:
    save_view(office, "accounts", "Écoles", "tag:school", "last_login:desc")
    save_view(office, "accounts", "asleep", "login:>90d")
    save_view(office, "pending", "failed", "failed")

    assert saved_views(office, "accounts") == [
        SavedView("asleep", "login:>90d", ""),
        SavedView("Écoles", "tag:school", "last_login:desc"),
    ]
    assert [view.name for view in saved_views(office, "pending")] == ["failed"]


def test_saving_under_a_name_that_is_taken_tells_what_it_replaces(office: Context) -> None:
    assert save_view(office, "accounts", "Asleep", "login:>90d") is None

    former = save_view(office, "accounts", " asleep ", "login:>30d", "name")

    assert former == SavedView("Asleep", "login:>90d", "")
    assert saved_views(office, "accounts") == [SavedView("asleep", "login:>30d", "name")]


def test_a_view_that_is_removed_is_gone_and_another_one_is_not_found(office: Context) -> None:
    save_view(office, "accounts", "Asleep", "login:>90d")

    assert remove_view(office, "accounts", "ASLEEP").filter == "login:>90d"

    assert saved_views(office, "accounts") == []
    with pytest.raises(NotFound):
        remove_view(office, "accounts", "Asleep")


def test_views_belong_to_one_staff_member(office: Context) -> None:
    office.database.execute(
        "INSERT INTO staff (login, name, email, role, created_at) VALUES ('emma', 'Emma', 'e@x.example', 'employee', 0)"
    )
    emma = office.acting_as(find_staff(office.database, "emma"))
    save_view(office, "accounts", "Mine", "x")

    save_view(emma, "accounts", "Mine", "y")

    assert [view.filter for view in saved_views(office, "accounts")] == ["x"]
    assert [view.filter for view in saved_views(emma, "accounts")] == ["y"]


def test_what_cannot_be_read_or_sorted_or_named_is_not_saved(office: Context) -> None:
    for name, text, sort, error in (
        ("x", "logn:1", "", FilterError),
        ("x", "", "size", WrongUse),
        ("x", "", "name:up", WrongUse),
        (" ", "", "", Refused),
        ("x" * 999, "", "", Refused),
    ):
        with pytest.raises(error):
            save_view(office, "accounts", name, text, sort)
    assert saved_views(office, "accounts") == []


def test_nobody_saves_read_only_or_without_being_staff(office: Context) -> None:
    reading = identify(open_context(office.database.path, office.settings, read_only=True), login="olga")
    for context in (reading, office.acting_as(None)):
        with pytest.raises(NotAllowed):
            save_view(context, "accounts", "x", "y")
    reading.database.close()


def test_saving_and_removing_is_in_the_log(office: Context) -> None:
    save_view(office, "accounts", "Asleep", "login:>90d")
    remove_view(office, "accounts", "Asleep")
    kinds = [kind for (kind,) in office.database.rows("SELECT kind FROM activity ORDER BY id DESC LIMIT 2")]
    assert kinds == ["view_removed", "view_saved"]
