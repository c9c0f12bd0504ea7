"""Tags: words on accounts, added to and taken off many at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui_portal.domain.errors import Conflict, Refused
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe
from tui_portal.i18n import _, ngettext
from tui_portal.services import activity
from tui_portal.services.contacts import check_name
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation, OperationKind, operation
from tui_portal.services.progress import Progress, watched
from tui_portal.services.sets import rows_of
from tui_portal.services.visibility import accounts_seen


@dataclass(frozen=True, slots=True)
class TagChange:
    """What became of a change of tags: how many accounts have other tags now, how many tags were added and taken off."""

    changed: int
    added: int
    removed: int

    @property
    def in_words(self) -> str:
        """All of it in one line, in the reader's language."""
        return ngettext(
            "Tags changed on {n} account: {added} added, {removed} removed",
            "Tags changed on {n} accounts: {added} added, {removed} removed",
            self.changed,
        ).format(n=self.changed, added=self.added, removed=self.removed)


def tag_names(context: Context) -> list[str]:
    """All tags that some account has, in the order of the alphabet."""
    seen = accounts_seen(context, "at.account_id")
    rows = context.database.rows(
        f"SELECT name FROM tag WHERE EXISTS (SELECT 1 FROM account_tag at WHERE at.tag_id = tag.id{seen}) ORDER BY name"
    )
    return [name for (name,) in rows]


def change_tags(
    context: Context,
    accounts: Sequence[int],
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    *,
    progress: Progress | None = None,
) -> TagChange:
    """Add the tags `add` to `accounts` (ids) and take `remove` off them; capitals do not tell tags apart.

    One transaction, with a log entry for each account that changes. `progress` hears the share that is done and can stop it.
    Raises NotAllowed, Refused for a tag that is empty, too long, or both added and removed, Conflict where an account is not
    there any more, Cancelled.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    added, removed = _names(context, add), _names(context, remove)
    both = {name.casefold() for name in added} & {name.casefold() for name in removed}
    if both:
        raise Refused(_("{tag} can't be both added and removed.").format(tag=safe(", ".join(sorted(both)))))
    if not added and not removed:
        raise Refused(_("Name the tags to add or to remove."))
    wanted = sorted(set(accounts))
    details: dict[str, Any] = {"accounts": len(wanted), "add": added, "remove": removed}
    with context.database.write(), watched(context, progress, len(wanted) * (len(added) + len(removed))):
        check_accounts(context, wanted)
        with operation(context, OperationKind.TAGS, details | _only(wanted)) as done:
            return _write(context, _WISHED, {"accounts": json.dumps(wanted), **_sides(added, removed)}, done)


def turn_back(context: Context, last: Operation) -> int:
    """Inside a write transaction: take back a change of tags; how many accounts. Raises Conflict where tags were changed since."""
    return _repeat(context, last, last, add="before", remove="after")


def do_again(context: Context, former: Operation, now: Operation) -> int:
    """Inside a write transaction: change tags again as `former` did; how many accounts. Raises Conflict."""
    return _repeat(context, former, now, add="after", remove="before")


def check_accounts(context: Context, accounts: Sequence[int]) -> None:
    """Raise Conflict where one of `accounts` is not there any more."""
    there = context.database.value(
        f"SELECT count(*) FROM json_each(?) j CROSS JOIN account a ON a.id = j.value WHERE 1{accounts_seen(context, each=True)}",
        [json.dumps(list(accounts))],
    )
    gone = len(accounts) - int(there)
    if gone:
        raise Conflict(
            ngettext(
                "Nothing was changed: {n} of the accounts is not there any more.",
                "Nothing was changed: {n} of the accounts are not there any more.",
                gone,
            ).format(n=gone)
        )


def _only(accounts: Sequence[int]) -> dict[str, int]:
    return {"account": accounts[0]} if len(accounts) == 1 else {}


def _names(context: Context, typed: Sequence[str]) -> list[str]:
    """The tags as they are kept, each once."""
    names = [check_name(context, name) for name in typed]
    return list({name.casefold(): name for name in reversed(names)}.values())[::-1]


def _sides(added: Sequence[str], removed: Sequence[str]) -> dict[str, str]:
    return {"add": json.dumps(added), "remove": json.dumps(removed)}


def _repeat(context: Context, former: Operation, now: Operation, *, add: str, remove: str) -> int:
    """Give the accounts of `former` the tags that its entries hold under `add`, and take those under `remove` off them."""
    known = {"log_from": former.log_from, "log_to": former.log_to}
    select = _LOGGED.format(add=add, remove=remove)
    with rows_of(context, "logged", select, known):
        wanted = int(context.database.value("SELECT count(*) FROM logged") or 0)
        change = _write(context, "SELECT * FROM logged", {}, now)
        if change.added + change.removed != wanted:
            raise Conflict(
                _("Nothing was changed in “{title}”: the tags were changed since.").format(title=former.title)
            )
    context.database.execute(
        "DELETE FROM tag WHERE name IN (SELECT value FROM json_each(?)) AND NOT EXISTS "
        "(SELECT 1 FROM account_tag WHERE tag_id = tag.id)",
        [json.dumps(former.details["add"])],
    )
    return change.changed


def _write(context: Context, wished: str, parameters: dict[str, Any], now: Operation) -> TagChange:
    """Write what is `wished` (account_id, name, added) as far as it is not so already."""
    database = context.database
    with rows_of(context, "wished_tag", wished, parameters):
        database.execute(
            "INSERT INTO tag (name) SELECT DISTINCT name FROM wished_tag WHERE added ON CONFLICT DO NOTHING"
        )
        with rows_of(context, "tagged", _TAGGED):
            added = database.execute(
                "INSERT INTO account_tag (account_id, tag_id) SELECT account_id, tag_id FROM tagged WHERE added"
            )
            removed = database.execute(
                "DELETE FROM account_tag WHERE (account_id, tag_id) IN (SELECT account_id, tag_id FROM tagged WHERE NOT added)"
            )
            changed = database.execute(
                "UPDATE account SET version = version + 1 WHERE id IN (SELECT account_id FROM tagged)"
            )
            activity.record_set(
                context,
                "tags_changed",
                "tagged GROUP BY account_id ORDER BY account_id",
                account="account_id",
                before="json_object('tags', json_group_array(name) FILTER (WHERE NOT added))",
                after="json_object('tags', json_group_array(name) FILTER (WHERE added))",
                operation=now.id,
            )
    return TagChange(changed, added, removed)


_WISHED = """
    SELECT a.value AS account_id, t.value AS name, 1 AS added FROM json_each(:accounts) a CROSS JOIN json_each(:add) t
    UNION ALL
    SELECT a.value, t.value, 0 FROM json_each(:accounts) a CROSS JOIN json_each(:remove) t
"""

_LOGGED = """
    SELECT v.account_id, t.value AS name, 1 AS added FROM activity v CROSS JOIN json_each(v.{add}, '$.tags') t
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'tags_changed'
    UNION ALL
    SELECT v.account_id, t.value, 0 FROM activity v CROSS JOIN json_each(v.{remove}, '$.tags') t
    WHERE v.id > :log_from AND v.id <= :log_to AND v.kind = 'tags_changed'
"""

# Only what is not so already; a tag is told as it was first written.
_TAGGED = """
    SELECT w.account_id, t.id AS tag_id, t.name, w.added FROM wished_tag w CROSS JOIN tag t ON t.name = w.name
    WHERE w.added <> EXISTS (SELECT 1 FROM account_tag at WHERE at.account_id = w.account_id AND at.tag_id = t.id)
    ORDER BY w.account_id, t.name
"""
