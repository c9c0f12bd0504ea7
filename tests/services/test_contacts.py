"""Contacts as they are edited: one transaction, told before, taken back by one key, never over what a colleague changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.services.firms import (
    activated,
    colleague,
    dupont,
    emails,
    everything,
    faults,
    firm_of,
    retyped,
    send_all,
    standing,
)
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, NotFound, Refused
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_edits import AccountFields, account_fields, save_account
from tui_portal.services.accounts import account_profile
from tui_portal.services.contact_edits import foresee_contact, save_contact
from tui_portal.services.contact_links import (
    delete_unlinked,
    find_contacts,
    link_contact,
    unlink_contact,
    who_loses_access,
)
from tui_portal.services.contact_plans import AddressEdit, ContactEdit, stored_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.email_fields import email_fields, rename_email_field
from tui_portal.services.saved_messages import remove_message, save_message, saved_messages
from tui_portal.services.undo import redo_last, undo_last

ALL_ON = AccessWish(login=True, notify=True, sync=True, invite=True, message="Welcome")
LOG = ("activity", "operation", "sqlite_sequence", "account_search", "email_address", "tag")


def test_a_contact_is_edited_and_the_edit_is_taken_back_and_done_again(office: Context) -> None:
    account, contact = dupont(office)
    before = everything(office, LOG)
    edit = stored_contact(office, contact).as_edit
    lines = (
        AddressEdit(None, "Work email", "elodie@work.example"),
        AddressEdit(edit.addresses[0].id, "Privat", "elodie@dupont.example"),
    )
    saved = save_contact(
        office, contact, replace(edit, name="Élodie Martin", phone="+33 1", language="de", addresses=lines)
    )
    assert saved.changed
    after = everything(office, LOG)
    card = account_profile(office, account).contacts[0]
    assert (card.name, card.phone, card.language) == ("Élodie Martin", "+33 1", "de")
    assert [(e.label, e.address) for e in card.emails] == [
        ("Work email", "elodie@work.example"),
        ("Privat", "elodie@dupont.example"),
    ]
    assert undo_last(office).title == "contact Élodie Martin"
    undone = everything(office, (*LOG, "contact", "contact_settings", "email_field"))
    assert undone == {table: rows for table, rows in before.items() if table in undone}
    assert account_profile(office, account).contacts[0].name == "Élodie Dupont"
    redo_last(office)
    done = everything(office, (*LOG, "contact", "contact_settings"))
    assert done == {table: rows for table, rows in after.items() if table in done}
    assert office.database.value("SELECT words FROM account_search WHERE id = ?", [account]).count("martin") == 1


def test_saving_what_is_there_changes_nothing(office: Context) -> None:
    _account, contact = dupont(office)
    before = everything(office, ("sqlite_sequence",))
    assert not save_contact(office, contact, stored_contact(office, contact).as_edit).changed
    assert everything(office, ("sqlite_sequence",)) == before


def test_what_a_colleague_changed_meanwhile_is_told_and_not_overwritten(office: Context) -> None:
    _account, contact = dupont(office)
    carl = colleague(office)
    mine = replace(stored_contact(office, contact).as_edit, phone="111")
    save_contact(carl, contact, replace(stored_contact(office, contact).as_edit, phone="222"))
    with pytest.raises(Conflict, match=r"Carl changed this contact meanwhile.*telephone: 222"):
        save_contact(office, contact, mine)
    assert stored_contact(office, contact).phone == "222"
    save_contact(office, contact, replace(stored_contact(office, contact).as_edit, phone="333"))
    save_contact(carl, contact, replace(stored_contact(office, contact).as_edit, phone="444"))
    with pytest.raises(Conflict, match="changed since"):
        undo_last(office)
    assert stored_contact(office, contact).phone == "444"


def test_a_new_contact_is_made_with_its_addresses_and_taken_back(office: Context) -> None:
    account = create_account(office, "Solo", AccountType.INDIVIDUAL)
    before = everything(office, LOG)
    lines = (AddressEdit(None, "Email", "a@new.example"), AddressEdit(None, "Email", ""))
    contact = save_contact(office, None, ContactEdit("New Person", lines), [account]).contact
    assert [c.id for c in account_profile(office, account).contacts] == [contact]
    undo_last(office)
    assert everything(office, LOG) == before


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (
            (AddressEdit(None, "Email", "a@x.example"), AddressEdit(None, "Work email", "A@X.example")),
            "stands there twice",
        ),
        ((AddressEdit(None, "", "a@x.example"),), "field label is needed"),
        ((AddressEdit(999, "Email", "a@x.example"),), "removed meanwhile"),
    ],
)
def test_what_can_not_be_saved_is_refused_whole(office: Context, lines: tuple[AddressEdit, ...], why: str) -> None:
    account, contact = dupont(office)
    before = everything(office)
    for number, accounts in ((contact, []), (None, [account])):
        version = stored_contact(office, contact).version
        with pytest.raises(Refused, match=why):
            save_contact(office, number, ContactEdit("Name", lines, version=version), accounts)
    with pytest.raises(Refused, match="A name is needed"):
        save_contact(office, contact, replace(stored_contact(office, contact).as_edit, name="  "))
    assert everything(office) == before


def test_a_pending_address_that_is_changed_dies_with_its_link_and_the_new_one_is_invited(office: Context) -> None:
    account, contact = dupont(office)
    other = create_account(office, "Dupont privé", AccountType.INDIVIDUAL)
    link_contact(office, other, contact)
    change_access(office, [account, other], ALL_ON)
    send_all(office)
    before = standing(office)
    edit = retyped(office, contact, elodie="elodie.dupont@neu.example")
    (told,) = foresee_contact(office, contact, edit)
    assert told == (
        "elodie@dupont.example becomes elodie.dupont@neu.example: the link that was sent dies, "
        "and elodie.dupont@neu.example is invited."
    )
    saved = save_contact(office, contact, edit)
    assert (saved.invitations, saved.withdrawn) == (1, 1)
    for number in (account, other):
        (email,) = account_profile(office, number).emails
        assert (email.address, email.login, email.notify, email.sync) == ("elodie.dupont@neu.example", True, True, True)
        assert email.invite_state == "queued"
    assert office.database.value("SELECT message FROM outbox WHERE state = 'queued'") == "Welcome"
    assert faults(office) == []
    undo_last(office)
    assert standing(office) == before
    redo_last(office)
    assert [(e.address, e.invite_state) for e in account_profile(office, account).emails] == [
        ("elodie.dupont@neu.example", "queued")
    ]
    assert faults(office) == []


def test_an_address_that_was_never_invited_moves_without_a_mail(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], AccessWish(login=True))
    assert save_contact(office, contact, retyped(office, contact, elodie="e@neu.example")).invitations == 0
    (email,) = account_profile(office, account).emails
    assert email.state is UserState.NOT_INVITED


def test_an_active_address_that_is_changed_keeps_its_access_as_an_unlinked_email(office: Context) -> None:
    account, contact = dupont(office)
    activated(office, account, "elodie@dupont.example")
    change_access(office, [account], AccessWish(notify=True, sync=True))
    saved = save_contact(office, contact, retyped(office, contact, elodie="e@neu.example"))
    assert (saved.invitations, saved.withdrawn) == (1, 0)
    profile = account_profile(office, account)
    (old,), (new,) = profile.unlinked, profile.contacts[0].emails
    assert (old.address, old.login, old.notify, old.sync) == ("elodie@dupont.example", True, False, False)
    assert (new.address, new.login, new.notify, new.sync) == ("e@neu.example", True, True, True)
    assert new.state is UserState.INVITED
    assert faults(office) == []


def test_a_mailbox_that_a_spouse_holds_as_well_keeps_its_switches(office: Context) -> None:
    account, contact = dupont(office, "both@dupont.example")
    create_contact(office, [account], "Zoë Dupont", ["both@dupont.example"])
    change_access(office, [account], ALL_ON)
    save_contact(office, contact, retyped(office, contact, both="elodie@dupont.example"))
    found = emails(office, account)
    assert {address: email.login for address, email in found.items()} == {
        "elodie@dupont.example": True,
        "both@dupont.example": True,
    }
    assert account_profile(office, account).unlinked == ()
    assert {email.invite_state for email in found.values()} == {"queued"}


def test_switches_do_not_move_to_an_address_that_is_not_valid(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], AccessWish(notify=True))
    with pytest.raises(Refused, match="the domain has no dot"):
        save_contact(office, contact, retyped(office, contact, elodie="elodie@dupont"))
    change_access(office, [account], AccessWish(notify=False))
    save_contact(office, contact, retyped(office, contact, elodie="elodie@dupont"))
    assert account_profile(office, account).emails[0].reason == "no_dot"


def test_another_spelling_is_the_same_mailbox(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], ALL_ON)
    save_contact(office, contact, retyped(office, contact, elodie="Elodie@Dupont.example"))
    (email,) = account_profile(office, account).emails
    assert (email.address, email.invite_state) == ("Elodie@dupont.example", "queued")


@pytest.mark.parametrize("close", [False, True])
def test_a_removed_address_is_told_and_either_stays_unlinked_or_loses_all(office: Context, close: bool) -> None:
    account, contact = dupont(office, "elodie@dupont.example", "work@dupont.example")
    change_access(office, [account], ALL_ON)
    before = standing(office)
    edit = replace(retyped(office, contact, elodie=""), close=close)
    (told,) = foresee_contact(office, contact, edit)
    assert told.startswith("elodie@dupont.example is removed, and " + ("loses what it has" if close else "stays under"))
    save_contact(office, contact, edit)
    profile = account_profile(office, account)
    assert [e.address for e in profile.unlinked] == ([] if close else ["elodie@dupont.example"])
    assert [e.address for e in profile.contacts[0].emails] == ["work@dupont.example"]
    assert faults(office) == []
    undo_last(office)
    assert standing(office) == before


def test_a_contact_is_found_by_name_and_address_and_linked_once(office: Context) -> None:
    account, contact = dupont(office)
    other = create_account(office, "Dupont privé", AccountType.INDIVIDUAL)
    firm_of(office, 3)
    for text in ("elodie", "DUPONT él", "elodie@dup", "dupont.example"):
        (found,) = find_contacts(office, text, other)
        assert (found.id, found.addresses, found.accounts, found.linked) == (
            contact,
            ("elodie@dupont.example",),
            ((account, "Dupont [/SARL]"),),
            False,
        )
    assert find_contacts(office, "100%", other) == find_contacts(office, "  ", other) == []
    change_access(office, [account], ALL_ON)
    assert link_contact(office, other, contact) == "Élodie Dupont"
    assert find_contacts(office, "elodie", other)[0].linked
    assert not emails(office, other)["elodie@dupont.example"].login, "LOGIN in one account gives nothing in the other"
    with pytest.raises(Refused, match="linked to this account already"):
        link_contact(office, other, contact)
    undo_last(office)
    assert account_profile(office, other).contacts == ()


@pytest.mark.parametrize("close", [False, True])
def test_unlinking_says_who_loses_access_and_forgets_nobody(office: Context, close: bool) -> None:
    account, contact = dupont(office)
    other = create_account(office, "Dupont privé", AccountType.INDIVIDUAL)
    link_contact(office, other, contact)
    change_access(office, [account], ALL_ON)
    before = standing(office)
    assert [a.address for a in who_loses_access(office, account, contact)] == ["elodie@dupont.example"]
    assert who_loses_access(office, other, contact) == ()
    done = unlink_contact(office, account, contact, close=close)
    profile = account_profile(office, account)
    assert profile.contacts == ()
    assert [e.address for e in profile.unlinked] == ([] if close else ["elodie@dupont.example"])
    assert (done.withdrawn, done.left) == ((1, 0) if close else (0, 1))
    assert faults(office) == []
    undo_last(office)
    assert standing(office) == before
    unlink_contact(office, other, contact, close=close)
    with pytest.raises(NotFound, match="not linked to this account any more"):
        unlink_contact(office, other, contact, close=close)


def test_an_unlinked_email_is_deleted_with_its_access(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], ALL_ON)
    address = find_address(office, "elodie@dupont.example")
    with pytest.raises(Refused, match="belongs to a contact"):
        delete_unlinked(office, account, address)
    unlink_contact(office, account, contact, close=False)
    before = standing(office)
    delete_unlinked(office, account, address)
    assert account_profile(office, account).unlinked == ()
    assert faults(office) == []
    undo_last(office)
    assert standing(office) == before


def test_field_labels_are_the_firms_and_renamed_everywhere(office: Context) -> None:
    account, contact = dupont(office)
    edit = stored_contact(office, contact).as_edit
    save_contact(office, contact, replace(edit, addresses=(replace(edit.addresses[0], label="Kanzlei"),)))
    assert email_fields(office) == ("Email", "Work email", "Private email", "Kanzlei")
    assert rename_email_field(office, "kanzlei", "Büro") == 1
    assert account_profile(office, account).emails[0].label == "Büro"
    with pytest.raises(Refused, match="There is a field label Email already"):
        rename_email_field(office, "Büro", "email")


def test_saved_messages_are_kept_replaced_and_removed(office: Context) -> None:
    save_message(office, "Welcome", "Dear client,\r\nwelcome.")
    save_message(office, "welcome", "Hello.")
    assert [(m.name, m.message) for m in saved_messages(office)] == [("Welcome", "Hello.")]
    undo_last(office)
    assert saved_messages(office)[0].message == "Dear client,\nwelcome."
    remove_message(office, "Welcome")
    assert saved_messages(office) == ()
    undo_last(office)
    assert [m.name for m in saved_messages(office)] == ["Welcome"]
    with pytest.raises(Refused, match="no message to save"):
        save_message(office, "Empty", " \n")


def test_an_account_is_edited_and_never_over_a_colleague(office: Context) -> None:
    account = save_account(office, None, AccountFields("Brasserie", AccountType.COMPANY, ("vip", "1040")))
    seen = account_fields(office, account)
    assert save_account(office, account, replace(seen, name="Brasserie du Marché", tags=("vip",), test=True)) == account
    assert account_fields(office, account).tags == ("vip",)
    with pytest.raises(Conflict, match="Stored now: Brasserie du Marché · company · vip"):
        save_account(office, account, replace(seen, name="Other"))
    undo_last(office)
    assert replace(account_fields(office, account), version=0) == replace(seen, version=0)
    undo_last(office)
    with pytest.raises(NotFound):
        account_fields(office, account)
