"""Links: made with the key only, read by nobody else, dead when anything in them is changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_portal.domain.invitations import is_genuine, make_link_token, read_link_token

KEY = bytes(range(32))
MAILBOX = "zoe@dupont.example"


def _genuine(text: str, mailbox: str = MAILBOX, key: bytes = KEY) -> bool:
    token = read_link_token(text)
    return token is not None and is_genuine(key, token, mailbox)


def test_a_token_is_genuine_for_its_mailbox_and_its_key_only() -> None:
    text = make_link_token(KEY, 12, 3, MAILBOX)
    assert _genuine(text)
    assert not _genuine(text, mailbox="elodie@dupont.example")
    assert not _genuine(text, key=bytes(32))


def test_a_token_shows_no_address_and_fits_a_url() -> None:
    text = make_link_token(KEY, 12, 3, MAILBOX)
    assert text.isascii()
    assert text.replace("-", "").replace("_", "").isalnum()
    assert "zoe" not in text


@given(st.integers(0, 47), st.characters(codec="ascii"))
def test_a_token_with_one_changed_character_is_not_genuine(place: int, character: str) -> None:
    text = make_link_token(KEY, 12, 3, MAILBOX)
    changed = text[:place] + character + text[place + 1 :]
    assert _genuine(changed) == (changed == text)


@given(st.text(max_size=64))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert not _genuine(text)


@pytest.mark.parametrize("number", [2**63, 2**64 - 1])
def test_a_number_that_no_invitation_can_have_is_no_token(number: int) -> None:
    assert read_link_token(make_link_token(KEY, number, 1, MAILBOX)) is None
    assert read_link_token("_" * 48) is None


def test_the_highest_number_of_an_invitation_is_read() -> None:
    token = read_link_token(make_link_token(KEY, 2**63 - 1, 2**32 - 1, MAILBOX))
    assert token is not None
    assert (token.invitation, token.generation) == (2**63 - 1, 2**32 - 1)


def test_a_short_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="too short"):
        make_link_token(b"short", 1, 1, MAILBOX)
