"""The list of accounts by the standard library's curses and sqlite3 alone, with the same columns of the same rows: the floor.

`python tests/benchmarks/curses_list.py DATABASE` shows it: j, page down, s (by ID) and S (by name), / and a letter for a filter, q.
"""

from __future__ import annotations

import curses
import sqlite3
import sys

_WIDTHS = (11, 28, 11, 8, 6, 7, 6, 12)
_TITLES = ("ID", "NAME", "TYPE", "CONTACTS", "LOGIN", "NOTIFY", "SYNC", "LAST LOGIN")
_ON = "(SELECT sum({0}) || '/' || count(*) FROM contact_settings s WHERE s.account_id = a.id)"
_ROW = f"""
    SELECT printf('● A-%04d', a.id), a.name, a.type, (SELECT count(*) FROM account_contact c WHERE c.account_id = a.id),
        {_ON.format("login")}, {_ON.format("notify")}, {_ON.format("email_sync")},
        (SELECT date(max(u.last_login_at), 'unixepoch') FROM contact_settings s
         JOIN user u ON u.email_address_id = s.email_address_id WHERE s.account_id = a.id)
    FROM account a WHERE archived = 0 AND search_key LIKE ? ORDER BY {{0}} LIMIT ? OFFSET ?"""


class _List:
    """The list on the screen."""

    def __init__(self, screen: curses.window, path: str) -> None:
        self._screen = screen
        self._database = sqlite3.connect(path)
        self._order, self._like, self._top, self._cursor = "search_key, id", "%", 0, 0
        self._height, self._width = screen.getmaxyx()
        self._lines = self._height - 3
        self._rows: list[tuple[object, ...]] = []

    def run(self) -> None:
        """Show the list until q."""
        curses.curs_set(0)
        curses.use_default_colors()
        for pair, (letters, ground) in enumerate(((254, 234), (254, 32), (254, 236)), start=1):
            curses.init_pair(pair, letters, ground)
        self._screen.bkgd(" ", curses.color_pair(1))
        self._screen.idlok(True)
        self._screen.leaveok(True)
        self._read()
        key = 0
        while key != ord("q"):
            self._draw()
            key = self._screen.getch()
            self._take(key)

    def _take(self, key: int) -> None:
        if key == ord("j"):
            self._cursor += 1
        elif key == curses.KEY_NPAGE:
            self._cursor += self._lines
        elif key in (ord("s"), ord("S")):
            self._order, self._cursor, self._top = ("id" if key == ord("s") else "search_key, id"), 0, 0
        elif key == ord("/"):
            self._like, self._cursor, self._top = f"%{chr(self._screen.getch())}%", 0, 0
        top = max(self._top, self._cursor - self._lines + 1)
        if top != self._top or key in (ord("s"), ord("S"), ord("/")):
            self._top = top
            self._read()

    def _read(self) -> None:
        sql = _ROW.format(self._order)
        self._rows = self._database.execute(sql, (self._like, self._lines, self._top)).fetchall()

    def _draw(self) -> None:
        self._screen.erase()
        head = curses.color_pair(3)
        self._line(0, "Accounts", head)
        self._line(1, _cells(_TITLES), head | curses.A_BOLD)
        for y, row in enumerate(self._rows):
            self._line(2 + y, _cells(row), curses.color_pair(2 if self._top + y == self._cursor else 1))
        self._screen.insnstr(self._height - 1, 0, "s sort  / filter  q quit".ljust(self._width), self._width, head)
        self._screen.refresh()

    def _line(self, y: int, text: str, style: int) -> None:
        self._screen.addnstr(y, 0, text.ljust(self._width), self._width, style)


def _cells(values: tuple[object, ...]) -> str:
    found = zip(values, _WIDTHS, strict=True)
    return "  " + "".join(f"{'' if value is None else value!s:{width}.{width}} " for value, width in found)


if __name__ == "__main__":
    curses.wrapper(lambda screen: _List(screen, sys.argv[1]).run())
