"""The HTTP server in which the portal runs, until somebody ends it."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from tui_portal.config import LimitSettings
from tui_portal.portal.connections import Connection

_OTHER_FILES = 200  # the database, its log, the threads' own connections


class PortalServer(uvicorn.Server):
    """Ends in order on SIGTERM, SIGHUP and SIGINT: requests under way are answered first, for `stop_seconds` at most. `told_to_end`
    is set at once, for what runs beside it.
    """

    def __init__(self, app: ASGIApp, limits: LimitSettings, tls: ssl.SSLContext | None) -> None:
        class Limited(Connection):
            pass

        Limited.limits = limits
        config = uvicorn.Config(
            app,
            http=Limited,
            log_config=None,
            log_level="error",  # whoever sends what is no HTTP fills no log
            access_log=False,  # its lines would hold the links
            server_header=False,
            proxy_headers=False,  # what a proxy says about host and scheme stands in the settings
            ws="none",
            h11_max_incomplete_event_size=limits.head_bytes,
            lifespan="on",
            timeout_keep_alive=limits.idle_seconds,
            timeout_graceful_shutdown=limits.stop_seconds,
        )
        config.load()
        config.ssl = tls
        super().__init__(config)
        self._limits = limits
        self.told_to_end = threading.Event()

    def run_on(self, listener: socket.socket) -> None:
        """Take connections from `listener` until the end."""
        _allow_files(2 * self._limits.portal_connections + _OTHER_FILES)
        with asyncio.Runner(loop_factory=lambda: _Loop(self._limits.request_seconds)) as runner:
            runner.run(self.serve(sockets=[listener]))

    @contextmanager
    def heeding_signals(self) -> Iterator[None]:
        """Heed SIGTERM, and SIGHUP where it is not ignored (nohup), from now on and until what runs beside has ended too."""
        numbers = [n for n in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]
        former = {number: signal.signal(number, self._end) for number in numbers}
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """What uvicorn does on SIGTERM and SIGINT while it runs."""
        self.told_to_end.set()
        super().handle_exit(sig, frame)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.told_to_end.set()
        self.should_exit = True


class _Loop(asyncio.SelectorEventLoop):
    """An event loop that gives a TLS handshake no more than so many seconds: uvicorn has no word for that."""

    def __init__(self, handshake_seconds: float) -> None:
        super().__init__()
        self._handshake_seconds = handshake_seconds

    async def create_server(self, *arguments: Any, **named: Any) -> asyncio.Server:
        if named.get("ssl") is not None:
            named["ssl_handshake_timeout"] = self._handshake_seconds
            named["ssl_shutdown_timeout"] = self._handshake_seconds
        return await super().create_server(*arguments, **named)


def _allow_files(most: int) -> None:
    """Let this process have so many files and sockets open, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
