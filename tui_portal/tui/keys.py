"""The one registry of keys: bindings, the key bar, the help screen and the table in the README come from it.

Labels are marked for translation here and translated when they are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from tui_portal.i18n import _

if TYPE_CHECKING:
    from textual.binding import BindingType


def N_(message: str) -> str:  # noqa: N802 - the name by which translators' tools know it
    """Mark `message` for translation without translating it yet."""
    return message


class Key(NamedTuple):
    """What a key does. `keys` are Textual's names, the first one is shown; `bar` is the short form for the key bar; `places` are
    those in which it does something, empty for all.
    """

    name: str
    keys: str
    action: str
    help: str
    bar: str = ""
    priority: bool = False
    places: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The keys as a person reads them."""
        return " ".join(_SIGNS.get(key, key) for key in self.keys.split(","))

    @property
    def first_shown(self) -> str:
        """The first of them."""
        return self.shown.split(" ")[0]


class KeyGroup(NamedTuple):
    """Keys that work in the same place."""

    name: str
    title: str
    keys: tuple[Key, ...]


_SIGNS = {
    "slash": "/",
    "asterisk": "*",
    "question_mark": "?",
    "colon": ":",
    "minus": "-",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    **{f"f{n}": f"F{n}" for n in range(1, 13)},
    "ctrl+home": "ctrl+home",
    "enter": "enter",
    "space": "space",
}

EVERYWHERE = KeyGroup(
    "everywhere",
    N_("Everywhere"),
    (
        Key("accounts", "1", "go('accounts')", N_("Accounts")),
        Key("pending", "2", "go('pending')", N_("Pending activation")),
        Key("archived", "3", "go('archived')", N_("Archived")),
        Key("outbox", "6", "go('outbox')", N_("Outbox")),
        Key("activity", "7", "go('activity')", N_("Activity")),
        Key("staff", "8", "go('staff')", N_("Staff")),
        Key(
            "palette",
            "ctrl+p,colon",
            "command_palette",
            N_("command palette: every command; every account, contact and address by name"),
        ),
        Key("redraw", "ctrl+l", "redraw", N_("draw the screen anew"), priority=True),
        Key("help", "question_mark,f1", "show_help", N_("help for this screen"), N_("keys")),
        Key("quit", "q", "leave", N_("quit"), N_("quit")),
    ),
)

LIST = KeyGroup(
    "list",
    N_("In every list"),
    (
        Key("down", "down,j", "move(1)", N_("one line down")),
        Key("up", "up,k", "move(-1)", N_("one line up")),
        Key("page_down", "pagedown", "page(1)", N_("one page down")),
        Key("page_up", "pageup", "page(-1)", N_("one page up")),
        Key("first", "home,g", "first", N_("first line")),
        Key("last", "end,G", "last", N_("last line")),
        Key("mark", "space", "mark", N_("mark and go down"), N_("mark")),
        Key("mark_all", "asterisk", "mark_all", N_("mark all that the list shows"), N_("all")),
        Key("mark_range", "v", "mark_range", N_("begin a range, and mark to here")),
        Key("open", "enter", "open", N_("open"), N_("open")),
    ),
)

_ACCOUNTS = ("accounts", "archived")

LIST_SCREEN = KeyGroup(
    "list_screen",
    N_("In every list"),
    (
        Key("new", "n", "new_row", N_("new account"), places=_ACCOUNTS),
        Key("edit", "e", "edit_row", N_("edit the account under the cursor"), places=_ACCOUNTS),
        Key("more", "m", "more_actions", N_("more actions, on what is marked or under the cursor"), N_("more actions")),
        Key(
            "filter",
            "f",
            "filter_menu",
            N_("filter: last login, type, tags, …"),
            N_("filter"),
            places=(*_ACCOUNTS, "pending", "outbox", "activity"),
        ),
        Key("find", "slash", "find", N_("find, as you type; esc leaves the line, esc again empties it"), N_("find")),
        Key("sort", "s", "sort_menu", N_("sort by a column"), N_("sort")),
        Key("turn", "S", "turn_order", N_("turn the order round")),
        Key("undo", "u", "undo", N_("undo")),
        Key("redo", "U", "redo", N_("redo")),
        Key("export", "x", "export", N_("export what the list shows"), places=(*_ACCOUNTS, "pending", "activity")),
        Key(
            "copy",
            "c",
            "copy_name",
            N_("copy what the line is called"),
            places=(*_ACCOUNTS, "outbox", "activity", "staff"),
        ),
        Key("copy_row", "C", "copy_row", N_("copy the line, its columns apart by tabs")),
        Key("refresh", "r", "read_again", N_("read again")),
        Key("clear", "escape", "clear", N_("clear the marks, then the filter")),
    ),
)

PENDING = KeyGroup(
    "pending",
    N_("In Pending activation"),
    (
        Key(
            "resend",
            "i",
            "resend",
            N_("send invitations to the selected, for the first time or again; approve what clients ask"),
            N_("invite"),
        ),
        Key(
            "cancel",
            "d",
            "cancel_invitations",
            N_("cancel the invitations of the selected; refuse what clients ask"),
            N_("cancel"),
        ),
        Key("why", "w", "explain", N_("why can, or can't, they log in?"), N_("why")),
        Key("copy_link", "c", "copy_link", N_("copy the link of the invitation")),
        Key("reminders", "R", "switch_reminders", N_("reminders of the selected on or off")),
    ),
)

