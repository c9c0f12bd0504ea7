"""Who else has this account open: told to the others at most every half a minute, looked for as often as the list is."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from tui_portal.services.presence import arrive, leave, others_here

if TYPE_CHECKING:
    from tui_portal.tui.app import PortalApp
    from tui_portal.tui.screens.profile import ProfileScreen

_ARRIVALS_SECONDS = 30.0  # stepping through accounts is no news to anybody


class Presence:
    """What this application has told of itself."""

    def __init__(self, app: PortalApp) -> None:
        self._app = app
        self._here: int | None = None
        self._told_at = float("-inf")

    def end(self) -> None:
        """Tell, on the way out, that no account is open here any more; the lane does it before it is closed."""
        if self._here is not None:
            self._app.lanes.begin_counting(leave)
            self._here = None

    async def follow(self) -> None:
        """Tell which account is open here, and show who else has it open."""
        lanes = self._app.lanes
        profile = self._profile()
        if profile is None:
            if self._here is not None and await lanes.count(leave):
                self._here = None
            return
        account = profile.account
        since, half = time.monotonic() - self._told_at, self._app.settings.limits.presence_seconds / 2
        if not lanes.context.read_only and since >= (half if account == self._here else _ARRIVALS_SECONDS):
            self._told_at = time.monotonic()
            if await lanes.count(arrive, account):
                self._here = account
        profile.show_others(account, await lanes.read(others_here, account))

    def _profile(self) -> ProfileScreen | None:
        """The account that is open in front, if one is. Its screen is loaded by whoever opens the first."""
        if "tui_portal.tui.screens.profile" not in sys.modules:
            return None
        from tui_portal.tui.screens.profile import ProfileScreen

        return next((s for s in reversed(self._app.screen_stack) if isinstance(s, ProfileScreen)), None)
