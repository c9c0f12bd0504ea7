"""The exports of real programs become accounts and contacts."""

from __future__ import annotations

import pytest

from tests.services.import_files import DATA, FILES, everything, people, profiles_of
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import Validity
from tui_portal.services.access import AccessWish
from tui_portal.services.context import Context
from tui_portal.services.imports import Made, import_file


@pytest.mark.parametrize("file", FILES)
def test_the_same_file_changes_nothing_the_second_time(office: Context, file: str) -> None:
    first = import_file(office, DATA / file)
    before = everything(office)

    second = import_file(office, DATA / file)

    assert first.changed > 0
    assert second.changed == 0
    assert second.taken == first.taken
    assert second.accounts == Made(0, first.accounts.created)
    assert second.contacts == Made(0, first.contacts.created)
    assert second.addresses == Made(0, first.addresses.created)
    assert everything(office) == before


@pytest.mark.parametrize("file", FILES)
def test_a_dry_run_tells_the_same_and_changes_nothing(office: Context, file: str) -> None:
    wish = AccessWish(login=True, notify=True, invite=True, message="Welcome")
    before = everything(office)

    told = import_file(office, DATA / file, (), wish, dry_run=True)

    assert everything(office) == before
    assert told == import_file(office, DATA / file, (), wish)


def test_google_contacts_of_2024_become_accounts_and_contacts(office: Context) -> None:
    import_file(office, DATA / "google_2024.csv")

    profiles = profiles_of(office)
    bakery = profiles["Boulangerie Dupont SARL"]
    assert people(bakery) == {
        "Zoë Dupont": ["zoe@dupont.example", "compta@dupont.example", "zoe.dupont@mail.example"],
        "Marc André Dupont": ["marc@dupont.example"],
    }
    assert [email.label for email in bakery.emails] == ["Work email", "Work email", "Home email", "Email"]
    assert bakery.account.type is AccountType.COMPANY
    assert bakery.account.tags == ("Clients",)
    assert bakery.contacts[0].phone == "+33 6 55 50 10 01, +33 1 55 50 10 02"
    assert people(profiles["愛川 翼"]) == {"愛川 翼": ["tsubasa@aikawa.example"]}
    assert profiles["愛川 翼"].account.type is AccountType.INDIVIDUAL
    assert people(profiles["Hill & Sons [Trust]"]) == {"Hill & Sons [Trust]": ["office@hill-sons"]}
    assert people(profiles["Nobody Reached"]) == {"Nobody Reached": []}


def test_the_older_google_export_finds_the_people_of_the_newer_one(office: Context) -> None:
    import_file(office, DATA / "google_2024.csv")

    done = import_file(office, DATA / "google_older.csv")

    assert done.contacts == Made(1, 1)
    assert done.completed == 1
    zoe = profiles_of(office)["Boulangerie Dupont SARL"].contacts[0]
    assert (zoe.language, len(zoe.emails)) == ("fr", 3)


def test_outlook_contacts_become_accounts_by_their_company(office: Context) -> None:
    done = import_file(office, DATA / "outlook.csv")

    assert done.encoding == "Windows-1252"
    profiles = profiles_of(office)
    assert list(profiles) == ["O'Brien Café Ltd", "Seán Murphy"]
    cafe = profiles["O'Brien Café Ltd"]
    assert people(cafe) == {"Amélie O'Brien": ["amelie@obrien.example", "accounts@obrien.example"]}
    assert [email.label for email in cafe.emails] == ["Email", "Email 2"]
    assert (cafe.account.tags, cafe.contacts[0].language) == (("Clients", "VIP"), "en")
    assert [(told.line, told.reason) for told in done.skipped] == [
        (5, "there is no name, no account and no e-mail address")
    ]


def test_an_outlook_export_in_german_is_read(office: Context) -> None:
    done = import_file(office, DATA / "outlook_german.csv")

    assert (done.encoding, done.delimiter) == ("Windows-1252", ";")
    firm = profiles_of(office)["Müller & Söhne GmbH"]
    assert people(firm) == {"Jörg Müller": ["joerg@mueller.example", "buero@mueller.example"]}
    assert firm.contacts[0].language == "de"


def test_thunderbird_contacts_without_a_name_are_called_by_their_address(office: Context) -> None:
    import_file(office, DATA / "thunderbird.csv")

    profiles = profiles_of(office)
    assert list(profiles) == ["Núñez Asesores SL", "Taller Núñez", "solo@nunez.example"]
    assert people(profiles["solo@nunez.example"]) == {"solo@nunez.example": ["solo@nunez.example"]}


def test_practice_software_says_account_type_tags_and_language(office: Context) -> None:
    done = import_file(office, DATA / "practice.csv")

    profiles = profiles_of(office)
    assert [(p.account.name, p.account.type.value, p.account.tags) for p in profiles.values()] == [
        ("Smith Family", "individual", ("1040", "Priority")),
        ("Smith Plumbing LLC", "company", ("1120S",)),
        ("Hanako Yamada", "individual", ()),
        ("Garden Trust", "other", ()),
    ]
    assert people(profiles["Smith Family"]) == {
        "John Smith": ["john@smith.example"],
        "Mary Smith": ["mary@smith.example", "john@smith.example"],
    }
    assert profiles["Smith Plumbing LLC"].contacts[0].id == profiles["Smith Family"].contacts[0].id
    assert profiles["Hanako Yamada"].contacts[0].language == "ja"
    assert [(told.line, told.address) for told in done.warnings] == [(6, "ida@garden")]
    assert profiles["Garden Trust"].emails[0].validity is Validity.INVALID
