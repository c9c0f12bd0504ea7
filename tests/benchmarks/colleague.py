"""A colleague at work on the same database: edits many accounts and takes it back, again and again, until told to end.

`python -m tests.benchmarks.colleague DATABASE ACCOUNTS [SECONDS]` writes a line when it begins, and one after each edit and each
undo; then it rests for so many seconds.
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path

from tui_portal.config import Settings
from tui_portal.domain.errors import NotFound
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.accounts import AccountQuery, account_ids
from tui_portal.services.context import open_context
from tui_portal.services.staff import identify
from tui_portal.services.undo import undo_last

_WISH = AccessWish(login=True, notify=True, sync=True, invite=True, message="Welcome to our portal.")


def main(database: str, accounts: str, rest: str = "0") -> None:
    """Edit for ever."""
    context = identify(open_context(Path(database), Settings()))
    ids = list(account_ids(context, AccountQuery(sort="id"), int(accounts)))
    print("begins", flush=True)
    while True:
        start = time.perf_counter()
        change = change_access(context, ids, _WISH)
        tell(f"{change.changed:,} settings, {change.invitations:,} invitations", start)
        time.sleep(float(rest))
        start = time.perf_counter()
        # Another colleague at work on the same accounts may have taken it back already.
        with contextlib.suppress(NotFound):
            undo_last(context)
            tell("taken back", start)
        time.sleep(float(rest))


def tell(what: str, start: float) -> None:
    """One line: what was done and how long it took."""
    print(f"{what} in {(time.perf_counter() - start) * 1000:.0f} ms", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
