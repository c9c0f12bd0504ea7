"""Notification preferences of one e-mail address in one account; and what this dialog shares with that of a whole account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.widgets import Button, Static

from tui_portal.domain.errors import PortalError
from tui_portal.i18n import _, ngettext
from tui_portal.services.preferences import Preferences
from tui_portal.tui.modals.dialog import Dialog, buttons
from tui_portal.tui.text import fit, plain
from tui_portal.tui.widgets.preference_edits import Groups, PreferenceEdits, PreferenceTouched
from tui_portal.tui.widgets.preference_list import PreferenceList
from tui_portal.tui.workers import start

Read = Callable[[], Awaitable[Preferences]]
Save = Callable[[dict[int, Groups], dict[int, Groups]], Awaitable[int]]


class PreferenceDialog(Dialog[int]):
    """What is switched is collected and saved in one go, so that one key takes it back. Dismissed with how many groups were
    changed once `save` has carried it out, or with None where nothing was. What `save` refuses is told, what is stored is read
    again, and what was switched stays.
    """

    AUTO_FOCUS = "#preferences"
    BINDINGS = [Binding("s,alt+s", "save", show=False)]

    def __init__(self, title: str, on_whom: str, edits: PreferenceEdits, read: Read, save: Save) -> None:
        super().__init__(title, on_whom)
        self.edits = edits
        self._read = read
        self._save = save
        self._asked_to_leave = False

    @property
    def settled(self) -> bool:
        """Keys that are typed while it saves wait for what comes of it."""
        return not self.edits.saving

    def outcome(self) -> str:
        """What it comes to, in words before the buttons."""
        raise NotImplementedError

    def foot(self) -> ComposeResult:
        """The outcome, what stands in the way, the buttons."""
        yield Static(id="outcome", markup=False)
        yield Static(id="told", classes="warning", markup=False)
        yield buttons(("save", _("Save"), "primary"), ("close", _("Close"), "default"))

    def show(self) -> None:
        """Show what it comes to now."""
        self.query_one("#preferences").refresh()
        words = _("Saving…") if self.edits.saving else self.outcome()
        self.query_one("#outcome", Static).update(plain(words, lines=True))
        count = self.edits.count
        label = ngettext("Save {n} change", "Save {n} changes", count).format(n=count) if count else _("Save")
        save = self.query_one("#save", Button)
        save.label = plain(label)
        save.refresh(layout=True)

    def hint(self, line: str, words: str) -> None:
        """Show `words` in a line of the dialog; what is cut ends with a sign that it was."""
        room = self.query_one("#dialog").content_size.width - 1  # a scroll bar may come
        self.query_one(line, Static).update(plain(fit(words, room).rstrip()))

    def tell(self, sentence: str, *, warning: bool = True) -> None:
        """Say what stands in the way, or else what was done."""
        told = self.query_one("#told", Static)
        told.set_class(warning, "warning")
        told.update(plain(sentence))
        told.display = bool(sentence)
        if sentence:
            self.call_after_refresh(told.scroll_visible, animate=False)

    def on_mount(self) -> None:
        self.tell(self.edits.refusal)
        self.show()

    def on_resize(self) -> None:
        self.call_after_refresh(self.show)

    def on_preference_touched(self, event: PreferenceTouched) -> None:
        self._asked_to_leave = False
        self.tell(event.told, warning=event.warning)
        self.show()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """esc, Close: where something was switched, only the second one leaves."""
        if self.edits.saving:
            return
        if self.edits.count and not self._asked_to_leave:
            self._asked_to_leave = True
            text = ngettext(
                "{n} change is not saved: s saves it, esc again leaves without it.",
                "{n} changes are not saved: s saves them, esc again leaves without them.",
                self.edits.count,
            )
            self.tell(text.format(n=self.edits.count))
        else:
            self.dismiss(None)

    def action_save(self) -> None:
        self._asked_to_leave = False
        if self.edits.closed or not self.edits.count:
            self.tell(self.edits.closed or _("There is nothing to save."))
            return
        self.edits.saving = True
        self.tell("")
        self.show()
        start(self, self._do_save, "save")

    async def _do_save(self) -> None:
        try:
            changed = await self._save(*self.edits.to_save())
        except PortalError as error:
            await self._look_again()
            self.edits.saving = False
            self.show()
            self.tell(error.message)
        else:
            self.edits.saving = False
            self.dismiss(changed)

    async def _look_again(self) -> None:
        """After a failed save: what is stored now, with what was switched left standing."""
        try:
            stored = await self._read()
        except PortalError:
            return
        if stored.rows:
            self.edits.look_again(stored)


class PreferencesDialog(PreferenceDialog):
    """The seven groups of one address."""

    def __init__(self, on_whom: str, edits: PreferenceEdits, read: Read, save: Save) -> None:
        super().__init__(_("Notification preferences"), on_whom, edits, read, save)

    def body(self) -> ComposeResult:
        yield PreferenceList(self.edits)
        yield Static(id="kinds", classes="hint", markup=False)
        yield from self.foot()
        keys = _("space 1-7 switch  a all  n none  s save  esc close")
        yield Static(plain(keys), classes="hint")

    def outcome(self) -> str:
        row = self.edits.stored.rows[0]
        return self.edits.stored.outcome(row, self.edits.count_on(row))

    def show(self) -> None:
        super().show()
        chosen = self.query_one(PreferenceList)
        kinds = _(", ").join(kind.label for kind in chosen.group.kinds)
        self.hint("#kinds", _("sends: {kinds}").format(kinds=kinds))
        frame = self.query_one("#dialog")
        frame.scroll_to_region(Region(0, chosen.cursor, 1, 1), animate=False, force=True)
