"""From a file to its lines: what encoding it is in, what parts its cells, and where each record starts."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from tui_portal.domain.errors import WrongUse
from tui_portal.i18n import _, ngettext

DELIMITERS = (",", ";", "\t")
_ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
    "cp932": "Shift JIS",
}
_CHUNK = 1 << 20
_SAMPLE = 4096
_KANA = re.compile("[\u3041-\u30fe]")
_SEPARATOR_LINE = re.compile(r'^\ufeff?"?sep=(.)"?[\r\n]*$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the number of its first physical line, as an editor counts from 1; its cells; what is wrong with it, in words."""

    line: int
    cells: list[str]
    fault: str = ""


class Table:
    """The header and the records of a delimited text. A blank line is none; `records` can be read once."""

    def __init__(self, encoding: str, delimiter: str, header: list[str], records: Iterator[Record]) -> None:
        self.encoding = _ENCODING_NAMES[encoding]
        self.delimiter = delimiter
        self.header = header
        self.records = records


def read_file(path: Path, most: int) -> bytes:
    """The bytes of the file at `path`. Raises WrongUse where it can't be read, is empty, or has more than `most` bytes."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise WrongUse(_("{path} can't be read: {why}.").format(path=path, why=error.strerror)) from None
    if len(data) > most:
        raise WrongUse(
            _("{path} is larger than {most} bytes, the limit (limits.import_bytes). Import it in parts.").format(
                path=path, most=most
            )
        )
    if not data.strip():
        raise WrongUse(_("{path} is empty.").format(path=path))
    return data


def read_table(data: bytes, known: Callable[[Sequence[str]], int]) -> Table:
    """The table in `data`. `known` says how many columns of a header are understood; it decides between delimiters.

    Raises WrongUse for what is no text, and where nothing stands in it.
    """
    encoding = _encoding(data)
    csv.field_size_limit(
        max(csv.field_size_limit(), len(data))
    )  # a cell is as long as it likes inside the file's own limit
    delimiter, first_line = _delimiter(data, encoding, known)
    lines = _lines(data, encoding)
    for _passed_over in range(first_line - 1):
        next(lines)
    records = _records(lines, delimiter, first_line)
    header = next(records, None)
    if header is None:
        raise WrongUse(_("There are no lines in the file."))
    if header.fault:
        raise WrongUse(_("The line with the columns' names can't be read: {why}.").format(why=header.fault))
    width = len(header.cells)
    while width > 1 and not header.cells[width - 1].strip():
        width -= 1
    return Table(encoding, delimiter, header.cells[:width], _checked(records, width))


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    """The physical lines with their ends. Only CR, LF and CRLF end a line, as in an editor and in CSV (RFC 4180)."""
    return iter(io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline=""))


def _encoding(data: bytes) -> str:
    """The codec for `data`: by its mark, else what it can be. Raises WrongUse for what is no text."""
    _refuse_other_formats(data)
    if data.startswith(codecs.BOM_UTF8):
        return _proved(data, "utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _proved(data, "utf-16")
    if b"\0" in data:
        return _unmarked_utf16(data)
    try:
        return _proved(data, "utf-8")
    except WrongUse:
        _refuse_damaged_utf8(data)
    return _legacy(data)


def _unmarked_utf16(data: bytes) -> str:
    """UTF-16 without its mark, where the first line shows it: every second byte of its ASCII characters is 0."""
    first = data[: data.find(b"\n") + 1 or _SAMPLE][:_SAMPLE]
    even, odd = first[::2].count(0), first[1::2].count(0)
    most = max(even, odd)
    if most < 2 or most * 20 < len(first) or most <= 4 * min(even, odd):
        raise _no_text()
    try:
        return _proved(data, "utf-16-le" if odd > even else "utf-16-be")
    except WrongUse:
        raise _no_text() from None


def _refuse_other_formats(data: bytes) -> None:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise WrongUse(_("This is a workbook, not CSV. Save it as CSV (UTF-8) and import that."))
    if data.lstrip(codecs.BOM_UTF8 + b" \r\n\t")[:11].upper() == b"BEGIN:VCARD":
        raise WrongUse(_("This is a vCard, not CSV. Export the contacts as CSV and import that."))


def _proved(data: bytes, encoding: str) -> str:
    """`encoding`, when all of `data` can be read in it and holds no NUL. Raises WrongUse."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), _CHUNK):
            end = start + _CHUNK
            if "\0" in decoder.decode(data[start:end], final=end >= len(data)):
                raise _no_text()
    except UnicodeDecodeError:
        raise WrongUse(
            _("The file is damaged: it is marked as {encoding}, but is not written in it throughout.").format(
                encoding=_ENCODING_NAMES[encoding]
            )
        ) from None
    return encoding


