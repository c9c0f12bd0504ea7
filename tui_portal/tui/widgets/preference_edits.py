"""Notification preferences while they are edited: what is stored, what was switched since, and how a switch is drawn."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from textual.message import Message

from tui_portal.domain.notifications import NotificationGroup
from tui_portal.i18n import _
from tui_portal.services.preferences import PreferenceRow, Preferences

GROUPS = tuple(NotificationGroup)

Groups = dict[NotificationGroup, bool]


class PreferenceTouched(Message):
    """The cursor moved, or something was switched. `told` is what is to be said of it, empty where it can be seen; `warning` is
    whether something stands in the way.
    """

    def __init__(self, told: str = "", *, warning: bool = True) -> None:
        super().__init__()
        self.told = told
        self.warning = warning


class PreferenceEdits:
    """What is `stored`, and the cells (address, group) that are to be otherwise. With a `refusal`, the reason why this person
    may not change anything, nothing can be switched; while `saving` neither.
    """

    def __init__(self, stored: Preferences, refusal: str = "") -> None:
        self.stored = stored
        self.refusal = refusal
        self.saving = False
        self._wished: dict[tuple[int, NotificationGroup], bool] = {}

    @property
    def closed(self) -> str:
        """Why nothing can be switched now, empty where it can."""
        return self.refusal or (_("Still saving: nothing was switched.") if self.saving else "")

    @property
    def count(self) -> int:
        """How many cells are to be changed."""
        return len(self._wished)

    @property
    def addresses(self) -> int:
        """How many addresses they belong to."""
        return len({number for number, _group in self._wished})

    def is_on(self, row: PreferenceRow, group: NotificationGroup) -> bool:
        """Whether the group is, or is to be, on."""
        return self._wished.get((row.id, group), row.enabled[group])

    def is_changed(self, row: PreferenceRow, group: NotificationGroup) -> bool:
        """Whether the group is to be other than it is stored."""
        return (row.id, group) in self._wished

    def count_on(self, row: PreferenceRow) -> int:
        """How many groups are, or are to be, on for the address."""
        return sum(self.is_on(row, group) for group in GROUPS)

    def set(self, row: PreferenceRow, group: NotificationGroup, on: bool) -> None:
        """Wish the group to be on or off."""
        if row.enabled[group] is on:
            self._wished.pop((row.id, group), None)
        else:
            self._wished[row.id, group] = on

    def set_all(self, rows: Iterable[PreferenceRow], groups: Iterable[NotificationGroup], on: bool) -> None:
        """Wish all `groups` of `rows` to be on or off."""
        wanted = tuple(groups)
        for row in rows:
            for group in wanted:
                self.set(row, group, on)

    def groups(self, row: PreferenceRow) -> Groups:
        """The seven groups of an address as they are to be."""
        return {group: self.is_on(row, group) for group in GROUPS}

    def to_save(self) -> tuple[dict[int, Groups], dict[int, Groups]]:
        """All seven groups of each address that changes, as they are to be and as they were seen: what is saved is what was
        shown.
        """
        touched = {number for number, _group in self._wished}
        rows = [row for row in self.stored.rows if row.id in touched]
        return {row.id: self.groups(row) for row in rows}, {row.id: dict(row.enabled) for row in rows}

    def look_again(self, stored: Preferences) -> None:
        """Take what is stored now; what was switched stays switched where it still is a change."""
        wished, self._wished, self.stored = self._wished, {}, stored
        rows = {row.id: row for row in stored.rows}
        for (number, group), on in wished.items():
            if number in rows:
                self.set(rows[number], group, on)


def toggle(on: bool, *, saving: bool = False) -> str:
    """A switch as it is drawn; the three ways have the same width."""
    words = _("[ on ]"), _("[off ]")
    width = max(map(cell_len, words))
    text = "[ …  ]" if saving else words[0 if on else 1]
    return text + " " * (width - cell_len(text))
