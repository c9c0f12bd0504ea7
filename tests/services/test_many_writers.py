"""Four people who change the same accounts all at once: everything is done, nothing is lost, the log has all of it."""

from __future__ import annotations

import subprocess
import sys

from tui_portal.domain.accounts import AccountType
from tui_portal.services.check import Level, check
from tui_portal.services.contacts import create_account
from tui_portal.services.context import Context
from tui_portal.services.log_check import check_log

_WRITES, _ACCOUNTS, _WRITERS = 250, 50, 4
# Every second write is a tag of its own; the others count the account's name up, as somebody does who read it before.
_WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from tui_portal.config import Settings
from tui_portal.domain.errors import Conflict
from tui_portal.services.account_edits import account_fields, save_account
from tui_portal.services.context import open_context
from tui_portal.services.staff import identify
from tui_portal.services.tags import change_tags

path, who, writes, accounts = sys.argv[1], *map(int, sys.argv[2:])
office = identify(open_context(Path(path), Settings()), login="olga")
for number in range(writes):
    account = number % accounts + 1
    if number % 2:
        change_tags(office, [account], add=[f"{who}/{number}"])
        continue
    while True:
        seen = account_fields(office, account)
        try:
            save_account(office, account, replace(seen, name=str(int(seen.name) + 1)))
            break
        except Conflict:
            pass
"""


def test_four_processes_of_250_writes_on_the_same_50_accounts_lose_nothing(office: Context) -> None:
    for _ in range(_ACCOUNTS):
        create_account(office, "1000", AccountType.COMPANY)
    before = office.database.value("SELECT count(*) FROM activity")
    words = [sys.executable, "-c", _WRITER, str(office.database.path)]
    writers = [
        subprocess.Popen([*words, str(who), str(_WRITES), str(_ACCOUNTS)], stderr=subprocess.PIPE)
        for who in range(_WRITERS)
    ]
    assert [writer.communicate()[1] for writer in writers] == [b""] * _WRITERS

    half = _WRITERS * _WRITES // 2
    assert office.database.value("SELECT sum(name) FROM account") == 1000 * _ACCOUNTS + half
    assert office.database.value("SELECT count(*) FROM account_tag") == half
    assert office.database.value("SELECT count(*) FROM activity") == before + 2 * half
    assert check_log(office).entry is None
    assert [found.words for found in check(office) if found.level is Level.FAULT] == []
