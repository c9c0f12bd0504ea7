"""The hash chain of the activity log: who changes, removes or inserts an entry afterwards is found out.

A transaction that wrote entries ends with a seal over them: SHA-256 of the seal before and of the entries' text, and an HMAC
of that with the key of the firm's links, so that who writes to the file without the key can't make another chain. For a seal
over several entries four bytes are kept of each, by which the one that does not fit is named. Entries that another program
wrote are sealed by the next transaction of ours, as ones that came by another way.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter

START = bytes(32)  # what stands in the place of the seal before the first one
ENTRIES_OF_A_SEAL = 20_000  # no seal is over more, for the memory that its making takes
MAC_BYTES = 16
_PURPOSE = b"tui_portal activity seal 1\0"
_COLUMNS = (
    *("id", "at", "staff_id", "user_id", "origin", "kind", "account_id", "contact_id", "email_address_id"),
    *("before", "after", "operation_id"),
)

# An entry as bytes; no two entries have the same. Of all that SQLite can make of a row this is the quickest.
LINE = f"CAST(json_array({', '.join(_COLUMNS)}) AS BLOB)"
_LINES = f"SELECT id, {LINE} FROM activity WHERE id > ? AND id <= ? ORDER BY id LIMIT {ENTRIES_OF_A_SEAL}"
_NEWEST = "SELECT last_id, hash FROM activity_seal ORDER BY last_id DESC LIMIT 1"
_INSERT = "INSERT INTO activity_seal (last_id, entries, late, hash, mac, marks) VALUES (?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Seal:
    """The last entry that it is over, and the hash of everything up to there."""

    entry: int
    hash: bytes


def newest_seal(connection: sqlite3.Connection) -> Seal:
    """The newest seal; that of entry 0 where there is none."""
    found = connection.execute(_NEWEST).fetchone()
    return Seal(0, START) if found is None else Seal(*found)


def holds_seal(connection: sqlite3.Connection, seal: Seal) -> bool:
    """Whether this seal is one of the log's; that of entry 0 is every log's. False where the file can't be read."""
    try:
        found = connection.execute("SELECT hash FROM activity_seal WHERE last_id = ?", (seal.entry,)).fetchone()
    except sqlite3.Error:
        return False
    return seal.entry == 0 or found == (seal.hash,)


def seal_entries(connection: sqlite3.Connection, key: bytes | None, *, late: bool = False) -> Seal | None:
    """Seal the entries that no seal is over; the newest seal, or None where there are none.

    Without the key the seals get no HMAC: the next that is made with it vouches for them. `late` are those that were found.
    """
    (newest,) = connection.execute("SELECT max(id) FROM activity").fetchone()
    if newest is None:
        return None
    before = newest_seal(connection)
    if newest <= before.entry:
        return None
    while before.entry < newest:
        lines = connection.execute(_LINES, (before.entry, newest)).fetchall()
        texts = [text for _number, text in lines]
        seal = Seal(lines[-1][0], hash_of(before.hash, texts))
        marks = marks_of(texts) if len(texts) > 1 else b""
        connection.execute(_INSERT, (seal.entry, len(texts), int(late), seal.hash, mac_of(key, seal), marks))
        before = seal
    return before


def hash_of(before: bytes, texts: Sequence[bytes]) -> bytes:
    """The hash of a seal: over the one before, and the entries, each with its length."""
    lengths = array("I", map(len, texts)).tobytes()
    return hashlib.sha256(b"".join((before, lengths, *texts))).digest()


def marks_of(texts: Sequence[bytes]) -> bytes:
    """Four bytes of each entry."""
    return array("I", map(zlib.crc32, texts)).tobytes()


