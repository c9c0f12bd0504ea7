"""What once broke edits of contacts: odd changes of address, one mailbox at several, lines that nobody touched, size."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import Clock
from tests.services.firms import activated, colleague, dupont, emails, faults, retyped, send_all, shared, token
from tests.services.import_files import csv_file
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, Refused
from tui_portal.domain.notifications import NotificationGroup
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_edits import account_fields, save_account
from tui_portal.services.activation import activate
from tui_portal.services.address_changes import finish_change, open_changes
from tui_portal.services.address_checks import mark_bounced
from tui_portal.services.contact_edits import foresee_contact, save_contact
from tui_portal.services.contact_links import delete_unlinked, find_contacts, link_contact, unlink_contact
from tui_portal.services.contact_plans import AddressEdit, stored_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.email_fields import email_fields, rename_email_field
from tui_portal.services.imports import import_file
from tui_portal.services.invitations import open_link
from tui_portal.services.password_resets import request_reset
from tui_portal.services.preferences import set_preferences
from tui_portal.services.undo import undo_last

LOGIN = AccessWish(login=True)
INVITED = AccessWish(login=True, invite=True, message="Welcome")
ELODIE = "elodie@dupont.example"


def logged(office: Context, kind: str) -> int:
    """How many entries of this kind the log has."""
    return int(office.database.value("SELECT count(*) FROM activity WHERE kind = ?", [kind]))


# Changes of address


def test_an_address_that_is_left_twice_leads_to_the_last_one(office: Context) -> None:
    account, contact = dupont(office)
    activated(office, account, ELODIE)
    save_contact(office, contact, retyped(office, contact, elodie="b@new.example"))
    edit = stored_contact(office, contact).as_edit
    save_contact(
        office, contact, replace(edit, addresses=(*edit.addresses, AddressEdit(None, "Private email", ELODIE)))
    )
    save_contact(office, contact, retyped(office, contact, elodie="c@new.example"))
    assert [(c.old_address, c.new_address) for c in open_changes(office, account)] == [(ELODIE, "c@new.example")]
    undo_last(office)
    assert [(c.old_address, c.new_address) for c in open_changes(office, account)] == [(ELODIE, "b@new.example")]


def test_the_end_of_a_change_takes_nothing_from_a_spouse(office: Context) -> None:
    account, contact = dupont(office)
    other = create_account(office, "Both", AccountType.FAMILY)
    link_contact(office, other, contact)
    create_contact(office, [other], "Émile Dupont", [ELODIE])
    activated(office, account, ELODIE)
    change_access(office, [other], LOGIN)
    save_contact(office, contact, retyped(office, contact, elodie="b@new.example"))
    send_all(office)
    activate(office, token(office, "b@new.example"), "hash")
    (change,) = open_changes(office, account)
    finish_change(office, change.id)
    assert ELODIE not in emails(office, account)
    assert emails(office, other)[ELODIE].login


def test_back_to_the_old_address_tells_nobody_of_what_they_have(office: Context) -> None:
    account, contact = dupont(office)
    activated(office, account, ELODIE)
    save_contact(office, contact, retyped(office, contact, elodie="b@new.example"))
    saved = save_contact(office, contact, retyped(office, contact, b=ELODIE))
    assert (saved.invitations, saved.notices, saved.withdrawn) == (0, 0, 1)
    assert open_changes(office, account) == ()
    assert faults(office) == []


def test_who_shared_an_active_mailbox_and_gets_an_own_one_is_invited(office: Context) -> None:
    account, contact = dupont(office)
    create_contact(office, [account], "Émile Dupont", [ELODIE])
    activated(office, account, ELODIE)
    saved = save_contact(office, contact, retyped(office, contact, elodie="b@new.example"))
    assert saved.invitations == 1
    assert emails(office, account)[ELODIE].state is UserState.ACTIVE


@pytest.mark.parametrize("how", ["bouncing", "suppressed", "active"])
def test_before_it_is_saved_nobody_is_said_to_be_invited_who_will_not_be(office: Context, how: str) -> None:
    account, contact = dupont(office)
    other = create_account(office, "Other", AccountType.COMPANY)
    new = shared(office, [other], "b@new.example")
    activated(office, account, ELODIE)
    with office.database.write():
        if how == "bouncing":
            mark_bounced(office, new, "550")
        elif how == "suppressed":
            office.database.execute("UPDATE email_address SET suppressed = 1 WHERE id = ?", [new])
    if how == "active":
        activated(office, other, "b@new.example")
    wanted = retyped(office, contact, elodie="b@new.example")
    told = " ".join(foresee_contact(office, contact, wanted))
    saved = save_contact(office, contact, wanted)
    assert saved.invitations == 0
    assert "is invited" not in told
    assert ("and is told" if how == "active" else "can't get mail") in told


def test_the_link_of_a_spouse_is_not_said_to_die(office: Context) -> None:
    account, contact = dupont(office)
    create_contact(office, [account], "Émile Dupont", [ELODIE])
    change_access(office, [account], INVITED)
    send_all(office)
    wanted = retyped(office, contact, elodie="b@new.example")
    assert foresee_contact(office, contact, wanted) == (
        "elodie@dupont.example becomes b@new.example: its switches move along. b@new.example is invited.",
    )
    save_contact(office, contact, wanted)
    assert open_link(office, token(office, ELODIE)).state == "live"


# What a save leaves alone


@pytest.mark.parametrize("typed", ["a  b@dupont.example", "a\x0bb", "x" * 2000 + "@dupont.example"])
def test_an_odd_address_that_nobody_touched_stays_as_it_is(office: Context, typed: str) -> None:
    account, contact = dupont(office, typed)
    stored = [(e.id, e.address) for e in emails(office, account).values()]
    save_contact(office, contact, replace(stored_contact(office, contact).as_edit, phone="+33 1"))
    assert [(e.id, e.address) for e in emails(office, account).values()] == stored
    assert logged(office, "address_changed") == 0


def test_an_address_typed_with_another_domain_case_is_no_change(office: Context) -> None:
    _account, contact = dupont(office)
    assert not save_contact(office, contact, retyped(office, contact, elodie="elodie@DUPONT.example")).changed
    assert logged(office, "address_changed") == 0


def test_another_order_of_addresses_is_a_change_and_is_taken_back(office: Context) -> None:
    account, contact = dupont(office, ELODIE, "maman@dupont.example")
    edit = stored_contact(office, contact).as_edit
    assert save_contact(office, contact, replace(edit, addresses=edit.addresses[::-1])).changed
    assert list(emails(office, account)) == ["maman@dupont.example", ELODIE]
    assert logged(office, "contact_changed") == 1
    with pytest.raises(Conflict):
        save_contact(colleague(office), contact, replace(edit, phone="+33 1"))
    undo_last(office)
    assert list(emails(office, account)) == [ELODIE, "maman@dupont.example"]


def test_a_label_in_other_letters_is_the_same_label(office: Context) -> None:
    _account, contact = dupont(office)
    edit = stored_contact(office, contact).as_edit
    for label in ("EMAIL", " email "):
        wanted = replace(edit, addresses=(replace(edit.addresses[0], label=label),))
        assert not save_contact(office, contact, wanted).changed
    save_contact(office, contact, replace(edit, addresses=(replace(edit.addresses[0], label="Büro"),)))
    edit = stored_contact(office, contact).as_edit
    wanted = replace(edit, addresses=(replace(edit.addresses[0], label="BU\N{COMBINING DIAERESIS}RO"),))
    assert not save_contact(office, contact, wanted).changed
    assert email_fields(office)[-1] == "Büro"


def test_a_label_that_was_renamed_meanwhile_does_not_come_back(office: Context) -> None:
    _account, contact = dupont(office)
    seen = stored_contact(office, contact).as_edit
    rename_email_field(colleague(office), "Email", "E-mail")
    with pytest.raises(Conflict):
        save_contact(office, contact, replace(seen, phone="+33 1"))
    assert "Email" not in email_fields(office)


def test_what_a_file_brought_meanwhile_is_not_taken_off_again(office: Context, tmp_path: Path) -> None:
    first, second = (
        ("Dupont", "Zoe", "a@x.example", "", "old"),
        ("Dupont", "Zoe", "a@x.example", "b@x.example", "old;new"),
    )
    header = ("Account", "Name", "Email", "Email", "Tags")
    import_file(office, csv_file(tmp_path, first, header=header))
    contact, account = stored_contact(office, 1).as_edit, account_fields(office, 1)
    import_file(office, csv_file(tmp_path, second, header=header))
    with pytest.raises(Conflict, match=r"a new address b@x\.example"):
        save_contact(office, 1, replace(contact, phone="+33 1"))
    with pytest.raises(Conflict, match="new · old"):
        save_account(office, 1, replace(account, test=True))


def test_what_would_be_refused_is_told_before_it_is_saved(office: Context) -> None:
    _account, contact = dupont(office, ELODIE, "maman@dupont.example")
    swapped = retyped(office, contact, elodie="maman@dupont.example", maman=ELODIE)
    with pytest.raises(Refused, match=r"maman@dupont\.example belongs to this contact already"):
        foresee_contact(office, contact, swapped)
    with pytest.raises(Refused):
        save_contact(office, contact, swapped)


def test_a_contact_is_found_by_a_domain_as_it_is_shown(office: Context) -> None:
    account, contact = dupont(office, "Élodie@bücher.example")
    for typed in ("bücher", "élodie@", "XN--BCHER"):
        assert [found.id for found in find_contacts(office, typed, account)] == [contact]


def test_a_deleted_unlinked_email_is_logged(office: Context) -> None:
    account, contact = dupont(office)
    change_access(office, [account], LOGIN)
    unlink_contact(office, account, contact, close=False)
    set_preferences(office, account, {find_address(office, ELODIE): {NotificationGroup.PROPOSALS: False}})
    delete_unlinked(office, account, find_address(office, ELODIE))
    assert logged(office, "unlinked_deleted") == 1


# Size


def test_a_contact_with_many_addresses_in_many_accounts_is_saved_in_few_statements(office: Context) -> None:
    accounts = [create_account(office, f"Account {n}", AccountType.COMPANY) for n in range(50)]
    contact = create_contact(office, accounts, "Busy", [f"p{n}@busy.example" for n in range(200)])
    change_access(office, accounts, INVITED)
    statements = 0

    def count(_statement: str) -> None:
        nonlocal statements
        statements += 1

    office.database._connection().set_trace_callback(count)
    save_contact(office, contact, retyped(office, contact, p0="new@busy.example"))
    office.database._connection().set_trace_callback(None)
    assert statements < 1500
    assert faults(office) == []


def test_a_reset_link_dies_with_the_access_that_an_edit_takes(office: Context, clock: Clock) -> None:
    account, contact = dupont(office)
    activated(office, account, ELODIE)
    request_reset(office, find_address(office, ELODIE))
    edit = stored_contact(office, contact).as_edit
    save_contact(office, contact, replace(edit, addresses=(), close=True))
    assert office.database.value("SELECT state FROM password_reset") == "withdrawn"
    assert open_link(office, token(office, ELODIE)).state == "used"
