"""What the find line offers to complete."""

from __future__ import annotations

from textual.suggester import Suggester


class FilterSuggester(Suggester):
    """The rest of the word that is being typed in the find line, taken with the right arrow."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        if not value:
            return None  # the filter language is loaded by whoever filters
        from tui_portal.domain.filters import complete, word_at

        start, _end = word_at(value, len(value))
        found = [whole for whole in complete(value, len(value)) if whole.startswith(value[start:])]
        return value[:start] + found[0] if found else None


class LogSuggester(Suggester):
    """The same for the terms of the activity log."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        from tui_portal.domain.log_filters import complete_log_filter

        start = value.rfind(" ") + 1
        found = [whole for whole in complete_log_filter(value, len(value)) if whole.startswith(value[start:])]
        return value[:start] + found[0] if found else None


def suggester_of(place: str) -> Suggester | None:
    """What completes the filters of a list; None where a filter is words alone."""
    if place == "activity":
        return LogSuggester()
    return FilterSuggester() if place in ("accounts", "archived") else None
