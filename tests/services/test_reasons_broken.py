"""What `Why?` once said wrongly: links that live although their mail waits or failed, links that are dead although one was sent."""

from __future__ import annotations

from tests.conftest import Clock
from tests.services.firms import OWNER, activated, firm_of, send_all, token
from tui_portal.domain.moments import DAY
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed
from tui_portal.services.invitations import invite, open_link
from tui_portal.services.outbox import claim
from tui_portal.services.reasons import Explanation, LinkName, explain

ADDRESS = "p0.0@crowd.example"


def why(office: Context, account: int) -> Explanation:
    return explain(office, account, find_address(office, ADDRESS))


def invited(office: Context) -> int:
    """An account whose contact was invited; its id."""
    (account,) = firm_of(office, 1)
    change_access(office, [account], AccessWish(login=True, invite=True))
    send_all(office)
    return account


def test_login_that_is_off_is_the_reason_also_for_an_active_user_whose_address_is_not_valid_any_more(
    office: Context,
) -> None:
    (account,) = firm_of(office, 1)
    activated(office, account, ADDRESS)
    change_access(office, [account], AccessWish(login=False))
    with office.database.write():
        office.database.execute("UPDATE email_address SET validity = 'invalid', reason = 'syntax'")
    assert why(office, account).broken is LinkName.LOGIN


def test_an_expired_link_does_not_live_again_while_the_next_one_waits(office: Context, clock: Clock) -> None:
    account = invited(office)
    clock.advance(15 * DAY)
    invite(office, [find_address(office, ADDRESS)])
    assert open_link(office, token(office, ADDRESS, 1)).state == "replaced"
    found = why(office, account)
    assert found.broken is LinkName.INVITATION
    assert "works until" not in found.link(LinkName.PASSWORD).words


def test_a_former_link_that_works_is_told_when_the_next_mail_failed(office: Context) -> None:
    account = invited(office)
    invite(office, [find_address(office, ADDRESS)])
    (mail,) = claim(office, OWNER, office.clock())
    record_failed(office, OWNER, mail, "554 no")
    assert open_link(office, token(office, ADDRESS, 1)).state == "live"
    found = why(office, account)
    assert found.broken is LinkName.PASSWORD
    assert "the invitation could not be delivered: 554 no" in found.link(LinkName.INVITATION).words
    assert found.link(LinkName.INVITATION).where == "i sends it again"
