"""Finding, filtering and sorting accounts: what every term means, and that the search index is never stale."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.filters import FilterError
from tui_portal.domain.moments import DAY
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import (
    AccountQuery,
    account_ids,
    account_rows,
    count_accounts,
    first_account_rows,
)
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context

INDIVIDUAL, FAMILY, COMPANY = AccountType.INDIVIDUAL, AccountType.FAMILY, AccountType.COMPANY


def found(office: Context, text: str, *, archived: bool = False) -> list[str]:
    query = AccountQuery(find=text, archived=archived)
    ids = account_ids(office, query)
    assert count_accounts(office, query) == len(ids)
    assert not stale(office)
    return [row.name for row in account_rows(office, ids)]


def stale(office: Context) -> list[tuple[object, ...]]:
    """Rows of the search index that are not what they must be, missing or too many."""
    return office.database.rows(
        """
        SELECT * FROM (SELECT * FROM account_searched EXCEPT SELECT * FROM account_search)
        UNION ALL SELECT * FROM (SELECT * FROM account_search EXCEPT SELECT * FROM account_searched)
        """
    )


def activate(office: Context, address: str, last_login: int | None) -> None:
    office.database.execute(
        "INSERT INTO user (email_address_id, password_hash, activated_at, last_login_at) VALUES (?, 'x', 1, ?)",
        [find_address(office, address), last_login],
    )


@pytest.fixture
def firm(office: Context, clock: Clock) -> Context:
    """Five accounts: nobody may log in, pending, never logged in, lately, long ago; and one without a contact."""
    for name, kind, tags in (
        ("Offline", COMPANY, ["1040"]),
        ("Pending", FAMILY, ["VIP client"]),
        ("Never", COMPANY, []),
        ("Lately", INDIVIDUAL, ["1040", "VIP client"]),
        ("Long ago", COMPANY, []),
    ):
        account = create_account(office, name, kind, tags=tags)
        word = name.split()[0].lower()
        create_contact(office, [account], f"Contact of {name}", [f"{word}@{word}.example"])
        if name != "Offline":
            change_access(office, [account], AccessWish(login=True))
    create_account(office, "Nobody", AccountType.OTHER, test=True)
    activate(office, "never@never.example", None)
    activate(office, "lately@lately.example", clock.moment - 5 * DAY)
    activate(office, "long@long.example", clock.moment - 200 * DAY)
    return office


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("login:offline", ["Nobody", "Offline"]),
        ("login:active", ["Lately", "Long ago", "Never", "Pending"]),
        ("login:pending", ["Pending"]),
        ("login:never", ["Never", "Pending"]),
        ("login:<30d", ["Lately"]),
        ("login:>30d", ["Long ago", "Never", "Pending"]),
        ("login:<200d", ["Lately", "Long ago"]),
        ("login:>199d", ["Long ago", "Never", "Pending"]),
        ("-login:active", ["Nobody", "Offline"]),
        ("login:<30d,offline", ["Lately", "Nobody", "Offline"]),
        ("type:company", ["Long ago", "Never", "Offline"]),
        ("type:family,individual", ["Lately", "Pending"]),
        ("-type:company", ["Lately", "Nobody", "Pending"]),
        ("tag:1040", ["Lately", "Offline"]),
        ('tag:"vip CLIENT"', ["Lately", "Pending"]),
        ('tag:1040 tag:"VIP client"', ["Lately"]),
        ('tag:1040,"VIP client"', ["Lately", "Offline", "Pending"]),
        ("tag:none-such", []),
        ("test:yes", ["Nobody"]),
        ("contacts:0", ["Nobody"]),
        ("notify:on", []),
        ("notify:off type:family", ["Pending"]),
        ("login:active type:company never", ["Never"]),
        ("", ["Lately", "Long ago", "Never", "Nobody", "Offline", "Pending"]),
    ],
)
def test_what_each_term_finds(firm: Context, text: str, names: list[str]) -> None:
    assert found(firm, text) == names


def test_switches_and_invalid_addresses_are_found(firm: Context) -> None:
    pending = account_ids(firm, AccountQuery("pending"))
    change_access(firm, list(pending), AccessWish(notify=True, sync=True))
    create_contact(firm, list(pending), "Bad", ["nobody"])

    assert found(firm, "notify:on") == found(firm, "-sync:off") == found(firm, "address:invalid") == ["Pending"]
    assert "Pending" not in found(firm, "notify:off")


def test_an_archived_account_is_offline_and_found_where_it_is_asked_for(firm: Context) -> None:
    firm.database.execute("UPDATE account SET archived = 1 WHERE name = 'Lately'")

    assert found(firm, "lately") == []
    assert found(firm, "lately", archived=True) == found(firm, "lately archived:yes") == ["Lately"]
    assert found(firm, "archived:yes login:offline") == ["Lately"]
    assert found(firm, "archived:yes login:<30d") == []
    assert found(firm, "archived:yes,no tag:1040") == ["Lately", "Offline"]
    assert found(firm, "-archived:yes tag:1040") == ["Offline"]
    assert found(firm, "archived:yes archived:no") == []


@pytest.mark.parametrize(
    "word",
    [
        "elodie",
        "ÉLODIE",
        "strasse",
        "dup",
        "d",
        "A-0001",
        "a-0001",
        "a1",
        "1",
        "@weiß.",
        "weiss.ex",
        "jörg@",
        "jorg@",
        '"e dupont"',
    ],
)
def test_a_word_is_found_in_names_id_and_addresses_without_case_and_accents(office: Context, word: str) -> None:
    account = create_account(office, "Hauptstraße & Söhne", COMPANY)
    create_contact(office, [account], "Élodie Dupont", ["jörg@weiß.example"])
    create_account(office, "Xxx", COMPANY)

    assert found(office, word) == ["Hauptstraße & Söhne"]
    assert found(office, f"-{word}") == ["Xxx"]


@pytest.mark.parametrize("word", ["山田", "やまだ", "ヤマダ", "会社"])
def test_japanese_names_are_found(office: Context, word: str) -> None:
    account = create_account(office, "株式会社 山田商店", COMPANY)
    create_contact(office, [account], "やまだ ﾔﾏﾀﾞ", ["yamada@yamada.example"])

    assert found(office, word) == ["株式会社 山田商店"]


@pytest.mark.parametrize("sign", ["%", "_", "\\", "'", "*", "["])
def test_signs_that_mean_something_to_the_database_are_text(office: Context, sign: str) -> None:
    create_account(office, f"Some{sign}thing", COMPANY)
    create_account(office, "Something", COMPANY)

    assert found(office, f"e{sign}t") == [f"Some{sign}thing"]


@pytest.mark.parametrize(
    ("word", "numbers"),
    [
        ("a-1", [1000, 12345]),
        ("a-12", [12, 12345]),
        ("a-00", [7, 12]),
        ("a-001", [12]),
        ("A-0012", [12]),
        ("a-12345", [12345]),
        ("a-9", []),
        ("7", [7]),
    ],
)
def test_an_id_is_found_whole_and_as_far_as_it_is_typed(office: Context, word: str, numbers: list[int]) -> None:
    for number in (7, 12, 1000, 12345):
        office.database.execute(
            "INSERT INTO account (id, name, search_key, type, created_at) VALUES (?, 'x', 'x', 'other', 0)", [number]
        )
    assert list(account_ids(office, AccountQuery(word, sort="id"))) == numbers


def test_words_are_not_found_across_two_names(office: Context) -> None:
    account = create_account(office, "One", COMPANY)
    create_contact(office, [account], "Two Three", ["four@five.example"])

    assert found(office, '"one two"') == []
    assert found(office, "one three four") == ["One"]


CHANGES = [
    "UPDATE account SET name = 'New', search_key = 'new' WHERE id = 1",
    "UPDATE account SET archived = 1 - archived",
    "UPDATE account SET type = 'other', test = 1",
    "UPDATE account SET id = 77 WHERE id = 3",
    "UPDATE account SET id = 78, archived = 1, search_key = 'moved', type = 'other' WHERE id = 3",
    "UPDATE OR IGNORE account SET archived = 1, search_key = 'moved' WHERE id = 1",
    "INSERT OR REPLACE INTO account (id, name, search_key, type, created_at) VALUES (1, 'R', 'r', 'other', 0)",
    "DELETE FROM account WHERE id = 1",
    "UPDATE contact SET search_key = 'renamed' WHERE id = 1",
    "DELETE FROM contact WHERE id = 1",
    "INSERT OR IGNORE INTO account_contact (account_id, contact_id) VALUES (2, 1), (2, 2), (1, 1)",
    "INSERT OR REPLACE INTO account_contact (account_id, contact_id) VALUES (2, 1)",
    "DELETE FROM account_contact",
    "UPDATE account_contact SET account_id = 2 WHERE contact_id = 1",
    "UPDATE account_contact SET contact_id = 2 WHERE contact_id = 1",
    "DELETE FROM contact_email WHERE contact_id = 1",
    "INSERT INTO contact_email (contact_id, email_address_id, label) VALUES (2, 1, '')",
    "UPDATE contact_email SET contact_id = 2 WHERE email_address_id = 1",
    "UPDATE contact_email SET email_address_id = 3 WHERE email_address_id = 1",
    "UPDATE email_address SET address = 'new@x.example', canonical = 'new@x.example' WHERE id = 1",
    "UPDATE email_address SET canonical = 'only@x.example' WHERE id = 1",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_the_search_index_follows_every_change_also_by_hand(office: Context, statement: str) -> None:
    first, second = create_account(office, "First", COMPANY), create_account(office, "Second", COMPANY)
    create_contact(office, [first], "Contact one", ["one@x.example", "both@x.example"])
    create_contact(office, [second], "Contact two", ["two@x.example", "both@x.example"])
    create_account(office, "Third", COMPANY)
    before = office.database.rows("SELECT * FROM account_search ORDER BY id")
    assert not stale(office)

    with office.database.write():
        office.database.execute(statement)

    assert not stale(office)
    assert office.database.rows("SELECT * FROM account_search ORDER BY id") != before


def test_a_change_that_is_taken_back_leaves_the_index(office: Context) -> None:
    create_account(office, "First", COMPANY)

    def change() -> None:
        with office.database.write():
            office.database.execute("UPDATE account SET search_key = 'second'")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    assert found(office, "first") == ["First"]


@pytest.mark.parametrize("column", ["contacts", "login", "notify", "sync", "last_login"])
@pytest.mark.parametrize("text", ["", "login:active", "e"])
def test_turned_round_a_derived_order_keeps_names_among_equals(firm: Context, column: str, text: str) -> None:
    rows = {
        descending: account_rows(firm, account_ids(firm, AccountQuery(text, sort=column, descending=descending)))
        for descending in (False, True)
    }
    for descending, shown in rows.items():
        values = [getattr(row, column) for row in shown]
        present = [value for value in values if value is not None]
        assert values == sorted(present, reverse=descending) + [None] * (len(values) - len(present))
        for value in set(values):
            names = [row.name for row in shown if getattr(row, column) == value]
            assert names == sorted(names)
    assert {row.id for row in rows[False]} == {row.id for row in rows[True]}


def test_types_and_names_are_sorted_both_ways(firm: Context) -> None:
    def names(sort: str, descending: bool) -> list[str]:
        query = AccountQuery(sort=sort, descending=descending)
        return [row.name for row in account_rows(firm, account_ids(firm, query))]

    assert names("name", True) == names("name", False)[::-1]
    assert names("type", True) == ["Nobody", "Lately", "Pending", "Long ago", "Never", "Offline"]
    assert names("id", False)[0] == names("id", True)[-1] == "Offline"


def test_the_first_lines_are_the_first_of_the_whole_order(firm: Context) -> None:
    for sort in ("name", "last_login", "type", "contacts"):
        for descending in (False, True):
            query = AccountQuery(sort=sort, descending=descending)
            whole = list(account_ids(firm, query))
            assert [row.id for row in first_account_rows(firm, query, 3)] == whole[:3]


def test_an_unknown_column_and_an_unknown_filter_are_refused(firm: Context) -> None:
    with pytest.raises(WrongUse, match="There is no column size"):
        account_ids(firm, AccountQuery(sort="size"))
    with pytest.raises(FilterError):
        count_accounts(firm, AccountQuery("size:3"))
