"""The JSON shapes that scripts rely on; more keys may come, none goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui_portal.domain.moments import iso
from tui_portal.services.export_lines import account_line

if TYPE_CHECKING:
    from tui_portal.services.access import AccessChange
    from tui_portal.services.accounts import AccountProfile, AccountRow, EmailSettings
    from tui_portal.services.invitations import Skipped


def account(row: AccountRow) -> dict[str, Any]:
    """One line of the Accounts list."""
    return account_line(row)


def profile(found: AccountProfile) -> dict[str, Any]:
    """One account with its contacts and unlinked e-mails."""
    return {
        **account(found.account),
        "staff": list(found.account.staff),
        "contacts": [
            {"name": c.name, "language": c.language, "phone": c.phone, "emails": [email(e) for e in c.emails]}
            for c in found.contacts
        ],
        "unlinked": [email(e) for e in found.unlinked],
    }


def email(settings: EmailSettings) -> dict[str, Any]:
    """One e-mail address in one account."""
    return {
        "address": settings.address,
        "label": settings.label,
        "login": settings.login,
        "notify": settings.notify,
        "sync": settings.sync,
        "state": settings.state.value,
        "validity": settings.validity.value,
        "reason": settings.reason,
        "flags": sorted(settings.flags),
        "checked": iso(settings.checked_at),
        "invite_sent": iso(settings.invite_sent),
        "last_login": iso(settings.last_login),
        "preferences": {group.value: on for group, on in settings.preferences.items()},
    }


def skipped(rows: Sequence[Skipped]) -> list[dict[str, Any]]:
    """What nothing was done for, and why."""
    return [{"address": row.address, "account": row.account, "reason": row.reason} for row in rows]


def change(done: AccessChange, dry_run: bool) -> dict[str, Any]:
    """What became of a change of access."""
    return {
        "ok": True,
        "dry_run": dry_run,
        "changed": done.changed,
        "invitations": done.invitations,
        "notices": done.notices,
        "skipped": skipped(done.skipped),
    }
