"""Somebody who looks at the accounts meanwhile: `python -m tests.benchmarks.list_reader DATABASE` reads a screen of the list every
20 ms until its input ends, and prints the milliseconds that each took, as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

from tui_portal.config import Settings
from tui_portal.services.accounts import AccountQuery, account_ids, account_rows
from tui_portal.services.context import open_context

_ROWS = 40
_PAUSE = 0.02


def main(database: str) -> None:
    """Read until told to end."""
    context = open_context(Path(database), Settings())
    ended, taken = threading.Event(), list[float]()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    print("begins", flush=True)
    while not ended.wait(_PAUSE):
        start = time.perf_counter()
        account_rows(context, account_ids(context, AccountQuery(sort="id"), _ROWS))
        taken.append((time.perf_counter() - start) * 1000)
    print(json.dumps(taken), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
