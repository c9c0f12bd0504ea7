"""The columns of other programs' exports: recognised by name, named by hand, and what the words in them mean."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.columns import account_type_of, email_label, language_of, recognise
from tui_portal.domain.errors import WrongUse

DATA = Path(__file__).parent.parent / "data"


def _header(name: str, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[str]:
    with (DATA / name).open(encoding=encoding, newline="") as file:
        return next(csv.reader(file, delimiter=delimiter))


def test_googles_header_of_2024_is_known() -> None:
    columns = recognise(_header("google_2024.csv"))

    assert columns.names() == {
        "account": ["Organization Name"],
        "first_name": ["First Name"],
        "middle_name": ["Middle Name"],
        "last_name": ["Last Name"],
        "email": ["E-mail 1 - Value", "E-mail 2 - Value"],
        "phone": ["Phone 1 - Value"],
        "tags": ["Labels"],
        "company": ["Organization Name"],
    }
    assert columns.company_is_account
    labels = [columns.header[email.label_index or 0] for email in columns.emails]
    assert labels == ["E-mail 1 - Label", "E-mail 2 - Label"]


def test_googles_older_header_is_known() -> None:
    names = recognise(_header("google_older.csv")).names()

    assert names["name"] == ["Name"]
    assert names["first_name"] == ["Given Name"]
    assert names["last_name"] == ["Family Name"]
    assert names["tags"] == ["Group Membership"]
    assert names["email"] == ["E-mail 1 - Value", "E-mail 2 - Value"]
    assert names["account"] == ["Organization 1 - Name"]


@pytest.mark.parametrize(
    ("file", "delimiter", "account", "emails"),
    [
        ("outlook.csv", ",", "Company", ["E-mail Address", "E-mail 2 Address", "E-mail 3 Address"]),
        ("outlook_german.csv", ";", "Firma", ["E-Mail-Adresse", "E-Mail 2: Adresse"]),
    ],
)
def test_outlooks_account_column_is_a_number_and_no_account(
    file: str, delimiter: str, account: str, emails: list[str]
) -> None:
    names = recognise(_header(file, "cp1252", delimiter)).names()

    assert names["account"] == [account]
    assert names["email"] == emails


def test_thunderbirds_header_is_known() -> None:
    columns = recognise(_header("thunderbird.csv"))

    assert columns.names()["email"] == ["Primary Email", "Secondary Email"]
    assert [email.label for email in columns.emails] == ["Email", "Secondary Email"]
    assert columns.names()["name"] == ["Display Name"]
    assert columns.names()["account"] == ["Organization"]


def test_the_header_of_practice_software_is_known_throughout() -> None:
    columns = recognise(_header("practice.csv"))

    assert columns.unused() == []
    assert not columns.company_is_account


def test_case_accents_and_punctuation_do_not_count() -> None:
    assert recognise(["ACCOUNT_NAME", "e_mail", "prenom", "Nom-de-famille"]).names() == {
        "account": ["ACCOUNT_NAME"],
        "email": ["e_mail"],
        "first_name": ["prenom"],
        "last_name": ["Nom-de-famille"],
    }


@pytest.mark.parametrize(
    ("header", "field", "column"),
    [
        (["Prénom", "Nom"], "last_name", "Nom"),
        (["Nom", "Courriel"], "name", "Nom"),
        (["Vorname", "Name"], "last_name", "Name"),
        (["Name", "E-Mail"], "name", "Name"),
        (["Nombre", "Apellidos"], "first_name", "Nombre"),
        (["Nombre", "Correo electrónico"], "name", "Nombre"),
        (["姓", "名", "電子メール アドレス"], "last_name", "姓"),
        (["氏名", "会社名", "メールアドレス"], "account", "会社名"),
    ],
)
def test_a_word_means_what_the_columns_beside_it_say(header: list[str], field: str, column: str) -> None:
    assert recognise(header).names()[field] == [column]


def test_an_account_column_goes_before_the_company() -> None:
    columns = recognise(["Client", "Company", "Name"])

    assert columns.names()["account"] == ["Client"]
    assert columns.names()["company"] == ["Company"]


def test_a_spouses_address_is_not_taken_for_the_contacts() -> None:
    assert "email" not in recognise(["Name", "Spouse Email"]).names()


def test_columns_can_be_named_by_hand_and_go_before_what_is_recognised() -> None:
    columns = recognise(["Email", "Kontakt-Mail", "Zweitmail"], ["email=zweitmail", "email=Kontakt-Mail"])

    assert columns.names() == {"email": ["Zweitmail", "Kontakt-Mail"]}


def test_an_empty_column_leaves_a_field_out() -> None:
    columns = recognise(["Name", "Company", "Email"], ["account="])

    assert not columns.company_is_account
    assert "account" not in columns.names()


def test_an_unknown_column_is_told_with_all_there_are_and_the_nearest() -> None:
    with pytest.raises(
        WrongUse, match=r"no column Mail Adress\. The columns are: Name, Mail address 1\. Did you mean Mail a"
    ):
        recognise(["Name", "Mail address 1"], ["email=Mail Adress"])


def test_an_unknown_field_is_told_with_the_nearest() -> None:
    with pytest.raises(WrongUse, match="Did you mean first_name"):
        recognise(["A"], ["firstname=A"])


def test_one_name_is_read_from_one_column() -> None:
    with pytest.raises(WrongUse, match="name is read from one column"):
        recognise(["A", "B"], ["name=A", "name=B"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Business", AccountType.COMPANY),
        ("S-Corp", AccountType.COMPANY),
        ("Limited Liability Company (LLC)", AccountType.COMPANY),
        ("Particulier", AccountType.INDIVIDUAL),
        ("Ehepaar", AccountType.FAMILY),
        ("家族", AccountType.FAMILY),
        ("Family Trust", AccountType.OTHER),
        ("Prospect", None),
        ("", None),
    ],
)
def test_account_types_are_known_in_the_words_people_use(said: str, meant: AccountType | None) -> None:
    assert account_type_of(said) is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("fr", "fr"),
        ("FR-ca", "fr"),
        ("English (United States)", "en"),
        ("Französisch", "fr"),
        ("日本語", "ja"),
        ("de_CH.UTF-8", "de"),
        ("Italiano", None),
        ("", None),
    ],
)
def test_languages_are_known_by_code_and_by_name(said: str, meant: str | None) -> None:
    assert language_of(said) == meant


@pytest.mark.parametrize(
    ("said", "label"), [("* Work", "Work email"), ("Home", "Home email"), ("* ", "Email"), ("Grandma's", "Grandma's")]
)
def test_googles_labels_become_field_labels(said: str, label: str) -> None:
    assert email_label(said) == label
