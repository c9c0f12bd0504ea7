"""Switches set to what an edit says, address by address: the moves that no wish for whole accounts can tell."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tui_portal.services.access import write_pairs
from tui_portal.services.context import Context
from tui_portal.services.edits import Edit
from tui_portal.services.sets import rows_of


@dataclass(frozen=True, slots=True)
class Switches:
    """The three switches of a mailbox in an account, by their ids."""

    account: int
    address: int
    login: bool = False
    notify: bool = False
    sync: bool = False

    @property
    def any(self) -> bool:
        """Whether one of them is on."""
        return self.login or self.notify or self.sync


def set_switches(context: Context, wanted: Iterable[Switches], changing: Edit) -> int:
    """Inside a write transaction: make the switches be as `wanted`, logged; how many settings changed."""
    rows = list(wanted)
    for row in rows:
        changing.keep("contact_settings", account_id=row.account, email_address_id=row.address)
    text = json.dumps([[r.account, r.address, int(r.login), int(r.notify), int(r.sync)] for r in rows])
    with rows_of(context, "pair", _PAIRS, {"wanted": text}):
        return write_pairs(context, changing.operation.id)


_PAIRS = """
    SELECT w.*, (old_login, old_notify, old_sync) <> (new_login, new_notify, new_sync) AS changed FROM (
        SELECT value ->> '$[0]' AS account_id, value ->> '$[1]' AS email_address_id, coalesce(s.login, 0) AS old_login,
            coalesce(s.notify, 0) AS old_notify, coalesce(s.email_sync, 0) AS old_sync, value ->> '$[2]' AS new_login,
            value ->> '$[3]' AS new_notify, value ->> '$[4]' AS new_sync
        FROM json_each(:wanted) LEFT JOIN contact_settings s
            ON s.account_id = value ->> '$[0]' AND s.email_address_id = value ->> '$[1]'
    ) w
"""
