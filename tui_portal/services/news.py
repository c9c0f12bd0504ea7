"""What others have done since one looked last: from the activity log, for the status line."""

from __future__ import annotations

from dataclasses import dataclass

from tui_portal.i18n import _, ngettext
from tui_portal.services.context import Context
from tui_portal.services.visibility import entries_seen


@dataclass(frozen=True, slots=True)
class News:
    """Up to which entry of the log was looked (`last`), and who did how much since: (name, number of entries)."""

    last: int
    by: tuple[tuple[str, int], ...] = ()

    @property
    def in_words(self) -> str:
        """Who changed how much, in the reader's language; empty where nobody did."""
        told = [
            ngettext("{name} changed {n} thing", "{name} changed {n} things", n).format(name=name, n=n)
            for name, n in self.by
        ]
        return " · ".join(told)


def newest_entry(context: Context) -> int:
    """The number of the newest entry of the log."""
    return int(context.database.value("SELECT coalesce(max(id), 0) FROM activity"))


def news_since(context: Context, last: int) -> News:
    """What colleagues and clients have done since the entry `last`; what the acting staff member did is no news."""
    me = context.actor.id if context.actor else 0
    rows = context.database.rows(
        f"""
        SELECT coalesce(s.name, e.address), sum(done.n) FROM (
            SELECT act.staff_id, act.user_id, count(*) AS n FROM activity act
            WHERE act.id > ? AND (act.staff_id IS NOT NULL OR act.user_id IS NOT NULL)
              AND act.staff_id IS NOT ?{entries_seen(context, "act")}
            GROUP BY act.staff_id, act.user_id
        ) done
        LEFT JOIN staff s ON s.id = done.staff_id
        LEFT JOIN user u ON u.id = done.user_id LEFT JOIN email_address e ON e.id = u.email_address_id
        GROUP BY 1 ORDER BY 2 DESC, 1
        """,
        [last, me],
    )
    return News(newest_entry(context), tuple((name or _("somebody"), count) for name, count in rows))
