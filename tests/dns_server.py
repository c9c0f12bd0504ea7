"""A tiny name server on loopback: answers from a table, and remembers what it was asked."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

SILENT = "silent"  # the domain gets no answer at all


class NameServer:
    """`zone` says for each domain which records it has, as text by type; a domain that is not there does not exist."""

    def __init__(self, zone: dict[str, dict[str, str] | str]) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="name-server")

    @property
    def resolver(self) -> dns.resolver.Resolver:
        """A resolver that asks this server and nobody else."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        resolver.cache = None
        return resolver

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
            knock.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            answer = self._answer(dns.message.from_wire(data))
            if answer is not None:
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = str(question.name).rstrip("."), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        records = self.zone.get(name)
        if records == SILENT:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if records is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif isinstance(records, str):
            answer.set_rcode(dns.rcode.from_text(records))
        elif kind in records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, records[kind]))
        return answer


@contextmanager
def name_server(zone: dict[str, dict[str, str] | str]) -> Iterator[NameServer]:
    """A name server for as long as the block lasts."""
    server = NameServer(zone)
    server.start()
    try:
        yield server
    finally:
        server.stop()
