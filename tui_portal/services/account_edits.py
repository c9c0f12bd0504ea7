"""An account edited: name, type, tags, whether it is the firm's test account."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Conflict, NotFound
from tui_portal.domain.staff import Right
from tui_portal.domain.text import safe, search_key, tidy
from tui_portal.i18n import _
from tui_portal.services import activity, visibility
from tui_portal.services.contacts import check_name, keep_in_sight
from tui_portal.services.context import Context
from tui_portal.services.edits import edit
from tui_portal.services.stored import known


@dataclass(frozen=True, slots=True)
class AccountFields:
    """An account as somebody wants it to be. `version` is what they saw, 0 for a new one."""

    name: str
    type: AccountType
    tags: tuple[str, ...] = ()
    test: bool = False
    version: int = 0


def account_fields(context: Context, account: int) -> AccountFields:
    """The account as it is stored. Raises NotFound."""
    with context.database.read():
        seen = visibility.accounts_seen(context, each=True)
        row = context.database.one(f"SELECT name, type, test, version FROM account a WHERE id = ?{seen}", [account])
        if row is None:
            raise NotFound(_("The account is not there any more."))
        tags = context.database.rows(_TAGS, [account])
    name, kind, test, version = row
    found = known(context.database, AccountType, kind)
    return AccountFields(name, found, tuple(tag for (tag,) in tags), bool(test), version)


def save_account(context: Context, account: int | None, wanted: AccountFields) -> int:
    """Make the account be as `wanted`, or a new one; its id. One key takes it back.

    Raises Conflict, with what is stored now, where a colleague changed it since `wanted.version` was seen; Refused, NotFound,
    NotAllowed.
    """
    context.require(Right.MANAGE_ACCOUNTS)
    name, database = check_name(context, safe(wanted.name)), context.database
    tags = tuple(dict.fromkeys(kept for tag in wanted.tags if (kept := tidy(safe(tag)))))
    for tag in tags:
        check_name(context, tag)
    with database.write():
        if account is None:
            return _create(context, name, wanted, tags)
        stored = account_fields(context, account)
        if stored.version != wanted.version:
            raise Conflict(_changed_meanwhile(context, account, stored))
        former = {"name": stored.name, "type": stored.type.value, "test": stored.test, "tags": list(stored.tags)}
        new = {"name": name, "type": wanted.type.value, "test": wanted.test, "tags": sorted(tags)}
        differs = [key for key in former if _plain(former[key]) != _plain(new[key])]
        if not differs:
            return account
        with edit(context, "account_changed", name=name) as changing:
            changing.keep("account", id=account)
            changing.keep("account_tag", account_id=account)
            database.execute(
                "UPDATE account SET name = ?, search_key = ?, type = ?, test = ?, version = version + 1 WHERE id = ?",
                [name, search_key(name), wanted.type.value, int(wanted.test), account],
            )
            _set_tags(context, account, tags)
            activity.record(
                context,
                "account_changed",
                account=account,
                before={key: former[key] for key in differs},
                after={key: new[key] for key in differs},
                operation=changing.operation.id,
            )
    return account


def _create(context: Context, name: str, wanted: AccountFields, tags: tuple[str, ...]) -> int:
    with edit(context, "account_created", name=name) as changing:
        account = context.database.insert(
            "INSERT INTO account (name, search_key, type, test, created_at) VALUES (?, ?, ?, ?, ?)",
            [name, search_key(name), wanted.type.value, int(wanted.test), context.clock()],
        )
        changing.made("account", id=account)
        changing.made("account_tag", account_id=account)
        changing.made("account_staff", account_id=account)
        changing.made("account_contact", account_id=account)
        changing.made("contact_settings", account_id=account)
        _set_tags(context, account, tags)
        keep_in_sight(context, account)
        after = {"name": name, "type": wanted.type.value}
        activity.record(context, "account_created", account=account, after=after, operation=changing.operation.id)
    return account


def _set_tags(context: Context, account: int, tags: tuple[str, ...]) -> None:
    database = context.database
    database.execute("DELETE FROM account_tag WHERE account_id = ?", [account])
    for tag in tags:
        database.execute("INSERT INTO tag (name) VALUES (?) ON CONFLICT DO NOTHING", [tag])
        database.execute("INSERT OR IGNORE INTO account_tag SELECT ?, id FROM tag WHERE name = ?", [account, tag])


def _plain(value: object) -> object:
    return sorted(tag.casefold() for tag in value) if isinstance(value, list) else value


def _changed_meanwhile(context: Context, account: int, stored: AccountFields) -> str:
    who = context.database.value(
        """
        SELECT s.name FROM activity v JOIN staff s ON s.id = v.staff_id
        WHERE v.account_id = ? AND v.kind IN ('account_changed', 'tags_changed', 'account_archived', 'account_activated')
        ORDER BY v.id DESC LIMIT 1
        """,
        [account],
    )
    parts = [stored.name, stored.type.label, *stored.tags]
    return _("Nothing was saved: {who} changed this account meanwhile. Stored now: {what}.").format(
        who=safe(who or _("a colleague")), what=safe(" · ".join(parts))
    )


_TAGS = "SELECT t.name FROM account_tag at JOIN tag t ON t.id = at.tag_id WHERE at.account_id = ? ORDER BY t.name"
