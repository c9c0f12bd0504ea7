"""The Activity and the Mail tab of an account: a list to read, the newest first, each entry of which opens in full."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from tui_portal.domain.errors import PortalError
from tui_portal.domain.moments import local
from tui_portal.i18n import _
from tui_portal.services.account_log import LogRow, log_ids, log_rows
from tui_portal.services.account_mail import MailRow, mail_ids, mail_rows
from tui_portal.services.context import Context
from tui_portal.services.log_words import Change, changes_of, date_and_time, origin_in_words
from tui_portal.services.outbox import MailState
from tui_portal.tui import keys
from tui_portal.tui.text import plain
from tui_portal.tui.widgets.columns import Cell, Column
from tui_portal.tui.widgets.window_table import WindowTable
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.tui.protocol import PortalShell


class Numbered(Protocol):
    """A line of a list."""

    @property
    def id(self) -> int:
        """By which it is fetched."""


R = TypeVar("R", bound=Numbered)

# What works in a list that is only read: the keys of every list, without those that mark.
READ_ONLY = keys.KeyGroup(
    keys.LIST.name,
    keys.LIST.title,
    tuple(key for key in keys.LIST.keys if key.name in ("down", "up", "page_down", "page_up", "first", "last", "open")),
)


@dataclass(frozen=True, slots=True)
class FullEntry:
    """An entry as its dialog shows it: (label, what it says) line by line, then what was and what is."""

    title: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class LogSource(Generic[R]):
    """Where a tab gets its entries from: `ids(context, account, limit)` their order, `rows(context, ids)` the lines."""

    ids: Callable[[Context, int, int], array[int]]
    rows: Callable[[Context, Iterable[int]], list[R]]
    columns: Callable[[Callable[[], int]], Sequence[Column[R]]]
    full: Callable[[R], FullEntry]
    empty: Callable[[], str]


class LogTable(WindowTable[R], inherit_bindings=False):
    """A windowed list without marks."""

    BINDINGS = keys.bindings(READ_ONLY)


class LogTab(Vertical, Generic[R]):
    """A tab with such a list. `open` shows an account; the focus belongs to `table`."""

    class EntryOpened(Message):
        """Enter was pressed on an entry: here it is in full."""

        def __init__(self, entry: FullEntry) -> None:
            super().__init__()
            self.entry = entry

    def __init__(self, source: LogSource[R], *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._source = source
        self._account: int | None = None
        self._ids: array[int] = array("q")
        self._asked = 0
        self._answered = 0

    @property
    def table(self) -> LogTable[R]:
        """The list itself."""
        return self.query_one(LogTable)

    @property
    def settled(self) -> bool:
        """Whether the list shows what was asked for last; a tab that was not opened yet shows nothing."""
        return self._account is not None and self._asked == self._answered

    def compose(self) -> ComposeResult:
        yield LogTable(self._source.columns(self._shell.clock), self._fetch, flexible=20)
        yield Static(classes="log-note", markup=False)

    async def open(self, account: int) -> None:
        """Show what belongs to `account`: the first lines at once, then the whole list. What can't be read is told in the tab."""
        if account == self._account:
            await self._show()
            return
        self._account, self._ids = account, array("q")
        await self._show(first=True)

    def read_again(self) -> None:
        """Read the list anew; cursor and scroll stay where they are, but on the newest entry, which is followed."""
        if self._account is not None:
            start(self, self._show, "log", newest="log")

    def on_window_table_row_opened(self, event: WindowTable.RowOpened) -> None:
        event.stop()
        row = self.table.cursor_row
        if row is not None and row.id == event.row_id:
            self.post_message(self.EntryOpened(self._source.full(row)))

    async def _show(self, *, first: bool = False) -> None:
        account, lanes = self._account, self._shell.lanes
        if account is None:
            return
        self._asked += 1
        asked = self._asked
        try:
            if first:
                page = 2 * max(1, self.app.size.height)
                found = await lanes.read(self._source.ids, account, page)
                await self._take(account, found)
            if not first or len(self._ids) == page:
                await self._take(account, await lanes.count(self._source.ids, account, -1))
        except PortalError as error:
            self._note(error.message, warning=True)
        else:
            self._note("" if self._ids else self._source.empty())
        finally:
            self._answered = max(self._answered, asked)

    async def _take(self, account: int, ids: array[int]) -> None:
        """Show the list of `ids`, unless another account was opened meanwhile or the tab is no more."""
        if account != self._account or not self.is_attached:
            return
        # Who reads the newest entry wants to see the next one come in above it.
        on_newest = not self._ids or self.table.cursor_id == self._ids[0]
        reset = on_newest and ids != self._ids
        self._ids = ids
        await self.table.show(ids, reset=reset)

    def _fetch(self, wanted: list[int]) -> Awaitable[dict[int, R]]:
        return self._shell.lanes.read(partial(_by_id, self._source.rows), wanted)

    def _note(self, sentence: str, *, warning: bool = False) -> None:
        """A sentence under the head of the list; without one it is gone."""
        if not self.is_attached:
            return
        note = self.query_one(".log-note", Static)
        note.update(plain(sentence))
        note.set_class(warning, "-warning")
        self.set_class(bool(sentence), "-noted")
        self.set_class(not self._ids, "-empty")

    @property
    def _shell(self) -> PortalShell:
        return cast("PortalShell", self.app)


