"""E-mail addresses: what is found out when they enter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.addresses import Validity, check_address, reason_in_words


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("elodie@dupont", "no_dot"),
        ("elodie.dupont.example", "no_at"),
        ("a@b@c.example", "several_at"),
        ("a@x.example; b@x.example", "several"),
        ("jean dupont@x.example", "space"),
        ("@x.example", "no_local"),
        ("jean@", "no_domain"),
        ("a..b@x.example", "syntax"),
        ("a@[127.0.0.1]", "literal"),
        ("a\x1b@x.example", "control"),
        ("a" * 250 + "@x.example", "long"),
        ("a..b@server.local", "syntax"),
    ],
)
def test_a_bad_address_is_kept_with_the_reason(typed: str, reason: str) -> None:
    found = check_address(typed)
    assert (found.validity, found.reason) == (Validity.INVALID, reason)
    assert reason_in_words(reason) not in ("", reason)


def test_two_spellings_of_one_mailbox_share_the_canonical_form() -> None:
    forms = ["Info@Bücher.example", " info@xn--bcher-kva.EXAMPLE ", "INFO@bücher.example"]
    assert len({check_address(form).canonical for form in forms}) == 1


def test_the_local_part_keeps_its_case_as_it_was_typed() -> None:
    assert check_address("Jean.Dupont@X.example").address == "Jean.Dupont@x.example"


def test_a_domain_inside_the_house_is_suspect_not_invalid() -> None:
    assert check_address("a@server.local").validity is Validity.SUSPECT


@given(st.text(max_size=80))
def test_any_text_gets_an_answer(typed: str) -> None:
    found = check_address(typed)
    assert (found.reason == "") == (found.validity is Validity.VALID)
