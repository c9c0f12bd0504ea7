"""Clients in their browsers, many at once: each logs in, looks at every page and logs out, again and again.

`python -m tests.benchmarks.visitors URL SECONDS PAUSE` reads addresses, one a line, and prints what it measured as JSON. Whoever is
asked to come back (429 with Retry-After) does so; that is counted and not timed.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

PAGES = ("login page", "log in", "home", "people", "settings", "log out")
_PROOF = re.compile(rb'name="proof" value="([^"]+)"')


@dataclass
class Measured:
    """Milliseconds of each page, what failed, and how often somebody was asked to come back."""

    times: dict[str, list[float]] = field(default_factory=lambda: {page: [] for page in PAGES})
    failed: list[str] = field(default_factory=list)
    asked_back: int = 0


@dataclass
class Answer:
    """An answer, and how long it took."""

    status: int
    headers: dict[str, str]
    body: bytes
    milliseconds: float


class Visitor:
    """One browser, on a connection that it keeps. It says little and understands less: its own work must not be what is measured."""

    def __init__(self, host: str, port: int, address: str, number: int) -> None:
        self._host, self._port, self._username = host, port, address
        self._from = f"203.0.{113 + number // 250}.{number % 250}"
        self._cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def visit(self, password: str, measured: Measured, end: float, pause: float) -> None:
        """Come again and again until `end`."""
        while time.perf_counter() < end:
            self._cookies.clear()
            page = await self._look("login page", "/login", measured, pause)
            fields = {"username": self._username, "password": password}
            entered = await self._send("log in", "/login", page, fields, measured, pause)
            where = entered.headers.get("location", "")
            while where in ("/", "/accounts") or not where:
                led = await self._ask("GET", where or "/")
                where = led.headers.get("location") or _first_account(led)
            home = await self._look("home", where, measured, pause)
            await self._look("people", f"{where}/people", measured, pause)
            await self._look("settings", f"{where}/settings", measured, pause)
            await self._send("log out", "/logout", home, {}, measured, pause)
        if self._streams:
            self._streams[1].close()

    async def _look(self, name: str, path: str, measured: Measured, pause: float) -> Answer:
        answer = await self._ask("GET", path)
        await self._keep(name, answer, 200, measured, pause)
        return answer

    async def _send(
        self, name: str, path: str, page: Answer, fields: dict[str, str], measured: Measured, pause: float
    ) -> Answer:
        proof = _PROOF.search(page.body)
        body = urlencode({"proof": proof[1].decode() if proof else "", **fields}).encode()
        while True:
            answer = await self._ask("POST", path, body)
            if answer.status != 429 or "retry-after" not in answer.headers:
                await self._keep(name, answer, 303, measured, pause)
                return answer
            measured.asked_back += 1
            await asyncio.sleep(int(answer.headers["retry-after"]))

    async def _keep(self, name: str, answer: Answer, wanted: int, measured: Measured, pause: float) -> None:
        measured.times[name].append(answer.milliseconds)
        if answer.status != wanted:
            measured.failed.append(f"{name}: {answer.status}")
        if pause:
            await asyncio.sleep(random.uniform(0, 2 * pause))  # noqa: S311 - nothing secret about a pause

    async def _ask(self, method: str, path: str, body: bytes = b"") -> Answer:
        start = time.perf_counter()
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"X-Forwarded-For: {self._from}"]
        if self._cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        if method == "POST":
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines[1:-2]:
            name, value = line.split(": ", 1)
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _equals, text = value.partition(";")[0].partition("=")
                self._cookies[cookie] = text
        content = await reader.readexactly(int(headers["content-length"]))
        return Answer(int(lines[0].split(" ")[1]), headers, content, (time.perf_counter() - start) * 1000)


def _first_account(page: Answer) -> str:
    found = re.search(rb'href="(/accounts/A-\d+)"', page.body)
    if found is None:
        raise SystemExit(f"no way to an account: {page.status} {page.body[:2000]!r}")
    return found[1].decode()


async def visit_all(url: str, addresses: Sequence[str], password: str, seconds: float, pause: float) -> Measured:
    """All of them at once."""
    parts, measured = urlsplit(url), Measured()
    end = time.perf_counter() + seconds
    visitors = [
        Visitor(parts.hostname or "", parts.port or 0, address, number) for number, address in enumerate(addresses)
    ]
    await asyncio.gather(*(visitor.visit(password, measured, end, pause) for visitor in visitors))
    return measured


def main(url: str, seconds: str, pause: str) -> None:
    """Measure and print."""
    password, *addresses = sys.stdin.read().splitlines()
    measured = asyncio.run(visit_all(url, addresses, password, float(seconds), float(pause)))
    print(json.dumps({"times": measured.times, "failed": measured.failed, "asked_back": measured.asked_back}))


if __name__ == "__main__":
    main(*sys.argv[1:])
