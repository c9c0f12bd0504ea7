"""Field labels: the names under which a contact's e-mail addresses stand (`Email`, `Work email`, …); the firm defines them."""

from __future__ import annotations

from tui_portal.domain.errors import NotFound, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe, same_name, tidy
from tui_portal.i18n import _
from tui_portal.services import activity
from tui_portal.services.context import Context

MOST_CHARACTERS = 40


def email_fields(context: Context) -> tuple[str, ...]:
    """The firm's field labels, in the order in which they are offered."""
    rows = context.database.rows("SELECT name FROM email_field ORDER BY position, name")
    return tuple(name for (name,) in rows)


def check_label(label: str) -> str:
    """A field label as it is kept. Raises Refused for one that is empty or too long."""
    kept = tidy(safe(label))
    if not kept:
        raise Refused(_("A field label is needed."))
    if len(kept) > MOST_CHARACTERS:
        raise Refused(_("The label has {n} characters, {most} are allowed.").format(n=len(kept), most=MOST_CHARACTERS))
    return kept


def keep_label(context: Context, label: str) -> str:
    """Inside a write transaction: the label as the firm writes it, added to the firm's where it is new. Raises Refused."""
    kept = check_label(label)
    there = next((name for name in email_fields(context) if same_name(name) == same_name(kept)), None)
    if there is not None:
        return there
    context.database.execute(
        "INSERT INTO email_field (name, position) SELECT ?, coalesce(max(position), 0) + 1 FROM email_field", [kept]
    )
    activity.record(context, "email_field_added", after={"name": kept})
    return kept


def add_email_field(context: Context, label: str) -> str:
    """A new field label for the firm; as it is kept. Raises Refused, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    with context.database.write():
        return keep_label(context, label)


def rename_email_field(context: Context, label: str, new: str) -> int:
    """Rename a field label, at every address that stands under it; how many. Raises NotFound, Refused, NotAllowed."""
    context.require(Right.MANAGE_ACCOUNTS)
    context.require(Right.VIEW_ALL)
    kept = check_label(new)
    database = context.database
    with database.write():
        former = database.value("SELECT name FROM email_field WHERE name = ?", [label])
        if former is None:
            raise NotFound(_("There is no field label {name} any more.").format(name=safe(label)))
        others = [name for name in email_fields(context) if name != former]
        taken = next((name for name in others if same_name(name) == same_name(kept)), None)
        if taken is not None:
            raise Refused(_("There is a field label {name} already.").format(name=safe(taken)))
        database.execute("UPDATE email_field SET name = ? WHERE name = ?", [kept, former])
        # Who has one of these contacts before them would bring the former label back.
        database.execute(
            "UPDATE contact SET version = version + 1 WHERE id IN (SELECT contact_id FROM contact_email WHERE label = ?)",
            [former],
        )
        changed = database.execute("UPDATE contact_email SET label = ? WHERE label = ?", [kept, former])
        activity.record(context, "email_field_renamed", before={"name": former}, after={"name": kept})
    return changed
