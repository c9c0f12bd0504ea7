"""Text beside a key: it goes on below itself, words stay whole, and Japanese is broken where it fits."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tui_portal.tui.hanging import hanging, wrapped


def test_what_is_too_long_goes_on_beside_the_key() -> None:
    lines = [line.plain for line in hanging("x", "export what the list shows", 4, 20, before=" ")]
    assert lines == [" x  export what the", "    list shows"]


def test_a_label_that_leaves_no_room_has_a_line_for_itself() -> None:
    lines = [line.plain for line in hanging("ctrl+shift+x", "go", 6, 20)]
    assert lines == ["ctrl+shift+x", "      go"]


def test_words_with_accents_stay_whole() -> None:
    assert wrapped("la réponse à déplacer", 9) == ["la", "réponse à", "déplacer"]


@pytest.mark.parametrize("width", [8, 9, 20])
def test_japanese_and_words_longer_than_the_line_are_broken_where_they_fit(width: int) -> None:
    text = "入力しながら検索。escで欄を離れ、もう一度escで空にする donaudampfschifffahrtsgesellschaft"
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_what_comes_from_outside_is_made_harmless() -> None:
    assert "\x1b" not in "".join(wrapped("a\x1b[31mb", 20))
