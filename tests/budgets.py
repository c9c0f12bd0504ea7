"""The budgets of the terminal application at 100,000 accounts and 120x40: what tests hold it to and benchmarks report.

Bytes and memory are the same from run to run, so that a test can fail for them; times are measured by tests/benchmarks, beside a
curses list of the same rows and an empty Textual application.
"""

from __future__ import annotations

ACCOUNTS = 100_000
SIZE = (120, 40)
HELD_KEYS = 30  # of a key that is held for a second

# Bytes to the terminal.
CURSOR_DOWN = 400
SCROLL_LINE = 600
PAGE_DOWN = 5_000
MARK = 120
DIALOG = 2_500
HELD_KEY = 20_000
# The help is no dialog on top of something but a page of text; its letters alone are more than a dialog may cost.
HELP = 3_500
# A switch is drawn twice, while it is being saved and after it, and a sentence says that it was saved.
SWITCH = 400

# MiB, resident.
MEMORY = 70
MEMORY_MILLION = 100

# Times as ratios: to the curses list, to an empty Textual application, to nobody writing meanwhile.
FIRST_ROWS = 3.0
ANSWERS_KEYS = 1.8
PAGE_DOWN_TIME = 5.0
BESIDE_WRITER = 2.0

# Milliseconds.
SORT = 60.0
FILTER = 50.0
MILLION_FIRST_ROWS = 60.0
MILLION_KEYS = 500.0
