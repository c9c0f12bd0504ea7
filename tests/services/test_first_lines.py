"""The beginning of an order, told without the rest, is the beginning of the whole; a question that is stale ends."""

from __future__ import annotations

import pytest

from tests.services.firms import firm_of
from tui_portal.domain.errors import Cancelled, DatabaseUnusable
from tui_portal.services.accounts import SORT_KEYS, AccountQuery, account_ids, first_account_ids
from tui_portal.services.archive import archive
from tui_portal.services.context import Context
from tui_portal.services.progress import answering
from tui_portal.services.tags import change_tags, tag_names

_COUNT = 60

_SWITCHES = """
    INSERT INTO contact_settings (account_id, email_address_id, login, notify, email_sync)
    SELECT ac.account_id, ce.email_address_id, ac.account_id % 3 > 0, ac.account_id % 5 = 0, ce.email_address_id % 7 = 0
    FROM account_contact ac JOIN contact_email ce ON ce.contact_id = ac.contact_id
"""
_USERS = """
    INSERT INTO user (email_address_id, password_hash, activated_at, last_login_at)
    SELECT id, 'hash', 0, CASE WHEN id % 11 THEN 1000 + id * 7919 % 23 END FROM email_address WHERE id % 4
"""


@pytest.fixture
def firm(office: Context) -> Context:
    """Sixty accounts: with one contact, some with two or none, switches here and there, and logins at a few moments."""
    accounts = firm_of(office, _COUNT, 2)
    with office.database.write():
        office.database.execute(_SWITCHES)
        office.database.execute(_USERS)
        office.database.execute("DELETE FROM account_contact WHERE account_id % 9 = 0")
        office.database.execute("INSERT INTO account_contact SELECT id, id + 1, 1 FROM account WHERE id % 8 = 1")
        office.database.execute("UPDATE account SET archived = 1 WHERE id % 13 = 0")
        office.database.execute("UPDATE account SET search_key = (id * 7 % 60) || 'x'")
    assert len(accounts) == _COUNT
    return office


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize(
    "find", ["", "client", "login:active", "login:offline client", "archived:yes", "type:individual -test:yes"]
)
@pytest.mark.parametrize("descending", [False, True])
def test_what_is_known_first_is_how_the_whole_order_begins(
    firm: Context, sort: str, find: str, descending: bool
) -> None:
    query = AccountQuery(find, sort=sort, descending=descending)
    whole = account_ids(firm, query)
    for limit in (1, 2, 4, 9):
        first = first_account_ids(firm, query, limit)
        assert first is None or first == whole[:limit]


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize("descending", [False, True])
def test_the_first_line_of_every_order_is_known_without_the_rest(firm: Context, sort: str, descending: bool) -> None:
    assert first_account_ids(firm, AccountQuery(sort=sort, descending=descending), 1) is not None


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize("find", ["", "client", "nobody is called so"])
def test_how_many_there_are_is_told_and_is_their_number(firm: Context, sort: str, find: str) -> None:
    for descending in (False, True):
        told: list[int] = []
        whole = account_ids(firm, AccountQuery(find, sort=sort, descending=descending), -1, told.append)
        assert set(told) <= {len(whole)}
        assert told or (sort in ("type", "contacts") and descending and find != "client")


@pytest.mark.parametrize("sort", ["login", "last_login"])
def test_an_order_that_nobody_waits_for_any_more_is_given_up_while_it_is_made(firm: Context, sort: str) -> None:
    told: list[int] = []

    def give_up(count: int) -> None:
        told.append(count)
        if len(told) > 1:
            raise Cancelled("")

    with pytest.raises(Cancelled):
        account_ids(firm, AccountQuery(sort=sort), -1, give_up)
    assert len(told) == 2
    assert account_ids(firm, AccountQuery(sort=sort))


def test_an_order_is_read_anew_after_every_change(firm: Context) -> None:
    def whole() -> list[int]:
        return account_ids(firm, AccountQuery(sort="contacts", descending=True)).tolist()

    def by_hand() -> list[int]:
        rows = firm.database.rows(
            "SELECT id FROM account a WHERE archived = 0 ORDER BY "
            "(SELECT count(*) FROM account_contact WHERE account_id = a.id) DESC, search_key, id"
        )
        return [number for (number,) in rows]

    seen = [whole()]
    for change in (
        "DELETE FROM account_contact WHERE account_id = 9 OR contact_id = 10",
        "INSERT INTO account_contact SELECT 2, id, 1 FROM contact WHERE id IN (5, 6, 7)",
        "UPDATE account_contact SET account_id = 3 WHERE account_id = 2 AND contact_id = 5",
        "UPDATE account SET archived = 1 - archived WHERE id IN (2, 13)",
        "DELETE FROM contact WHERE id = 6",
        "DELETE FROM account_contact WHERE account_id = 3",
    ):
        assert seen[-1] == whole() == by_hand()
        with firm.database.write():
            firm.database.execute(change)
        seen.append(whole())
        assert seen[-1] == by_hand() != seen[-2], change


def test_a_question_that_nobody_waits_for_any_more_ends(office: Context) -> None:
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(DatabaseUnusable), answering(office, lambda: True):
        office.database.value(endless)
    assert office.database.value("SELECT 1") == 1


@pytest.mark.parametrize("stops_at", [0.0, 1.0])
def test_tags_and_archive_that_are_stopped_change_nothing(office: Context, stops_at: float) -> None:
    accounts = firm_of(office, 3)
    with pytest.raises(Cancelled):
        change_tags(office, accounts, ["vip"], progress=lambda share: share >= stops_at)
    with pytest.raises(Cancelled):
        archive(office, accounts, progress=lambda share: share >= stops_at)

    assert tag_names(office) == []
    assert office.database.value("SELECT count(*) FROM account WHERE archived") == 0
