"""Whether a domain takes mail, asked of the domain name system. Waits for the network, so never called where a person waits."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.resolver import Resolver


class Exchange(StrEnum):
    """What is known of a domain. Unknown is everything that another moment may answer otherwise: no network, a server that fails."""

    TAKES_MAIL = "takes_mail"
    TAKES_NONE = "takes_none"
    UNKNOWN = "unknown"


def find_exchange(domain: str, seconds: float, resolver: Resolver | None = None) -> Exchange:
    """Ask whether `domain` (in its ASCII form) takes mail, for `seconds` altogether at most; never raises.

    It does where it has a mail exchanger, or none but an address (RFC 5321, 5.1); it does not where it says so itself with a
    null MX (RFC 7505), or does not exist. `resolver` is the system's where none is given.
    """
    import dns.exception
    import dns.name
    import dns.resolver

    end = time.monotonic() + seconds
    try:
        asked = resolver or dns.resolver.get_default_resolver()
        name = dns.name.from_text(domain)
        for kind in ("MX", "A", "AAAA"):
            try:
                answer = asked.resolve(name, kind, lifetime=max(0.1, end - time.monotonic()), search=False)
            except dns.resolver.NoAnswer:
                continue
            if kind != "MX":
                return Exchange.TAKES_MAIL
            targets = [record.exchange for record in answer]
            return Exchange.TAKES_NONE if all(target == dns.name.root for target in targets) else Exchange.TAKES_MAIL
    except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
        return Exchange.TAKES_NONE
    except (dns.exception.DNSException, OSError, ValueError):
        return Exchange.UNKNOWN
    return Exchange.TAKES_NONE
