"""Where a request comes from, by the connection or by what the firm's own proxy says."""

from __future__ import annotations

import pytest

from tui_portal.portal.origins import address_of, network

HEADER = "X-Forwarded-For"


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("::1", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        (None, ["203.0.113.9"], "203.0.113.9"),  # a socket in the file system
        (None, [], ""),
        ("203.0.113.1", ["203.0.113.9"], "203.0.113.1"),  # nobody else is believed
        (
            "127.0.0.1",
            ["6.6.6.6, 203.0.113.9"],
            "203.0.113.9",
        ),  # what the browser says stands before what the proxy says
        ("127.0.0.1", ["6.6.6.6", "203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9, "], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9:4711"], "203.0.113.9"),
        ("127.0.0.1", ['"[2001:DB8::0001]:4711"'], "2001:db8::1"),
        ("127.0.0.1", ["2001:db8:0:0::1"], "2001:db8::1"),
        ("127.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        ("127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    ],
)
def test_the_proxy_on_this_machine_is_believed_and_nobody_else(peer: str | None, told: list[str], address: str) -> None:
    headers = [(HEADER.lower().encode(), value.encode()) for value in told]
    scope = {"type": "http", "client": (peer, 4711) if peer else None, "headers": headers}

    assert address_of(scope, HEADER) == address
    assert address_of(scope, "") == address_of({**scope, "headers": []}, HEADER)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
    ],
)
def test_one_customer_s_network_is_counted_as_one(address: str, counted: str) -> None:
    assert network(address) == counted
