"""What the find line offers to complete."""

from __future__ import annotations

from textual.suggester import Suggester


class FilterSuggester(Suggester):
    """The rest of the word that is being typed in the find line, taken with the right arrow."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        from tui_portal.domain.filters import complete, word_at

        start, _end = word_at(value, len(value))
        found = [whole for whole in complete(value, len(value)) if whole.startswith(value[start:])]
        return value[:start] + found[0] if found else None
