"""From a file to its cells: encodings, delimiters, line numbers, and files that are none."""

from __future__ import annotations

import csv
import io
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.columns import recognise
from tui_portal.domain.errors import WrongUse
from tui_portal.services.import_reading import Record, Table, read_file, read_table

HEADER = ["Account name", "Name", "Email", "Prénom du conjoint"]

_any_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
# No bytes from 80 to BF: what is left can be neither UTF-8 nor Shift JIS with kana by chance.
_latin = string.printable + "\x01\x07\x1b\x7f" + "".join(map(chr, range(0xC0, 0x100)))
_latin_text = st.text(st.sampled_from(_latin), max_size=12)


def _table(data: bytes) -> Table:
    return read_table(data, lambda header: recognise(header).known)


def _written(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    buffer = io.StringIO(newline="")
    # Before Python 3.13 the writer left a line end that is not its own without quotation marks.
    quoting = csv.QUOTE_MINIMAL if end == "\r\n" else csv.QUOTE_ALL
    csv.writer(buffer, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return buffer.getvalue()


def _rows(cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    row = st.lists(cell, min_size=len(HEADER), max_size=len(HEADER))
    return st.lists(row.filter(lambda cells: any(c.strip() for c in cells)), max_size=5)


@given(
    rows=_rows(_any_text),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\r\n", "\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
)
def test_whatever_cells_hold_they_are_read_as_they_were_written(
    rows: list[list[str]], delimiter: str, end: str, encoding: str
) -> None:
    table = _table(_written([HEADER, *rows], delimiter, end).encode(encoding))

    assert table.delimiter == delimiter
    assert table.header == HEADER
    assert [record.cells for record in table.records] == rows


@given(rows=_rows(_latin_text), delimiter=st.sampled_from(",;\t"))
def test_windows_1252_is_read_as_it_was_written(rows: list[list[str]], delimiter: str) -> None:
    table = _table(_written([HEADER, *rows], delimiter).encode("cp1252"))

    assert (table.encoding, table.header) == ("Windows-1252", HEADER)
    assert [record.cells for record in table.records] == rows


@given(rows=_rows(_any_text))
def test_a_record_carries_the_number_of_its_first_line(rows: list[list[str]]) -> None:
    table = _table(_written([HEADER, *rows], end="\n").encode())

    lines = [record.line for record in table.records]

    texts = [_written([row], end="\n") for row in rows]
    ends = [text.replace("\r\n", "\n").replace("\r", "\n").count("\n") for text in texts]
    assert lines == [2 + sum(ends[:number]) for number in range(len(rows))]


def test_a_file_with_old_line_ends_is_read() -> None:
    table = _table(b"Name,Email\rAda,ada@x.example\rBob,bob@x.example\r")

    assert list(table.records) == [Record(2, ["Ada", "ada@x.example"]), Record(3, ["Bob", "bob@x.example"])]


def test_blank_lines_are_no_records_and_count_as_lines() -> None:
    table = _table(b"\nName,Email\n\n,\n  , \nAda,ada@x.example\n")

    assert list(table.records) == [Record(6, ["Ada", "ada@x.example"])]


def test_excels_separator_line_is_obeyed() -> None:
    table = _table(b"sep=;\r\nName;Email\r\nAda, Bob;ada@x.example\r\n")

    assert table.header == ["Name", "Email"]
    assert list(table.records) == [Record(3, ["Ada, Bob", "ada@x.example"])]


def test_the_delimiter_is_the_one_that_makes_the_columns_known() -> None:
    table = _table(b"Name;Email;Notes, if any, and more, and more\nAda;ada@x.example;\n")

    assert table.delimiter == ";"


def test_japanese_text_from_windows_is_read() -> None:
    table = _table("氏名,電子メール アドレス\r\n山田 花子,hanako@yamada.example\r\n".encode("cp932"))

    assert table.encoding == "Shift JIS"
    assert table.header == ["氏名", "電子メール アドレス"]


def test_a_line_with_more_cells_than_columns_is_at_fault_and_one_with_fewer_is_not() -> None:
    table = _table(b"Name,Email,\nDupont, Zoe,zoe@x.example\nAda\nBob,bob@x.example,,\n")

    records = list(table.records)

    assert "1 cell more" in records[0].fault
    assert [(r.line, r.cells, r.fault) for r in records[1:]] == [
        (3, ["Ada"], ""),
        (4, ["Bob", "bob@x.example", "", ""], ""),
    ]


def test_an_open_quotation_mark_costs_its_own_line_only() -> None:
    table = _table(b'Name,Email\n"Ada,ada@x.example\nBob,bob@x.example\n"Eve ""E""",eve@x.example\n')

    records = list(table.records)

    assert [(r.line, bool(r.fault)) for r in records] == [(2, True), (3, False), (4, False)]
    assert records[2].cells == ['Eve "E"', "eve@x.example"]


def test_what_a_faulty_note_leaves_behind_is_not_taken_for_contacts() -> None:
    table = _table(b'Name,Notes,Email\nAda,"one\nsays "hi" again\nend",ada@x.example\nBob,,bob@x.example\n')

    records = list(table.records)

    assert [(r.line, bool(r.fault)) for r in records] == [(2, True), (3, True), (4, True), (5, False)]


def test_many_open_quotation_marks_take_no_time() -> None:
    lines = ['"x,y' if number % 2 else "a,b" for number in range(20_000)]

    table = _table(("Name,Email\n" + "\n".join(lines)).encode())

    assert sum(1 for record in table.records if not record.fault) == 10_000


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "no text file"),
        (b"PK\x03\x04 and so on", "workbook"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "vCard"),
        (b"Name,Email\nA\0da,ada@x.example\n", "no text file"),
        (b"Name\0,Email\n", "no text file"),
        (b"\xef\xbb\xbfName,Email\nZo\xeb,zoe@x.example\n", "damaged"),
        (b"\xff\xfeN\0a", "damaged"),
        ("Société,Prénom\nÉlodie,Zoë\n".encode() + b"Jos\xe9,x\n", "damaged: line 3"),
        (b"Name,Email\nx\x81\x20,\x8d\n", "none of the encodings"),
        (b" \r\n", "no lines"),
        (b'"Name,Email\nAda,ada@x.example\n', "columns' names can't be read"),
    ],
)
def test_what_is_no_csv_is_told_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(WrongUse, match=sentence) as told:
        list(_table(data).records)

    assert "\n" not in told.value.message


def test_files_that_are_missing_empty_too_large_or_folders_are_told(tmp_path: Path) -> None:
    empty, large = tmp_path / "empty.csv", tmp_path / "large.csv"
    empty.touch()
    large.write_bytes(b"x" * 11)

    for path, sentence in [
        (tmp_path / "none.csv", "No such file"),
        (tmp_path, "directory"),
        (empty, "is empty"),
        (large, "larger than 10 bytes"),
    ]:
        with pytest.raises(WrongUse, match=sentence) as told:
            read_file(path, 10)
        assert str(path) in told.value.message
