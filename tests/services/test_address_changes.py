"""A change of address after activation: led step by step, from whatever process, to LOGIN off for the old address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.firms import activated, faults, firm_of, send_all, token
from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.activation import activate, session_user
from tui_portal.services.address_changes import ChangeStep, finish_change, give_up_change, open_changes
from tui_portal.services.contact_edits import save_contact
from tui_portal.services.contact_plans import stored_contact
from tui_portal.services.context import Context
from tui_portal.services.undo import undo_last


def changed(office: Context, new: str = "new@crowd.example") -> tuple[int, int]:
    """An account whose contact was active and is given another address; the account and the contact."""
    (account,) = firm_of(office, 1)
    activated(office, account, "p0.0@crowd.example")
    contact = account_profile(office, account).contacts[0].id
    retype(office, contact, new)
    return account, contact


def retype(office: Context, contact: int, new: str) -> None:
    edit = stored_contact(office, contact).as_edit
    save_contact(office, contact, replace(edit, addresses=(replace(edit.addresses[0], address=new),)))


def test_the_sequence_tells_each_step_and_ends_with_login_off(office: Context) -> None:
    account, _contact = changed(office)
    old = find_address(office, "p0.0@crowd.example")
    session = office.database.value("SELECT count(*) FROM session")
    assert session == 1
    (change,) = open_changes(office, account)
    assert (change.step, change.accounts) == (ChangeStep.WAIT, (account,))
    assert change.in_words == "step 3 of 4: new@crowd.example is invited and has not chosen a password yet"
    with pytest.raises(Conflict, match="would be the only way in"):
        finish_change(office, change.id)
    send_all(office)
    activate(office, token(office, "new@crowd.example"), "hash")
    (change,) = open_changes(office, account)
    assert change.in_words == "step 4 of 4: new@crowd.example is active: end the access of p0.0@crowd.example"
    finish_change(office, change.id)
    assert open_changes(office, account) == ()
    assert account_profile(office, account).unlinked == ()
    rows = office.database.rows("SELECT u.email_address_id FROM session s JOIN user u ON u.id = s.user_id")
    assert [row for row in rows if row[0] == old] == []
    assert faults(office) == []
    with pytest.raises(NotFound):
        finish_change(office, change.id)
    undo_last(office)
    assert [e.login for e in account_profile(office, account).unlinked] == [True]
    assert [c.step for c in open_changes(office, account)] == [ChangeStep.FINISH]


def test_the_old_address_still_logs_in_until_the_end(office: Context) -> None:
    account, _contact = changed(office)
    (email,) = account_profile(office, account).unlinked
    assert email.login
    assert office.database.value("SELECT count(*) FROM session") == 1
    change_access(office, [account], AccessWish(login=False), email.id)
    assert [c.step for c in open_changes(office, account)] == [ChangeStep.DONE], "ended by hand, the guide says so"
    assert office.database.value("SELECT count(*) FROM session") == 0
    assert session_user(office, "any") is None


def test_the_steps_follow_what_is_done_by_hand(office: Context) -> None:
    account, _contact = changed(office)
    new = find_address(office, "new@crowd.example")
    change_access(office, [account], AccessWish(login=False), new)
    assert [c.step for c in open_changes(office, account)] == [ChangeStep.GRANT]
    change_access(office, [account], AccessWish(login=True), new)
    assert [c.step for c in open_changes(office, account)] == [ChangeStep.INVITE]
    change_access(office, [account], AccessWish(login=True, invite=True), new)
    assert [c.step for c in open_changes(office, account)] == [ChangeStep.WAIT]


def test_a_second_change_leads_to_the_newest_address(office: Context) -> None:
    account, contact = changed(office, "typo@crowd.example")
    retype(office, contact, "right@crowd.example")
    (change,) = open_changes(office, account)
    assert (change.old_address, change.new_address) == ("p0.0@crowd.example", "right@crowd.example")
    assert [e.address for e in account_profile(office, account).unlinked] == ["p0.0@crowd.example"]
    assert office.database.value("SELECT count(*) FROM invitation WHERE closed_at IS NULL") == 1
    retype(office, contact, "p0.0@crowd.example")
    assert open_changes(office, account) == (), "back at the old address there is nothing to lead through"
    assert [e.address for e in account_profile(office, account).emails] == ["p0.0@crowd.example"]
    assert faults(office) == []


def test_a_change_can_be_given_up(office: Context) -> None:
    account, _contact = changed(office)
    (change,) = open_changes(office, account)
    give_up_change(office, change.id)
    assert open_changes(office, account) == ()
    undo_last(office)
    assert len(open_changes(office, account)) == 1
