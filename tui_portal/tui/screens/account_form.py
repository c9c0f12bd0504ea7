"""An account made or edited, from the list or from its profile."""

from __future__ import annotations

from tui_portal.domain.accounts import AccountType, account_code
from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _
from tui_portal.services.account_edits import AccountFields, account_fields, save_account
from tui_portal.services.tags import tag_names
from tui_portal.tui.modals.account import AccountDialog
from tui_portal.tui.screens.place import PlaceScreen


async def edit_account(screen: PlaceScreen, account: int | None) -> int | None:
    """Let an account be edited, or a new one be made without `account`; its id, or None where it was left. In a worker."""
    lanes = screen.shell.lanes

    async def save(fields: AccountFields) -> int:
        return await lanes.write(save_account, account, fields)

    async def reload() -> AccountFields:
        assert account is not None  # noqa: S101 - nobody changes an account that is not there yet
        return await lanes.read(account_fields, account)

    try:
        fields = AccountFields("", AccountType.COMPANY) if account is None else await reload()
        tags = await lanes.read(tag_names)
    except PortalError as error:
        screen.say(error.message, warning=True)
        return None
    title = _("New account") if account is None else _("Edit account")
    on_whom = "" if account is None else f"{account_code(account)} {fields.name}"
    saved: int | None = await screen.app.push_screen_wait(AccountDialog(title, on_whom, fields, tags, save, reload))
    if saved is not None:
        screen.say(_("{account} is saved. u takes it back").format(account=account_code(saved)))
        screen.read_again()
    return saved
