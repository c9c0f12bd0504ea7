"""What staff come to do, step by step: the palette opens each as a page, and `docs/tasks` is made of them.

A step names a key by its name in the registry, with _ for the point (`{list_screen_find}`), so that everybody reads the keys that
are theirs; and what a menu or a dialog calls something by `{0}`, `{1}`, translated as it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui_portal.i18n import _
from tui_portal.tui.keymap import Changes, in_force
from tui_portal.tui.keys import GROUPS, N_

# The keys that nobody changes.
_FIXED = {"enter": "enter", "save": "alt+s"}


class Step(NamedTuple):
    """A sentence or two, and the words of menus and dialogs that stand in it."""

    text: str
    labels: tuple[str, ...] = ()


class Task(NamedTuple):
    """What somebody wants to do; `name` is the name of its page."""

    name: str
    title: str
    steps: tuple[Step, ...]


_FIND_ACCOUNT = Step(
    N_(
        "Press {everywhere_palette} and type a part of the name, the ID or an e-mail address of the account or of one of "
        "its contacts. "
        "{enter} opens the account there."
    )
)

TASKS = (
    Task(
        "let-a-client-in",
        N_("Let a client in"),
        (
            _FIND_ACCOUNT,
            Step(
                N_("Go to the e-mail address with {info_address_down} and {info_address_up}, and press {info_login}.")
            ),
            Step(
                N_(
                    "Write a message of your own where you like, and choose “{0}”: LOGIN is on, and the invitation goes "
                    "out. “{1}” "
                    "gives access without a mail; {profile_invite} sends it later."
                ),
                ("Send", "Not now"),
            ),
            Step(
                N_(
                    "The line below the address says how far the person is; {profile_why} says why they can, or can't, log "
                    "in."
                )
            ),
        ),
    ),
    Task(
        "invite-many",
        N_("Invite many clients at once"),
        (
            Step(
                N_(
                    "Press {everywhere_accounts}, then {list_screen_filter} and choose “{0}”, then “{1}”: the accounts "
                    "that nobody may log in to are left."
                ),
                ("Last login", "offline"),
            ),
            Step(N_("{list_mark_all} marks all that the list shows, {list_mark} marks one or takes its mark away.")),
            Step(
                N_("Press {list_screen_more} and choose “{0}”. In the line Login choose “{1}”, and mark “{2}”."),
                ("Edit login, notify, email sync", "Enable for all", "Send invitations"),
            ),
            Step(N_("The dialog says in numbers what it will do, and who is skipped and why. {save} saves.")),
            Step(N_("The mail waits for a short while: until then {list_screen_undo} takes everything back.")),
        ),
    ),
    Task(
        "see-who-has-not-come-in",
        N_("See who has not come in yet"),
        (
            Step(
                N_(
                    "{everywhere_pending} lists every address that may log in and has no password yet, with the day of its "
                    "invitation."
                )
            ),
            Step(
                N_(
                    "{list_screen_filter} narrows the list: those never invited, those whose invitation failed or has "
                    "expired."
                )
            ),
            Step(N_("{pending_why} says what the one under the cursor waits for.")),
            Step(
                N_(
                    "Mark whom you mean with {list_mark}, or all with {list_mark_all}; {pending_resend} invites them, for "
                    "the first time or again. The former link works until the new mail has been handed over."
                )
            ),
            Step(N_("{pending_cancel} cancels invitations: their links die at once, LOGIN stays on.")),
        ),
    ),
    Task(
        "take-access-away",
        N_("Take access away"),
        (
            _FIND_ACCOUNT,
            Step(
                N_(
                    "Go to the e-mail address and press {info_login}: LOGIN is off at once, and only in this account. "
                    "{profile_all_login} does it for all addresses."
                )
            ),
            Step(
                N_(
                    "Where an invitation is open you are asked first; “{0}” does it. With LOGIN off in the last account "
                    "its link dies."
                ),
                ("Take access away",),
            ),
            Step(
                N_(
                    "To close many accounts, mark them in the list, press {list_screen_more} and choose “{0}”. Their "
                    "switches stay as they are."
                ),
                ("Archive: closes the portal for the account",),
            ),
        ),
    ),
    Task(
        "change-an-address",
        N_("Change an e-mail address"),
        (
            _FIND_ACCOUNT,
            Step(
                N_(
                    "Go to the address, press {profile_edit}, write the new one over the old one; {save} saves. The dialog "
                    "says beforehand what will become of access and invitations."
                )
            ),
            Step(
                N_(
                    "Who was invited and has no password yet: the old link dies at once, and a new invitation goes to the new "
                    "address by itself."
                )
            ),
            Step(
                N_(
                    "Who logs in already: the old address keeps its access, under “{0}”, until the new one is active. The "
                    "line below the address says which step is next."
                ),
                ("Unlinked emails",),
            ),
        ),
    ),
    Task(
        "choose-notifications",
        N_("Choose which notifications a client gets"),
        (
            _FIND_ACCOUNT,
            Step(N_("{info_notify} on an e-mail address switches NOTIFY on or off.")),
            Step(
                N_(
                    "{profile_preferences} chooses the groups that the address gets; {profile_all_preferences} shows those "
                    "of all addresses as a table."
                )
            ),
        ),
    ),
    Task(
        "take-something-back",
        N_("Take something back"),
        (
            Step(
                N_(
                    "{list_screen_undo} takes back the last thing that you did, in a list as in an account; pressed again, "
                    "the one before. What it did is told in the last line."
                )
            ),
            Step(N_("{list_screen_redo} does again what was taken back.")),
            Step(
                N_(
                    "Where a mail has gone, or a colleague has changed the same since, nothing is taken back, and the "
                    "reason is told."
                )
            ),
        ),
    ),
    Task(
        "read-the-log",
        N_("See who did what, and when"),
        (
            Step(
                N_(
                    "{everywhere_activity} lists everything that was done, the newest first; {activity_entry} shows what "
                    "was before and after."
                )
            ),
            Step(
                N_("{list_screen_filter} chooses by whom, what kind, since when; {list_screen_find} finds words in it.")
            ),
            Step(N_("For one account open it and press {profile_tab_after}: its Activity, then its Mail.")),
        ),
    ),
    Task(
        "add-staff",
        N_("Let a colleague work here, and with which accounts"),
        (
            Step(
                N_(
                    "{everywhere_staff}, then {staff_new}: the login is the one of the operating system. Role and rights "
                    "stand in the dialog; {save} saves."
                )
            ),
            Step(
                N_(
                    "Who sees only the accounts assigned to them is given some: mark the accounts in the list, press "
                    "{list_screen_more} and choose “{0}”."
                ),
                ("Assign to staff…",),
            ),
            Step(
                N_(
                    "{staff_edit} changes role, rights and language; {staff_deactivate} ends their access and keeps their "
                    "name in the log; {staff_did} shows what they did."
                )
            ),
        ),
    ),
    Task(
        "keep-a-filter",
        N_("Find a group of accounts again"),
        (
            Step(
                N_(
                    "{list_screen_find} finds as you type: names, IDs, parts of addresses. {list_screen_filter} chooses by "
                    "last login, type, tags and more; the line shows the same as text."
                )
            ),
            Step(
                N_(
                    "Press {list_screen_filter} and choose “{0}”; “{1}” shows it again, and so does {everywhere_palette} "
                    "with its name."
                ),
                ("Save this filter under a name", "Saved filters"),
            ),
            Step(
                N_(
                    "{list_screen_sort} sorts by a column, {list_screen_turn} turns the order round; {list_screen_export} "
                    "writes what the list shows to a file."
                )
            ),
        ),
    ),
    Task(
        "make-it-yours",
        N_("Theme, language, columns, density and keys of your own"),
        (
            Step(
                N_(
                    "Press {everywhere_palette} and type theme, language or density; what you choose holds at once and at "
                    "your next start, for you alone."
                )
            ),
            Step(N_("The columns of a list: {list_screen_more}, then “{0}”."), ("Choose the columns",)),
            Step(
                N_(
                    "Other keys stand in the settings file under [ui.keys]; {everywhere_help} shows those that are in "
                    "force on the screen in front."
                )
            ),
        ),
    ),
)


def told(step: Step, changes: Changes | None = None, mark: str = "{}") -> str:
    """A step in the reader's language, with the keys in force, each in what `mark` puts around it."""
    named = {
        f"{group.name}_{key.name}": mark.format(min(key.shown.split(" "), key=len))
        for group in in_force(GROUPS, changes or {})
        for key in group.keys
    }
    return _(step.text).format(
        *(_capital(_(label)) for label in step.labels),
        **named,
        **{name: mark.format(key) for name, key in _FIXED.items()},
    )


def _capital(label: str) -> str:
    """A label as menus show it."""
    return label[:1].upper() + label[1:]


def named_keys(tasks: Sequence[Task] = TASKS) -> set[str]:
    """The keys that the tasks name, by their names with _ for the point."""
    from string import Formatter

    fields = (
        field for task in tasks for step in task.steps for _text, field, _spec, _how in Formatter().parse(step.text)
    )
    return {field for field in fields if field and not field.isdigit() and field not in _FIXED}
