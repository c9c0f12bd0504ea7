"""The links of invitations as staff and clients meet them: copied by hand, opened in a browser."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.domain.errors import NotAllowed, NotFound, Refused
from tui_portal.domain.staff import Right, Role
from tui_portal.i18n import _
from tui_portal.services import activity, status
from tui_portal.services.asides import write_aside
from tui_portal.services.context import Context
from tui_portal.services.invitations import link_for
from tui_portal.services.visibility import require_address


@dataclass(frozen=True, slots=True)
class CopiedLink:
    """A link that works, whose it is, and until when (seconds since 1970; None: it never expires)."""

    link: str
    address: str
    expires_at: int | None


def copy_link(context: Context, address: int) -> CopiedLink:
    """The link of the open invitation of the mailbox with the id `address`, for the owner and admins; the log says who took it.

    It is the newest one, which works whether or not its mail has gone: that of a resend works beside the former until then.
    Raises NotAllowed, NotFound, Refused with what to do where there is no link that works, DatabaseUnusable without the key.
    """
    actor = context.require(Right.MANAGE_ACCOUNTS)
    if actor.role not in (Role.OWNER, Role.ADMIN):
        raise NotAllowed(
            _(
                "Only the owner and admins may copy a link: whoever has it can choose the password in the client's place."
            )
        )
    with context.database.write():
        require_address(context, address)
        row = context.database.one(
            f"""
            SELECT e.address, e.canonical, {status.IS_PENDING}, EXISTS (SELECT 1 FROM user u WHERE u.email_address_id = e.id),
                i.id, i.generation, i.expires_at
            FROM email_address e LEFT JOIN invitation i ON {status.OPEN_INVITATION} WHERE e.id = ?
            """,
            [address],
        )
        if row is None:
            raise NotFound(_("This address is not there any more."))
        shown, canonical, pending, active, invitation, generation, expires = row
        if active:
            raise Refused(_("{address} has a password already: there is no link any more.").format(address=shown))
        if not pending:
            raise Refused(_("LOGIN is off for {address}: switch it on first (l).").format(address=shown))
        if invitation is None:
            raise Refused(_("There is no open invitation to {address}: send it first (i).").format(address=shown))
        if expires is not None and expires <= context.clock():
            raise Refused(_("The link of {address} has expired: send the invitation again (i).").format(address=shown))
        link = link_for(context, invitation, generation, canonical)
        activity.record(
            context,
            "invitation_link_copied",
            address=address,
            after={"invitation": invitation, "generation": generation},
        )
    return CopiedLink(link, shown, expires)


def record_opened(context: Context, invitation: int) -> None:
    """The link of the invitation was opened, by the person or by a mail scanner. The first time is kept, for `Why?` alone; it
    is left out rather than waited for.
    """
    write_aside(
        context,
        """
        UPDATE invitation SET opened_at = :now
        WHERE id = :invitation AND opened_at IS NULL AND state IN ('queued', 'sent', 'failed')
        """,
        {"now": context.clock(), "invitation": invitation},
    )
