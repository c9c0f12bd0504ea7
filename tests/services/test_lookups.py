"""Accounts, contacts and addresses found by name, each in the accounts where it is, and no more than are asked for."""

from __future__ import annotations

import pytest

from tests.services.firms import firm_of
from tui_portal.domain.access import Switch
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.domain.staff import Role
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.archive import archive
from tui_portal.services.assignments import assign
from tui_portal.services.contact_links import unlink_contact
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.lookups import Lookup, LookupKind, look_up
from tui_portal.services.staff import identify
from tui_portal.services.staff_members import StaffFields, add_member

ACCOUNT, CONTACT, ADDRESS = LookupKind.ACCOUNT, LookupKind.CONTACT, LookupKind.ADDRESS


@pytest.fixture
def town(office: Context) -> Context:
    """A-0001 with Élodie; A-0002 with her and Jürgen; A-0003, archived, with nobody."""
    one = create_account(office, "Dupont [/SARL]", AccountType.COMPANY)
    two = create_account(office, "Groß & Söhne GmbH", AccountType.COMPANY)
    create_contact(office, [one, two], "Élodie Dupont", ["elodie@dupont.example", "e.d@maison.example"])
    create_contact(office, [two], "Jürgen Groß", ["jürgen@groß.example"])
    archive(office, [create_account(office, "Ancienne Dupont", AccountType.INDIVIDUAL)])
    return office


def _told(found: list[Lookup]) -> list[tuple[LookupKind, str, str]]:
    return [(one.kind, one.name, one.code) for one in found]


def test_a_name_finds_accounts_also_archived_ones_and_a_contact_in_each_of_its_accounts(town: Context) -> None:
    assert _told(look_up(town, "dupont", 9)) == [
        (ACCOUNT, "Dupont [/SARL]", "A-0001"),
        (ACCOUNT, "Ancienne Dupont", "A-0003"),
        (CONTACT, "Élodie Dupont", "A-0001"),
        (CONTACT, "Élodie Dupont", "A-0002"),
        (ADDRESS, "elodie@dupont.example", "A-0001"),
        (ADDRESS, "elodie@dupont.example", "A-0002"),
    ]
    assert [one.archived for one in look_up(town, "ancienne", 9)] == [True]


@pytest.mark.parametrize("text", ["A-0002", "a2", "2", "grosse", "GROSS", "söhne groß"])
def test_an_account_is_found_by_its_id_and_without_accents_and_case(town: Context, text: str) -> None:
    found = [one.code for one in look_up(town, text, 9) if one.kind is ACCOUNT]
    assert found == ([] if text == "grosse" else ["A-0002"])


def test_an_address_is_found_as_it_was_typed_and_leads_to_its_contact(town: Context) -> None:
    [found] = look_up(town, "jürgen@groß", 9)
    assert (found.kind, found.code, found.address) == (ADDRESS, "A-0002", find_address(town, "jürgen@groß.example"))
    assert found.contact is not None


def test_an_unlinked_email_is_found_where_its_switches_are_on(town: Context) -> None:
    address = find_address(town, "elodie@dupont.example")
    change_access(town, [1], AccessWish(login=True), address)
    unlink_contact(town, 1, 1, close=False)
    found = {one.code: one.contact for one in look_up(town, "elodie@", 9)}
    assert found == {"A-0001": None, "A-0002": 1}
    assert Switch.LOGIN


def test_no_more_are_found_than_are_asked_for_those_that_begin_so_first(office: Context) -> None:
    firm_of(office, 20)
    create_account(office, "Zzz Client", AccountType.COMPANY)
    create_account(office, "100 % Client_7", AccountType.COMPANY)
    found = [one.name for one in look_up(office, "client", 3)]
    assert found == ["Client 0", "Client 1", "Client 10"]
    assert [one.name for one in look_up(office, "%", 3)] == ["100 % Client_7"]
    assert [one.name for one in look_up(office, "t_7", 3)] == ["100 % Client_7"]
    assert look_up(office, "  ", 3) == []
    shared = create_contact(office, list(range(1, 13)), "Sam Shared", ["sam@x.example"])
    assert len([one for one in look_up(office, "sam shared", 5) if one.contact == shared]) == 5


def test_who_sees_only_assigned_accounts_finds_theirs_whatever_else_begins_so(office: Context) -> None:
    accounts = firm_of(office, 20)
    staff = add_member(office, StaffFields("emma", "Emma", "emma@x.example", Role.EMPLOYEE, None, True, False))
    assign(office, [accounts[-1]], staff)
    emma = identify(office, login="emma")
    assert _told(look_up(emma, "client", 2)) == [(ACCOUNT, "Client 19", "A-0020")]
    assert _told(look_up(emma, "person", 2)) == [(CONTACT, "Person 19", "A-0020")]
    assert _told(look_up(emma, "p", 2))[-1] == (ADDRESS, "p19.0@crowd.example", "A-0020")
    assert look_up(emma, "A-0001", 2) == []


def test_a_question_that_nobody_asks_any_more_ends(office: Context) -> None:
    firm_of(office, 2)
    with office.database.write():
        office.database.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
            INSERT INTO contact (name, phone, search_key, created_at) SELECT i, '', i, 0 FROM n
            """
        )
    with pytest.raises(DatabaseUnusable):
        look_up(office, "nowhere", 5, lambda: True)
