"""What a person may have meant, and what was pasted taken apart."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.suggestions import (
    MOST_PASTED,
    WELL_KNOWN,
    SuggestionKind,
    meant_domain,
    split_addresses,
    suggest,
    suggestion_in_words,
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@GMIAL.com", "a@gmail.com"),
        ("a@gnail.com", "a@gmail.com"),
        ("a@gmaill.com", "a@gmail.com"),
        ("a@gmal.com", "a@gmail.com"),
        ("a@hotnail.com", "a@hotmail.com"),
        ("a@outlok.com", "a@outlook.com"),
        ("a@yhaoo.co.uk", "a@yahoo.co.uk"),
        ("a@gmail.con", "a@gmail.com"),
        ("a@gmail.cmo", "a@gmail.com"),
        ("a@gmail.co", "a@gmail.com"),
        ("a@gmial.con", "a@gmail.com"),
        ("a@gmailcom", "a@gmail.com"),
        ("a@gmail", "a@gmail.com"),
        ("a@firm.con", "a@firm.com"),
        ("a@firm.ogr", "a@firm.org"),
        ("a@www.gmail.com", "a@gmail.com"),
        ("a@gmail,com", "a@gmail.com"),
        ("a@firm..example", "a@firm.example"),
        ("a@firm.example.", "a@firm.example"),
        ("yuki@@tanaka.example", "yuki@tanaka.example"),
        ("m.rosso(at)rosso.example", "m.rosso@rosso.example"),
        ("m.rosso [at] rosso.example", "m.rosso@rosso.example"),
        ("lars..petersen@petersen.example", "lars.petersen@petersen.example"),
        ("ｔaro＠yubin。example", "ｔaro@yubin.example"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(typed: str, meant: str) -> None:
    found = suggest(typed)
    assert found is not None
    assert found.address == meant
    assert meant in suggestion_in_words(found)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "a", "a@", "@", "hanh@", "@gmail.com", "a@x.example", "a@gmx.de", "a@gmx.at", "a@web.de", "a@wek.de"),
        *("a@email.com", "a@cloud.com", "a@yahoo.ie", "a@hotmail.se", "a@live.nl", "a@mail.com", "a@firm.co"),
        *("иван@пример.рф", "太郎@例え.jp", "jürgen@groß.example", "αλέξης@παράδειγμα.gr"),
    ],
)
def test_what_is_right_or_anybodys_guess_is_left_alone(typed: str) -> None:
    assert suggest(typed) is None


def test_every_well_known_domain_is_right() -> None:
    assert [domain for domain in WELL_KNOWN if meant_domain(domain) is not None] == []


def test_a_slip_in_a_domain_of_the_firms_own_clients_is_found() -> None:
    own = {"dupont.example", "dupond.example", "hansen-partner.example"}
    found = suggest("elodie@hansen-partnre.example", own)
    assert found is not None
    assert found.address == "elodie@hansen-partner.example"
    assert suggest("elodie@dupond.example", own) is None
    assert suggest("elodie@dupong.example", own) is None  # as near to one as to the other


@pytest.mark.parametrize(
    ("typed", "meant", "letters"),
    [
        ("pаul@x.example", "paul@x.example", [("а", 2, "CYRILLIC SMALL LETTER A")]),
        ("a@gmаil.com", "a@gmail.com", [("а", 5, "CYRILLIC SMALL LETTER A")]),
        ("nikοs@x.example", "nikos@x.example", [("ο", 4, "GREEK SMALL LETTER OMICRON")]),
        ("ж1a2b3c@x.example", None, [("ж", 1, "CYRILLIC SMALL LETTER ZHE")]),
        ("ивaн@x.example", None, [("a", 3, "LATIN SMALL LETTER A")]),
    ],
)
def test_letters_that_look_alike_are_named_with_their_place(
    typed: str, meant: str | None, letters: list[tuple[str, int, str]]
) -> None:
    found = suggest(typed)
    assert found is not None
    assert found.kind is SuggestionKind.LOOK_ALIKE
    assert found.address == meant
    assert [(odd.letter, odd.place, odd.name) for odd in found.letters] == letters
    for _letter, place, name in letters:
        assert f"{place}: " in suggestion_in_words(found)
        assert name in suggestion_in_words(found)


def test_a_domain_that_reads_like_a_well_known_one_in_another_script_is_found() -> None:
    found = suggest("a@ѕfг.fr".replace("г", "r"))
    assert found is not None
    assert found.address == "a@sfr.fr"


@given(st.text(max_size=60))
def test_any_text_gets_an_answer_and_a_suggestion_is_another_address(typed: str) -> None:
    found = suggest(typed)
    if found is not None:
        assert suggestion_in_words(found)
        assert found.address is None or found.address != typed.strip()


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a@x.example", [("", "a@x.example")]),
        ("a@x.example; b@x.example, c@x.example\nd@x.example e@x.example", [("", f"{c}@x.example") for c in "abcde"]),
        ("Anna Meier <anna@x.example>", [("Anna Meier", "anna@x.example")]),
        ('"Doe, John" <j@x.example>, b@x.example', [("Doe, John", "j@x.example"), ("", "b@x.example")]),
        (r'"Doe \"JD\", John" <j@x.example>', [('Doe "JD", John', "j@x.example")]),
        ("Doe, Jane <j@x.example>; Roe, Rick <r@x.example>", [("Doe, Jane", "j@x.example"), ("Roe, Rick", "r@x.example")]),
        ("A <a@x.example> B <b@x.example>", [("A", "a@x.example"), ("B", "b@x.example")]),
        ("mailto:a@x.example?subject=Hello%20you", [("", "a@x.example")]),
        ("<mailto:a%2Bb@x.example>", [("", "a+b@x.example")]),
        ("To: a@x.example", [("", "a@x.example")]),
        ("'a@x.example' <a@x.example>", [("", "a@x.example")]),
        ("A@x.example a@X.example", [("", "A@x.example")]),
        ("Write to a@x.example, or b@x.example.", [("Write to", "a@x.example"), ("or", "b@x.example")]),
        ("hanh@; yuki@@tanaka.example", [("", "hanh@"), ("", "yuki@@tanaka.example")]),
        ("m.rosso(at)rosso.example", [("", "m.rosso@rosso.example")]),
        ("a@x.example; elodie.dupont.example", [("", "a@x.example"), ("", "elodie.dupont.example")]),
        ("山田 太郎 <taro@x.example>、hanako@x.example；ｋ＠x.example", [("山田 太郎", "taro@x.example"), ("", "hanako@x.example"), ("", "ｋ＠x.example")]),
        ("Harold Quick", []),
        ("", []),
        (" ;;, \n", []),
        ('"never closed <a@x.example>', [("never closed", "a@x.example")]),
    ],
)  # fmt: skip
def test_what_was_pasted_is_taken_apart(text: str, pairs: list[tuple[str, str]]) -> None:
    assert split_addresses(text) == pairs


def test_no_more_than_a_sensible_number_is_taken() -> None:
    text = ", ".join(f"p{n}@x.example" for n in range(2 * MOST_PASTED))
    assert len(split_addresses(text)) == MOST_PASTED
    assert split_addresses(text, most=3)[-1] == ("", "p2@x.example")


@given(st.lists(st.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.example", fullmatch=True), unique=True, max_size=300), st.data())
def test_every_address_is_found_once_and_in_its_order(addresses: list[str], data: st.DataObject) -> None:
    between = st.sampled_from([",", ";", " ", "\n", ", ", ";\r\n", "  \t"])
    text = "".join(address + data.draw(between) for address in addresses)
    assert split_addresses(text, most=1000) == [("", address) for address in addresses]


@given(st.text(st.sampled_from("ab@.,;<>\"\\ \n(at)[]:'é"), max_size=200))
def test_any_text_is_taken_apart_without_repetition(text: str) -> None:
    found = split_addresses(text)
    addresses = [address.casefold() for _name, address in found]
    assert len(set(addresses)) == len(addresses)
    assert all(addresses)


@pytest.mark.parametrize(
    "piece", ['"', '"\\', "<", "<a", "a@b,", ",a ", "(at", "[ at", "@", "a ", "Name <a@x.example>, ", "«é"]
)
def test_a_very_long_text_takes_time_as_its_length_and_no_more(piece: str) -> None:
    started = time.perf_counter()
    split_addresses(piece * (200_000 // len(piece)), most=10**9)
    suggest(piece * (200_000 // len(piece)))
    assert time.perf_counter() - started < 10  # the square of the length would take minutes
