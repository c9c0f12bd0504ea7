"""Which accounts a filter finds, as SQL."""

from __future__ import annotations

from typing import NamedTuple

from tui_portal.services.context import Context
from tui_portal.services.visibility import accounts_seen


class AccountQuery(NamedTuple):
    """Which accounts, in which order. `find` is a filter as text (domain/filters.py); `archived` counts where it says nothing of it."""

    find: str = ""
    archived: bool = False
    sort: str = "name"
    descending: bool = False


class Found(NamedTuple):
    """The part of a query after FROM that says which accounts `a`; `scans` where it looks at the words of every one of them."""

    source: str
    where: str
    parameters: tuple[object, ...]
    scans: bool = False

    def narrowed(self, condition: str, value: object) -> Found:
        """Those of them for which the condition on `value` holds."""
        return self._replace(where=f"{self.where} AND {condition}", parameters=(*self.parameters, value))


def count_accounts(context: Context, query: AccountQuery) -> int:
    """How many accounts `query` finds. Raises FilterError."""
    found = found_accounts(context, query)
    return int(context.database.value(f"SELECT count(*) FROM {found.source} WHERE {found.where}", found.parameters))


def found_accounts(context: Context, query: AccountQuery) -> Found:
    """What `query.find` says, as SQL on `a`: the accounts, or where words are looked for or contacts counted the search index,
    which has the same columns. Raises FilterError.
    """
    conditions: list[str] = ["a.archived = ?"]
    parameters: list[object] = [int(query.archived)]
    words = False
    if query.find:
        # The filter language is loaded by whoever filters: the first list of a start does not.
        from tui_portal.services.account_terms import conditions_of

        conditions, parameters, words = conditions_of(context, query.find, archived=query.archived)
    source = "account_search a" if words or query.sort == "contacts" else "account a"
    return Found(source, " AND ".join(conditions) + accounts_seen(context), tuple(parameters), scans=words)
