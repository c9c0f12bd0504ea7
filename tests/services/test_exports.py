"""Exports: what the list shows, safe to open in a spreadsheet, in a file of one's own that is whole or not there."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Refused
from tui_portal.domain.filters import FilterError
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.accounts import AccountQuery, account_ids, account_profile
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.exports import (
    Export,
    ExportFormat,
    ExportList,
    export_accounts,
    stream_export,
    write_export,
)
from tui_portal.services.pending import PendingQuery


@pytest.fixture
def firm(office: Context) -> Context:
    """Two accounts with a contact in both, one that nobody has, one contact alone; one pending, one unlinked address."""
    first = create_account(office, "=SUM(A1)", AccountType.COMPANY, tags=["1040", "VIP client"])
    second = create_account(office, 'Dupont "privé", 山田', AccountType.FAMILY)
    create_account(office, "Empty", AccountType.OTHER)
    create_contact(office, [first, second], "Zoë Dupont", ["zoe@x.example", "bad"], phone="+33 1 99", language="fr")
    create_contact(office, [], "@Alone", ["alone@x.example"])
    change_access(office, [first], AccessWish(login=True, invite=True))
    create_contact(office, [second], "Gone", ["gone@x.example"])
    change_access(office, [second], AccessWish(notify=True))
    office.database.execute("DELETE FROM contact_email WHERE contact_id = 3")
    return office


def lines(office: Context, what: str, query: AccountQuery | PendingQuery | None = None) -> list[dict[str, str]]:
    pieces: list[str] = []
    wanted = Export(ExportList(what), query or (PendingQuery() if what == "pending" else AccountQuery()))
    count = stream_export(office, wanted, ExportFormat.CSV, pieces.append)
    text = "".join(pieces)
    assert text.startswith("\ufeff")
    found = list(csv.DictReader(io.StringIO(text[1:])))
    assert count == len(found)
    assert found == [{key: _as_csv(value) for key, value in line.items()} for line in document(office, wanted)]
    return found


def document(office: Context, wanted: Export) -> list[dict[str, Any]]:
    pieces: list[str] = []
    stream_export(office, wanted, ExportFormat.JSON, pieces.append)
    found = json.loads("".join(pieces))
    rows: list[dict[str, Any]] = found[wanted.what.value]
    assert (found["ok"], found["total"]) == (True, len(rows))
    return rows


def _as_csv(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(f"{v['id']} {v['name']}" if isinstance(v, dict) else v for v in value)
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") and text else text


def test_accounts_are_written_as_the_list_is_filtered_and_sorted(firm: Context) -> None:
    assert [line["id"] for line in lines(firm, "accounts")] == ["A-0001", "A-0002", "A-0003"]
    found = lines(firm, "accounts", AccountQuery("zoe -type:other", sort="login", descending=True))
    assert [(line["id"], line["name"], line["tags"], line["test"], line["login"]) for line in found] == [
        ("A-0001", "'=SUM(A1)", "1040; VIP client", "no", "1"),
        ("A-0002", 'Dupont "privé", 山田', "", "no", "0"),
    ]


def test_contacts_are_written_once_for_each_account_and_the_others_at_the_end(firm: Context) -> None:
    found = [(line["account_id"], line["name"], line["phone"], line["emails"]) for line in lines(firm, "contacts")]
    assert found == [
        ("A-0001", "Zoë Dupont", "'+33 1 99", "zoe@x.example; bad"),
        ("A-0002", "Zoë Dupont", "'+33 1 99", "zoe@x.example; bad"),
        ("A-0002", "Gone", "", ""),
        ("", "'@Alone", "", "alone@x.example"),
    ]
    assert [line["account_id"] for line in lines(firm, "contacts", AccountQuery("type:family"))] == ["A-0002"] * 2


def test_settings_are_those_of_the_info_tab_unlinked_ones_last(firm: Context) -> None:
    found = lines(firm, "settings")
    expected = [
        (account_profile(firm, number).account.code, email.address, email.state.value, "yes" if email.notify else "no")
        for number in account_ids(firm, AccountQuery())
        for email in account_profile(firm, number).emails
    ]
    assert [(x["account_id"], x["address"], x["state"], x["notify"]) for x in found] == expected
    assert (found[-1]["address"], found[-1]["contact"]) == ("gone@x.example", "")
    assert (found[0]["state"], found[1]["validity"], found[1]["reason"]) == ("invited", "invalid", "no_at")


def test_pending_is_the_pending_list(firm: Context) -> None:
    assert [(x["address"], x["state"], x["accounts"]) for x in lines(firm, "pending")] == [
        ("zoe@x.example", "queued", "A-0001 =SUM(A1)")
    ]
    assert lines(firm, "pending", PendingQuery("nobody")) == []


def test_nothing_found_is_a_file_with_the_columns_only(firm: Context) -> None:
    pieces: list[str] = []
    none = Export(ExportList.ACCOUNTS, AccountQuery("no-such"))
    assert stream_export(firm, none, ExportFormat.CSV, pieces.append) == 0
    assert "".join(pieces).startswith("\ufeffid,name,type,status,")
    assert "".join(pieces).count("\n") == 1


def test_more_lines_than_are_read_at_a_time_come_in_order_each_once(office: Context) -> None:
    with office.database.write():
        office.database.execute_many(
            "INSERT INTO account (id, name, search_key, type, created_at) VALUES (?, ?, ?, 'other', 0)",
            [(number, f"n{number:05}", f"n{number:05}") for number in range(1, 1235)],
        )
    names = [line["name"] for line in lines(office, "accounts")]
    assert names == [f"n{number:05}" for number in range(1, 1235)]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_begins_like_a_formula(office: Context, sign: str) -> None:
    office.database.execute(
        "INSERT INTO account (name, search_key, type, created_at) VALUES (?, 'x', 'other', 0)", [f"{sign}cmd|x"]
    )
    pieces: list[str] = []
    stream_export(office, Export(ExportList.ACCOUNTS, AccountQuery()), ExportFormat.CSV, pieces.append)
    _head, row = csv.reader(io.StringIO("".join(pieces), newline=""))
    assert row[1] == f"'{sign}cmd|x"


def test_a_file_is_its_owners_and_is_never_overwritten_unasked(firm: Context, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    previous = os.umask(0)
    try:
        assert export_accounts(firm, "", "name", False, False, path) == 3
    finally:
        os.umask(previous)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")
    path.write_text("mine")

    with pytest.raises(Refused, match="already a file"):
        export_accounts(firm, "", "name", False, False, path)

    assert path.read_text() == "mine"
    wanted = Export(ExportList.ACCOUNTS, AccountQuery())
    write_export(firm, wanted, ExportFormat.CSV, path, replace=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")
    assert {p.name for p in tmp_path.iterdir() if not p.name.startswith("firm.sqlite3")} == {"out.csv"}


def test_a_name_that_ends_in_json_asks_for_json(firm: Context, tmp_path: Path) -> None:
    export_accounts(firm, "login:active", "name", False, False, tmp_path / "out.JSON")
    assert json.loads((tmp_path / "out.JSON").read_text())["total"] == 1


def test_an_export_that_fails_leaves_nothing(firm: Context, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(FilterError):
        export_accounts(firm, "logn:x", "name", False, False, folder / "out.csv")
    with pytest.raises(Refused, match="can't be written"):
        export_accounts(firm, "", "name", False, False, folder / "none" / "out.csv")
    for nothing in (folder / "a\0b", Path(), Path("/")):
        with pytest.raises(Refused, match="file name"):
            export_accounts(firm, "", "name", False, False, nothing)
    (folder / "there").mkdir()
    with pytest.raises(Refused, match="can't be written"):
        write_export(
            firm, Export(ExportList.ACCOUNTS, AccountQuery()), ExportFormat.CSV, folder / "there", replace=True
        )
    assert [p.name for p in folder.iterdir()] == ["there"]
