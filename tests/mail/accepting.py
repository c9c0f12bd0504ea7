"""One of several who accept the same invitations: `python -m tests.mail.accepting DATABASE` reads the links' tokens as one line of
JSON, says that it is ready, waits for a line, and prints how many of them it could use.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tui_portal.config import Settings
from tui_portal.services.activation import DeadLink, activate
from tui_portal.services.context import open_context


def main() -> None:
    """Try all of them, in the order in which they were told."""
    context = open_context(Path(sys.argv[1]), Settings())
    tokens = json.loads(sys.stdin.readline())
    print("ready", flush=True)
    sys.stdin.readline()
    won = 0
    for token in tokens:
        try:
            activate(context, token, "hash")
        except DeadLink:
            continue
        won += 1
    print(won, flush=True)


if __name__ == "__main__":
    main()
