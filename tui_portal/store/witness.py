"""What stands beside the key: how far the activity log had come, and the epoch of the firm's links.

The file is no part of a backup. A database whose log does not hold the entry that stands here was put back from an older
state, and links that were used or cancelled since would live again: the epoch is raised then, which kills every link that was
made before. It goes into the key that links are signed with.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tui_portal.store.seals import Seal

_TEXT = "tui_portal epoch {epoch:010d} entry {entry:020d} seal {hash}"
_READ = re.compile(rb"(tui_portal epoch ([0-9]{10}) entry ([0-9]{20}) seal ([0-9a-f]{64})) ([0-9a-f]{8})\n")
_PURPOSE = b"tui_portal links of epoch 1\0"


@dataclass(frozen=True, slots=True)
class Record:
    """The epoch of the links, and the newest seal of the log that was seen."""

    epoch: int
    seal: Seal


class Witness:
    """The file `<database>.epoch`."""

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(f"{database.name}.epoch")

    def read(self) -> Record | None:
        """What the file says; None where there is none, or it can't be read."""
        try:
            return _record(self.path.read_bytes())
        except OSError:
            return None

    def write(self, record: Record) -> None:
        """Put the file in place, whole or not at all. Raises OSError."""
        new = self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}.new")
        try:
            with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(_bytes(record))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self.path)
        finally:
            new.unlink(missing_ok=True)

    def note(self, seal: Seal, before: Seal, is_held: Callable[[Seal], bool]) -> None:
        """The log has come so far, from `before` on. What stands here stays where the log does not hold it (`is_held`): it proves
        that the log was another one. What can't be noted is left out: a former seal proves a restored database as well.
        """
        with contextlib.suppress(OSError):
            file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
            try:
                record = _record(os.pread(file, 200, 0))
                if record is not None and (
                    record.seal == before or (record.seal.entry < seal.entry and is_held(record.seal))
                ):
                    os.pwrite(file, _bytes(Record(record.epoch, seal)), 0)
            finally:
                os.close(file)


def key_of_epoch(key: bytes, epoch: int) -> bytes:
    """The key that the links of this epoch are signed with."""
    return key if epoch == 0 else hmac.new(key, _PURPOSE + epoch.to_bytes(8, "big"), hashlib.sha256).digest()


def _bytes(record: Record) -> bytes:
    text = _TEXT.format(epoch=record.epoch, entry=record.seal.entry, hash=record.seal.hash.hex()).encode()
    return text + f" {zlib.crc32(text):08x}\n".encode()


def _record(content: bytes) -> Record | None:
    found = _READ.fullmatch(content)
    if found is None or int(found[5], 16) != zlib.crc32(found[1]):
        return None
    return Record(int(found[2]), Seal(int(found[3]), bytes.fromhex(found[4].decode())))
