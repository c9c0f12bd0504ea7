"""The tour: the few keys that carry everything, shown over the lower part of the screen until the next key."""

from __future__ import annotations

from textual.content import Content

from tui_portal.i18n import _
from tui_portal.tui.hanging import hanging, indent_for
from tui_portal.tui.keymap import in_force, key_changes
from tui_portal.tui.keys import GROUPS, N_
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.hanging_lines import HangingLines

# What each line of the tour is about: keys by their names in the registry (a sign between them stands as it is), and what is
# told of them.
LINES = (
    (("list.down", "list.up", "list.open"), N_("move, and open what is under the cursor")),
    (("everywhere.accounts", "…", "everywhere.staff"), N_("the places, as they are numbered")),
    (("list_screen.find", "list_screen.filter"), N_("find as you type; choose a filter")),
    (("list.mark", "list.mark_all", "list_screen.more"), N_("mark one, mark all; do something to them")),
    (("info.login", "info.notify", "info.sync"), N_("LOGIN, NOTIFY, EMAIL SYNC in an account")),
    (("list_screen.undo",), N_("take back what you did last")),
    (("everywhere.palette",), N_("every command, account and address by name")),
    (("everywhere.help",), N_("all keys of this screen")),
    (("profile.back",), N_("back")),
)


class Tour(HangingLines):
    """The panel. It takes no key: whoever shows it takes it away at the next one."""

    def __init__(self) -> None:
        super().__init__(self._lines, id="tour")

    def on_mount(self) -> None:
        title = _("The keys that carry everything")
        self.border_title = plain(f" {title} ")
        again = _("any key goes on; {key} Tour shows this again").format(key=_shown(("everywhere.palette",), self)[-1])
        self.border_subtitle = plain(f" {again} ")

    def _lines(self, width: int) -> list[Content]:
        told = [(" ".join(_shown(names, self)), _(words)) for names, words in LINES]
        indent = indent_for((shown for shown, _words in told), width)
        return [line for shown, words in told for line in hanging(shown, words, indent, width)]


def _shown(names: tuple[str, ...], tour: Tour) -> list[str]:
    """A key of each command, as they are in force: the first one, or a shorter one in place of an arrow and of ctrl and a letter."""
    known = {f"{group.name}.{key.name}": key for group in in_force(GROUPS, key_changes(tour)) for key in group.keys}
    return [_short(known[name].shown.split(" ")) if name in known else name for name in names]


def _short(signs: list[str]) -> str:
    return min(signs, key=len) if "+" in signs[0] or signs[0] in ("up", "down") else signs[0]
