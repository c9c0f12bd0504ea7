"""Importing a client list: what becomes of each line, what is there already, and that a second run changes nothing."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Clock
from tui_portal.config import LimitSettings, Settings
from tui_portal.domain.access import UserState
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import Validity, check_address
from tui_portal.domain.columns import recognise
from tui_portal.domain.errors import NotAllowed, Refused, WrongUse
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import AccountProfile, AccountQuery, account_ids, account_profile
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context, open_context
from tui_portal.services.firm import create_firm
from tui_portal.services.import_lines import LineReader
from tui_portal.services.imports import ImportResult, Made, import_file
from tui_portal.services.staff import identify

DATA = Path(__file__).parent.parent / "data"
FILES = ("google_2024.csv", "google_older.csv", "outlook.csv", "outlook_german.csv", "thunderbird.csv", "practice.csv")
HEADER = ["Account", "Type", "Name", "Email", "Phone", "Language", "Tags"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def _file(folder: Path, *rows: Sequence[str], header: Sequence[str] = HEADER) -> Path:
    path = folder / "clients.csv"
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([header, *rows])
    path.write_bytes(buffer.getvalue().encode())
    return path


def _everything(context: Context) -> dict[str, list[Any]]:
    """Every row of every table."""
    names = [name for (name,) in context.database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: context.database.rows(f"SELECT * FROM {name}") for name in names}


def _profiles(context: Context) -> dict[str, AccountProfile]:
    found = [account_profile(context, number) for number in account_ids(context, AccountQuery(sort="id"))]
    return {profile.account.name: profile for profile in found}


def _people(profile: AccountProfile) -> dict[str, list[str]]:
    return {contact.name: [email.address for email in contact.emails] for contact in profile.contacts}


def test_what_a_colleague_makes_while_the_file_is_being_matched_is_found(office: Context, folder: Path) -> None:
    path = _file(
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
    assert {name: _people(profile) for name, profile in _profiles(office).items()} == {
        "Dupont SARL": {"Zoë Dupont": ["zoe@dupont.example"]},
        "Durand": {"Max": ["max@x.example"]},
    }


@pytest.mark.parametrize("file", FILES)
def test_the_same_file_changes_nothing_the_second_time(office: Context, file: str) -> None:
    first = import_file(office, DATA / file)
    before = _everything(office)

    second = import_file(office, DATA / file)

    assert first.changed > 0
    assert second.changed == 0
    assert second.taken == first.taken
    assert second.accounts == Made(0, first.accounts.created)
    assert second.contacts == Made(0, first.contacts.created)
    assert second.addresses == Made(0, first.addresses.created)
    assert _everything(office) == before


@pytest.mark.parametrize("file", FILES)
def test_a_dry_run_tells_the_same_and_changes_nothing(office: Context, file: str) -> None:
    wish = AccessWish(login=True, notify=True, invite=True, message="Welcome")
    before = _everything(office)

    told = import_file(office, DATA / file, (), wish, dry_run=True)

    assert _everything(office) == before
    assert told == import_file(office, DATA / file, (), wish)


def test_google_contacts_of_2024_become_accounts_and_contacts(office: Context) -> None:
    import_file(office, DATA / "google_2024.csv")

    profiles = _profiles(office)
    bakery = profiles["Boulangerie Dupont SARL"]
    assert _people(bakery) == {
        "Zoë Dupont": ["zoe@dupont.example", "compta@dupont.example", "zoe.dupont@mail.example"],
        "Marc André Dupont": ["marc@dupont.example"],
    }
    assert [email.label for email in bakery.emails] == ["Work email", "Work email", "Home email", "Email"]
    assert bakery.account.type is AccountType.COMPANY
    assert bakery.account.tags == ("Clients",)
    assert bakery.contacts[0].phone == "+33 6 55 50 10 01, +33 1 55 50 10 02"
    assert _people(profiles["愛川 翼"]) == {"愛川 翼": ["tsubasa@aikawa.example"]}
    assert profiles["愛川 翼"].account.type is AccountType.INDIVIDUAL
    assert _people(profiles["Hill & Sons [Trust]"]) == {"Hill & Sons [Trust]": ["office@hill-sons"]}
    assert _people(profiles["Nobody Reached"]) == {"Nobody Reached": []}


def test_the_older_google_export_finds_the_people_of_the_newer_one(office: Context) -> None:
    import_file(office, DATA / "google_2024.csv")

    done = import_file(office, DATA / "google_older.csv")

    assert done.contacts == Made(1, 1)
    assert done.completed == 1
    zoe = _profiles(office)["Boulangerie Dupont SARL"].contacts[0]
    assert (zoe.language, len(zoe.emails)) == ("fr", 3)


def test_outlook_contacts_become_accounts_by_their_company(office: Context) -> None:
    done = import_file(office, DATA / "outlook.csv")

    assert done.encoding == "Windows-1252"
    profiles = _profiles(office)
    assert list(profiles) == ["O'Brien Café Ltd", "Seán Murphy"]
    cafe = profiles["O'Brien Café Ltd"]
    assert _people(cafe) == {"Amélie O'Brien": ["amelie@obrien.example", "accounts@obrien.example"]}
    assert [email.label for email in cafe.emails] == ["Email", "Email 2"]
    assert (cafe.account.tags, cafe.contacts[0].language) == (("Clients", "VIP"), "en")
    assert [(told.line, told.reason) for told in done.skipped] == [
        (5, "there is no name, no account and no e-mail address")
    ]


def test_an_outlook_export_in_german_is_read(office: Context) -> None:
    done = import_file(office, DATA / "outlook_german.csv")

    assert (done.encoding, done.delimiter) == ("Windows-1252", ";")
    firm = _profiles(office)["Müller & Söhne GmbH"]
    assert _people(firm) == {"Jörg Müller": ["joerg@mueller.example", "buero@mueller.example"]}
    assert firm.contacts[0].language == "de"


def test_thunderbird_contacts_without_a_name_are_called_by_their_address(office: Context) -> None:
    import_file(office, DATA / "thunderbird.csv")

    profiles = _profiles(office)
    assert list(profiles) == ["Núñez Asesores SL", "Taller Núñez", "solo@nunez.example"]
    assert _people(profiles["solo@nunez.example"]) == {"solo@nunez.example": ["solo@nunez.example"]}


def test_practice_software_says_account_type_tags_and_language(office: Context) -> None:
    done = import_file(office, DATA / "practice.csv")

    profiles = _profiles(office)
    assert [(p.account.name, p.account.type.value, p.account.tags) for p in profiles.values()] == [
        ("Smith Family", "individual", ("1040", "Priority")),
        ("Smith Plumbing LLC", "company", ("1120S",)),
        ("Hanako Yamada", "individual", ()),
        ("Garden Trust", "other", ()),
    ]
    assert _people(profiles["Smith Family"]) == {
        "John Smith": ["john@smith.example"],
        "Mary Smith": ["mary@smith.example", "john@smith.example"],
    }
    assert profiles["Smith Plumbing LLC"].contacts[0].id == profiles["Smith Family"].contacts[0].id
    assert profiles["Hanako Yamada"].contacts[0].language == "ja"
    assert [(told.line, told.address) for told in done.warnings] == [(6, "ida@garden")]
    assert profiles["Garden Trust"].emails[0].validity is Validity.INVALID


def test_names_that_differ_in_case_and_white_space_are_one(office: Context, folder: Path) -> None:
    account = create_account(office, "Straße Dupont", AccountType.COMPANY)
    contact = create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])

    done = import_file(
        office,
        _file(
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
        _file(folder, ["Dupont SARL", "", "Zoë Dupont", "new@dupont.example; zoe@dupont.example", "555-0199", "fr"]),
    )

    firm = _profiles(office)["Dupont SARL"]
    assert [c.id for c in firm.contacts] == [contact]
    assert (firm.contacts[0].phone, firm.contacts[0].language) == ("555-0100", "fr")
    assert _people(firm) == {"Zoë Dupont": ["zoe@dupont.example", "new@dupont.example"]}
    assert (done.contacts, done.addresses, done.linked, done.completed) == (Made(0, 1), Made(1, 1), 1, 1)


def test_a_namesake_with_other_addresses_is_another_person_and_told_in_the_same_account(
    office: Context, folder: Path
) -> None:
    done = import_file(
        office,
        _file(
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
        _file(
            folder,
            ["Dupont", "", "Zoë", ""],
            ["Dupont", "", "Zoë", ""],
            ["Martin", "", "Zoë", ""],
            ["Dupont", "", "Zoë", "zoe@dupont.example"],
        ),
    )

    assert done.contacts.created == 2
    assert _people(_profiles(office)["Dupont"]) == {"Zoë": ["zoe@dupont.example"]}


def test_spouses_share_a_mailbox(office: Context, folder: Path) -> None:
    import_file(
        office,
        _file(folder, ["Smith", "family", "John", "home@smith.example"], ["Smith", "", "Mary", "Home@Smith.example"]),
    )

    assert office.database.value("SELECT count(*) FROM email_address") == 1
    assert _people(_profiles(office)["Smith"]) == {"John": ["home@smith.example"], "Mary": ["home@smith.example"]}


def test_people_and_addresses_stand_in_the_order_of_the_file(office: Context, folder: Path) -> None:
    account = create_account(office, "Dupont", AccountType.COMPANY)
    create_contact(office, [account], "First", ["f@x.example"])

    import_file(
        office,
        _file(folder, ["Dupont", "", "Zed", "z2@x.example, z1@x.example"], ["Dupont", "", "Abe", "a@x.example"]),
    )

    assert _people(account_profile(office, account)) == {
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
    import_file(office, _file(folder, ["Dupont", "", "Zoë", cell]))

    assert _people(_profiles(office)["Dupont"]) == {"Zoë": addresses}


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
    import_file(office, _file(folder, [account, "", contact, "x@x.example"]))

    assert [profile.account.type for profile in _profiles(office).values()] == [kind]


def test_an_account_alone_is_made_without_a_contact(office: Context, folder: Path) -> None:
    import_file(office, _file(folder, ["Dupont SARL", "company", "", ""]))

    assert _profiles(office)["Dupont SARL"].contacts == ()


def test_tags_are_shared_whatever_their_case_and_added_to_accounts_that_are_there(
    office: Context, folder: Path
) -> None:
    create_account(office, "Dupont", AccountType.COMPANY, tags=["VIP"])

    done = import_file(
        office, _file(folder, ["Dupont", "", "Zoë", "", "", "", "vip; Élan"], ["Martin", *[""] * 5, "élan"])
    )

    assert done.tagged == 2
    assert _profiles(office)["Dupont"].account.tags == ("VIP", "Élan")
    assert _profiles(office)["Martin"].account.tags == ("Élan",)


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

    assert list(_profiles(office)) == ["Two lines", "Bob"]
    assert (done.lines, done.taken) == (5, 2)
    assert [told.line for told in done.skipped] == [4, 6, 7]
    assert "1 cell more" in done.skipped[0].reason
    assert "201 characters, 200 are allowed" in done.skipped[1].reason
    assert "quotation mark" in done.skipped[2].reason


def test_what_is_not_understood_is_told_and_the_line_is_taken(office: Context, folder: Path) -> None:
    done = import_file(office, _file(folder, ["Dupont", "Krypto", "Zoë", "zoe@firm.test", "", "Italian"]))

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

    done = import_file(office, _file(folder, ["Dupont", "", "Zoë", "zoe@x.example"]), (), AccessWish(login=True))

    assert done.accounts == Made(0, 1)
    assert (done.warnings[0].account, done.warnings[0].reason) == ("A-0001", "this account is archived")
    assert [(s.line, s.reason) for s in done.skipped] == [(2, "the account is archived")]
    assert not account_profile(office, account).emails[0].login


def test_columns_are_named_by_hand(office: Context, folder: Path) -> None:
    path = _file(
        folder, ["Dupont", "Zoë", "zoe@x.example", "z@y.example"], header=["Wer", "Wen", "Post", "Post privat"]
    )

    done = import_file(office, path, ["account=wer", "name=Wen", "email=Post", "email=Post privat"])

    assert done.columns.unused() == []
    assert _people(_profiles(office)["Dupont"]) == {"Zoë": ["zoe@x.example", "z@y.example"]}


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
        import_file(small, _file(folder, ["Dupont", "", "Zoë", "zoe@x.example"]))


def test_access_is_set_for_the_addresses_of_the_lines_in_their_accounts_only(office: Context, folder: Path) -> None:
    home = create_account(office, "Home", AccountType.INDIVIDUAL)
    create_contact(office, [home], "Zoë", ["zoe@x.example", "old@x.example"])
    path = _file(
        folder,
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


def test_who_has_an_invitation_is_not_sent_another_by_the_same_file(office: Context, folder: Path) -> None:
    path = _file(folder, ["Firm", "", "Zoë", "zoe@x.example"])
    wish = AccessWish(login=True, invite=True)
    import_file(office, path, (), wish)
    before = _everything(office)

    again = import_file(office, path, (), wish)

    assert (again.changed, again.invitations) == (0, 0)
    assert [s.reason for s in again.skipped] == ["an invitation is open already"]
    assert _everything(office) == before


def test_a_user_who_is_active_gets_a_notice_and_no_invitation(office: Context, folder: Path) -> None:
    home = create_account(office, "Home", AccountType.INDIVIDUAL)
    create_contact(office, [home], "Zoë", ["zoe@x.example"])
    change_access(office, [home], AccessWish(login=True))
    with office.database.write():
        office.database.execute(
            "INSERT INTO user (email_address_id, password_hash, activated_at) VALUES (?, 'x', 0)",
            [find_address(office, "zoe@x.example")],
        )

    done = import_file(
        office, _file(folder, ["Firm", "", "Zoë", "zoe@x.example"]), (), AccessWish(login=True, invite=True)
    )

    assert (done.settings, done.invitations, done.notices) == (1, 0, 1)
    assert _profiles(office)["Firm"].emails[0].state is UserState.ACTIVE


def test_the_import_is_in_the_activity_log(office: Context, folder: Path) -> None:
    import_file(office, _file(folder, ["Dupont", "company", "Zoë", "zoe@x.example"]))

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
    before = _everything(office)

    with pytest.raises(Refused, match="5001 characters"):
        import_file(
            office,
            _file(folder, ["Dupont", "", "Zoë", "zoe@x.example"]),
            (),
            AccessWish(invite=True, message="x" * 5001),
        )

    assert _everything(office) == before


def test_only_who_may_change_accounts_can_import(office: Context, folder: Path) -> None:
    path = _file(folder, ["Dupont", "", "Zoë", "zoe@x.example"])
    read_only = open_context(office.database.path, office.settings, read_only=True).acting_as(office.actor)

    for context in (office.acting_as(None), read_only):
        with pytest.raises(NotAllowed):
            import_file(context, path, dry_run=True)
    read_only.database.close()


_names = st.sampled_from(["", "Zoë", "zoë ", "Bob", "A\tB", "x" * 201])
_cells = st.tuples(
    st.sampled_from(["", "Dupont", "DUPONT", "Martin [/]", "Zoë", "\x1b[31m"]),
    st.sampled_from(["", "family", "Business", "?"]),
    _names,
    st.lists(st.sampled_from(["a@x.example", "A@X.example", "b@x.example", "c@x", "d@x.test", "n/a"]), max_size=3).map(
        ";".join
    ),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["", "fr", "de"]),
    st.sampled_from(["", "x", "X; y"]),
)


@settings(max_examples=30, deadline=None)
@given(first=st.lists(_cells, min_size=1, max_size=8), second=st.lists(_cells, min_size=1, max_size=8))
def test_no_file_changes_anything_the_second_time(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        office = _new_office(Path(name))
        try:
            for rows in (first, second):
                path = _file(Path(name), *rows)
                try:
                    _imported_twice(office, path)
                except WrongUse:
                    assert all(not "".join(row).strip() for row in rows)
        finally:
            office.database.close()


_people_of_one_name = st.tuples(
    st.sampled_from(["X", "Y", "Z"]),
    st.just(""),
    st.sampled_from(["Zoë", "ZOË"]),
    st.sampled_from(["", "a@x.example", "b@x.example", "a@x.example;b@x.example"]),
    st.sampled_from(["", "1"]),
)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(_people_of_one_name, min_size=1, max_size=6))
def test_namesakes_are_told_apart_in_the_same_way_the_second_time(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        office = _new_office(Path(name))
        try:
            _imported_twice(office, _file(Path(name), *rows))
        finally:
            office.database.close()


def test_of_several_namesakes_the_one_in_the_account_is_taken(office: Context, folder: Path) -> None:
    path = _file(
        folder,
        ["X", "", "Zoë", "a@x.example"],
        ["Y", "", "Zoë", "b@x.example"],
        ["Z", "", "Zoë", "a@x.example;b@x.example"],
    )
    import_file(office, path)

    assert import_file(office, path).changed == 0
    assert office.database.value("SELECT count(*) FROM contact") == 2


def _imported_twice(office: Context, path: Path) -> None:
    wish = AccessWish(login=True, invite=True)
    told: ImportResult = import_file(office, path, (), wish, dry_run=True)
    assert import_file(office, path, (), wish) == told
    before = _everything(office)
    assert import_file(office, path, (), wish).changed == 0
    assert _everything(office) == before


def _new_office(folder: Path) -> Context:
    context = create_firm(
        folder / "firm.sqlite3",
        Settings(),
        firm="F",
        owner_login="olga",
        owner_name="Olga",
        owner_email="olga@x.example",
        clock=Clock(),
    )
    return identify(Context(context.database, Settings(), Clock()), login="olga")


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
