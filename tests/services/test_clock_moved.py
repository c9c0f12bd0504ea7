"""The clock set forward and back a day: what is over stays over while it is over, and nothing that is dead comes to life."""

from __future__ import annotations

from tests.conftest import Clock
from tests.services.firms import activated, firm_of, send_all, token
from tui_portal.domain.invitations import LinkState
from tui_portal.domain.moments import DAY
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.activation import open_activation, session_user
from tui_portal.services.check import Level, check
from tui_portal.services.context import Context
from tui_portal.services.invitations import cancel, invite
from tui_portal.services.leases import DELIVERY, hold, is_held
from tui_portal.services.presence import arrive, others_here


def test_links_that_were_used_cancelled_or_replaced_stay_dead_however_the_clock_moves(
    office: Context, clock: Clock
) -> None:
    accounts = firm_of(office, 3)
    change_access(office, accounts, AccessWish(login=True, invite=True))
    send_all(office)
    cancelled, replaced = token(office, "p0.0@crowd.example"), token(office, "p1.0@crowd.example")
    cancel(office, [1])
    clock.advance(DAY)
    invite(office, [2], "", again=True)
    send_all(office)
    used = token(office, "p2.0@crowd.example")
    activated(office, accounts[2], "p2.0@crowd.example")
    for moved in (DAY, -2 * DAY, -DAY, 20 * DAY, -19 * DAY):
        clock.advance(moved)
        states = [open_activation(office, link).state for link in (cancelled, replaced, used)]
        assert states == [LinkState.WITHDRAWN, LinkState.REPLACED, LinkState.USED]
        assert session_user(office, "") is None
    assert [found.words for found in check(office) if found.level is Level.FAULT] == []


def test_a_session_and_a_lease_that_ran_out_and_were_cleared_are_gone_for_good(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 1)
    assert hold(office, DELIVERY, "elsewhere:1:1", 60)
    arrive(office, accounts[0])
    clock.advance(DAY)
    assert not is_held(office, DELIVERY)
    assert hold(office, DELIVERY, "here:2:2", 60)
    clock.advance(-DAY)
    assert not hold(office, DELIVERY, "elsewhere:1:1", 60)
    assert others_here(office, accounts[0]) == ()
