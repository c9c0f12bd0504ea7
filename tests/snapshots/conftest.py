"""Snapshots go to `snapshots/<test module>/`, and an application that has crashed is no snapshot."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from syrupy.location import PyTestLocation
from textual.pilot import Pilot

from tests.screens import Terminal
from tui_portal.demo import demo_settings, make_demo
from tui_portal.services.context import Context, Lanes
from tui_portal.tui.app import PortalApp

FOLDER = Path(__file__).parent.parent.parent / "snapshots"


class InSnapshotsFolder(SVGImageExtension):
    """One SVG a test, in the folder at the top of the project."""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(FOLDER / test_location.basename)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> Any:
    # The plugin asks for its own extension by name; it gets the one that knows our folder.
    return SimpleNamespace(use_extension=lambda _extension: snapshot.use_extension(InSnapshotsFolder))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The demo firm, as `tui-portal demo` shows it to somebody called olga."""
    folder = tmp_path_factory.mktemp("demo")
    context = make_demo(folder / "demo.sqlite3", owner_login="olga", settings=demo_settings(folder))
    yield context
    context.database.close()


Steps = Callable[[Terminal], Awaitable[None]]


@pytest.fixture
def own_demo(tmp_path: Path) -> Iterator[Context]:
    """The demo firm for steps that write; nobody else sees what they wrote."""
    context = make_demo(tmp_path / "demo.sqlite3", owner_login="olga", settings=demo_settings(tmp_path))
    yield context
    context.database.close()


@pytest.fixture
def looks_the_same(snap_compare: Callable[..., bool], demo: Context) -> Callable[..., None]:
    """Compare the screen after some steps with its snapshot. A crash is raised, never compared."""

    def compare(
        steps: Steps, size: tuple[int, int], theme: str = "", ready: str = " of ", firm: Context | None = None
    ) -> None:
        app = PortalApp(Lanes(firm or demo), deliver=False)

        async def run(pilot: Pilot[int]) -> None:
            if theme:
                app.theme = theme
            terminal = Terminal(app, pilot)
            await terminal.shows(ready)
            await terminal.until(lambda: bool(app.places[0].count))
            await steps(terminal)
            if app._exception is not None:
                raise app._exception

        same = snap_compare(app, terminal_size=size, run_before=run)
        if app._exception is not None:
            raise app._exception
        assert same

    return compare
