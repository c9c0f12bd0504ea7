"""Taking accounts, contacts and addresses from a CSV file (interface.md, `import`).

One contact a line. The account of a line is what its account column says; where the file has no such column, its company
(`Company` in Outlook, `Organization` in Google Contacts and Thunderbird), which makes it a company; where that is empty too, an
individual account named after the contact. Two names are one account, and one contact's name, when they differ in case and
white space only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tui_portal.domain.columns import Columns, recognise
from tui_portal.domain.errors import WrongUse
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services import activity, invitations
from tui_portal.services.access import AccessChange, AccessWish, Targets, apply_wish
from tui_portal.services.context import Context
from tui_portal.services.files import named_file
from tui_portal.services.import_lines import ImportLine, LineReader, Remark
from tui_portal.services.import_matching import FILLED, Additions, Matcher
from tui_portal.services.import_reading import Table, read_file, read_table

_BATCH = 5000  # lines whose rows are written together


@dataclass(frozen=True, slots=True)
class Made:
    """How many were made, and how many the file names that were there already."""

    created: int
    existing: int


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file: how it was read, what was made of it, what was told.

    `changed` counts everything that is new, linked, filled in or switched; it is 0 when the same file comes again. `settings`,
    `invitations` and `notices` are those of the access that was wished for.
    """

    encoding: str
    delimiter: str
    columns: Columns
    lines: int
    taken: int
    accounts: Made
    contacts: Made
    addresses: Made
    linked: int
    completed: int
    tagged: int
    changed: int
    settings: int
    invitations: int
    notices: int
    warnings: tuple[Remark, ...]
    skipped: tuple[Remark, ...]


class _DryRun(Exception):
    def __init__(self, result: ImportResult) -> None:
        self.result = result


