"""Is the activity log whole: as it was written, by this program, up to its end?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tui_portal.domain.moments import local
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services.context import Context
from tui_portal.services.mail_checks import Finding, Level
from tui_portal.services.restores import Standing, standing
from tui_portal.store.seals import Verification

_NAMED = 5  # entries that are told by their numbers


@dataclass(frozen=True, slots=True)
class LogState:
    """What was found of a log with so many entries; `entry` is the first that is not as it was written, None where all are."""

    findings: tuple[Finding, ...]
    entries: int
    entry: int | None


def check_log(context: Context, told: Callable[[int], None] | None = None) -> LogState:
    """Look at the whole log; `told` hears every so often how many entries were looked at. Changes nothing."""
    stands = standing(context.database)  # before the transaction: others go on writing, and note how far they came
    with context.database.read():
        found = context.database.verify_log(told)
        findings = [*_chain(context, found), *_strangers(found), *_end(context, found)]
    if not findings:
        words = ngettext(
            "the activity log is whole: {n} entry, sealed",
            "the activity log is whole: {n} entries, sealed",
            found.entries,
        )
        findings.append(Finding("activity", Level.FINE, words.format(n=f"{found.entries:,}")))
    findings += [_finding_of(context, stands)] if stands is not Standing.AS_LEFT else []
    entry = next((n for n in (found.broken, found.forged, *found.unsealed[:1], *found.late[:1]) if n is not None), None)
    return LogState(tuple(findings), found.entries, entry)


def _chain(context: Context, found: Verification) -> list[Finding]:
    if found.broken is not None:
        return [Finding("activity", Level.FAULT, _broken(context, found))]
    if found.forged is not None:
        words = _("the activity log was sealed anew without the key of this firm, from entry {entry} on")
        return [Finding("activity", Level.FAULT, words.format(entry=_named(context, found.forged)))]
    if context.database.seal_key() is None:
        words = _("without its key file nothing tells that the seals of the activity log are this program's own")
        return [Finding("activity_key", Level.FAULT, words)]
    if found.entries and not found.proven:
        words = _("the activity log fits together; its key vouches for it from the next change on")
        return [Finding("activity_key", Level.WARNING, words)]
    return []


def _broken(context: Context, found: Verification) -> str:
    entry = _named(context, found.broken or 0)
    if found.broken_to is not None:
        words = _("the activity log was changed: entry {entry}, or one after it up to {last}, is not as it was written")
        return words.format(entry=entry, last=found.broken_to)
    if found.missing:
        return _("the activity log was changed: entries are gone; {entry} is the first that does not fit").format(
            entry=entry
        )
    if found.added:
        return _("the activity log was changed: entry {entry} does not fit, there is one too many").format(entry=entry)
    return _("the activity log was changed: entry {entry} is not as it was written").format(entry=entry)


def _strangers(found: Verification) -> list[Finding]:
    """Entries that this program did not write."""
    findings = []
    for about, numbers, count, words in (
        (
            "activity_unsealed",
            found.unsealed,
            len(found.unsealed),
            _("entries without a seal, by another program: {names}"),
        ),
        ("activity_late", found.late, found.late_count, _("entries that another program wrote: {names}")),
    ):
        if count:
            names = ", ".join(str(number) for number in numbers[:_NAMED])
            if count > _NAMED:
                more = count - _NAMED
                names = ngettext("{names} and {n} more", "{names} and {n} more", more).format(names=names, n=more)
            findings.append(Finding(about, Level.FAULT, words.format(names=names)))
    return findings


def _end(context: Context, found: Verification) -> list[Finding]:
    """Numbers are given once: one that was given, and is not there, was at the end and was cut off."""
    given = context.database.value("SELECT seq FROM sqlite_sequence WHERE name = 'activity'") or 0
    newest = context.database.value("SELECT max(id) FROM activity") or 0
    if given <= newest or found.broken is not None:
        return []
    words = _("the end of the activity log was cut off: entry {first} is missing, and all up to {last}")
    return [Finding("activity_end", Level.FAULT, words.format(first=newest + 1, last=given))]


def _finding_of(context: Context, stands: Standing) -> Finding:
    path = context.database.witness.path
    if stands is Standing.UNKNOWN:
        words = _(
            "{path} is missing, which says how far the log had come: an older backup would not be known for one, and its links would live again"
        )
        return Finding("epoch", Level.WARNING, words.format(path=path))
    words = _(
        "the database is older than this machine knows it ({path}): a backup was put back, or the end of the log was cut off. "
        "All links die when it is opened next."
    )
    return Finding("epoch", Level.FAULT, words.format(path=path))


def _named(context: Context, number: int) -> str:
    """An entry as a person finds it: its number, when, what."""
    row = context.database.one("SELECT at, kind FROM activity WHERE id = ?", [number])
    if row is None:
        return str(number)
    at, kind = row
    when = f"{local(at):%Y-%m-%d %H:%M}" if isinstance(at, int) and 0 <= at < 2**34 else "?"
    return _("{number} ({when}, {kind})").format(number=number, when=when, kind=safe(str(kind)))