def activity_tab(id: str = "activity") -> LogTab[LogRow]:  # noqa: A002 - Textual's name for it
    """The Activity tab: what was done in the account, about its addresses, contacts and users."""
    source = LogSource(
        log_ids,
        log_rows,
        _log_columns,
        full_log,
        lambda: _(
            "Nothing has been done in this account yet. Every change stands here: who, when, what was and what is; and when its "
            "users logged in."
        ),
    )
    return LogTab(source, id=id)


def mail_tab(id: str = "mail") -> LogTab[MailRow]:  # noqa: A002 - Textual's name for it
    """The Mail tab: what was sent to the account's addresses, and what became of it."""
    source = LogSource(
        mail_ids,
        mail_rows,
        _mail_columns,
        full_mail,
        lambda: _(
            "No mail has been sent to the addresses of this account yet. Invitations and notices stand here, with what became of "
            "them."
        ),
    )
    return LogTab(source, id=id)


def _by_id(rows: Callable[[Context, Iterable[int]], list[R]], context: Context, wanted: list[int]) -> dict[int, R]:
    return {row.id: row for row in rows(context, wanted)}


def _log_columns(clock: Callable[[], int]) -> Sequence[Column[LogRow]]:
    return (
        Column(lambda: _("WHEN"), lambda row: Cell(date_and_time(row.at, clock())), 13),
        Column(lambda: _("WHO"), lambda row: Cell(row.who), 16, rank=1),
        Column(lambda: _("WHAT"), lambda row: Cell(row.words), 0),
    )


def _mail_columns(clock: Callable[[], int]) -> Sequence[Column[MailRow]]:
    def fate(row: MailRow) -> Cell:
        return Cell(_(": ").join([row.kind.label, row.words]), "invalid" if row.state is MailState.FAILED else "")

    return (
        Column(lambda: _("WHEN"), lambda row: Cell(date_and_time(row.queued_at, clock())), 13),
        Column(lambda: _("TO"), lambda row: Cell(row.to), 22, rank=1),
        Column(lambda: _("WHAT"), fate, 0),
    )


def full_log(row: LogRow) -> FullEntry:
    """An entry of the log as its dialog shows it."""
    facts = [
        (_("When"), _moment(row.at)),
        (_("Who"), row.who),
        (_("From"), origin_in_words(row.origin)),
        (_("Account"), " ".join(row.account or ())),
        (_("What"), row.words),
        (_("Part of"), row.part_of),
    ]
    return FullEntry(_("Activity"), _told(facts), changes_of(row.kind, row.before, row.after))


def full_mail(row: MailRow) -> FullEntry:
    """A mail as its dialog shows it."""
    facts = [
        (_("Queued"), _moment(row.queued_at)),
        (_("To"), _("{name}, {address}").format(name=row.name, address=row.to) if row.name else row.to),
        (_("What"), row.kind.label),
        (_("State"), row.state.label),
        (_("Sent"), _moment(row.sent_at)),
        (_("Next try"), _moment(row.next_try)),
        (_("Tries"), str(row.attempts) if row.attempts else ""),
        (_("The server said"), row.error),
        (_("Link"), row.link),
        (_("Message"), row.message),
    ]
    return FullEntry(_("Mail"), _told(facts))


def _told(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in facts if value)


def _moment(moment: int | None) -> str:
    """A moment to the second, with the name of the time zone that it is told in."""
    return "" if moment is None else f"{local(moment):%Y-%m-%d %H:%M:%S %Z}"
