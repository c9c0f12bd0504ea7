"""What became of each address, or why it was left out: a list to read, and to export."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_portal.i18n import _, ngettext
from tui_portal.services.invitations import Skipped
from tui_portal.services.results import AddressResult
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.bars import TooSmall

_SHOWN = 500
_ACCOUNT_CELLS = 9

Line = tuple[str | None, str, str]  # the account's short ID, the address, what is to be told of it


class ResultList(ModalScreen[str]):
    """Dismissed with `export` by x, where the list `exports`, with None by esc, enter, v or q. `rest` stands below the lines."""

    AUTO_FOCUS = "#help"
    BINDINGS = [
        Binding("escape,enter,v,q", "dismiss", show=False),
        Binding("x", "dismiss('export')", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[Line], *, rest: str = "", exports: bool = False) -> None:
        super().__init__()
        self._heading = title
        self._lines = lines
        self._rest = rest
        self._exports = exports

    @classmethod
    def of_results(cls, title: str, results: Sequence[AddressResult], *, whole: bool) -> ResultList:
        """What an edit did; unless this is the `whole` of it, the rest is in an export."""
        lines = [(row.account, row.address or "", row.outcome) for row in results]
        return cls(title, lines, rest="" if whole else _("… and more: x exports all of it."), exports=True)

    @classmethod
    def of_skipped(cls, skipped: Sequence[Skipped]) -> ResultList:
        """What an edit would leave out; of very many the first."""
        lines = [(row.account, row.address or "", row.reason) for row in skipped[:_SHOWN]]
        more = len(skipped) - len(lines)
        title = ngettext("{n} skipped", "{n} skipped", len(skipped)).format(n=len(skipped))
        return cls(title, lines, rest=_("… and {n} more").format(n=more) if more else "")

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(f" {self._heading} ")
        ways = _("x exports   esc closes") if self._exports else _("esc closes")
        frame.border_subtitle = plain(f" {ways} ")
        with frame:
            yield Static(self._content())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """x does nothing where there is nothing to export."""
        return self._exports or "export" not in parameters

    def _content(self) -> Content:
        lines = []
        for account, address, told in self._lines:
            lines.append(plain(f"{fit(account or '', _ACCOUNT_CELLS)} {address or '—'}", "bold"))
            lines.append(plain(f"{' ' * _ACCOUNT_CELLS} {told}"))
        if self._rest:
            lines.append(plain(self._rest))
        return Content("\n").join(lines)
