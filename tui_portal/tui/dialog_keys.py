"""What the keys of dialogs do, in words: a dialog's help tells those that are bound in it and where the focus is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_portal.tui.keys import N_, Key, KeyGroup

if TYPE_CHECKING:
    from textual.binding import Binding

# By the actions that they are bound to.
_WORDS = {
    "save": N_("save"),
    "send": N_("send"),
    "not_now": N_("save, and send nothing now"),
    "choose_message": N_("saved messages"),
    "show_mail": N_("the mail as its reader will see it"),
    "show_skipped": N_("who is skipped, and why"),
    "correct": N_("take the address that is proposed"),
    "make_new": N_("a new contact"),
    "switch": N_("on or off"),
    "turn": N_("on or off"),
    "choose_next": N_("the next choice"),
    "set_all(True)": N_("all on"),
    "set_all(False)": N_("all off"),
    "set_row(True)": N_("all of the line on"),
    "set_row(False)": N_("all of the line off"),
    "set_column(True)": N_("all of the column on"),
    "set_column(False)": N_("all of the column off"),
    "copy": N_("copy the line's choices"),
    "paste": N_("paste them into this line"),
    "paste_everywhere": N_("paste them into every line"),
    "try_again": N_("try the address again"),
    "switch_mail": N_("mail to the address on or off"),
}

EVERY_DIALOG = KeyGroup(
    "dialog",
    N_("In every dialog"),
    (
        Key("next", "tab", "", N_("next field or button")),
        Key("before", "shift+tab", "", N_("field or button before")),
        Key("lines", "up,down", "", N_("the line above, the line below")),
        Key("sides", "left,right", "", N_("in a line: another choice, another button")),
        Key("press", "enter", "", N_("press the button, take the choice")),
        Key("leave", "escape", "", N_("leave: what was not saved or sent is not done")),
    ),
)


def dialog_groups(bindings: Iterable[Binding]) -> tuple[KeyGroup, ...]:
    """The keys of a dialog, from what is bound in it."""
    found: dict[str, list[str]] = {}
    for binding in bindings:
        if binding.action in _WORDS and not binding.description:  # Textual's own, in a text field, have one
            signs = found.setdefault(binding.action, [])
            signs += [binding.key] if binding.key not in signs else []
    own = tuple(Key(action, ",".join(signs), action, _WORDS[action]) for action, signs in found.items())
    here = (KeyGroup("here", N_("In this dialog"), own),) if own else ()
    return (*here, EVERY_DIALOG)
