"""What screens know of the application, without knowing the application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from tui_portal.config import Settings
from tui_portal.services.context import Lanes
from tui_portal.tui.widgets.bars import Place


class PortalShell(Protocol):
    """The application as its screens see it."""

    lanes: Lanes
    firm_name: str
    firm_language: str
    notice_seconds: float

    @property
    def settings(self) -> Settings:
        """The firm's settings."""

    @property
    def clock(self) -> Callable[[], int]:
        """The present moment."""

    @property
    def notes(self) -> Sequence[str]:
        """Who is acting, what mail waits: for the title line."""

    @property
    def places(self) -> Sequence[Place]:
        """The places with their counts."""

    def open_account(self, account: int) -> None:
        """Open the profile of an account."""

    def open_row(self, place: str, row_id: int) -> None:
        """Open the thing behind a row of a list."""

    async def beside(self, account: int, step: int) -> int | None:
        """The account that stands so many lines below (or above) another one in the list behind the profile."""

    def hand_over(self, text: str) -> str:
        """Put text on the terminal's clipboard; why it could not be, empty where it was sent."""

    def mail_was_queued(self) -> None:
        """There may be mail to hand over now."""

    def begin_writing(self) -> None:
        """The screen shows what it is to show first: from now on the terminal follows it."""
