"""The terminal application: places, delivery, what colleagues change, and leaving in good order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.filter import LineFilter, NoColor
from textual.screen import Screen

from tui_portal.config import PLAIN_OUTPUT, Settings
from tui_portal.domain.errors import MailUnavailable, PortalError
from tui_portal.domain.text import safe
from tui_portal.i18n import _
from tui_portal.paths import styles_folder
from tui_portal.services.context import Lanes
from tui_portal.services.files import is_restricted
from tui_portal.services.news import News, newest_entry, news_since
from tui_portal.tui import keys
from tui_portal.tui.clipboard import Copying
from tui_portal.tui.confined import Confined
from tui_portal.tui.counts import count_mail, count_places
from tui_portal.tui.delivery import DeliveryProcess
from tui_portal.tui.driver import staged_driver
from tui_portal.tui.keymap import in_force, read_changes, rebind
from tui_portal.tui.lists import Beginning, ListView, accounts_source, data_version
from tui_portal.tui.modals.dialog import Dialog
from tui_portal.tui.openings import follow_actor, open_deeds, open_entry, open_mail, open_pending
from tui_portal.tui.output import LeanOutput
from tui_portal.tui.own_looks import PersonalLooks
from tui_portal.tui.presence import Presence
from tui_portal.tui.screens.list_screen import ListScreen
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.sources import source_of
from tui_portal.tui.stage import Stage
from tui_portal.tui.surroundings import SMALLEST, WIDE, Place, notes_of, places_of
from tui_portal.tui.typeahead import TypeAhead
from tui_portal.tui.waiting import Waiting
from tui_portal.tui.workers import start

if TYPE_CHECKING:
    from tui_portal.services.outbox import OutboxSummary
    from tui_portal.services.saved_views import SavedView
    from tui_portal.tui.frames import Frames

_CUT_OFF_SECONDS = 1.0
_MOST_PUT_OFF_SECONDS = 2.0  # so long a picture stays that was shown before there was a list
# So many times as long as counting the places took is waited before they are counted again for what others do: while somebody
# writes all the time, a tenth of a processor goes into it.
_PAUSES = 10


class PortalApp(Waiting, PersonalLooks, LeanOutput, TypeAhead, Copying, Confined):
    """The application. `first` is what of the Accounts list was begun to be read while this was being imported; `config` is
    named to the child that delivers mail, which is started only with `deliver`. With `tour` who has not seen it is shown it.
    """

    TITLE = "tui_portal"
    CSS_PATH = [styles_folder() / "portal.tcss"]
    BINDINGS = keys.bindings(keys.EVERYWHERE)
    HORIZONTAL_BREAKPOINTS = [(0, "-tight"), (SMALLEST[0], "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (SMALLEST[1], "-high")]

    def __init__(
        self,
        lanes: Lanes,
        *,
        config: Path | None = None,
        first: Beginning | None = None,
        deliver: bool = True,
        tour: bool = False,
    ) -> None:
        super().__init__()
        context = self.context = lanes.context
        self.lanes = lanes
        self.firm_name = context.firm_name
        self.firm_language = context.firm_language
        self.key_changes = read_changes(dict(context.settings.ui.keys))
        self.plain_output = context.settings.ui.output == PLAIN_OUTPUT
        self.restricted = is_restricted(context.settings, context.database.path)
        self.most_copied = context.settings.limits.clipboard_bytes
        self.notice_seconds = float(context.settings.limits.notice_seconds)
        self._first = first
        self._offers_tour = tour
        self._delivery = DeliveryProcess(context.database.path, config) if deliver else None
        self._mail: OutboxSummary | None = None
        self._counts: dict[str, int] = {}
        self._data_version = 0
        self._is_watching = False
        self._news = News(0)
        self._deliver_after = 0.0
        self._counts_are_due = False
        self._next_counts_at = 0.0
        self._presence = Presence(self)
        self.cut_off = False

    def go_on_from(self, shown: Frames, stage: Stage) -> None:
        """Take over a terminal that shows this picture already; it stays until the first list is there."""
        self.driver_class = staged_driver(stage)
        self.take_over(shown)

    def begin_writing(self) -> None:
        """The list stands, and keys are answered: now is the time for what is counted beside it."""
        super().begin_writing()
        if not self._is_watching:
            self._is_watching = True
            start(self, self._watch, "watch", quiet=True)

    @property
    def settings(self) -> Settings:
        """The firm's settings."""
        return self.context.settings

    @property
    def clock(self) -> Callable[[], int]:
        """The present moment."""
        return self.context.clock

    @property
    def notes(self) -> Sequence[str]:
        """What mail waits or failed, and who is acting, for the title line."""
        return notes_of(self.context, self.size.width, self._mail, self._held_seconds)

    @property
    def places(self) -> Sequence[Place]:
        """The places with their counts, as far as they are known."""
        counts = self._counts | ({} if self._mail is None else {"outbox": self._mail.waiting})
        return places_of(counts, self.key_changes)

    @property
    def key_groups(self) -> Sequence[keys.KeyGroup]:
        """The keys that are in force on the screen in front."""
        if isinstance(self.screen, Dialog):
            return self.screen.key_groups
        for screen in reversed(self.screen_stack):
            if isinstance(screen, PlaceScreen):
                return in_force(screen.key_groups, self.key_changes)
        return in_force((keys.EVERYWHERE,), self.key_changes)

    def on_load(self) -> None:
        self.put_on(self.context)

    def get_line_filters(self) -> Sequence[LineFilter]:
        # Textual turns colours into greys, which are colours too (no-color.org).
        return [NoColor()] if self.no_color else super().get_line_filters()

    def get_default_screen(self) -> Screen[None]:
        return ListScreen(accounts_source(archived=False), self._first)

    async def on_mount(self) -> None:
        rebind(self)
        self.confine()
        self._leave_on_signals()
        self.tell_of(self.lanes)
        self.set_timer(_MOST_PUT_OFF_SECONDS, self.begin_writing)
        self._data_version = await self._listed_version()
        self._news = News(await self.lanes.count(newest_entry))
        self.set_interval(self.settings.limits.watch_seconds, self._look, name="data_version")
        if self.context.notice:
            self._say(self.context.notice)

    async def _listed_version(self) -> int:
        """The state of the database that the first list shows: what was written since is to be seen."""
        if self._first is None:
            return await self.lanes.read(data_version)
        version, _order = await asyncio.wrap_future(self._first.order)
        return version

    def open_row(self, place: str, row_id: int) -> None:
        """Open the account behind a row; of a pending mailbox the first account it may log in to."""
        if place == "pending":
            start(self, partial(open_pending, self, row_id), "open")
        elif place == "outbox":
            start(self, partial(open_mail, self, row_id), "open")
        elif place == "activity":
            start(self, partial(open_entry, self, row_id), "open")
        elif place == "staff":
            start(self, partial(open_deeds, self, row_id), "open")
        else:
            self.open_account(row_id)

    def open_account(self, account: int, *, contact: int | None = None, address: int | None = None) -> None:
        """Open the profile of an account, in place of one that is open, at one of its contacts or addresses."""
        from tui_portal.tui.screens.profile import ProfileScreen

        profile = ProfileScreen(account, contact=contact, address=address)
        if isinstance(self.screen, ProfileScreen):
            self.switch_screen(profile)
        else:
            self.push_screen(profile)

    async def beside(self, account: int, step: int) -> int | None:
        """The account so many lines below (or above) another one in the list behind the profile; its cursor goes along."""
        screen = self.screen_stack[0]
        if not isinstance(screen, ListScreen) or screen.source.place not in ("accounts", "archived"):
            return None
        return await screen.table.step_from(account, step)

    def show_saved_view(self, view: SavedView, place: str) -> None:
        """Show a list by a filter that was saved for it."""
        self.action_go(place)
        screen = self.screen
        if isinstance(screen, ListScreen):
            sort, _colon, direction = view.sort.partition(":")
            known = sort if sort in screen.source.sorts else screen.view.sort
            screen.show_view(ListView(safe(view.filter), known, direction == "desc"))

    def mail_was_queued(self) -> None:
        """Look at the outbox now, and hand over what is due."""
        self._deliver_after = 0.0
        start(self, self._watch, "watch", quiet=True)

    def action_go(self, place: str) -> None:
        """Go to a place of the side bar."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        here = self.screen
        if isinstance(here, ListScreen) and here.source.place != place:
            here.go_to(source_of(place, self.clock))

    def action_command_palette(self) -> None:
        """Open the palette on what can be done here, and on every account, contact and address."""
        from tui_portal.tui.commands import open_palette

        if isinstance(self.screen, PlaceScreen):
            open_palette(self)

    def action_show_help(self) -> None:
        """Show the keys that are in force here."""
        from tui_portal.tui.modals.help import HelpScreen

        self.push_screen(HelpScreen(self.key_groups))

    def action_help_quit(self) -> None:
        """ctrl+c, by which people expect to leave: say how to."""
        self._say(_("Press q to quit."))

    def action_leave(self) -> None:
        """End the application; what is being written is finished first."""
        self.exit(0)

    async def on_unmount(self) -> None:
        self._presence.end()
        closing = asyncio.ensure_future(asyncio.to_thread(self.lanes.close))
        if self.cut_off and self._delivery is not None:
            await self._delivery.end(_CUT_OFF_SECONDS / 2)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(closing), _CUT_OFF_SECONDS if self.cut_off else None)

    async def _look(self) -> None:
        """Look whether another connection has written, and show it; and whether mail has fallen due."""
        try:
            version = await self.lanes.read(data_version)
        except PortalError as error:
            self._say(error.message)
            return
        changed, self._data_version = version != self._data_version, version
        await self._presence.follow()
        self._counts_are_due = self._counts_are_due or changed
        told = changed and await follow_actor(self)  # before the screens, which read as whoever acts
        for screen in self.screen_stack:
            if isinstance(screen, ListScreen) and screen.is_current:
                screen.follow(changed)
            elif changed and isinstance(screen, PlaceScreen) and screen.is_current:
                screen.read_again()
        if changed:
            await self._tell_news(quiet=told)
        if (self._counts_are_due and time.monotonic() >= self._next_counts_at) or self._mail_is_due:
            start(self, self._watch, "watch", quiet=True)
        elif self._held_seconds:
            self._show_surroundings()

    async def _tell_news(self, *, quiet: bool) -> None:
        """Say who has changed something meanwhile; `quiet` where something else was to be noticed."""
        try:
            news = await self.lanes.count(news_since, self._news.last)
        except PortalError as error:
            self._say(error.message)
            return
        self._news = news
        if news.by and not quiet and isinstance(self.screen, PlaceScreen):
            self.screen.say(news.in_words)

    @property
    def _mail_is_due(self) -> bool:
        mail = self._mail
        if mail is None or self._delivery is None or time.monotonic() < self._deliver_after:
            return False
        return mail.due > 0 or (mail.next_try_at is not None and mail.next_try_at <= self.clock())

    @property
    def _held_seconds(self) -> int:
        """For how long the mail of a bulk edit still waits, so that it can be taken back; 0 when none does."""
        mail = self._mail
        if mail is None or not mail.waiting or mail.due or mail.problem or mail.next_try_at is None:
            return 0
        left = mail.next_try_at - self.clock()
        return left if 0 < left <= self.settings.limits.hold_seconds else 0

    async def _watch(self) -> None:
        """Count the places and the outbox; hand over mail that is due and that nobody else hands over."""
        from tui_portal.services.leases import delivery_is_held

        try:
            self._counts_are_due, began = False, time.monotonic()
            self._counts = await self.lanes.count(count_places)
            self._next_counts_at = time.monotonic() + _PAUSES * (time.monotonic() - began)
            self._mail = await self.lanes.count(count_mail)
            self._show_surroundings()
            if not self._mail_is_due or not self.settings.mail.smtp or await self.lanes.count(delivery_is_held):
                return
            status = await self._deliver()
            self._mail = await self.lanes.count(count_mail)
            if status not in (None, 0, 1, MailUnavailable.exit_status):
                self._say(_("The mail could not be handed over; `tui-portal deliver --once` says why."))
            self._show_surroundings()
        except PortalError as error:
            self._say(error.message)

    async def _deliver(self) -> int | None:
        """Start the child that hands over what is due; after one that could not, wait before the next."""
        if self._delivery is None:
            return None
        status = await self._delivery.deliver()
        if status not in (None, 0, 1):
            self._deliver_after = time.monotonic() + self.settings.limits.retry_first_seconds
        return status

    def _show_surroundings(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, PlaceScreen):
                screen.show_surroundings()

    def _say(self, sentence: str) -> None:
        screen = self.screen
        if isinstance(screen, PlaceScreen):
            screen.say(sentence, warning=True)

    @property
    def is_too_small(self) -> bool:
        return self.size.width < SMALLEST[0] or self.size.height < SMALLEST[1]

    def _handle_exception(self, error: Exception) -> None:
        """What can be told in a sentence is no crash: a worker's is told in the last line, any other ends the application with
        it.
        """
        cause = getattr(error, "error", error)
        if not isinstance(cause, PortalError):
            super()._handle_exception(error)
        elif cause is not error and self.is_running:
            self._say(cause.message)
        else:
            self.exit(cause.exit_status, cause.exit_status, safe(cause.message))

    def _fatal_error(self) -> None:
        """A crash: one line for the person, the rest in the log, without the values of local variables."""
        from rich.text import Text

        from tui_portal.crash import write_crash

        error = self._exception or RuntimeError("unknown")
        self._exit_renderables.append(Text(write_crash(error)))
        self._close_messages_no_wait()

    def _leave_on_signals(self) -> None:
        """A line that is cut (SIGHUP) or an ordered end (SIGTERM) leaves as `q` does, with the terminal as it was."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._cut_off, 128 + number)

    def _cut_off(self, status: int) -> None:
        """End at once: a write that waits for somebody else's lock is given up, and has changed nothing."""
        self.cut_off = True
        self.exit(status)
