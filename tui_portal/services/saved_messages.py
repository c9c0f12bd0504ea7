"""Saved messages: what the firm begins its personalized messages with."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe, tidy
from tui_portal.i18n import _
from tui_portal.services import activity
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.invitations import check_message

MOST_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class SavedMessage:
    """A text under a name."""

    id: int
    name: str
    message: str


def saved_messages(context: Context) -> tuple[SavedMessage, ...]:
    """The firm's saved messages, by name."""
    rows = context.database.rows("SELECT id, name, message FROM saved_message ORDER BY position, name")
    return tuple(SavedMessage(*row) for row in rows)


def save_message(context: Context, name: str, message: str) -> int:
    """Keep `message` under `name`, in place of what stood there; its id. Raises Refused for an empty or too long one, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    kept, text = tidy(safe(name)), check_message(context, message)
    if not kept:
        raise Refused(_("A name is needed."))
    if len(kept) > MOST_CHARACTERS:
        raise Refused(
            _("The name has {count} characters, {most} are allowed.").format(count=len(kept), most=MOST_CHARACTERS)
        )
    if not text:
        raise Refused(_("There is no message to save."))
    database = context.database
    with database.write(), edit(context, "saved_message_changed", name=kept) as changing:
        changing.keep("saved_message", name=kept)
        former = database.value("SELECT message FROM saved_message WHERE name = ?", [kept])
        database.execute(
            "INSERT INTO saved_message (name, message) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET message = excluded.message",
            [kept, text],
        )
        if former != text:
            before = {} if former is None else {"message": former}
            after = {"name": kept, "message": text}
            activity.record(
                context, "saved_message_changed", before=before, after=after, operation=changing.operation.id
            )
        return int(database.value("SELECT id FROM saved_message WHERE name = ?", [kept]))


def remove_message(context: Context, name: str) -> None:
    """Delete a saved message; `u` brings it back. Raises NotFound, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    database = context.database
    with database.write(), edit(context, "saved_message_changed", name=name) as changing:
        changing.keep("saved_message", name=name)
        former = database.value("SELECT message FROM saved_message WHERE name = ?", [name])
        if not database.execute("DELETE FROM saved_message WHERE name = ?", [name]):
            raise NotFound(_("There is no saved message {name} any more.").format(name=safe(name)))
        before = {"name": name, "message": former}
        activity.record(context, "saved_message_changed", before=before, operation=changing.operation.id)
