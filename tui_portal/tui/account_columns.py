"""The columns of the Accounts list, without Textual: the first lines are shown before it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_portal.domain.accounts import AccountStatus, AccountType
from tui_portal.domain.moments import day_and_month, sample_days
from tui_portal.i18n import _
from tui_portal.services.account_rows import AccountRow
from tui_portal.tui.widgets.columns import Cell, Column

NAME_CELLS = 22  # at least, for the column that takes what is left


def account_columns(clock: Callable[[], int]) -> Sequence[Column[AccountRow]]:
    """The columns of the Accounts list; what doesn't fit goes by rank."""

    def last_login(row: AccountRow) -> Cell:
        if row.last_login is None:
            return Cell(_("never"), "dim")
        return Cell(day_and_month(row.last_login, clock()))

    def share(part: int, row: AccountRow) -> Cell:
        return Cell(f"{part}/{row.addresses}" if row.addresses else "–", "" if part else "dim")

    return (
        Column(lambda: "", lambda row: Cell(status_sign(row), row.status.value), 1),
        Column(lambda: _("ID"), lambda row: Cell(row.code, row.status.value), 8, name="id", found=True),
        Column(lambda: _("NAME"), lambda row: Cell(row.name), 0, name="name", found=True),
        Column(
            lambda: _("TYPE"),
            lambda row: Cell(row.type.label),
            10,
            rank=3,
            name="type",
            hides="type",
            words=lambda: (kind.label for kind in AccountType),
        ),
        Column(
            lambda: _("CONTACTS"),
            lambda row: Cell(str(row.contacts)),
            8,
            rank=5,
            right=True,
            name="contacts",
            hides="contacts",
        ),
        Column(
            lambda: _("LOGIN"), lambda row: share(row.login, row), 5, rank=1, right=True, name="login", hides="login"
        ),
        Column(
            lambda: _("NOTIFY"),
            lambda row: share(row.notify, row),
            6,
            rank=2,
            right=True,
            name="notify",
            hides="notify",
        ),
        Column(lambda: _("SYNC"), lambda row: share(row.sync, row), 5, rank=2, right=True, name="sync", hides="sync"),
        Column(
            lambda: _("LAST LOGIN"),
            last_login,
            11,
            rank=1,
            name="last_login",
            hides="last_login",
            words=lambda: sample_days(year="2000"),
        ),
        Column(lambda: _("TAGS"), lambda row: Cell(", ".join(row.tags), "dim"), 14, rank=6, hides="tags"),
        Column(lambda: _("RESPONSIBLE"), lambda row: Cell(", ".join(row.staff), "dim"), 16, rank=7, hides="staff"),
    )


def status_sign(row: AccountRow) -> str:
    """The sign that tells the status without colour: ● active, ◐ active but all pending, ○ offline."""
    if row.status is AccountStatus.OFFLINE:
        return "○"
    return "◐" if row.all_pending else "●"


def status_words(row: AccountRow) -> str:
    """Sign and status in words."""
    words = _("active, all pending") if row.all_pending else row.status.label
    return f"{status_sign(row)} {words}"
