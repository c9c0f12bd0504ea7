"""What a list shows, as it is filtered and sorted, written for other programs: CSV or JSON (interface.md, `export`).

The lines are read a few hundred at a time in one state of the database, so that a million of them need no more memory than
their ids. In CSV a cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection):
telephone numbers with `+` as well, which is the price.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import secrets
from array import array
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tui_portal.domain.errors import Refused
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import export_lines
from tui_portal.services.account_orders import account_ids
from tui_portal.services.account_query import AccountQuery
from tui_portal.services.context import Context
from tui_portal.services.files import mode_of_new, named_file
from tui_portal.services.log_list import LogListQuery, list_ids
from tui_portal.services.pending import PendingQuery, pending_ids
from tui_portal.services.results import results_of

Line = dict[str, Any]

_CHUNK = 500  # lines that are read together
_BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows UTF-8
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"


class ExportList(StrEnum):
    """What can be exported: the accounts, their contacts, the settings of their addresses, the Pending activation list, the
    activity log, or what became of each address in an edit of many accounts.
    """

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"
    SETTINGS = "settings"
    PENDING = "pending"
    ACTIVITY = "activity"
    RESULTS = "results"


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be written. `query` says which accounts, or which pending mailboxes, in which order; which entries of the log;
    or which operation, by its id.
    """

    what: ExportList
    query: AccountQuery | PendingQuery | LogListQuery | int


def export_accounts(context: Context, find: str, sort: str, descending: bool, archived: bool, path: Path) -> int:
    """Write the Accounts list to a new file: JSON where its name ends in `.json`, else CSV; how many lines. As `write_export`."""
    wanted = Export(ExportList.ACCOUNTS, AccountQuery(find, archived, sort, descending))
    return write_export(context, wanted, format_of(path), path)


def export_pending(context: Context, find: str, sort: str, descending: bool, path: Path) -> int:
    """Write the Pending activation list to a new file; how many lines. As `write_export`."""
    return write_export(
        context, Export(ExportList.PENDING, PendingQuery(find, sort, descending)), format_of(path), path
    )


def export_log(context: Context, wanted: LogListQuery, path: Path) -> int:
    """Write the Activity list to a new file; how many lines. As `write_export`."""
    return write_export(context, Export(ExportList.ACTIVITY, wanted), format_of(path), path)


def export_results(context: Context, operation: int, path: Path) -> int:
    """Write what became of each address in an edit of many accounts to a new file; how many lines. As `write_export`."""
    return write_export(context, Export(ExportList.RESULTS, operation), format_of(path), path)


def format_of(path: Path | None) -> ExportFormat:
    """The format that a file's name asks for."""
    return ExportFormat.JSON if path is not None and path.suffix.lower() == ".json" else ExportFormat.CSV


def write_export(context: Context, wanted: Export, form: ExportFormat, path: Path, *, replace: bool = False) -> int:
    """Write what is `wanted` to `path`, for its owner (`mode_of_new`), whole or not at all; how many lines.

    Raises Refused where that file must not be written (`named_file`), where there is one already (unless it is to be replaced)
    or the folder can't be written, FilterError, WrongUse for an unknown column.
    """
    if not path.name or "\0" in str(path):
        raise Refused(_("A file name is needed, not {path}.").format(path=safe(str(path))))
    path = named_file(context, path)
    new = path.with_name(f".{path.name}.{secrets.token_hex(6)}.new")
    try:
        if not replace and os.path.lexists(path):
            raise FileExistsError(path)
        with os.fdopen(
            os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode_of_new(context, path)),
            "w",
            encoding="utf-8",
            newline="",
        ) as file:
            count = stream_export(context, wanted, form, file.write)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            new.replace(path)
        else:
            path.hardlink_to(new)
    except FileExistsError:
        raise Refused(_("There is already a file at {path}.").format(path=path)) from None
    except OSError as error:
        raise Refused(_("{path} can't be written: {why}.").format(path=path, why=error.strerror)) from None
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
    return count


def stream_export(context: Context, wanted: Export, form: ExportFormat, write: Callable[[str], object]) -> int:
    """Give what is `wanted` to `write`, piece by piece; how many lines. Raises FilterError, WrongUse for an unknown column."""
    with context.database.read():
        pieces = _pieces(context, wanted)
        first = next(pieces)  # a filter that can't be read is told before anything is written
        if form is ExportFormat.CSV:
            return _write_csv(wanted.what, first, pieces, write)
        return _write_json(wanted.what, first, pieces, write)


def _pieces(context: Context, wanted: Export) -> Iterator[list[Line]]:
    """The lines in order, some at a time; at least one piece, which may be empty."""
    query = wanted.query
    if isinstance(query, int):
        yield []
        for lines in results_of(context, query):
            yield [asdict(line) for line in lines]
        return
    if isinstance(query, PendingQuery):
        ids, read = pending_ids(context, query), export_lines.pending
    elif isinstance(query, LogListQuery):
        ids, read = list_ids(context, query), export_lines.activity
    else:
        ids = account_ids(context, query)
        read = {
            ExportList.ACCOUNTS: export_lines.accounts,
            ExportList.CONTACTS: export_lines.contacts,
            ExportList.SETTINGS: export_lines.settings,
        }[wanted.what]
    for start in range(0, max(1, len(ids)), _CHUNK):
        yield read(context, ids[start : start + _CHUNK])
    if (
        wanted.what is ExportList.CONTACTS
        and isinstance(query, AccountQuery)
        and not (query.find.strip() or query.archived)
    ):
        alone: array[int] = export_lines.contacts_without_account(context)
        for start in range(0, len(alone), _CHUNK):
            yield export_lines.lone_contacts(context, alone[start : start + _CHUNK])


def _write_csv(
    what: ExportList, first: list[Line], pieces: Iterator[list[Line]], write: Callable[[str], object]
) -> int:
    columns = export_lines.COLUMNS[what.value]
    write(_BYTE_ORDER_MARK)
    write(_csv_text([list(columns)]))
    count = 0
    for piece in _again(first, pieces):
        write(_csv_text([[_cell(line[column]) for column in columns] for line in piece]))
        count += len(piece)
    return count


def _csv_text(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)  # CR LF, as RFC 4180 says
    return buffer.getvalue()


def _cell(value: Any) -> str:
    """A value as text; lists by `; `, no value as nothing, and nothing that a spreadsheet would run."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        value = "; ".join(" ".join(part.values()) if isinstance(part, dict) else str(part) for part in value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_json(
    what: ExportList, first: list[Line], pieces: Iterator[list[Line]], write: Callable[[str], object]
) -> int:
    write(f'{{"ok": true, "{what}": [')
    count = 0
    for piece in _again(first, pieces):
        lines = (json.dumps(line, ensure_ascii=False) for line in piece)
        write("".join(f"{',' if count or number else ''}\n{line}" for number, line in enumerate(lines)))
        count += len(piece)
    write(f'\n], "total": {count}}}\n')
    return count


def _again(first: list[Line], pieces: Iterator[list[Line]]) -> Iterator[list[Line]]:
    yield first
    yield from pieces
