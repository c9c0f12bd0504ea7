"""What the command palette offers: every key's command, the saved filters, how things look, and accounts, contacts and addresses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tui_portal.i18n import LANGUAGES, OWN_NAMES, _, language_name
from tui_portal.services.context import Context
from tui_portal.services.lookups import Lookup, LookupKind, look_up
from tui_portal.services.saved_views import SavedView, saved_views
from tui_portal.tui.keys import EVERYWHERE
from tui_portal.tui.modals.palette import Offer, Palette
from tui_portal.tui.modals.task import TaskPage
from tui_portal.tui.own_looks import DENSITIES, density_name
from tui_portal.tui.tasks import TASKS, Task

if TYPE_CHECKING:
    from tui_portal.tui.app import PortalApp

_OWN = "command_palette"
_FOUND = 12  # accounts, contacts and addresses each
_VIEWS = {
    "accounts": lambda: _("Accounts"),
    "archived": lambda: _("Archived"),
    "pending": lambda: _("Pending activation"),
}


def open_palette(app: PortalApp) -> None:
    """Open the palette on what can be done here and where one can go, and do what is chosen. At once: what is typed behind the
    key is meant for it.
    """
    offers = [*_commands(app), *_looks(app), *(_task_offer(app, task) for task in TASKS)]

    def do(chosen: Offer | None) -> None:
        if chosen is not None:
            chosen.run()

    app.push_screen(Palette(offers, partial(_find, app), partial(_saved, app)), do)


def _commands(app: PortalApp) -> list[Offer]:
    """Every command that needs no cursor key, each once: where one can go, what can be done here, the rest."""
    found: dict[str, Offer] = {}
    for group in app.key_groups:
        for key in group.keys:
            if key.action not in found and key.action != _OWN and (group.name not in ("list", "info") or key.bar):
                title = _(key.help)
                run = partial(_run, app, key.action)
                found[key.action] = Offer(title[:1].upper() + title[1:], key.shown, run)
    places = {action: offer for action, offer in found.items() if action.startswith("go(")}
    rest = {key.action for key in EVERYWHERE.keys} - places.keys()
    here = [offer for action, offer in found.items() if action not in places and action not in rest]
    return [*places.values(), *here, *(found[action] for action in found if action in rest)]


def _run(app: PortalApp, action: str) -> None:
    """Run the action where the key would have run it: on the focused widget, its screen, or the application."""
    name = action.partition("(")[0]
    for node in (app.screen.focused, app.screen, app):
        if node is not None and hasattr(node, f"action_{name}"):
            app.call_next(partial(app.run_action, action, default_namespace=node))
            return


async def _saved(app: PortalApp) -> list[Offer]:
    """The saved filters of every list."""
    return [_view_offer(app, place, view) for place, view in await app.lanes.read(_saved_views)]


def _view_offer(app: PortalApp, place: str, view: SavedView) -> Offer:
    title = _("Filter: {name}").format(name=view.name)
    return Offer(title, _VIEWS[place](), partial(app.show_saved_view, view, place), words=f"{title} {view.filter}")


def _task_offer(app: PortalApp, task: Task) -> Offer:
    title = _("How to: {task}").format(task=_(task.title))
    return Offer(title, "", partial(app.push_screen, TaskPage(task)), words=f"{_(task.title)} {title}")


def _looks(app: PortalApp) -> list[Offer]:
    """Theme, density, language and the tour. A language is found by the word `language` in any of them: who has chosen the wrong
    one may not be able to read the way back.
    """

    def theme(name: str) -> Offer:
        title = _("Theme: {name}").format(name=name)
        return Offer(title, _now(name == app.theme), partial(app.choose_theme, name))

    def density(name: str) -> Offer:
        title = _("Density: {name}").format(name=density_name(name))
        return Offer(title, _now(name == app.density), partial(app.choose_density, name))

    def language(code: str) -> Offer:
        title = _("Language: {name}").format(name=OWN_NAMES[code])
        run = partial(app.choose_language, code)
        return Offer(title, _now(code == app.language), run, words=f"{title} language {language_name(code)}")

    tour = Offer(_("Tour: the keys that carry everything"), "", app.show_tour)
    return [tour, *map(theme, app.theme_names), *map(density, DENSITIES), *map(language, LANGUAGES)]


def _now(holds: bool) -> str:
    return _("in force") if holds else ""


async def _find(app: PortalApp, text: str) -> Sequence[Offer]:
    """What is called so; the lane stops looking once nobody waits for it."""
    stale = threading.Event()
    try:
        found = await app.lanes.read(look_up, text, _FOUND, stale.is_set)
    finally:
        stale.set()
    return [_found_offer(app, one) for one in found]


def _found_offer(app: PortalApp, one: Lookup) -> Offer:
    archived = " · " + _("archived") if one.archived else ""
    account = f"{one.code} {one.account_name}"
    open_it: Callable[[], object] = partial(app.open_account, one.account, contact=one.contact, address=one.address)
    if one.kind is LookupKind.ACCOUNT:
        note = f"{one.account_type.label}{archived}"
        return Offer(account, note, open_it, words=one.name, found=True)
    return Offer(one.name, f"{account}{archived}", open_it, found=True)


def _saved_views(context: Context) -> list[tuple[str, SavedView]]:
    return [(place, view) for place in _VIEWS for view in saved_views(context, place)]