def _no_text() -> WrongUse:
    return WrongUse(_("This is no text file. A CSV file is needed."))


def _refuse_damaged_utf8(data: bytes) -> None:
    """A text that is UTF-8 but for a few bytes would come out garbled in any other encoding: say where it is broken."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    if len(text) - len(text.encode("ascii", "ignore")) > 2 * broken:
        line = len(re.findall("\r\n|\r|\n", text[: text.index("\ufffd")])) + 1
        raise WrongUse(_("The file is damaged: line {line} is not in UTF-8 like the others.").format(line=line))


def _legacy(data: bytes) -> str:
    """Windows-1252; Shift JIS where that gives kana, whose bytes stand in no list of names in Windows-1252 (`‚` and `ƒ`)."""
    try:
        if _KANA.search(data.decode("cp932")):
            return "cp932"
    except UnicodeDecodeError:
        pass
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        raise WrongUse(
            _("The file is in none of the encodings UTF-8, UTF-16 and Windows-1252. Save it as UTF-8.")
        ) from None
    return "cp1252"


def _delimiter(data: bytes, encoding: str, known: Callable[[Sequence[str]], int]) -> tuple[str, int]:
    """What parts the cells, and the number of the first line that counts: Excel's `sep=;` before it is no record.

    The delimiter is the one under which most columns are understood, then the one that gives most columns.
    """
    said = _SEPARATOR_LINE.match(next(_lines(data, encoding), ""))
    if said:
        return said[1], 2
    scores = []
    for candidate in DELIMITERS:
        header = next(_records(_lines(data, encoding), candidate, 1), None)
        sound = header is not None and not header.fault
        scores.append((known(header.cells), len(header.cells)) if header and sound else (-1, 0))
    return DELIMITERS[scores.index(max(scores))], 1


def _records(source: Iterator[str], delimiter: str, number: int) -> Iterator[Record]:
    """The records from line `number` on, blank ones left out.

    Where a quotation mark is not closed as it should be, the record that opened it is at fault, and what it swallowed is read
    again; nothing of that is believed until a record is as wide as the last sound one.
    """
    waiting: deque[str] = deque()
    held: list[str] = []
    doubtful = False
    width = 0

    def feed() -> Iterator[str]:
        for line in chain(_drained(waiting), source):
            held.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Record(number, [], _("a quotation mark in it is not closed, or stands alone"))
            waiting.extendleft(reversed(held[1:]))
            doubtful, number = True, number + 1
            held.clear()
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
            continue
        if any(map(str.strip, cells)):
            doubtful = doubtful and len(cells) != width
            yield Record(number, cells, _("a line before it has an open quotation mark") if doubtful else "")
            width = width if doubtful else len(cells)
        number += len(held)
        held.clear()


def _drained(waiting: deque[str]) -> Iterator[str]:
    while waiting:
        yield waiting.popleft()


def _checked(records: Iterable[Record], width: int) -> Iterator[Record]:
    """`records`, those at fault that have more cells than the header has columns: a missing quotation mark moves all of them."""
    for record in records:
        beyond = len(record.cells) - width
        if beyond > 0 and any(map(str.strip, record.cells[width:])):
            yield Record(
                record.line,
                [],
                ngettext(
                    "it has {n} cell more than there are columns; a quotation mark may be missing",
                    "it has {n} cells more than there are columns; a quotation mark may be missing",
                    beyond,
                ).format(n=beyond),
            )
        else:
            yield record
