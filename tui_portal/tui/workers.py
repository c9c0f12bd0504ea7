"""Workers, started by function: the coroutine is made when the worker runs, so that one that is cancelled before leaves none behind."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, cast

from textual.dom import DOMNode


def start(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], name: str, *, newest: str = "", quiet: bool = False
) -> None:
    """Run `work` beside the keys. With `newest` it takes the place of a worker that was started under the same word; `quiet`
    keeps what goes wrong in it from ending the application.
    """
    node.run_worker(cast("Any", work), name, newest or "default", exclusive=bool(newest), exit_on_error=not quiet)
