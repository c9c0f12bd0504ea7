"""kill -9 in the middle of a bulk edit: the database holds all of it or nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services.firms import firm_of
from tui_portal.config import Settings
from tui_portal.services.check import Level, check
from tui_portal.services.context import Context, open_context

ACCOUNTS = 50

# Edits copies of a firm in processes that end themselves: at the first statement, the second, and so on, until one comes to
# the end; and in the same way by the instructions of SQLite, at many moments inside the statements.
_EDITS = """
import os, shutil, signal, sys
from pathlib import Path
from tui_portal.config import Settings
from tui_portal.services import undo
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import open_context
from tui_portal.services.staff import identify

template, folder, moment, unit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]

def edit(path, last):
    context = identify(open_context(path, Settings(), clock=lambda: moment), login="olga")
    connection = context.database.models.connection()
    accounts = [number for (number,) in context.database.rows("SELECT id FROM account")]
    seen = 0
    def count(*_arguments):
        nonlocal seen
        seen += 1
        if seen == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0
    if unit == "statements":
        connection.set_trace_callback(count)
    else:
        connection.set_progress_handler(count, int(unit))
    change_access(context, accounts, AccessWish(login=True, notify=True, invite=True, message="Welcome"))
    os._exit(0)  # without closing: what was committed is in the WAL

number, code = 0, 1
while code:
    number += 1
    path = folder / f"{number}.sqlite3"
    shutil.copy(template, path)
    shutil.copy(f"{template}.key", f"{path}.key")
    child = os.fork()
    if child == 0:
        edit(path, number)
    code = os.waitpid(child, 0)[1]
    assert code in (0, signal.SIGKILL), code
print(number)
"""


@pytest.fixture
def template(office: Context) -> Path:
    """A firm of fifty accounts, in one file."""
    firm_of(office, ACCOUNTS, addresses=2)
    office.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return office.database.path


def _edited(template: Path, folder: Path, moment: int, unit: str) -> list[Path]:
    words = [sys.executable, "-W", "error", "-c", _EDITS, str(template), str(folder), str(moment), unit]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [folder / f"{number}.sqlite3" for number in range(1, int(done.stdout) + 1)]


def _saved(path: Path) -> bool:
    """Whether the edit is in the database at `path`: all of it, or nothing at all."""
    context = open_context(path, Settings())
    try:
        counts = context.database.one(
            """
            SELECT (SELECT count(*) FROM contact_settings WHERE login AND notify), (SELECT count(*) FROM invitation),
                (SELECT count(*) FROM outbox WHERE state = 'queued'), (SELECT count(*) FROM operation) * 100,
                (SELECT count(*) FROM activity WHERE operation_id IS NOT NULL) / 2
            """
        )
        assert counts in ((0,) * 5, (2 * ACCOUNTS,) * 5)
        assert [finding.words for finding in check(context) if finding.level is Level.FAULT] == []
        return counts[0] > 0
    finally:
        context.database.close()


@pytest.mark.parametrize("unit", ["statements", "2000"])
def test_a_bulk_edit_that_is_killed_is_saved_whole_or_not_at_all(
    office: Context, template: Path, tmp_path: Path, unit: str
) -> None:
    folder = tmp_path / "edited"
    folder.mkdir()

    paths = _edited(template, folder, office.clock(), unit)

    assert len(paths) > 10
    assert [_saved(path) for path in paths] == [False] * (len(paths) - 1) + [True]


def test_a_bulk_edit_that_is_killed_while_it_is_committed_is_saved_whole_or_not_at_all(
    office: Context, template: Path, tmp_path: Path
) -> None:
    """What a COMMIT has written when it is killed is a part of the WAL, cut off anywhere."""
    folder = tmp_path / "edited"
    folder.mkdir()
    whole = _edited(template, folder, office.clock(), "statements")[-1]
    wal = Path(f"{whole}-wal").read_bytes()
    saved = []
    for part in range(41):
        path = folder / f"cut-{part}.sqlite3"
        shutil.copy(whole, path)
        shutil.copy(f"{template}.key", f"{path}.key")
        Path(f"{path}-wal").write_bytes(wal[: len(wal) * part // 40 - (part % 3) * 7 * (part < 40)])
        saved.append(_saved(path))

    assert saved[-1]
    assert not any(saved[:30])
    assert saved == sorted(saved)
