"""What once broke undo and redo of edits: odd orders, several people, what has come to hang on the thing meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.firms import activated, colleague, dupont, emails, faults, retyped, send_all, standing
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_edits import AccountFields, account_fields, save_account
from tui_portal.services.activation import activate, session_user
from tui_portal.services.contact_edits import save_contact
from tui_portal.services.contact_links import link_contact, unlink_contact
from tui_portal.services.contact_plans import AddressEdit, ContactEdit, stored_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.invitations import invite
from tui_portal.services.links import copy_link
from tui_portal.services.reasons import LinkName, explain
from tui_portal.services.saved_messages import remove_message, save_message, saved_messages
from tui_portal.services.tags import change_tags
from tui_portal.services.undo import redo_last, undo_last

LOGIN = AccessWish(login=True)
INVITED = AccessWish(login=True, invite=True, message="Welcome")
ELODIE = "elodie@dupont.example"


def test_another_spelling_is_taken_back(office: Context) -> None:
    account, contact = dupont(office, "elodie@dupont.example")
    save_contact(office, contact, retyped(office, contact, elodie="Elodie@dupont.example"))
    assert list(emails(office, account)) == ["Elodie@dupont.example"]
    undo_last(office)
    assert list(emails(office, account)) == ["elodie@dupont.example"]
    redo_last(office)
    assert list(emails(office, account)) == ["Elodie@dupont.example"]


def test_who_used_the_copied_link_of_an_edit_keeps_their_access(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], INVITED)
    send_all(office)
    save_contact(office, contact, retyped(office, contact, elodie="elodie@new.example"))
    link = copy_link(office, find_address(office, "elodie@new.example")).link.rpartition("/")[2]
    session = activate(office, link, "hash")
    with pytest.raises(Conflict, match=r"elodie@new\.example has logged in since"):
        undo_last(office)
    assert session_user(office, session) is not None
    assert emails(office, account)["elodie@new.example"].state is UserState.ACTIVE


def test_an_edit_is_not_taken_back_under_a_colleague_who_invited_again(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], INVITED)
    send_all(office)
    save_contact(office, contact, retyped(office, contact, elodie="elodie@new.example"))
    invite(colleague(office), [find_address(office, "elodie@new.example")], "Mine")
    with pytest.raises(Conflict, match="was invited again since"):
        undo_last(office)
    assert faults(office) == []


def test_redo_of_an_edit_invites_nobody_whom_a_colleague_has_invited_meanwhile(office: Context) -> None:
    account, contact = dupont(office)
    other = create_account(office, "Other", AccountType.COMPANY)
    create_contact(office, [other], "Élodie elsewhere", ["elodie@new.example"])
    change_access(office, [account], INVITED)
    send_all(office)
    save_contact(office, contact, retyped(office, contact, elodie="elodie@new.example"))
    undo_last(office)
    change_access(colleague(office), [other], INVITED)
    redo_last(office)
    mails = office.database.rows(
        "SELECT state FROM outbox WHERE email_address_id = ? AND state <> 'withdrawn'",
        [find_address(office, "elodie@new.example")],
    )
    assert mails == [("queued",)]
    assert office.database.value("SELECT generation FROM invitation WHERE state = 'queued'") == 1


def test_access_stays_closed_however_often_unlinking_is_taken_back_and_done_again(office: Context) -> None:
    account, contact = dupont(office, ELODIE, "maman@dupont.example")
    activated(office, account, ELODIE)
    change_access(office, [account], INVITED, find_address(office, "maman@dupont.example"))
    send_all(office)
    unlink_contact(office, account, contact, close=True)
    closed = standing(office)
    undo_last(office)
    opened = standing(office)
    for _turn in range(3):
        redo_last(office)
        assert standing(office) == closed
        assert faults(office) == []
        undo_last(office)
        assert standing(office) == opened
        assert faults(office) == []
        with office.database.write():
            office.database.execute("INSERT INTO session VALUES (randomblob(32), 1, ?, ?, 0)", [0, office.clock() + 9])
    redo_last(office)
    assert office.database.value("SELECT count(*) FROM session") == 0


def test_the_log_says_what_undo_did_to_the_switches(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], LOGIN)
    unlink_contact(office, account, contact, close=True)
    number = find_address(office, ELODIE)
    undo_last(office)
    words = explain(office, account, number).link(LinkName.LOGIN).words
    assert words.startswith("LOGIN is on since")
    after = office.database.rows("SELECT after FROM activity WHERE kind = 'access_changed' ORDER BY id")
    assert [text for (text,) in after] == ['{"login":true}', '{"login":false}', '{"login":true}']


def test_a_new_account_is_taken_back_after_all_that_was_done_in_it_was(office: Context) -> None:
    elsewhere, contact = dupont(office)
    activated(office, elsewhere, ELODIE)
    account = save_account(office, None, AccountFields("New", AccountType.COMPANY))
    link_contact(office, account, contact)
    change_access(office, [account], INVITED)
    assert [undo_last(office).title for _n in range(3)][-1] == "new account New"
    assert office.database.value("SELECT count(*) FROM account") == 1
    assert faults(office) == []
    for _n in range(3):
        redo_last(office)
    assert emails(office, account)[ELODIE].login


def test_an_account_that_a_mail_went_out_for_is_not_taken_back(office: Context) -> None:
    elsewhere, contact = dupont(office)
    activated(office, elsewhere, ELODIE)
    account = save_account(office, None, AccountFields("New", AccountType.COMPANY))
    carl = colleague(office)
    link_contact(carl, account, contact)
    change_access(carl, [account], INVITED)
    send_all(office)
    change_access(carl, [account], AccessWish(login=False))
    unlink_contact(carl, account, contact, close=True)
    with pytest.raises(Conflict):
        undo_last(office)


def test_a_contact_whom_a_colleague_gave_access_is_not_taken_back(office: Context) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    lines = (AddressEdit(None, "Email", ELODIE),)
    contact = save_contact(office, None, ContactEdit("Élodie", lines), [account]).contact
    change_access(colleague(office), [account], LOGIN)
    with pytest.raises(Conflict, match=r"the settings of elodie@dupont\.example were changed since"):
        undo_last(office)
    assert stored_contact(office, contact).name == "Élodie"


def test_a_link_to_an_account_in_which_a_colleague_gave_access_is_not_taken_back(office: Context) -> None:
    _account, contact = dupont(office)
    other = create_account(office, "Other", AccountType.COMPANY)
    link_contact(office, other, contact)
    carl = colleague(office)
    change_access(carl, [other], LOGIN)
    with pytest.raises(Conflict, match="were changed since"):
        undo_last(office)
    undo_last(carl)
    assert undo_last(office).title.startswith("Élodie Dupont linked to")


def test_a_link_is_not_made_again_to_a_contact_who_is_no_more(office: Context) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    carl = colleague(office)
    contact = save_contact(carl, None, ContactEdit("Élodie", ())).contact
    link_contact(office, account, contact)
    undo_last(office)
    undo_last(carl)
    with pytest.raises(Conflict, match="Nothing was changed in “Élodie linked to A-0001”"):
        redo_last(office)


def test_a_saved_message_of_a_colleague_is_not_overwritten_by_undo(office: Context) -> None:
    carl = colleague(office)
    save_message(office, "Mine", "Mine")
    remove_message(office, "Mine")
    save_message(carl, "Theirs", "Theirs")
    undo_last(office)
    assert {m.name: m.message for m in saved_messages(office)} == {"Mine": "Mine", "Theirs": "Theirs"}
    undo_last(office)
    redo_last(office)
    assert {m.name: m.message for m in saved_messages(office)} == {"Mine": "Mine", "Theirs": "Theirs"}


def test_undo_gives_an_account_the_tag_that_it_had(office: Context) -> None:
    one, two = (create_account(office, name, AccountType.COMPANY) for name in ("One", "Two"))
    save_account(office, one, replace(account_fields(office, one), tags=("gone",)))
    save_account(office, one, replace(account_fields(office, one), tags=()))
    carl = colleague(office)
    change_tags(carl, [two], ["gone"], [])
    undo_last(carl)
    change_tags(carl, [two], ["other"], [])
    undo_last(office)
    assert account_fields(office, one).tags == ("gone",)
    assert account_fields(office, two).tags == ("other",)


def test_what_was_taken_back_meanwhile_is_a_change_for_who_saw_it_before(office: Context) -> None:
    _account, contact = dupont(office, ELODIE, "maman@dupont.example")
    edit = stored_contact(office, contact).as_edit
    save_contact(office, contact, replace(edit, addresses=edit.addresses[:1]))
    seen = stored_contact(office, contact).as_edit
    undo_last(office)
    with pytest.raises(Conflict, match=r"a new address maman@dupont\.example"):
        save_contact(colleague(office), contact, replace(seen, phone="+33 1"))
    assert len(stored_contact(office, contact).addresses) == 2


def test_tags_that_were_taken_back_meanwhile_are_a_change_for_who_saw_them_before(office: Context) -> None:
    account = create_account(office, "One", AccountType.COMPANY, tags=["kept"])
    save_account(office, account, replace(account_fields(office, account), tags=()))
    seen = account_fields(office, account)
    undo_last(office)
    with pytest.raises(Conflict):
        save_account(colleague(office), account, replace(seen, test=True))
    assert account_fields(office, account).tags == ("kept",)
