"""How things look to the one who sits before them: theme, density and language, chosen at run time and kept for that person; and
the tour, which each of them is shown once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from textual import events
from textual.app import App

from tui_portal.config import COMFORTABLE, DENSE
from tui_portal.domain.errors import NotAllowed, PortalError
from tui_portal.i18n import OWN_NAMES, _, catalogue, language_in_force, use
from tui_portal.services.context import Context, Lanes
from tui_portal.services.staff_settings import keep_density, keep_theme, keep_tour, own_looks
from tui_portal.tui.screens.place import PlaceScreen
from tui_portal.tui.themes import DEFAULT_THEME, themes
from tui_portal.tui.widgets.tour import Tour
from tui_portal.tui.workers import start

DENSITIES = (COMFORTABLE, DENSE)


class PersonalLooks(App[int]):
    """An application that wears what the acting person has chosen, else what the firm has."""

    lanes: Lanes
    _offers_tour = False
    _shows_tour = False

    @property
    def theme_names(self) -> Sequence[str]:
        """The themes that can be chosen."""
        return [theme.name for theme in themes()]

    @property
    def density(self) -> str:
        """How much stands on the screen: one of `DENSITIES`."""
        return DENSE if self.has_class("-dense") else COMFORTABLE

    @property
    def language(self) -> str:
        """The language that everything is shown in."""
        return language_in_force()

    def put_on(self, context: Context) -> None:
        """Take the looks of whoever acts."""
        own, firm = own_looks(context), context.settings.ui
        for theme in themes():
            self.register_theme(theme)
        self.theme = next(name for name in (own.theme, firm.theme, DEFAULT_THEME) if name in self.available_themes)
        self.set_class((own.density or firm.density) == DENSE, "-dense")
        self._shows_tour = self._offers_tour and not own.knows_tour and not context.read_only

    def choose_theme(self, name: str) -> None:
        """Show everything in this theme from now on."""
        self.theme = name
        self._keep(partial(_keep_theme, name), _("Theme: {name}").format(name=name))

    def choose_density(self, density: str) -> None:
        """Show so much on the screen from now on."""
        self.set_class(density == DENSE, "-dense")
        self.refresh_css(animate=False)
        self._keep(partial(_keep_density, density), _("Density: {name}").format(name=density_name(density)))

    def choose_language(self, code: str) -> None:
        """Show everything in this language from now on; at the next start too, unless --lang or TUI_PORTAL_LANG says otherwise."""
        use(catalogue(code))
        for screen in self.screen_stack:
            if isinstance(screen, PlaceScreen):
                screen.show_anew()
        self._keep(partial(_keep_language, code), _("Language: {name}").format(name=OWN_NAMES[code]))

    def on_ready(self) -> None:
        if self._shows_tour:
            self.show_tour()

    def show_tour(self) -> None:
        """Show the tour over the lower half of the screen until the next key, which is acted on as ever."""
        if isinstance(self.screen, PlaceScreen) and not self.screen.query(Tour):
            self.screen.mount(Tour())

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key | events.Paste | events.MouseDown) and not event.is_forwarded:
            self._end_tour()
        await super().on_event(event)

    def _end_tour(self) -> None:
        tours = self.screen.query(Tour) if self.screen_stack else None
        if not tours:
            return
        tours.remove()
        if self._shows_tour:
            self._shows_tour = False
            start(self, partial(self._write, keep_tour, ""), "tour", quiet=True)

    def _keep(self, write: Callable[[Context], bool], told: str) -> None:
        start(self, partial(self._write, write, told), "looks")

    async def _write(self, write: Callable[[Context], bool], told: str) -> None:
        try:
            kept = await self.lanes.write(write)
        except NotAllowed:
            kept = False
        except PortalError as error:
            if told:
                self._tell(error.message, warning=True)
            return
        if told:
            self._tell(told if kept else _("{what}, until you leave: it can't be kept.").format(what=told))

    def _tell(self, sentence: str, *, warning: bool = False) -> None:
        if isinstance(self.screen, PlaceScreen):
            self.screen.say(sentence, warning=warning)


def density_name(density: str) -> str:
    """A density in the reader's language."""
    return {COMFORTABLE: _("comfortable"), DENSE: _("dense")}[density]


def _keep_theme(name: str, context: Context) -> bool:
    return keep_theme(context, name)


def _keep_density(density: str, context: Context) -> bool:
    return keep_density(context, density)


def _keep_language(code: str, context: Context) -> bool:
    from tui_portal.services.staff_members import choose_own_language

    choose_own_language(context, code)
    return True
