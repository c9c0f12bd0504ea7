"""Whether domains take mail: asked of a name server on loopback, in the background, where the settings allow it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import dns.resolver
import pytest

from tests.conftest import Clock
from tests.dns_server import SILENT, NameServer, name_server
from tui_portal.config import LimitSettings, MailSettings, Settings
from tui_portal.domain.moments import DAY
from tui_portal.mail.exchangers import Exchange, find_exchange
from tui_portal.services.address_checks import suppress_address
from tui_portal.services.contacts import create_contact
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_until
from tui_portal.services.mail_domains import DomainTurns

ZONE: dict[str, dict[str, str] | str] = {
    "mail.example": {"MX": "10 mx.mail.example."},
    "plain.example": {"A": "192.0.2.1"},
    "six.example": {"AAAA": "2001:db8::1"},
    "null.example": {"MX": "0 ."},
    "empty.example": {},
    "broken.example": "SERVFAIL",
    "silent.example": SILENT,
    "xn--bcher-kva.example": {"MX": "10 mx.mail.example."},
}


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server(dict(ZONE)) as server:
        yield server


@pytest.fixture
def asking(office: Context) -> Context:
    """The firm, whose settings allow to ask for domains."""
    limits = LimitSettings(dns_seconds=1, dns_batch=3)
    return replace(office, settings=Settings(mail=MailSettings(check_domains=True), limits=limits))


def rows(context: Context) -> dict[str, tuple[str, str, str]]:
    """Validity, reason and flags of each address."""
    return {
        address: (validity, reason, flags)
        for address, validity, reason, flags in context.database.rows(
            "SELECT address, validity, reason, flags FROM email_address"
        )
    }


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("mail.example", Exchange.TAKES_MAIL),
        ("plain.example", Exchange.TAKES_MAIL),
        ("six.example", Exchange.TAKES_MAIL),
        ("null.example", Exchange.TAKES_NONE),
        ("empty.example", Exchange.TAKES_NONE),
        ("gone.example", Exchange.TAKES_NONE),
        ("a..example", Exchange.TAKES_NONE),
        ("a" * 64 + ".example", Exchange.TAKES_NONE),
        ("broken.example", Exchange.UNKNOWN),
        ("silent.example", Exchange.UNKNOWN),
    ],
)
def test_what_a_name_server_says_of_a_domain(server: NameServer, domain: str, found: Exchange) -> None:
    assert find_exchange(domain, 1, server.resolver) is found


def test_a_domain_that_takes_no_mail_makes_an_address_suspect_not_invalid(asking: Context, server: NameServer) -> None:
    create_contact(asking, [], "Zoë", ["zoe@mail.example", "zoe@null.example", "zoe@bücher.example"])

    assert DomainTurns(asking, server.resolver).turn() == 3

    assert rows(asking) == {
        "zoe@mail.example": ("valid", "", ""),
        "zoe@null.example": ("suspect", "no_mail_exchanger", "no_mail_exchanger"),
        "zoe@bücher.example": ("valid", "", "internationalised"),
    }
    assert asking.database.rows(
        "SELECT kind, staff_id, before, after FROM activity WHERE kind = 'address_checked'"
    ) == [("address_checked", 1, '{"validity":"valid"}', '{"validity":"suspect","reason":"no_mail_exchanger"}')]


def test_a_few_domains_a_turn_and_each_is_asked_once(asking: Context, server: NameServer) -> None:
    addresses = [
        f"p{n}@{domain}"
        for n in range(3)
        for domain in ("mail.example", "plain.example", "null.example", "gone.example")
    ]
    create_contact(asking, [], "Zoë", addresses)
    turns = DomainTurns(asking, server.resolver)

    assert [turns.turn(), turns.turn(), turns.turn()] == [3, 9, 0]

    assert sorted(name for name, kind in server.asked if kind == "MX") == [
        *("gone.example", "mail.example", "null.example", "plain.example")
    ]
    create_contact(asking, [], "Zoé", ["new@mail.example"])
    assert turns.turn() == 1
    assert len([name for name, kind in server.asked if kind == "MX"]) == 4


def test_a_domain_is_asked_again_after_a_month_and_may_have_recovered(
    asking: Context, server: NameServer, clock: Clock
) -> None:
    create_contact(asking, [], "Zoë", ["zoe@gone.example", "zoe@mail.example"])
    DomainTurns(asking, server.resolver).turn()
    assert rows(asking)["zoe@gone.example"][0] == "suspect"
    server.zone["gone.example"] = {"MX": "10 mx.mail.example."}

    clock.advance(30 * DAY - 1)
    assert DomainTurns(asking, server.resolver).turn() == 0
    clock.advance(1)
    assert DomainTurns(asking, server.resolver).turn() == 2

    assert rows(asking)["zoe@gone.example"] == ("valid", "", "")


def test_what_got_no_answer_changes_nothing_and_the_others_go_on(asking: Context, server: NameServer) -> None:
    create_contact(
        asking, [], "Zoë", ["zoe@silent.example", "zoe@broken.example", "zoe@gone.example", "zoe@mail.example"]
    )
    turns = DomainTurns(asking, server.resolver)

    assert [turns.turn(), turns.turn()] == [1, 1]

    assert rows(asking)["zoe@silent.example"] == rows(asking)["zoe@broken.example"] == ("valid", "", "")
    assert asking.database.rows("SELECT address FROM email_address WHERE domain_checked_at IS NULL ORDER BY id") == [
        ("zoe@silent.example",),
        ("zoe@broken.example",),
    ]


def test_without_a_network_it_pauses(asking: Context, server: NameServer) -> None:
    create_contact(asking, [], "Zoë", ["zoe@silent.example"])
    turns = DomainTurns(asking, server.resolver)
    turns.turn()
    asked = len(server.asked)

    create_contact(asking, [], "Zoë", ["zoe@mail.example"])

    assert turns.turn() == 0
    assert len(server.asked) == asked


def test_names_that_are_inside_the_house_or_not_valid_are_not_asked(asking: Context, server: NameServer) -> None:
    create_contact(asking, [], "Zoë", ["zoe@server.local", "zoe@nodot"])
    assert DomainTurns(asking, server.resolver).turn() == 0
    assert server.asked == []


def test_it_asks_nothing_unless_the_settings_say_so(office: Context, server: NameServer) -> None:
    create_contact(office, [], "Zoë", ["zoe@gone.example"])
    assert DomainTurns(office, server.resolver).turn() == 0
    assert server.asked == []


def test_a_bouncing_address_stays_bouncing_and_a_wish_stays_a_wish(asking: Context, server: NameServer) -> None:
    create_contact(asking, [], "Zoë", ["zoe@mail.example", "zoe@gone.example"])
    with asking.database.write():
        asking.database.execute(
            "UPDATE email_address SET validity = 'bouncing', reason = 'bounced', flags = 'bounced' WHERE id = 1"
        )
    suppress_address(asking, 2, True)

    DomainTurns(asking, server.resolver).turn()

    assert rows(asking) == {
        "zoe@mail.example": ("bouncing", "bounced", "bounced"),
        "zoe@gone.example": ("suspect", "no_mail_exchanger", "no_mail_exchanger suppressed"),
    }


def test_the_delivery_process_asks_in_the_background(
    asking: Context, server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_contact(asking, [], "Zoë", ["zoe@gone.example"])
    monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver)
    stop, done = threading.Event(), threading.Event()

    def look() -> None:
        try:
            asking.database.connect()
            while rows(asking)["zoe@gone.example"][0] != "suspect" and not stop.wait(0.05):
                pass
            done.set()
        finally:
            asking.database.close()

    threads = [
        threading.Thread(target=deliver_until, args=(asking.acting_as(None), stop)),
        threading.Thread(target=look),
    ]
    for thread in threads:
        thread.start()
    try:
        assert done.wait(20)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
