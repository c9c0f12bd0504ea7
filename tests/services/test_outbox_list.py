"""The Outbox list: found, ordered, tried now, given up."""

from __future__ import annotations

import pytest

from tests.services.firms import faults, firm_of, send_all, token
from tui_portal.domain.errors import WrongUse
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.context import Context
from tui_portal.services.invitations import open_link
from tui_portal.services.outbox_list import OutboxQuery, give_up, outbox_ids, try_now
from tui_portal.services.resends import send_invites


@pytest.fixture
def mails(office: Context) -> list[int]:
    """Three invitations: one sent, two waiting."""
    accounts = firm_of(office, 3)
    change_access(office, accounts[:1], AccessWish(login=True, invite=True))
    send_all(office)
    change_access(office, accounts[1:], AccessWish(login=True, invite=True))
    return [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (OutboxQuery(), [3, 2, 1]),
        (OutboxQuery(sort="to", descending=False), [1, 2, 3]),
        (OutboxQuery("sent"), [1]),
        (OutboxQuery("waits"), [3, 2]),
        (OutboxQuery("queued p1"), [2]),
        (OutboxQuery("invitation", "state", False), [2, 3, 1]),
    ],
)
def test_mails_are_found_and_ordered(office: Context, mails: list[int], query: OutboxQuery, found: list[int]) -> None:
    assert list(outbox_ids(office, query)) == found


def test_an_order_that_there_is_not_is_refused(office: Context) -> None:
    with pytest.raises(WrongUse, match="no column size"):
        outbox_ids(office, OutboxQuery(sort="size"))


def test_what_waits_is_tried_now_and_what_was_sent_is_left(office: Context, mails: list[int]) -> None:
    assert office.database.value("SELECT min(next_try_at) FROM outbox WHERE state = 'queued'") > office.clock()
    assert try_now(office, mails).in_words == "2 mails are tried now · 1 does not wait any more"
    assert office.database.value("SELECT max(next_try_at) FROM outbox") == office.clock()
    assert send_all(office) == 2


def test_a_mail_that_is_given_up_is_not_sent_and_its_invitation_says_so(office: Context, mails: list[int]) -> None:
    assert give_up(office, mails).in_words == "2 mails given up · 1 does not wait any more"
    assert send_all(office) == 0
    assert office.database.rows("SELECT state, failure FROM invitation ORDER BY id") == [
        ("sent", ""),
        ("failed", "given up by Olga Owner"),
        ("failed", "given up by Olga Owner"),
    ]
    assert faults(office) == []


def test_the_former_link_works_on_when_a_resend_is_given_up(office: Context, mails: list[int]) -> None:
    former = token(office, "p0.0@crowd.example")
    send_invites(office, [1], again=True)
    give_up(office, [4])
    assert open_link(office, former).state == "live"
    assert faults(office) == []
