"""The kinds of notifications and their seven groups, as product.md names them."""

from __future__ import annotations

from rich.cells import cell_len

from tui_portal.domain.notifications import NotificationGroup, NotificationKind
from tui_portal.i18n import LANGUAGES, catalogue, use


def test_every_kind_of_the_product_is_in_its_group() -> None:
    assert {group.label: [kind.label for kind in group.kinds] for group in NotificationGroup} == {
        "Documents: file uploads": ["file upload"],
        "Documents: signature requests": ["signature request", "signature reminder"],
        "Documents: approvals": ["approval request", "approval reminder"],
        "Chats & client tasks": ["new chat message", "new client task", "reply"],
        "Proposals": ["proposal", "proposal reminder"],
        "Organizers": ["organizer", "organizer reminder"],
        "Invoices & payments": ["new invoice", "payment reminder", "payment confirmation", "refund"],
    }


def test_a_kind_is_switched_by_exactly_one_group() -> None:
    switched = [kind for group in NotificationGroup for kind in group.kinds]
    assert sorted(switched) == sorted(NotificationKind)


def test_the_heads_of_the_columns_fit_and_differ_in_every_language() -> None:
    try:
        for language in LANGUAGES:
            use(catalogue(language))
            heads = [group.short for group in NotificationGroup]
            assert max(map(cell_len, heads)) <= 4, (language, heads)
            assert len(set(heads)) == len(heads), (language, heads)
    finally:
        use(catalogue("en"))


def test_the_words_of_groups_and_kinds_are_in_the_reader_s_language_when_they_are_asked_for() -> None:
    translations = catalogue("en")
    backwards = type("Backwards", (), {"gettext": lambda _self, message: message[::-1]})()
    try:
        use(backwards)
        assert NotificationGroup.PROPOSALS.explanation == "srednimer dna seno wen"
        assert NotificationKind.REFUND.label == "dnufer"
    finally:
        use(translations)
