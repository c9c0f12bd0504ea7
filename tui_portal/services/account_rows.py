"""The lines of the Accounts list. What the first lines need stands here, so that little is loaded to show them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tui_portal.domain.accounts import AccountStatus, AccountType, account_code
from tui_portal.services import status, visibility
from tui_portal.services.account_orders import account_ids
from tui_portal.services.account_query import AccountQuery
from tui_portal.services.context import Context
from tui_portal.services.stored import known


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One line of the Accounts list. Times are seconds since 1970."""

    id: int
    name: str
    type: AccountType
    archived: bool
    test: bool
    tags: tuple[str, ...]
    contacts: int
    addresses: int
    login: int
    activated: int
    notify: int
    sync: int
    last_login: int | None
    staff: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        return account_code(self.id)

    @property
    def status(self) -> AccountStatus:
        return AccountStatus.of(self.login, self.archived)

    @property
    def all_pending(self) -> bool:
        """Active, but nobody has chosen a password yet."""
        return self.status is AccountStatus.ACTIVE and self.activated == 0


def account_rows(context: Context, ids: Iterable[int]) -> list[AccountRow]:
    """The lines for `ids`, in their order; an account that is gone is left out."""
    wanted = list(ids)
    found = context.database.rows(
        f"""
        SELECT a.id, a.name, a.type, a.archived, a.test, {status.CONTACTS}, {status.ADDRESSES}, {status.LOGINS},
            {status.ACTIVATED_LOGINS}, {status.NOTIFIED}, {status.SYNCED}, {status.LAST_LOGIN},
            (SELECT json_group_array(name) FROM (
                SELECT t.name FROM account_tag at JOIN tag t ON t.id = at.tag_id WHERE at.account_id = a.id ORDER BY t.name)),
            (SELECT json_group_array(name) FROM (
                SELECT s.name FROM account_staff x JOIN staff s ON s.id = x.staff_id WHERE x.account_id = a.id
                ORDER BY s.name COLLATE NOCASE, s.id))
        FROM account a WHERE a.id IN (SELECT value FROM json_each(?)){visibility.accounts_seen(context, each=True)}
        """,
        [json.dumps(wanted)],
    )
    lines = {
        row[0]: AccountRow(
            id=row[0],
            name=row[1],
            type=known(context.database, AccountType, row[2]),
            archived=bool(row[3]),
            test=bool(row[4]),
            tags=tuple(json.loads(row[12])),
            contacts=row[5],
            addresses=row[6],
            login=row[7],
            activated=row[8],
            notify=row[9],
            sync=row[10],
            last_login=row[11],
            staff=tuple(json.loads(row[13])),
        )
        for row in found
    }
    return [lines[number] for number in wanted if number in lines]


def first_account_rows(context: Context, query: AccountQuery, limit: int) -> list[AccountRow]:
    """The first `limit` lines of the list: what can be painted before the whole order is known."""
    return account_rows(context, account_ids(context, query, limit))
