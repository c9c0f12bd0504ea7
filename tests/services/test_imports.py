"""Importing a client list: what becomes of each line, what is there already, and that a second run changes nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.import_files import csv_file, everything, people, profiles_of
from tui_portal.config import LimitSettings, Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import check_address
from tui_portal.domain.columns import recognise
from tui_portal.domain.errors import NotAllowed, Refused, WrongUse
from tui_portal.services.access import AccessWish
from tui_portal.services.accounts import account_profile
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, open_context
from tui_portal.services.import_lines import LineReader
from tui_portal.services.imports import Made, import_file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_what_a_colleague_makes_while_the_file_is_being_matched_is_found(office: Context, folder: Path) -> None:
    path = csv_file(
        folder, ["Dupont SARL", "", "Zoë Dupont", "zoe@dupont.example"], ["Durand", "", "Max", "max@x.example"]
    )
    colleague = replace(open_context(office.database.path, office.settings, clock=office.clock), actor=office.actor)
    steps = 0

    def make_it_now() -> bool:
        nonlocal steps
        steps += office.database.models.in_transaction()
        if steps == 20:  # the file is being matched against what was there before
            create_contact(colleague, [create_account(colleague, "Dupont SARL", AccountType.COMPANY)], "Zoë Dupont", [])
        return False

    with office.database.watched(1, make_it_now):
        done = import_file(office, path)
    colleague.database.close()

    assert steps > 20
    assert (done.accounts, done.contacts) == (Made(1, 1), Made(1, 1))
    assert {name: people(profile) for name, profile in profiles_of(office).items()} == {
        "Dupont SARL": {"Zoë Dupont": ["zoe@dupont.example"]},
        "Durand": {"Max": ["max@x.example"]},
    }


def test_names_that_differ_in_case_and_white_space_are_one(office: Context, folder: Path) -> None:
    account = create_account(office, "Straße Dupont", AccountType.COMPANY)
    contact = create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])

    done = import_file(
        office,
        csv_file(
            folder,
            [" STRASSE \n DUPONT", "", "zoë dupont", "ZOE@dupont.example"],
            ["Strasse Dupont", "", "Zoe Dupont", "zoe@dupont.example"],
        ),
    )

    assert done.accounts == Made(0, 1)
    assert [c.id == contact for c in account_profile(office, account).contacts] == [
        True,
        False,
    ]  # an accent is a difference


def test_a_known_contact_is_linked_and_gains_what_is_new(office: Context, folder: Path) -> None:
    home = create_account(office, "Dupont privé", AccountType.INDIVIDUAL)
    contact = create_contact(office, [home], "Zoë Dupont", ["zoe@dupont.example"], phone="555-0100")

    done = import_file(
        office,
        csv_file(folder, ["Dupont SARL", "", "Zoë Dupont", "new@dupont.example; zoe@dupont.example", "555-0199", "fr"]),
    )

    firm = profiles_of(office)["Dupont SARL"]
    assert [c.id for c in firm.contacts] == [contact]
    assert (firm.contacts[0].phone, firm.contacts[0].language) == ("555-0100", "fr")
    assert people(firm) == {"Zoë Dupont": ["zoe@dupont.example", "new@dupont.example"]}
    assert (done.contacts, done.addresses, done.linked, done.completed) == (Made(0, 1), Made(1, 1), 1, 1)


def test_a_namesake_with_other_addresses_is_another_person_and_told_in_the_same_account(
    office: Context, folder: Path
) -> None:
    done = import_file(
        office,
        csv_file(
            folder,
            ["", "", "John Smith", "one@x.example"],
            ["Other", "", "John Smith", "two@x.example"],
            ["", "", "John Smith", "three@x.example"],
        ),
    )

    assert done.contacts.created == 3
    assert [(told.line, told.account) for told in done.warnings] == [(4, "A-0001")]
    assert "same name" in done.warnings[0].reason


def test_a_contact_without_an_address_is_the_same_in_its_account_only(office: Context, folder: Path) -> None:
    done = import_file(
        office,
        csv_file(
            folder,
            ["Dupont", "", "Zoë", ""],
            ["Dupont", "", "Zoë", ""],
            ["Martin", "", "Zoë", ""],
            ["Dupont", "", "Zoë", "zoe@dupont.example"],
        ),
    )

    assert done.contacts.created == 2
    assert people(profiles_of(office)["Dupont"]) == {"Zoë": ["zoe@dupont.example"]}


def test_spouses_share_a_mailbox(office: Context, folder: Path) -> None:
    import_file(
        office,
        csv_file(
            folder, ["Smith", "family", "John", "home@smith.example"], ["Smith", "", "Mary", "Home@Smith.example"]
        ),
    )

    assert office.database.value("SELECT count(*) FROM email_address") == 1
    assert people(profiles_of(office)["Smith"]) == {"John": ["home@smith.example"], "Mary": ["home@smith.example"]}


def test_people_and_addresses_stand_in_the_order_of_the_file(office: Context, folder: Path) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    create_contact(office, [account], "First", ["f@x.example"])

    import_file(
        office,
        csv_file(folder, ["Dupont", "", "Zed", "z2@x.example, z1@x.example"], ["Dupont", "", "Abe", "a@x.example"]),
    )

    assert people(account_profile(office, account)) == {
        "First": ["f@x.example"],
        "Zed": ["z2@x.example", "z1@x.example"],
        "Abe": ["a@x.example"],
    }


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("a@x.example ::: b@x.example", ["a@x.example", "b@x.example"]),
        (
            "a@x.example; b@x.example,c@x.example\nd@x.example",
            ["a@x.example", "b@x.example", "c@x.example", "d@x.example"],
        ),
        ("a@x.example b@x.example", ["a@x.example", "b@x.example"]),
        ("Zoë D. <a@x.example>; mailto:b@x.example", ["a@x.example", "b@x.example"]),
        ("a@x.example;A@X.example;", ["a@x.example"]),
        ("n/a", []),
        ("a b@x.example", ["a b@x.example"]),
    ],
)
def test_a_cell_can_hold_several_addresses(office: Context, folder: Path, cell: str, addresses: list[str]) -> None:
    import_file(office, csv_file(folder, ["Dupont", "", "Zoë", cell]))

    assert people(profiles_of(office)["Dupont"]) == {"Zoë": addresses}


@pytest.mark.parametrize(
    ("account", "contact", "kind"),
    [
        ("Smith, John", "John Smith", AccountType.INDIVIDUAL),
        ("John & Mary Smith", "John Smith", AccountType.FAMILY),
        ("Familie Müller", "Jörg Müller", AccountType.FAMILY),
        ("Smith & Partners", "John Smith", AccountType.COMPANY),
        ("", "John Smith", AccountType.INDIVIDUAL),
    ],
)
def test_an_account_whose_type_is_not_said_is_what_its_name_tells(
    office: Context, folder: Path, account: str, contact: str, kind: AccountType
) -> None:
    import_file(office, csv_file(folder, [account, "", contact, "x@x.example"]))

    assert [profile.account.type for profile in profiles_of(office).values()] == [kind]


def test_an_account_alone_is_made_without_a_contact(office: Context, folder: Path) -> None:
    import_file(office, csv_file(folder, ["Dupont SARL", "company", "", ""]))

    assert profiles_of(office)["Dupont SARL"].contacts == ()


def test_tags_are_shared_whatever_their_case_and_added_to_accounts_that_are_there(
    office: Context, folder: Path
) -> None:
    create_account(office, "Dupont", AccountType.COMPANY, tags=["VIP"])

    done = import_file(
        office, csv_file(folder, ["Dupont", "", "Zoë", "", "", "", "vip; Élan"], ["Martin", *[""] * 5, "élan"])
    )

    assert done.tagged == 2
    assert profiles_of(office)["Dupont"].account.tags == ("VIP", "Élan")
    assert profiles_of(office)["Martin"].account.tags == ("Élan",)


def test_lines_that_cannot_be_taken_are_told_with_their_number_and_the_others_are_taken(
    office: Context, folder: Path
) -> None:
    path = folder / "clients.csv"
    path.write_bytes(
        b"Name,Email\r\n"
        b'"Two\r\nlines",two@x.example\r\n'
        b"Dupont, Zoe,zoe@x.example\r\n"
        b"\r\n" + b"x" * 201 + b",long@x.example\r\n"
        b'"Open,open@x.example\r\n'
        b"Bob,bob@x.example\r\n"
    )

    done = import_file(office, path)

    assert list(profiles_of(office)) == ["Two lines", "Bob"]
    assert (done.lines, done.taken) == (5, 2)
    assert [told.line for told in done.skipped] == [4, 6, 7]
    assert "1 cell more" in done.skipped[0].reason
    assert "201 characters, 200 are allowed" in done.skipped[1].reason
    assert "quotation mark" in done.skipped[2].reason


def test_what_is_not_understood_is_told_and_the_line_is_taken(office: Context, folder: Path) -> None:
    done = import_file(office, csv_file(folder, ["Dupont", "Krypto", "Zoë", "zoe@firm.test", "", "Italian"]))

    assert [told.reason for told in done.warnings] == [
        "the language Italian is not one of ours; the firm's is used",
        "the account type Krypto is not known; it becomes other",
        "the address is suspect: the domain does not exist on the public network",
    ]
    assert done.taken == 1


def test_an_archived_account_of_the_name_is_used_and_told(office: Context, folder: Path) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    with office.database.write():
        office.database.execute("UPDATE account SET archived = 1")

    done = import_file(office, csv_file(folder, ["Dupont", "", "Zoë", "zoe@x.example"]), (), AccessWish(login=True))

    assert done.accounts == Made(0, 1)
    assert (done.warnings[0].account, done.warnings[0].reason) == ("A-0001", "this account is archived")
    assert [(s.line, s.reason) for s in done.skipped] == [(2, "the account is archived")]
    assert not account_profile(office, account).emails[0].login


def test_columns_are_named_by_hand(office: Context, folder: Path) -> None:
    path = csv_file(
        folder, ["Dupont", "Zoë", "zoe@x.example", "z@y.example"], header=["Wer", "Wen", "Post", "Post privat"]
    )

    done = import_file(office, path, ["account=wer", "name=Wen", "email=Post", "email=Post privat"])

    assert done.columns.unused() == []
    assert people(profiles_of(office)["Dupont"]) == {"Zoë": ["zoe@x.example", "z@y.example"]}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Wer,Wen\nDupont,Zoe\n", r"No column is known .* There are: Wer, Wen\. Name them with --map\."),
        ("zoe@x.example,Dupont\n", "must name the columns"),
        ("Name,Email\n", "nothing after it"),
        ("Name,Email\n,\n\n", "nothing after it"),
    ],
)
def test_a_file_with_nothing_to_take_is_told(office: Context, folder: Path, text: str, sentence: str) -> None:
    path = folder / "clients.csv"
    path.write_text(text)

    with pytest.raises(WrongUse, match=sentence):
        import_file(office, path)


def test_a_file_over_the_limit_is_refused(office: Context, folder: Path) -> None:
    small = Context(office.database, Settings(limits=LimitSettings(import_bytes=20)), office.clock, office.actor)

    with pytest.raises(WrongUse, match="larger than 20 bytes"):
        import_file(small, csv_file(folder, ["Dupont", "", "Zoë", "zoe@x.example"]))


def test_the_import_is_in_the_activity_log(office: Context, folder: Path) -> None:
    import_file(office, csv_file(folder, ["Dupont", "company", "Zoë", "zoe@x.example"]))

    entries = office.database.rows("SELECT kind, account_id, contact_id, staff_id, after FROM activity ORDER BY id")
    assert office.actor is not None
    who = office.actor.id
    assert [entry[:4] for entry in entries] == [
        ("account_created", 1, None, who),
        ("contact_linked", 1, 1, who),
        ("file_imported", None, None, who),
    ]
    assert json.loads(entries[2][4]) == {
        "file": "clients.csv",
        "lines": 1,
        "taken": 1,
        "accounts": 1,
        "contacts": 1,
        "addresses": 1,
    }


def test_nothing_is_taken_where_something_goes_wrong(office: Context, folder: Path) -> None:
    before = everything(office)

    with pytest.raises(Refused, match="5001 characters"):
        import_file(
            office,
            csv_file(folder, ["Dupont", "", "Zoë", "zoe@x.example"]),
            (),
            AccessWish(invite=True, message="x" * 5001),
        )

    assert everything(office) == before


def test_only_who_may_change_accounts_can_import(office: Context, folder: Path) -> None:
    path = csv_file(folder, ["Dupont", "", "Zoë", "zoe@x.example"])
    read_only = open_context(office.database.path, office.settings, read_only=True).acting_as(office.actor)

    for context in (office.acting_as(None), read_only):
        with pytest.raises(NotAllowed):
            import_file(context, path, dry_run=True)
    read_only.database.close()


def test_of_several_namesakes_the_one_in_the_account_is_taken(office: Context, folder: Path) -> None:
    path = csv_file(
        folder,
        ["X", "", "Zoë", "a@x.example"],
        ["Y", "", "Zoë", "b@x.example"],
        ["Z", "", "Zoë", "a@x.example;b@x.example"],
    )
    import_file(office, path)

    assert import_file(office, path).changed == 0
    assert office.database.value("SELECT count(*) FROM contact") == 2


@given(
    local=st.text(st.sampled_from('abz09._+-AÉ@ "'), max_size=70),
    domain=st.sampled_from(["x.example", "X.Example", "bücher.example", "x", "x.test", "-x.example", "", "x..example"])
    | st.text(st.sampled_from("ab.-"), max_size=260),
)
def test_an_address_is_checked_as_everywhere_else(local: str, domain: str) -> None:
    reader = LineReader(None, recognise(["Email"]))  # type: ignore[arg-type]  # checking asks nothing of the context
    typed = f"{local}@{domain}"

    assert reader.check(f"b@{domain}") == check_address(f"b@{domain}")
    assert reader.check(typed) == check_address(typed)
