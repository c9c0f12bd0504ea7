"""What is found out about an address besides its validity, and what only experience tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.addresses import (
    LEARNT,
    AddressFlag,
    Validity,
    check_address,
    flag_in_words,
    flags_from,
    flags_stored,
    reason_in_words,
)

FLAGS = st.frozensets(st.sampled_from(AddressFlag))


@pytest.mark.parametrize(
    ("typed", "flags"),
    [
        ("jean@x.example", ""),
        ("Jean@X.Example", "normalised"),
        ("jean@bücher.example", "internationalised"),
        ("jean@xn--bcher-kva.example", "internationalised normalised"),
        ("zoë@x.example", "internationalised"),
        ("jean@server.local", "special_use"),
        ("info@x.example", "role"),
        ("jean@gmial.com", "likely_typo"),
        ("jean@x.cmo", "likely_typo"),
        ("jеan@x.example", "internationalised look_alike"),
        ("elodie@dupont", "syntax"),
        ("a..b@x.example", "syntax"),
        ("", "syntax"),
    ],
)
def test_an_address_is_flagged(typed: str, flags: str) -> None:
    assert flags_stored(check_address(typed).flags) == flags


@pytest.mark.parametrize("typed", ["jean@gmial.com", "jеan@x.example", "jean@server.local"])
def test_what_is_probably_not_meant_is_suspect_with_its_reason(typed: str) -> None:
    check = check_address(typed)
    assert check.validity is Validity.SUSPECT
    assert reason_in_words(check.reason) not in ("", check.reason)


@pytest.mark.parametrize(
    "typed", ["jean@gmail.com", "jean@email.com", "jean@yahoo.ie", "иван@пример.рф", "太郎@x.example"]
)
def test_what_is_only_near_to_something_else_is_valid(typed: str) -> None:
    assert check_address(typed).validity is Validity.VALID


def test_every_flag_has_words() -> None:
    words = {flag_in_words(flag) for flag in AddressFlag}
    assert len(words) == len(AddressFlag)
    assert words.isdisjoint(AddressFlag)


@given(FLAGS)
def test_flags_are_kept_as_sorted_names_and_read_back(flags: frozenset[AddressFlag]) -> None:
    stored = flags_stored(flags)
    assert stored.split() == sorted(flags)
    assert flags_from(stored) == flags


def test_a_flag_of_a_newer_program_is_passed_over() -> None:
    assert flags_from("bounced disposable role") == {AddressFlag.BOUNCED, AddressFlag.ROLE}


@given(typed=st.sampled_from(["a@x.example", "a@x", "a@x.test", "Info@X.example"]), learnt=FLAGS)
def test_what_is_learnt_decides_in_the_order_of_its_weight(typed: str, learnt: frozenset[AddressFlag]) -> None:
    plain = check_address(typed)
    check = plain.with_learnt(learnt)

    assert check.flags == plain.flags | (learnt & LEARNT)
    assert (check.address, check.canonical) == (plain.address, plain.canonical)
    if AddressFlag.BOUNCED in learnt:
        assert (check.validity, check.reason) == (Validity.BOUNCING, "bounced")
    elif AddressFlag.NO_MAIL_EXCHANGER in learnt and plain.validity is Validity.VALID:
        assert (check.validity, check.reason) == (Validity.SUSPECT, "no_mail_exchanger")
    else:
        assert (check.validity, check.reason) == (plain.validity, plain.reason)


@given(
    local=st.from_regex(r"[a-z0-9_+-]{1,9}(\.[a-z0-9_+-]{1,9}){0,2}", fullmatch=True)
    | st.sampled_from(["info", "office"])
)
def test_a_plain_local_part_is_what_a_check_of_its_own_would_say(local: str) -> None:
    for domain in ("x.example", "X.Example", "gmial.com", "bücher.example", "x.test"):
        assert check_address(f"info@{domain}").with_local(local) == check_address(f"{local}@{domain}")
