"""Words of the domain as they are stored, read back."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from tui_portal.domain.errors import DatabaseUnusable
from tui_portal.domain.text import safe
from tui_portal.i18n import _

if TYPE_CHECKING:
    from tui_portal.store.database import Database

Word = TypeVar("Word", bound=StrEnum)


def known(database: Database, kind: type[Word], value: str) -> Word:
    """`value` from a row as one of `kind`. Raises DatabaseUnusable for one that no version of this program wrote."""
    try:
        return kind(value)
    except ValueError:
        raise DatabaseUnusable(
            _("{path} holds a value that this program does not know ({value}). Take the newest backup.").format(
                path=database.path, value=safe(value)
            )
        ) from None
