"""Text from outside: harmless to show, easy to find."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.text import REPLACEMENT, safe, same_name, search_key


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left_in_safe_text(value: str) -> None:
    shown = safe(value)
    assert len(shown) == len(value)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not any(
        unicodedata.bidirectional(c) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI") for c in shown
    )


def test_escape_sequences_and_bidi_overrides_become_replacement_characters() -> None:
    assert safe("a\x1b[31mb\x9b2Jc\u202ed\u2028e") == f"a{REPLACEMENT}[31mb{REPLACEMENT}2Jc{REPLACEMENT}d{REPLACEMENT}e"


def test_a_line_feed_stays_where_lines_are_wanted() -> None:
    assert safe("a\nb\rc", lines=True) == f"a\nb{REPLACEMENT}c"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("elodie", "Élodie"),
        ("strasse", "Straße"),
        ("STRASSE", "Straße"),
        ("muller", "Müller"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
        ("lukasz", "Łukasz"),
        ("soren", "Søren"),
    ],
)
def test_search_does_not_mind_case_accents_and_width(typed: str, name: str) -> None:
    assert search_key(typed) == search_key(name)


def test_search_keeps_the_voicing_of_kana() -> None:
    assert search_key("が") != search_key("か")


def test_names_are_the_same_after_trimming_and_case_folding_but_accents_count() -> None:
    assert same_name("  Dupont   SARL ") == same_name("DUPONT sarl")
    assert same_name("Müller") != same_name("Muller")
