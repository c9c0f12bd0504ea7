"""Workers, started by function: the coroutine is made when the worker runs, so that one that is cancelled before leaves none behind."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, cast

from textual.css.query import NoMatches
from textual.dom import DOMNode


def start(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, object]], name: str, *, newest: str = "", quiet: bool = False
) -> None:
    """Run `work` beside the keys. With `newest` it takes the place of a worker that was started under the same word; `quiet`
    keeps what goes wrong in it from ending the application.
    """
    run = cast("Any", partial(_run, node, work))
    node.run_worker(run, name, newest or "default", exclusive=bool(newest), exit_on_error=not quiet)


async def _run(node: DOMNode, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
    """Work whose screen is taken away under it finds its widgets gone: there is nobody left to show anything to."""
    try:
        await work()
    except NoMatches:
        # What is being removed is not displayed any more, before it is detached.
        if node.app.is_running and node.is_attached and node.display:
            raise
