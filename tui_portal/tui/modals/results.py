"""What became of each address in an edit of many accounts: a list to read, and to export."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_portal.i18n import _
from tui_portal.services.results import AddressResult
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.bars import TooSmall

_ACCOUNT_CELLS = 9


class ResultList(ModalScreen[str]):
    """Dismissed with `export` by x, with None by esc, enter or q. Of a long list the first lines are shown."""

    AUTO_FOCUS = "#help"
    BINDINGS = [
        Binding("escape,enter,q", "dismiss", show=False),
        Binding("x", "dismiss('export')", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[AddressResult], *, whole: bool) -> None:
        super().__init__()
        self._heading = title
        self._lines = lines
        self._all_shown = whole

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(f" {self._heading} ")
        frame.border_subtitle = plain(" " + _("x exports   esc closes") + " ")
        with frame:
            yield Static(self._content())

    def _content(self) -> Content:
        lines = []
        for row in self._lines:
            lines.append(plain(f"{fit(row.account or '', _ACCOUNT_CELLS)} {row.address or '—'}", "bold"))
            lines.append(plain(f"{' ' * _ACCOUNT_CELLS} {row.outcome}"))
        if not self._all_shown:
            lines.append(plain(_("… and more: x exports all of it.")))
        return Content("\n").join(lines)
