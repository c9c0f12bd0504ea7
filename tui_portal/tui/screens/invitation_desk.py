"""What the invitation dialog asks of the services: the mail as it would be, the firm's saved messages."""

from __future__ import annotations

from collections.abc import Sequence

from tui_portal.services.context import Lanes
from tui_portal.services.invitation_previews import MailPreview, preview_mail
from tui_portal.services.saved_messages import SavedMessage, remove_message, save_message, saved_messages


class InvitationDesk:
    """For one address (a mailbox's id) in one account. `grants`: LOGIN is about to be switched on there."""

    def __init__(self, lanes: Lanes, account: int, address: int, *, grants: bool) -> None:
        self._lanes = lanes
        self._account = account
        self._address = address
        self._grants = grants

    async def preview(self, message: str) -> MailPreview:
        """The mail that would be sent with `message`. Raises PortalError."""
        return await self._lanes.read(preview_mail, self._account, self._address, message, self._grants)

    async def messages(self) -> Sequence[SavedMessage]:
        """The firm's saved messages."""
        return await self._lanes.read(saved_messages)

    async def save(self, name: str, message: str) -> object:
        """Keep a message under a name. Raises PortalError."""
        return await self._lanes.write(save_message, name, message)

    async def remove(self, name: str) -> None:
        """Delete a saved message. Raises PortalError."""
        await self._lanes.write(remove_message, name)
