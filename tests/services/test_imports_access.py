"""An import that switches and invites does so by the rules of `access`, for the lines of the file only."""

from __future__ import annotations

from pathlib import Path

from tests.services.import_files import csv_file, everything, profiles_of
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountType
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.imports import import_file


def test_access_is_set_for_the_addresses_of_the_lines_in_their_accounts_only(office: Context, tmp_path: Path) -> None:
    home = create_account(office, "Home", AccountType.INDIVIDUAL)
    create_contact(office, [home], "Zoë", ["zoe@x.example", "old@x.example"])
    path = csv_file(
        tmp_path,
        ["Firm", "", "Zoë", "zoe@x.example, bad@x"],
        ["Other firm", "", "Zoë", "zoe@x.example"],
    )

    done = import_file(office, path, (), AccessWish(login=True, sync=True, invite=True, message="Bonjour"))

    switched = office.database.rows(
        "SELECT s.account_id, e.address, login, notify, email_sync FROM contact_settings s JOIN email_address e ON e.id = email_address_id"
    )
    assert sorted(switched) == [(2, "zoe@x.example", 1, 0, 1), (3, "zoe@x.example", 1, 0, 1)]
    assert (done.settings, done.invitations) == (2, 1)
    assert office.database.rows("SELECT message, state FROM invitation") == [("Bonjour", "queued")]
    assert [(s.line, s.address, s.account) for s in done.skipped] == [(2, "bad@x", "A-0002")]
    assert (done.lines, done.taken) == (2, 2)


def test_who_has_an_invitation_is_not_sent_another_by_the_same_file(office: Context, tmp_path: Path) -> None:
    path = csv_file(tmp_path, ["Firm", "", "Zoë", "zoe@x.example"])
    wish = AccessWish(login=True, invite=True)
    import_file(office, path, (), wish)
    before = everything(office)

    again = import_file(office, path, (), wish)

    assert (again.changed, again.invitations) == (0, 0)
    assert [s.reason for s in again.skipped] == ["an invitation is open already"]
    assert everything(office) == before


def test_a_user_who_is_active_gets_a_notice_and_no_invitation(office: Context, tmp_path: Path) -> None:
    home = create_account(office, "Home", AccountType.INDIVIDUAL)
    create_contact(office, [home], "Zoë", ["zoe@x.example"])
    change_access(office, [home], AccessWish(login=True))
    with office.database.write():
        office.database.execute(
            "INSERT INTO user (email_address_id, password_hash, activated_at) VALUES (?, 'x', 0)",
            [find_address(office, "zoe@x.example")],
        )

    done = import_file(
        office, csv_file(tmp_path, ["Firm", "", "Zoë", "zoe@x.example"]), (), AccessWish(login=True, invite=True)
    )

    assert (done.settings, done.invitations, done.notices) == (1, 0, 1)
    assert profiles_of(office)["Firm"].emails[0].state is UserState.ACTIVE
