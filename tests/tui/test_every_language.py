"""The screens in every language: headings, keys and answers are translated, and none is cut without a sign at 80x24."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from rich.cells import cell_len

from tests.conftest import NOON
from tests.screens import Terminal, running
from tui_portal import i18n
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.moments import day_and_month, sample_days
from tui_portal.domain.staff import Role
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context
from tui_portal.tui.line_breaks import divide_line
from tui_portal.tui.lists import ListSource
from tui_portal.tui.sources import source_of
from tui_portal.tui.surroundings import places_line, places_of, side_lines
from tui_portal.tui.widgets.columns import fitting

LANGUAGES = tuple(i18n.LANGUAGES)
PLACES = {"accounts": "1", "pending": "2", "archived": "3", "outbox": "6", "activity": "7", "staff": "8"}
NAME = {"en": "NAME", "fr": "NOM", "es": "NOMBRE", "de": "NAME", "ja": "名前"}
TYPE = {"en": "TYPE", "fr": "TYPE", "es": "TIPO", "de": "TYP", "ja": "種別"}
KEYS = {"en": "? keys", "fr": "? touches", "es": "? teclas", "de": "? Tasten", "ja": "? キー"}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language that everything is shown in."""
    before = i18n._current
    i18n.use(i18n.catalogue(request.param))
    yield request.param
    i18n.use(before)


def _sources() -> list[ListSource[Any]]:
    return [source_of(place, lambda: NOON) for place in PLACES]


async def test_every_place_has_its_headings_and_keys_whole_at_80x24(firm: Context, language: str) -> None:
    change_access(firm, [1, 2], AccessWish(login=True, invite=True))
    async with running(firm, ready="A-0001") as terminal:
        assert NAME[language] in terminal.lines[3]
        assert TYPE[language] in terminal.lines[3]
        for source in _sources():
            await terminal.press(PLACES[source.place])
            await terminal.shows(f"› {source.title()}", KEYS[language])
            assert _headings(terminal) == _expected(source)
            assert terminal.lines[-1].rstrip().endswith(KEYS[language])


def _headings(terminal: Terminal) -> str:
    return " ".join(next(line for line in terminal.lines[2:5] if "/" not in line[:3]).split())


def _expected(source: ListSource[Any]) -> str:
    shown = fitting(source.columns(lambda: NOON), 78, source.flexible)
    return " ".join(" ".join(column.title() for column, _width in shown).split())


async def test_the_answers_of_the_bulk_edit_are_whole_at_80x24(firm: Context, language: str) -> None:
    answers = [i18n._("Leave as it is"), i18n._("Enable for all"), i18n._("Disable for all")]
    async with running(firm, ready="A-0001") as terminal:
        await terminal.press("asterisk", "m", "e")
        await terminal.shows(i18n._("Nothing is chosen yet."))
        for label in (i18n._("Login"), i18n._("Notify"), i18n._("Email sync")):
            line = terminal.line(f"│ {label} ")
            assert [answer for answer in answers if answer not in line] == []


def test_a_column_is_as_wide_as_its_heading_and_what_can_stand_in_it(language: str) -> None:
    narrow = []
    for source in _sources():
        for column, width in fitting(source.columns(lambda: NOON), 1000, source.flexible):
            words = [column.title(), *column.words()]
            narrow += [(source.place, word, width) for word in words if cell_len(word) > width]
    assert narrow == []


def test_in_english_the_columns_have_the_width_that_they_were_given() -> None:
    for source in _sources():
        for column, width in fitting(source.columns(lambda: NOON), 1000, source.flexible):
            assert width == (column.width or width), column.title()


def test_types_and_roles_have_room(language: str) -> None:
    widths = {
        (source.place, column.name): width
        for source in _sources()
        for column, width in fitting(source.columns(lambda: NOON), 1000, source.flexible)
    }
    assert max(cell_len(kind.label) for kind in AccountType) <= widths["accounts", "type"]
    assert max(cell_len(role.label) for role in Role) <= widths["staff", "role"]


COUNTS = {"accounts": 1204, "pending": 58, "archived": 37, "outbox": 2}
MANY = {"accounts": 100_204, "pending": 5_800, "archived": 3_700, "outbox": 20}


@pytest.mark.parametrize("width", [60, 80, 109])
@pytest.mark.parametrize("counts", [{}, COUNTS, MANY], ids=["uncounted", "counted", "many"])
def test_the_places_fit_and_a_title_that_is_cut_has_a_sign(language: str, counts: dict[str, int], width: int) -> None:
    places = places_of(counts, {})
    texts = [text.strip() for text, _style in places_line(places, "", width)]
    assert sum(cell_len(text) + 2 for text in texts) <= width
    for place, text in zip(places, texts, strict=True):
        assert place.title in text or place.short in text or "…" in text


def test_a_place_in_the_side_bar_has_one_line(language: str) -> None:
    lines = [text for text, _style in side_lines(places_of(MANY, {}), "", "", 28)][1:]
    assert {cell_len(line) for line in lines} == {28}


@pytest.mark.parametrize(
    ("code", "short", "with_year", "months"),
    [
        ("en", "12 Nov", "12 Nov 2026", "28 Jun"),
        ("fr", "12 nov", "12 nov 2026", "28 juin"),
        ("es", "12 nov", "12 nov 2026", "28 jun"),
        ("de", "12.11.", "12.11.2026", "28.6."),
        ("ja", "11/12", "2026/11/12", "6/28"),
    ],
)
def test_a_day_reads_as_in_the_language(
    code: str, short: str, with_year: str, months: str, use_language: Callable[[str], None]
) -> None:
    use_language(code)
    assert day_and_month(NOON, NOON) == short
    assert day_and_month(NOON, NOON + 366 * 86_400) == with_year
    assert sample_days()[5] == months


@pytest.fixture
def use_language() -> Iterator[Callable[[str], None]]:
    """Show everything in the language of this code from now on."""
    before = i18n._current
    yield lambda code: i18n.use(i18n.catalogue(code))
    i18n.use(before)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three", 8, ["one two ", "three"]),
        ("Filtres connus\u00a0: login", 14, ["Filtres ", "connus\u00a0: login"]),
        ("誰もログインできます。uで", 20, ["誰もログインできま", "す。uで"]),
        ("招待「はじめて」を", 6, ["招待", "「はじ", "めて」", "を"]),
        ("a\u00a0wordthatistoolongforit", 8, ["a\u00a0wordth", "atistool", "ongforit"]),
    ],
)
def test_a_line_ends_neither_at_a_no_break_space_nor_before_a_full_stop(
    text: str, width: int, lines: list[str]
) -> None:
    begins = [0, *divide_line(text, width), len(text)]
    assert [text[first:end] for first, end in pairwise(begins)] == lines
