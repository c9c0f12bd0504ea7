"""The command palette: every key's command, every saved filter, and every account by name."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tui_portal.domain.errors import WrongUse
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.services.accounts import AccountQuery, AccountRow, account_ids, account_rows
from tui_portal.services.context import Context
from tui_portal.services.saved_views import saved_views
from tui_portal.tui.text import plain

if TYPE_CHECKING:
    from tui_portal.tui.app import PortalApp

_ACCOUNTS_SHOWN = 12


class PortalCommands(Provider):
    """What can be done on the screen in front, and where one can go."""

    @property
    def _portal(self) -> PortalApp:
        return cast("PortalApp", self.app)

    async def discover(self) -> Hits:
        for title, action, keys_shown in self._commands():
            yield DiscoveryHit(plain(title), partial(self._run, action), text=title, help=keys_shown)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for title, action, keys_shown in self._commands():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, action), text=title, help=keys_shown)
        for view in await self._portal.lanes.read(saved_views, "accounts"):
            title = _("Filter: {name}").format(name=safe(view.name))
            score = matcher.match(title)
            if score > 0:
                run = partial(self._portal.show_saved_view, view)
                yield Hit(score, matcher.highlight(title), run, text=title, help=safe(view.filter))
        for row in await self._portal.lanes.read(_accounts, query):
            name = f"{row.code} {safe(row.name)}"
            yield Hit(1.0, plain(name), partial(self._portal.open_account, row.id), text=name, help=row.type.label)

    def _commands(self) -> list[tuple[str, str, str]]:
        """Title, action and keys of every command that needs no cursor key, each once."""
        found: dict[str, tuple[str, str, str]] = {}
        for group in self._portal.key_groups:
            for key in group.keys:
                if group.name not in ("list", "info") or key.bar:
                    found[key.action] = (_(key.help).capitalize(), key.action, key.shown)
        return list(found.values())

    async def _run(self, action: str) -> None:
        """Run the action where the key would have run it: on the focused widget, its screen, or the application."""
        screen = self._portal.screen
        for node in (screen.focused, screen, self._portal):
            name = action.partition("(")[0]
            if node is not None and hasattr(node, f"action_{name}"):
                await self._portal.run_action(action, default_namespace=node)
                return


def _accounts(context: Context, words: str) -> list[AccountRow]:
    try:
        return account_rows(context, account_ids(context, AccountQuery(find=words), _ACCOUNTS_SHOWN))
    except WrongUse:
        return []  # a filter that is not finished yet
