"""What was left out, and why: a list to read."""

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
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.bars import TooSmall

_SHOWN = 500
_ACCOUNT_CELLS = 9


class SkippedList(ModalScreen[None]):
    """Dismissed with None by esc, enter or v. Of a very long list the first lines are shown; an export has all of them."""

    AUTO_FOCUS = "#help"
    BINDINGS = [Binding("escape,enter,v,q", "dismiss", show=False)]

    def __init__(self, skipped: Sequence[Skipped], count: int) -> None:
        super().__init__()
        self._skipped = skipped
        self._count = count

    def compose(self) -> ComposeResult:
        yield TooSmall()
        frame = VerticalScroll(id="help")
        frame.border_title = plain(
            " " + ngettext("{n} skipped", "{n} skipped", self._count).format(n=self._count) + " "
        )
        frame.border_subtitle = plain(" " + _("esc closes") + " ")
        with frame:
            yield Static(self._content())

    def _content(self) -> Content:
        lines = []
        for row in self._skipped[:_SHOWN]:
            lines.append(plain(f"{fit(row.account or '', _ACCOUNT_CELLS)} {row.address or '—'}", "bold"))
            lines.append(plain(f"{' ' * _ACCOUNT_CELLS} {row.reason}"))
        if self._count > _SHOWN:
            lines.append(plain(_("… and {n} more").format(n=self._count - _SHOWN)))
        return Content("\n").join(lines)
