"""One thread with a database connection of its own, for whoever must not wait."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from tui_portal.store.database import Database

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class Lane:
    """One thread with a connection of its own, on which database work runs in the order in which it was asked for.

    `patience` is for how many milliseconds a statement waits for somebody else's lock, where not as long as everywhere.
    """

    def __init__(self, database: Database, name: str, *, patience: int | None = None) -> None:
        self._database = database
        self._patience = patience
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name, initializer=self._connect)

    def submit(self, work: Callable[..., T], *arguments: Any) -> Future[T]:
        """Queue `work(*arguments)`."""
        return self._executor.submit(work, *arguments)

    def run(self, work: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """Queue `work(*arguments)` and await its outcome from the event loop."""
        import asyncio

        return asyncio.wrap_future(self.submit(work, *arguments))

    def close(self) -> None:
        """Wait for what is queued, then close the connection and end the thread."""
        self._executor.submit(self._database.close)
        self._executor.shutdown(wait=True)

    def _connect(self) -> None:
        self._database.connect()
        if self._patience is not None:
            self._database.rows(f"PRAGMA busy_timeout = {self._patience}")
