"""The filter language: read, written back, changed term by term, told in words."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.filters import (
    Filter,
    FilterError,
    Key,
    Term,
    Word,
    choices,
    complete,
    describe,
    format_filter,
    highlights,
    known_values,
    match_ranges,
    parse_filter,
    terms_of,
    with_term,
    without_key,
    word_at,
)
from tui_portal.domain.text import search_key

TEXTS = st.text(alphabet=st.sampled_from('login:type tag,<>90d-"" 　é日ß\t:;offline'), max_size=40) | st.text(
    max_size=20
)
VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


def test_a_filter_holds_terms_values_negations_and_words() -> None:
    found = parse_filter('login:offline type:company,family tag:"VIP client" -notify:on dupont -"durand sarl"')

    assert found == Filter(
        (
            Term(Key.LOGIN, ("offline",)),
            Term(Key.TYPE, ("company", "family")),
            Term(Key.TAG, ("VIP client",)),
            Term(Key.NOTIFY, ("on",), negated=True),
            Word("dupont"),
            Word("durand sarl", negated=True),
        )
    )


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("LOGIN:Offline", "login:offline"),
        ("login:<030", "login:<30d"),
        ("login:>90D", "login:>90d"),
        ("type:company,,company", "type:company"),
        ("a\u3000b", "a b"),
        ('"dupont', "dupont"),
        ('"-x"', '"-x"'),
        ('"a:b"', '"a:b"'),
        ("12:30", '"12:30"'),
        ('""', ""),
        ("-", "-"),
        ('tag:"say ""hi"""', 'tag:"say ""hi"""'),
        ('tag:"a,b",c', 'tag:"a,b",c'),
        ("tag:a:b", "tag:a:b"),
    ],
)
def test_spellings_of_one_filter(typed: str, same: str) -> None:
    assert format_filter(parse_filter(typed)) == same


@pytest.mark.parametrize(
    "text", [" ".join("a" * 51), "tag:" + ",".join("a" * 51), "a " * 40 + "tag:" + "b," * 11, "é" * 5001]
)
def test_a_filter_longer_than_anybody_means_is_told(text: str) -> None:
    with pytest.raises(FilterError, match="too long") as caught:
        parse_filter(text)
    assert text[caught.value.start : caught.value.end] in text.split()


def test_a_long_filter_is_read() -> None:
    assert len(parse_filter(" ".join("a" * 50)).words) == 50
    assert parse_filter("tag:" + "b" * 4996).terms


@pytest.mark.parametrize(
    ("text", "word", "says"),
    [
        ("dupont logn:offline x", "logn:offline", "Did you mean login:?"),
        ("日本 login:offlin", "login:offlin", "Did you mean offline?"),
        ("a -type:", "-type:", "individual, family, company, other"),
        ("login:<0d", "login:<0d", "<30d"),
        ("tag:", "tag:", "a tag"),
        ('x https://y.example "z', "https://y.example", "In quotes"),
        ("\x1bz:1", "\x1bz:1", None),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, word: str, says: str | None) -> None:
    if says is None:
        assert parse_filter(text).words == (Word(word),)
        return
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert text[caught.value.start : caught.value.end] == word
    assert says in caught.value.message
    assert caught.value.exit_status == 2


@given(TEXTS)
def test_whatever_is_typed_is_a_filter_or_an_error_inside_the_text(text: str) -> None:
    try:
        found = parse_filter(text)
    except FilterError as error:
        start, end = error.start, error.end
    else:
        again = format_filter(found)
        assert parse_filter(again) == found
        assert format_filter(parse_filter(again)) == again
        assert "\x1b" not in describe(found)
        start, end = 0, 1
    assert 0 <= start < end <= max(1, len(text))


@given(st.lists(VALUES, min_size=1, max_size=3), st.booleans(), VALUES)
def test_any_tag_and_any_word_can_be_written(tags: list[str], negated: bool, word: str) -> None:
    values = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    parts: tuple[Term | Word, ...] = (Word(word, negated),)
    if values:
        parts = (Term(Key.TAG, values, negated), *parts)
    assert parse_filter(format_filter(Filter(parts))) == Filter(parts)


@given(TEXTS, VALUES.filter(str.strip))
def test_a_term_is_set_and_taken_away_and_the_rest_stays(text: str, tag: str) -> None:
    tag = tag.strip()
    rest = without_key(text, Key.TAG)

    there = with_term(text, Key.TAG, tag)

    assert terms_of(there, Key.TAG) == (tag,)
    assert terms_of(rest, Key.TAG) == ()
    assert without_key(there, Key.TAG) == rest
    assert with_term(there, Key.TAG, tag) == there


def test_a_term_is_replaced_where_it_stands() -> None:
    text = 'x type:company "y z" -type:other'
    assert with_term(text, "type", "family", "company") == 'x type:family,company "y z"'
    assert with_term(text, "login", "<30d") == text + " login:<30d"
    assert with_term("nonsense:1", "login", "never") == "nonsense:1 login:never"
    assert without_key(text, "type") == 'x "y z"'
    assert terms_of("type:Company,family -type:other logn:x", "type") == ("company", "family")


def test_a_term_with_an_unknown_value_is_refused() -> None:
    with pytest.raises(FilterError):
        with_term("x", "type", "factory")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "login:offline type:company,family tag:1040 -notify:on dupont",
            "Offline · company or family · tag 1040 · not notified · “dupont”",
        ),
        ("login:<30d", "Logged in within 30 days"),
        ("login:>1d", "Not logged in for 1 day"),
        ("-login:never,offline", "Not (never logged in or offline)"),
        ("-tag:on", "Not tag on"),
        ("archived:yes -test:yes address:invalid", "Archived · no test account · an invalid address"),
        ("-x\x1by", "Without “x\ufffdy”"),
        ("", ""),
    ],
)
def test_a_filter_is_told_in_words(text: str, words: str) -> None:
    assert describe(parse_filter(text)) == words