OUTBOX = KeyGroup(
    "outbox",
    N_("In the Outbox"),
    (
        Key("try_now", "t", "try_now", N_("try again now"), N_("try now")),
        Key("give_up", "d", "cancel_invitations", N_("give up: not sent any more"), N_("give up")),
    ),
)

ACTIVITY = KeyGroup(
    "activity",
    N_("In Activity"),
    (Key("entry", "w", "explain", N_("what was before and after"), N_("before, after")),),
)

STAFF = KeyGroup(
    "staff",
    N_("In Staff"),
    (
        Key("new", "n", "new_row", N_("new staff member"), N_("new")),
        Key("edit", "e", "edit_row", N_("edit the staff member: role, rights, language"), N_("edit")),
        Key(
            "deactivate",
            "d",
            "cancel_invitations",
            N_("deactivate the staff member, or bring them back"),
            N_("deactivate"),
        ),
        Key("did", "enter", "open", N_("what they did"), N_("what they did")),
    ),
)

INFO = KeyGroup(
    "info",
    N_("On an e-mail address in the Info tab"),
    (
        Key("address_down", "down,j", "move(1)", N_("next address")),
        Key("address_up", "up,k", "move(-1)", N_("address before")),
        Key("switch_left", "left,h", "side(-1)", N_("switch to the left")),
        Key("switch_right", "right,tab", "side(1)", N_("switch to the right")),
        Key("page_down", "pagedown", "page(1)", N_("one page down")),
        Key("page_up", "pageup", "page(-1)", N_("one page up")),
        Key("first", "home,g", "first", N_("first address")),
        Key("last", "end,G", "last", N_("last address")),
        Key("switch", "space,enter", "press", N_("switch the one under the cursor"), N_("switch")),
        Key("login", "l", "press('login')", N_("LOGIN on or off"), N_("login")),
        Key("notify", "o", "press('notify')", N_("NOTIFY on or off"), N_("notify")),
        Key("sync", "y", "press('email_sync')", N_("EMAIL SYNC on or off"), N_("sync")),
    ),
)

PROFILE = KeyGroup(
    "profile",
    N_("In the account"),
    (
        Key("menu", "full_stop", "row_menu", N_("the address's menu (⋮): all that can be done to it"), N_("menu")),
        Key("invite", "i", "invite", N_("send the invitation"), N_("invite")),
        Key("preferences", "p", "preferences", N_("notification preferences of the address"), N_("preferences")),
        Key("all_preferences", "P", "all_preferences", N_("notification preferences of all addresses")),
        Key("why", "w", "explain", N_("why can, or can't, they log in?"), N_("why")),
        Key("all_login", "L", "switch_all('login')", N_("LOGIN of all addresses")),
        Key("all_notify", "O", "switch_all('notify')", N_("NOTIFY of all addresses")),
        Key("all_sync", "Y", "switch_all('email_sync')", N_("EMAIL SYNC of all addresses")),
        Key("new", "n", "add_contact", N_("add a contact: find one or make one")),
        Key("edit", "e", "edit_contact", N_("edit the contact and its addresses")),
        Key("delete", "d", "unlink_contact", N_("unlink the contact, or delete the unlinked e-mail")),
        Key("edit_account", "E", "edit_account", N_("edit the account: name, type, tags")),
        Key("copy", "c", "copy_address", N_("copy the address")),
        Key("copy_row", "C", "copy_row", N_("copy the address with its switches and state")),
        Key("tab_before", "left_square_bracket", "tab(-1)", N_("tab before: Info, Activity, Mail"), N_("tab before")),
        Key("tab_after", "right_square_bracket", "tab(1)", N_("tab after"), N_("tab after")),
        Key("account_after", "J", "step(1)", N_("next account of the list")),
        Key("account_before", "K", "step(-1)", N_("account before in the list")),
        Key("undo", "u", "undo", N_("undo")),
        Key("redo", "U", "redo", N_("redo")),
        Key("refresh", "r", "read_again", N_("read again")),
        Key("back", "escape,minus", "back", N_("back to the list"), N_("back")),
    ),
)

GROUPS = (LIST, LIST_SCREEN, PENDING, OUTBOX, ACTIVITY, STAFF, INFO, PROFILE, EVERYWHERE)


def in_place(groups: Sequence[KeyGroup], place: str) -> tuple[KeyGroup, ...]:
    """The groups with the keys that do something in this place."""
    return tuple(
        group._replace(keys=tuple(key for key in group.keys if not key.places or place in key.places))
        for group in groups
    )


def bindings(group: KeyGroup) -> list[BindingType]:
    """The group as Textual's bindings; nothing of them is shown by Textual itself."""
    from textual.binding import Binding

    return [
        Binding(key.keys, key.action, key.help, show=False, priority=key.priority, id=f"{group.name}.{key.name}")
        for key in group.keys
    ]


def bar(groups: Sequence[KeyGroup], width: int) -> list[tuple[str, str]]:
    """(key, what it does) for the key bar, as many as fit `width` cells; the way to all of them is always among them."""
    from rich.cells import cell_len

    found = [(key.first_shown, _(key.bar)) for group in groups for key in group.keys if key.bar and key.name != "help"]
    rest = (next((key.first_shown for group in groups for key in group.keys if key.name == "help"), "?"), _("keys"))
    room = width - 2 - cell_len(" ".join(rest))
    shown: list[tuple[str, str]] = []
    for pair in found:
        room -= cell_len(" ".join(pair)) + 2
        if room < 0:
            break
        shown.append(pair)
    return [*shown, rest]
