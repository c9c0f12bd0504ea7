"""What can be done in the Activity list: go to what an entry is about, see what was and what is, narrow the list."""

from __future__ import annotations

from dataclasses import replace

from tui_portal.domain.log_filters import LogKey, with_log_term, without_log_key
from tui_portal.i18n import _, ngettext
from tui_portal.services.account_log import LogRow
from tui_portal.services.exports import export_log
from tui_portal.services.log_list import menu_words, target_of
from tui_portal.tui.log_source import log_query
from tui_portal.tui.modals.entry import EntryDialog
from tui_portal.tui.modals.menu import Choice, Menu
from tui_portal.tui.screens.list_actions import ListActions
from tui_portal.tui.widgets.log_table import full_log

_TIMES = (("24h", "1"), ("7d", "2"), ("30d", "3"))
_PERSON_KEYS = "abcdefghij"
_KIND_KEYS = "klmnopqrstu"


class LogActions(ListActions):
    """The actions on entries of the log."""

    def count_in_words(self, count: int) -> str:
        return ngettext("{n} entry", "{n} entries", count).format(n=count)

    @property
    def _row(self) -> LogRow | None:
        row = self._screen.table.cursor_row
        return row if isinstance(row, LogRow) else None

    async def explain(self) -> None:
        """Show the entry under the cursor in full: what was, what is."""
        row = self._row
        if row is not None:
            await self._screen.app.push_screen_wait(EntryDialog(full_log(row)))

    async def more_actions(self) -> None:
        """The menu of all that an entry leads to."""
        row = self._row
        nothing = "" if row else _("nothing is marked or under the cursor")
        target = await self._screen.shell.lanes.read(target_of, row.id) if row else None
        no_account = nothing or ("" if target and target.account else _("the entry is about no account"))
        menu = [
            Choice("explain", "w", _("What was, what is"), reason=nothing),
            Choice("account", "o", _("Open the account"), reason=no_account),
            Choice("only_person", "p", _("Only what {who} did").format(who=row.who if row else "…"), reason=nothing),
            Choice("only_account", "a", _("Only what belongs to this account"), reason=no_account),
            Choice("export", "x", _("Export what the list shows")),
            Choice("columns", "k", _("Choose the columns")),
        ]
        chosen = await self._screen.app.push_screen_wait(Menu(_("More actions"), menu, row.words if row else ""))
        if chosen == "account" and target and target.account:
            self._screen.shell.open_account(target.account)
        elif chosen == "only_account" and target and target.account:
            self._narrow(LogKey.ACCOUNT, f"A-{target.account:04d}")
        elif chosen == "only_person" and row:
            self._narrow(LogKey.BY, row.who_word)
        elif chosen is not None:
            await getattr(self, chosen)()

    async def filter_menu(self) -> None:
        """Choose by whom, what kind, since when; the filter line says the same in text."""
        screen = self._screen
        people, kinds = await screen.shell.lanes.count(menu_words)
        told = {"clients": _("Clients"), "program": _("The program")}
        menu = [
            Choice(f"{LogKey.BY}:{found.word}", key, f"{found.label or told[found.word]} ({found.count:,})")
            for found, key in zip(people, _PERSON_KEYS, strict=False)
        ]
        menu += [
            Choice(f"{LogKey.KIND}:{found.word}", key, f"{found.label} ({found.count:,})")
            for found, key in zip(kinds, _KIND_KEYS, strict=False)
        ]
        since = {"24h": _("Within 24 hours"), "7d": _("Within 7 days"), "30d": _("Within 30 days")}
        menu += [Choice(f"{LogKey.SINCE}:{word}", key, since[word]) for word, key in _TIMES]
        menu.append(
            Choice("", "x", _("Show everything again"), reason="" if screen.view.text else _("there is no filter"))
        )
        chosen = await screen.app.push_screen_wait(Menu(_("Filter"), menu))
        if chosen == "":
            screen.show_view(replace(screen.view, text=""))
        elif chosen is not None:
            key, _colon, value = chosen.partition(":")
            self._narrow(LogKey(key), value)

    async def export(self) -> None:
        """Write what the list shows to a file."""
        query = log_query(self._screen.view, self._screen.shell.clock())
        await self.write_list("activity", lambda context, path: export_log(context, query, path))

    def _narrow(self, key: LogKey, value: str) -> None:
        """Put this term in the place of the one of its key; the same one once more takes it out."""
        screen, text = self._screen, self._screen.view.text
        new = with_log_term(text, key, value)
        if new == text.strip():
            new = without_log_key(text, key)
        screen.show_view(replace(screen.view, text=new))