def test_every_choice_of_the_menu_is_a_filter_that_can_be_told() -> None:
    shown = choices()
    assert {c.key for c in shown} == set(Key)
    for choice in shown:
        assert choice.label
        for value, label in choice.values:
            assert label
            text = with_term("", choice.key, value.replace("N", "30d"))
            assert describe(parse_filter(text))
    assert all(known_values(key) for key in Key if key not in (Key.TAG, Key.STAFF))


@pytest.mark.parametrize(
    ("text", "cursor", "found"),
    [
        ("lo", 2, ["login:"]),
        ("-n x", 2, ["-notify:"]),
        ("dupont t", 8, ["type:", "tag:", "test:"]),
        ("login:n", 7, ["login:never"]),
        ("login:", 6, [f"login:{v}" for v in ("offline", "active", "pending", "never", "<30d", ">90d")]),
        ("type:company,f", 14, ["type:company,family"]),
        ("tag:v", 5, ['tag:"VIP client"', "tag:vat"]),
        ("login:never", 11, []),
        ("", 0, []),
        ("zzz:", 4, []),
    ],
)
def test_the_word_at_the_cursor_is_completed(text: str, cursor: int, found: list[str]) -> None:
    assert complete(text, cursor, ["VIP client", "vat", "1040"]) == found


@given(TEXTS, st.integers(0, 40))
def test_completing_never_fails_and_what_it_gives_can_be_put_in(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    start, end = word_at(text, cursor)
    assert start <= cursor <= end or start == end == cursor
    for whole in complete(text, cursor, ["VIP client"]):
        assert word_at(whole, len(whole)) == (0, len(whole))


def test_words_that_are_not_wanted_are_not_marked() -> None:
    assert highlights(parse_filter('Élodie -dupont "Groß AG" tag:x')) == ["elodie", "gross ag"]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Straße 5", ["strasse"], ["Straße"]),
        ("Straße 5", ["s"], ["S", "ß"]),
        ("Élodie", ["elo"], ["Élo"]),
        ("E\u0301lodie", ["e"], ["E\u0301", "e"]),
        ("ｱﾊﾟｰﾄ", ["パ"], ["ﾊﾟ"]),
        ("株式会社 山田", ["山田"], ["山田"]),
        ("a  b", ["a b"], ["a  b"]),
        ("banana", ["ana", "nan"], ["anana"]),
        ("dupont@x.example", ["dupont", "x.ex"], ["dupont", "x.ex"]),
        ("İstanbul", ["istan"], ["İstan"]),
        ("nothing", ["x", ""], []),
    ],
)
def test_matches_are_marked_in_what_is_shown(text: str, words: list[str], marked: list[str]) -> None:
    assert [text[start:end] for start, end in match_ranges(text, words)] == marked


@given(st.text(max_size=30), st.integers(0, 30), st.integers(1, 10))
def test_what_finds_a_text_is_marked_in_it(text: str, start: int, length: int) -> None:
    key = search_key(text)
    word = key[start : start + length].strip()
    ranges = match_ranges(text, [word])
    assert bool(ranges) == bool(word)
    assert all(0 <= a < b <= len(text) for a, b in ranges)
    assert all(before[1] <= after[0] for before, after in pairwise(ranges))
