"""Messages out of a file, a maildir or a stream, one after the other. Only read: nothing is moved, marked or deleted.

Of a message that is larger than wanted its beginning is given: what a delivery status notice says stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_CHUNK = 64 * 1024
# Who writes an mbox quotes such a line inside a message; asking for a time of day as well spares those who do not.
_SEPARATOR = re.compile(rb"From \S+ .*\d\d:\d\d")


def is_maildir(path: Path) -> bool:
    """Whether the directory at `path` is laid out as one."""
    return (path / "cur").is_dir() or (path / "new").is_dir()


def messages_of(path: Path, most: int) -> Iterator[bytes]:
    """The messages in the file (one message, or an mbox) or the maildir at `path`, at most `most` bytes of each.

    Raises OSError for what can't be read; for a message of a maildir when all others were given.
    """
    if not path.is_dir():
        with path.open("rb") as stream:
            yield from messages_in(stream, most)
        return
    problem: OSError | None = None
    # In this order: a mail program that looks at a message meanwhile moves it from new to cur.
    for folder in ("new", "cur"):
        for file in sorted((path / folder).glob("[!.]*")):
            try:
                content = _beginning(file, most) if file.is_file() else b""
            except FileNotFoundError:
                continue
            except OSError as error:
                problem = error
                continue
            if content:
                yield content
    if problem is not None:
        raise problem


def _beginning(file: Path, most: int) -> bytes:
    with file.open("rb") as stream:
        return stream.read(most)


def messages_in(stream: BinaryIO, most: int) -> Iterator[bytes]:
    """The messages in a stream: an mbox where its first line begins with `From `, else one message. Lines may be of any length."""
    held = bytearray()
    begun = is_mbox = False
    at_line_start = after_blank = True
    while chunk := stream.readline(_CHUNK):
        whole_line, at_line_start = at_line_start, chunk.endswith(b"\n")
        is_blank = whole_line and not chunk.strip(b"\r\n")
        if not begun:
            if is_blank:
                continue
            begun = True
            is_mbox = chunk.startswith(b"From ")
            if is_mbox:
                after_blank = False
                continue
        if is_mbox and whole_line and after_blank and _SEPARATOR.match(chunk):
            if held.strip():
                yield bytes(held)
            held.clear()
        elif len(held) < most:
            held += chunk[: most - len(held)]
        after_blank = is_blank
    if held.strip():
        yield bytes(held)
