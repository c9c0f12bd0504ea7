"""The notification preferences of a whole account in one grid."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from tui_portal.i18n import _, ngettext
from tui_portal.tui.modals.preferences import PreferenceDialog, Read, Save
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.preference_edits import GROUPS, PreferenceEdits
from tui_portal.tui.widgets.preference_table import PreferenceTable

_FRAME_LINES = 2
_LINES_BELOW = 7  # what it is about, the outcome, the buttons with their margins
_LINES_TO_SPARE = 3  # the keys, and a reason of one line
_LOW = 20
_LEAST = 4


class PreferenceGrid(PreferenceDialog):
    """Every address of the account, in one grid of switches that are saved in one go."""

    def __init__(self, on_whom: str, edits: PreferenceEdits, read: Read, save: Save) -> None:
        super().__init__(_("Notification preferences of all addresses"), on_whom, edits, read, save)

    def body(self) -> ComposeResult:
        yield PreferenceTable(self.edits)
        yield Static(id="who", classes="hint", markup=False)
        yield Static(id="kinds", classes="hint", markup=False)
        yield from self.foot()
        keys = _("space switch  a n line  A N column  c copy  v paste  V to all  s save")
        yield Static(plain(keys), id="keys", classes="hint")

    def on_resize(self) -> None:
        height = self.app.size.height
        low = height < _LOW
        self.query_one("#keys").display = not low
        room = int(height * 0.96) - _FRAME_LINES - _LINES_BELOW - (0 if low else _LINES_TO_SPARE)
        table = self.query_one(PreferenceTable)
        table.styles.height = max(_LEAST, min(table.whole_height, room))
        super().on_resize()

    def outcome(self) -> str:
        parts = [_("Nothing is changed.")]
        if self.edits.count:
            changes = ngettext("{n} change", "{n} changes", self.edits.count).format(n=self.edits.count)
            where = self.edits.addresses
            text = ngettext(
                "{changes} on {n} address, not saved yet.", "{changes} on {n} addresses, not saved yet.", where
            )
            parts = [text.format(changes=changes, n=where)]
        rows = self.edits.stored.rows
        off = sum(not row.notify for row in rows)
        if self.edits.stored.archived:
            parts.append(_("The account is archived: nothing is sent."))
        elif off:
            parts.append(_("NOTIFY is off for {n} of {total}.").format(n=off, total=len(rows)))
        return " ".join(parts)

    def show(self) -> None:
        super().show()
        table = self.query_one(PreferenceTable)
        row, group = table.row, table.group
        why, on = self.edits.stored.why_silent(row), self.edits.count_on(row)
        place = _("{n} of {total}").format(n=table.place, total=len(table.rows))
        if why:
            sent = _("nothing is sent: {why}").format(why=why)
        else:
            sent = _("{n} of {total} groups sent").format(n=on, total=len(GROUPS))
        self.hint("#who", " · ".join((place, row.address, sent)))
        self.hint("#kinds", f"{group.label} · {group.explanation}")

    async def _look_again(self) -> None:
        await super()._look_again()
        self.query_one(PreferenceTable).look_again()
        self.on_resize()