def import_file(
    context: Context, path: Path, wishes: Sequence[str] = (), wish: AccessWish | None = None, dry_run: bool = False
) -> ImportResult:
    """Take what the CSV file at `path` says; `wishes` are `FIELD=COLUMN`, `wish` is for the addresses of its lines in their accounts.

    One transaction: rows, access, log entries, invitations. A line that can't be taken is told, the others are taken; an
    invalid address is taken and told. A contact that is there (same name and a shared address, or same name in the account
    where one of the two has no address) is linked and completed, never overwritten. A mailbox that has an open invitation
    gets no other. `dry_run` does all of it and takes it back. Raises NotAllowed, WrongUse for a file that is none, Refused.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    context.require(Right.VIEW_ALL)  # what is there already is found by it
    if wish is not None:
        invitations.check_message(context, wish.message)
    data = read_file(named_file(context, path), context.settings.limits.import_bytes)
    table = read_table(data, lambda header: recognise(header).known)
    columns = _columns(table, wishes)
    reader = LineReader(context, columns)
    lines = list(reader.read(table.records))
    if not reader.lines:
        raise WrongUse(_("The file has the line with the columns' names and nothing after it."))
    # Most of the work is to find out what is new. It is done before the lock is taken, for others write meanwhile; again only
    # where they did.
    version = context.database.data_version()
    with context.database.read():
        placed = _place(context, lines)
    try:
        with context.database.write():
            if context.database.data_version() != version:
                placed = _place(context, lines)
            result = _take(context, safe(path.name), lines, placed, wish, _unplaced(table, columns, reader))
            if dry_run:
                raise _DryRun(result)
            return result
    except _DryRun as done:
        return done.result


def _columns(table: Table, wishes: Sequence[str]) -> Columns:
    columns = recognise(table.header, wishes)
    if columns.usable:
        return columns
    if any("@" in name for name in columns.header):
        raise WrongUse(_("The first line must name the columns; in this file it holds an address."))
    raise WrongUse(
        _(
            "No column is known as a name, an account or an e-mail address. There are: {columns}. Name them with --map."
        ).format(columns=", ".join(safe(name) for name in columns.header if name))
    )


def _unplaced(table: Table, columns: Columns, reader: LineReader) -> ImportResult:
    """The result before anything is placed."""
    none = Made(0, 0)
    return ImportResult(
        encoding=table.encoding,
        delimiter=table.delimiter,
        columns=columns,
        lines=reader.lines,
        taken=reader.lines - len(reader.skipped),
        accounts=none,
        contacts=none,
        addresses=none,
        linked=0,
        completed=0,
        tagged=0,
        changed=0,
        settings=0,
        invitations=0,
        notices=0,
        warnings=tuple(reader.warnings),
        skipped=tuple(reader.skipped),
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """What the lines are in the database, and the rows that are new, in batches. `targets` are (account, mailbox) of each line."""

    matcher: Matcher
    batches: Sequence[Additions]
    targets: set[tuple[int, int]]


def _take(
    context: Context,
    file: str,
    lines: Sequence[ImportLine],
    placed: _Placed,
    wish: AccessWish | None,
    result: ImportResult,
) -> ImportResult:
    """Write what is new, and the access that is wished for."""
    for new in placed.batches:
        _write(context, new)
    result = _counted(placed, result)
    if wish is not None:
        access = apply_wish(context, Targets.of_pairs(placed.targets), wish, again=False)
        result = replace(
            result,
            changed=result.changed + access.changed + access.invitations + access.notices,
            settings=access.changed,
            invitations=access.invitations,
            notices=access.notices,
            skipped=result.skipped + _with_lines(access, lines),
        )
    if result.changed:
        _record(context, file, result)
    return result


def _place(context: Context, lines: Sequence[ImportLine]) -> _Placed:
    """Inside a transaction: what the lines are in the database as it is now."""
    matcher = Matcher(context, lines)
    batches, targets = list[Additions](), set[tuple[int, int]]()
    for start in range(0, len(lines), _BATCH):
        for line in lines[start : start + _BATCH]:
            targets.update(matcher.place(line))
        new = matcher.take()
        if new.count:
            batches.append(new)
    return _Placed(matcher, batches, targets)


def _counted(placed: _Placed, result: ImportResult) -> ImportResult:
    """The result with the numbers of what is new."""
    matcher, batches = placed.matcher, placed.batches
    return replace(
        result,
        accounts=Made(sum(len(new.accounts) for new in batches), len(matcher.existing_accounts)),
        contacts=Made(sum(len(new.contacts) for new in batches), len(matcher.existing_contacts)),
        addresses=Made(sum(len(new.addresses) for new in batches), len(matcher.existing_addresses)),
        linked=sum(len(new.account_contacts) for new in batches),
        completed=len(matcher.completed),
        tagged=sum(len(new.account_tags) for new in batches),
        changed=sum(new.count for new in batches),
        warnings=tuple(sorted((*result.warnings, *matcher.warnings), key=lambda told: told.line or 0)),
    )


def _with_lines(access: AccessChange, lines: Sequence[ImportLine]) -> tuple[Remark, ...]:
    """Those whom access was not changed for, each with the first line of the file that has the address."""
    numbers: dict[str, int] = {}
    if access.skipped:
        for line in lines:
            for _label, check in line.emails:
                numbers.setdefault(check.address, line.number)
    return tuple(Remark(numbers.get(s.address), s.reason, s.address, s.account) for s in access.skipped)


def _write(context: Context, new: Additions) -> None:
    """The rows, as sets, and a log entry for each account that was made and each contact that was linked or completed."""
    many = context.database.execute_many
    many("INSERT INTO account (id, name, search_key, type, created_at) VALUES (?, ?, ?, ?, ?)", new.accounts)
    many("INSERT INTO tag (id, name) VALUES (?, ?)", new.tags)
    many("INSERT INTO account_tag (account_id, tag_id) VALUES (?, ?)", new.account_tags)
    many(
        f"INSERT INTO contact (id, name, {', '.join(FILLED)}, search_key, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        new.contacts,
    )
    many(
        """
        INSERT INTO email_address (id, address, canonical, validity, reason, checked_at, flags, check_version)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
        new.addresses,
    )
    many(
        "INSERT INTO contact_email (contact_id, email_address_id, label, position) VALUES (?, ?, ?, ?)",
        new.contact_emails,
    )
    many(
        "INSERT INTO account_contact (account_id, contact_id, position) VALUES (?, ?, ?)",
        (row[:3] for row in new.account_contacts),
    )
    many(
        f"UPDATE contact SET {', '.join(f'{name} = coalesce(?, {name})' for name in FILLED)}, version = version + 1 WHERE id = ?",
        ((*(details.get(name) for name in FILLED), contact) for contact, details in new.filled),
    )
    # Who has one of these before them saw neither the new address nor the new tag, and would take it off again.
    added, tagged = {row[0] for row in new.contact_emails}, {row[0] for row in new.account_tags}
    added.difference_update(row[0] for row in new.contacts)
    tagged.difference_update(row[0] for row in new.accounts)
    many("UPDATE contact SET version = version + 1 WHERE id = ?", ((number,) for number in sorted(added)))
    many("UPDATE account SET version = version + 1 WHERE id = ?", ((number,) for number in sorted(tagged)))
    activity.record_many(
        context,
        "account_created",
        ((number, None, {}, {"name": name, "type": kind}) for number, name, _key, kind, _at in new.accounts),
    )
    activity.record_for_contacts(
        context,
        "contact_linked",
        ((account, contact, {}, {"name": name}) for account, contact, _position, name in new.account_contacts),
    )
    activity.record_for_contacts(
        context,
        "contact_completed",
        ((None, contact, dict.fromkeys(details, ""), details) for contact, details in new.filled),
    )


def _record(context: Context, file: str, result: ImportResult) -> None:
    activity.record(
        context,
        "file_imported",
        after={
            "file": file,
            "lines": result.lines,
            "taken": result.taken,
            "accounts": result.accounts.created,
            "contacts": result.contacts.created,
            "addresses": result.addresses.created,
        },
    )
