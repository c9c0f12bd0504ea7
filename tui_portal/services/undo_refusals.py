"""Why something is not taken back, or not done again, whatever it was."""

from __future__ import annotations

from tui_portal.domain.errors import Conflict
from tui_portal.i18n import _
from tui_portal.services.context import Context
from tui_portal.services.operations import Operation
from tui_portal.services.visibility import accounts_seen


def refuse_when_out_of_sight(context: Context, done: Operation) -> None:
    """Who does not see an account any more does not change it by undoing either. Raises Conflict."""
    seen = accounts_seen(context, "v.account_id")
    if seen and context.database.value(
        f"""
        SELECT EXISTS (SELECT 1 FROM activity v CROSS JOIN account a ON a.id = v.account_id
            WHERE v.id > ? AND v.id <= ? AND NOT (1{seen}))
        """,
        [done.log_from, done.log_to],
    ):
        raise Conflict(
            _("Nothing was changed in “{title}”: some of it is in accounts that are not yours any more.").format(
                title=done.title
            )
        )


def refuse_when_restored_since(context: Context, done: Operation) -> None:
    """What was open when an older backup was put back stays dead: links and mails from before do not come back by undoing.
    Raises Conflict.
    """
    if context.database.value(
        """
        SELECT epoch > 0 AND EXISTS (SELECT 1 FROM activity WHERE id > ? AND kind = 'database_restored') FROM firm
        """,
        [done.log_to],
    ):
        raise Conflict(
            _("Nothing was changed in “{title}”: an older backup was put back since.").format(title=done.title)
        )
