"""The schema, in steps. `PRAGMA user_version` says how many steps a file has behind it; a step is one transaction."""

from __future__ import annotations

from tui_portal.store.migrations import m0001_first, m0001_search

APPLICATION_ID = 0x74756970  # "tuip": a file of somebody else's is not taken for one of ours
STEPS: tuple[tuple[str, ...], ...] = ((*m0001_first.STATEMENTS, *m0001_search.STATEMENTS),)
SCHEMA_VERSION = len(STEPS)