def mac_of(key: bytes | None, seal: Seal) -> bytes | None:
    """What only who has the key can make of a seal."""
    if key is None:
        return None
    return hmac.digest(key, _PURPOSE + seal.entry.to_bytes(8, "big") + seal.hash, "sha256")[:MAC_BYTES]


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found of the log. `entries` and `seals` are how many there are.

    `broken` is the first entry that does not fit, up to `broken_to` where it can't be told more closely; `missing` says that
    entries are gone there, `added` that one came in. `forged` is the first entry that seals without the key vouch for.
    `late` are entries (ids) that came by another way than this program's, the first few of `late_count`; `unsealed` those
    behind the last seal. `proven` is the last entry that the key vouches for: None where that can't be told without the key.
    """

    entries: int
    seals: int
    broken: int | None = None
    broken_to: int | None = None
    missing: bool = False
    added: bool = False
    forged: int | None = None
    late: tuple[int, ...] = ()
    late_count: int = 0
    unsealed: tuple[int, ...] = ()
    proven: int | None = None


_TOLD = 5
_MOST = 2**63 - 1  # the highest number that SQLite gives to a row
_SEALS = "SELECT last_id, entries, late, hash, mac, marks FROM activity_seal ORDER BY last_id"
_ALL_LINES = f"SELECT id, {LINE} FROM activity ORDER BY id"
SealRow = tuple[int, int, int, bytes, bytes | None, bytes]


def verify_chain(
    connection: sqlite3.Connection, key: bytes | None, told: Callable[[int], None] | None = None
) -> Verification:
    """Look at the whole log, in one read transaction of the caller's; `told` hears every so often how many were looked at."""
    (seals,) = connection.execute("SELECT count(*) FROM activity_seal").fetchone()
    (entries,) = connection.execute("SELECT count(*) FROM activity").fetchone()
    lines = _Lines(connection)
    late: list[int] = []
    late_count = looked = 0
    before, newest = START, None
    for row in connection.execute(_SEALS):
        last, count, is_late, kept, mac, _marks = row
        own = lines.up_to(last)
        texts = [text for _number, text in own]
        if hash_of(before, texts) != kept:
            return _broken(own, row, entries, seals)
        if is_late:
            late += [number for number, _text in own][: _TOLD - len(late)]
            late_count += count
        before = kept
        if mac is not None:
            newest = (Seal(last, kept), mac)
        looked += len(own)
        if told is not None and looked // ENTRIES_OF_A_SEAL != (looked - len(own)) // ENTRIES_OF_A_SEAL:
            told(looked)
    return Verification(
        entries,
        seals,
        late=tuple(late),
        late_count=late_count,
        unsealed=tuple(number for number, _text in lines.up_to(_MOST)),
        proven=None if key is None or newest is None else newest[0].entry,
        forged=None if key is None else _forged(connection, key, newest),
    )


class _Lines:
    """All entries (id, text) in their order, read a thousand at a time and taken piece by piece."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._cursor = connection.execute(_ALL_LINES)
        self._read: list[tuple[int, bytes]] = []
        self._at = 0

    def up_to(self, last: int) -> list[tuple[int, bytes]]:
        """Those that were not taken yet, up to the entry `last`."""
        while not self._read or self._read[-1][0] <= last:
            more = self._cursor.fetchmany(1000)
            if not more:
                break
            self._read, self._at = self._read[self._at :] + more, 0
        begin = self._at
        self._at = bisect_right(self._read, last, begin, key=itemgetter(0))
        return self._read[begin : self._at]


def _broken(own: list[tuple[int, bytes]], row: SealRow, entries: int, seals: int) -> Verification:
    """Which of the entries under this seal is the first that does not fit."""
    last, count, _late, _hash, _mac, marks = row
    missing, added = len(own) < count, len(own) > count
    kept = array("I", marks) if count > 1 and len(marks) == 4 * count else None
    if kept is not None:
        for (number, text), mark in zip(own, kept, strict=False):
            if zlib.crc32(text) != mark:
                return Verification(entries, seals, number, None, missing, added)
        if missing or added:
            number = last if missing else own[count][0]
            return Verification(entries, seals, number, None, missing, added)
    # Every entry is as it was, or there is only one: the seal itself or what it is tied to was changed, or that entry.
    first = own[0][0] if own else last
    return Verification(entries, seals, first, last if last != first else None, missing, added)


def _forged(connection: sqlite3.Connection, key: bytes, newest: tuple[Seal, bytes] | None) -> int | None:
    """The first entry under a seal that was made without the key, where the newest one was."""
    if newest is None or hmac.compare_digest(mac_of(key, newest[0]) or b"", newest[1]):
        return None
    before = 0
    for last, _count, _late, kept, mac, _marks in connection.execute(_SEALS):
        if mac is not None and not hmac.compare_digest(mac_of(key, Seal(last, kept)) or b"", mac):
            break
        before = last if mac is not None else before
    found = connection.execute("SELECT min(id) FROM activity WHERE id > ?", (before,)).fetchone()
    return int(found[0]) if found[0] is not None else None
