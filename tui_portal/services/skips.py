"""What nothing was done for, and why: kept as one text however many they are, read when somebody looks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, overload

from tui_portal.domain.accounts import account_code
from tui_portal.domain.addresses import reason_in_words
from tui_portal.i18n import _
from tui_portal.services.invitations import Skipped


class Reason(IntEnum):
    """Why nothing was done, in the order in which the reasons are told. Numbers, because SQL makes a text of many of them."""

    GONE = -10
    ARCHIVED = -9
    NO_ADDRESS = -8
    INVALID = -7
    UNWRITABLE = -6
    ACTIVE = -5
    RECENT_HOUR = -4
    RECENT = -3
    OPEN = -2
    LOGIN_OFF = -1

    def words(self, detail: str = "") -> str:
        """The reason in the reader's language; `detail` is the reason code of an invalid address."""
        if self is Reason.INVALID and detail:
            return _("the address is not valid: {reason}").format(reason=reason_in_words(detail))
        return {
            Reason.GONE: _("the account is not there any more"),
            Reason.ARCHIVED: _("the account is archived"),
            Reason.NO_ADDRESS: _("no contact of it has an address"),
            Reason.INVALID: _("the address is not valid"),
            Reason.UNWRITABLE: _("the address can't get mail"),
            Reason.ACTIVE: _("already active"),
            Reason.RECENT_HOUR: _("already invited within the last hour"),
            Reason.RECENT: _("already invited a short while ago"),
            Reason.OPEN: _("an invitation is open already"),
            Reason.LOGIN_OFF: _("LOGIN is off"),
        }[self]


@dataclass(frozen=True)
class Skips(Sequence[Skipped]):
    """Those skipped, in order. `text` is a JSON array of [address, account id or null, reason, detail]; `counts` holds how many
    there are for each reason.
    """

    text: str = "[]"
    counts: tuple[tuple[Reason, int], ...] = ()

    @cached_property
    def _read(self) -> list[Any]:
        found: list[Any] = json.loads(self.text)
        return found

    @property
    def reasons(self) -> tuple[tuple[str, int], ...]:
        """How many there are for each reason, in the reader's language."""
        return tuple((reason.words(), count) for reason, count in self.counts)

    def __len__(self) -> int:
        return sum(count for _reason, count in self.counts)

    @overload
    def __getitem__(self, place: int) -> Skipped: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Skipped, ...]: ...

    def __getitem__(self, place: int | slice) -> Skipped | tuple[Skipped, ...]:
        if isinstance(place, slice):
            return tuple(map(_skipped, self._read[place]))
        return _skipped(self._read[place])


def _skipped(row: Sequence[Any]) -> Skipped:
    address, account, reason, detail = row
    return Skipped(address, None if account is None else account_code(account), Reason(reason).words(detail))
