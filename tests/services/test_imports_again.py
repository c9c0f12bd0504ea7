"""Whatever a file holds, the second import of it changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Clock
from tests.services.import_files import csv_file, everything
from tui_portal.config import Settings
from tui_portal.domain.errors import WrongUse
from tui_portal.services.access import AccessWish
from tui_portal.services.context import Context
from tui_portal.services.firm import create_firm
from tui_portal.services.imports import ImportResult, import_file
from tui_portal.services.staff import identify

_names = st.sampled_from(["", "Zoë", "zoë ", "Bob", "A\tB", "x" * 201])


_cells = st.tuples(
    st.sampled_from(["", "Dupont", "DUPONT", "Martin [/]", "Zoë", "\x1b[31m"]),
    st.sampled_from(["", "family", "Business", "?"]),
    _names,
    st.lists(st.sampled_from(["a@x.example", "A@X.example", "b@x.example", "c@x", "d@x.test", "n/a"]), max_size=3).map(
        ";".join
    ),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["", "fr", "de"]),
    st.sampled_from(["", "x", "X; y"]),
)


@settings(max_examples=30, deadline=None)
@given(first=st.lists(_cells, min_size=1, max_size=8), second=st.lists(_cells, min_size=1, max_size=8))
def test_no_file_changes_anything_the_second_time(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        office = _new_office(Path(name))
        try:
            for rows in (first, second):
                path = csv_file(Path(name), *rows)
                try:
                    _imported_twice(office, path)
                except WrongUse:
                    assert all(not "".join(row).strip() for row in rows)
        finally:
            office.database.close()


_people_of_one_name = st.tuples(
    st.sampled_from(["X", "Y", "Z"]),
    st.just(""),
    st.sampled_from(["Zoë", "ZOË"]),
    st.sampled_from(["", "a@x.example", "b@x.example", "a@x.example;b@x.example"]),
    st.sampled_from(["", "1"]),
)


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(_people_of_one_name, min_size=1, max_size=6))
def test_namesakes_are_told_apart_in_the_same_way_the_second_time(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        office = _new_office(Path(name))
        try:
            _imported_twice(office, csv_file(Path(name), *rows))
        finally:
            office.database.close()


def _imported_twice(office: Context, path: Path) -> None:
    wish = AccessWish(login=True, invite=True)
    told: ImportResult = import_file(office, path, (), wish, dry_run=True)
    assert import_file(office, path, (), wish) == told
    before = everything(office)
    assert import_file(office, path, (), wish).changed == 0
    assert everything(office) == before


def _new_office(folder: Path) -> Context:
    context = create_firm(
        folder / "firm.sqlite3",
        Settings(),
        firm="F",
        owner_login="olga",
        owner_name="Olga",
        owner_email="olga@x.example",
        clock=Clock(),
    )
    return identify(Context(context.database, Settings(), Clock()), login="olga")
