"""The small language of the Activity list."""

from __future__ import annotations

import pytest

from tests.conftest import NOON
from tui_portal.domain.filter_text import FilterError
from tui_portal.domain.log_filters import (
    KindGroup,
    LogKey,
    complete_log_filter,
    describe_log_filter,
    group_of,
    parse_log_filter,
    with_log_term,
    without_log_key,
)
from tui_portal.services.log_words import SENTENCES


def test_terms_words_and_a_short_id_are_told_apart() -> None:
    found = parse_log_filter('by:olga,max -kind:login since:7d A-0031 "two words" -dupont', NOON)
    assert found.words == (("two words", False), ("dupont", True))
    assert [(t.key, t.values, t.negated) for t in found.terms] == [
        (LogKey.BY, ("olga", "max"), False),
        (LogKey.KIND, ("login",), True),
        (LogKey.SINCE, (str(NOON - 7 * 86_400),), False),
        (LogKey.ACCOUNT, ("31",), False),
    ]
    assert describe_log_filter(found) == (
        "by olga or max · not Logins and activations · since 2026-11-05 12:00 · A-0031 · “two words” · not “dupont”"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kinds:login", "Did you mean kind:"),
        ("kind:logins", "Did you mean login"),
        ("since:yesterday", "no moment"),
        ("account:dupont", "A-0012"),
        ("by:", "needs a value"),
        ("x " * 60, "too long"),
    ],
)
def test_what_can_not_be_read_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(FilterError, match=told) as caught:
        parse_log_filter(text, NOON)
    assert caught.value.text[caught.value.start : caught.value.end].strip()


def test_until_a_day_is_until_its_end() -> None:
    (term,) = parse_log_filter("until:2026-11-12", NOON).terms
    assert int(term.values[0]) == NOON + 12 * 3600 - 1


def test_every_kind_that_is_written_belongs_to_a_group() -> None:
    assert [kind for kind in SENTENCES if group_of(kind) is None] == []


def test_a_term_takes_the_place_of_the_one_before() -> None:
    assert with_log_term('dupont by:olga "a b"', LogKey.BY, "Max Admin") == 'dupont "a b" by:"Max Admin"'
    assert without_log_key("A-0031 x account:A-0002", LogKey.ACCOUNT) == "x"


def test_a_word_that_is_being_typed_is_completed() -> None:
    assert complete_log_filter("dupont ki", 9) == ["kind:"]
    assert complete_log_filter("-kind:lo", 8) == ["-kind:login"]
    assert complete_log_filter("kind:", 5) == [f"kind:{group}" for group in KindGroup]
    assert complete_log_filter("x:y", 3) == []
