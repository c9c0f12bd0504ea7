"""The Pending activation list: who stands in it, with what, in which order, and how they are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.services.firms import OWNER, firm_of, send_all
from tui_portal.config import InvitationSettings, Settings
from tui_portal.demo import demo_settings, make_demo
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.addresses import Validity
from tui_portal.domain.errors import NotAllowed, WrongUse
from tui_portal.domain.moments import DAY
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed
from tui_portal.services.invitations import cancel, invite
from tui_portal.services.outbox import claim
from tui_portal.services.pending import (
    SORT_KEYS,
    PendingQuery,
    PendingRow,
    PendingState,
    count_pending,
    pending_ids,
    pending_rows,
)
from tui_portal.services.resends import send_invites
from tui_portal.services.staff import find_staff


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    """The demo firm with some hundred accounts more."""
    folder = tmp_path_factory.mktemp("demo")
    context = make_demo(folder / "demo.sqlite3", owner_login="olga", accounts=400, settings=demo_settings(folder))
    yield context
    context.database.close()


@pytest.fixture
def zoe(office: Context) -> int:
    """The id of a mailbox that may log in to one account and was not invited."""
    account = create_account(office, "Dupont [/SARL]", AccountType.COMPANY)
    create_contact(office, [account], "Zoë Dupont", ["zoe@dupont.example"])
    change_access(office, [account], AccessWish(login=True))
    return find_address(office, "zoe@dupont.example")


def listed(context: Context, query: PendingQuery = PendingQuery()) -> list[PendingRow]:  # noqa: B008 - frozen
    return pending_rows(context, pending_ids(context, query))


def addresses(context: Context, find: str) -> list[str]:
    return [row.address for row in listed(context, PendingQuery(find=find))]


def test_a_mailbox_with_login_on_and_no_user_is_pending(office: Context, zoe: int) -> None:
    (row,) = listed(office)
    assert (row.id, row.address, row.validity) == (zoe, "zoe@dupont.example", Validity.VALID)
    assert row.accounts == (("A-0001", "Dupont [/SARL]"),)
    assert (row.state, row.invite_sent, row.invited_by, row.expires) == (PendingState.NOT_SENT, None, None, None)


def test_with_login_off_it_is_not_pending_any_more(office: Context, zoe: int) -> None:
    change_access(office, [1], AccessWish(login=False))
    assert listed(office) == []
    assert pending_rows(office, [zoe]) == []


def test_a_mailbox_is_one_line_with_all_its_accounts_in_the_order_of_names(office: Context, zoe: int) -> None:
    other = create_account(office, "Brasserie", AccountType.COMPANY)
    without = create_account(office, "Café", AccountType.COMPANY)
    create_contact(office, [other, without], "Zoë", ["zoe@dupont.example"])
    change_access(office, [other], AccessWish(login=True))

    (row,) = listed(office)
    assert row.accounts == (("A-0002", "Brasserie"), ("A-0001", "Dupont [/SARL]"))


def test_an_archived_account_makes_nobody_pending(office: Context, zoe: int) -> None:
    office.database.execute("UPDATE account SET archived = 1")
    assert count_pending(office, PendingQuery()) == 0
    assert list(pending_ids(office, PendingQuery(), 10)) == list(pending_ids(office, PendingQuery())) == []


def test_an_invitation_is_queued_with_its_inviter_and_its_end(office: Context, zoe: int, clock: Clock) -> None:
    assert invite(office, [zoe]) == (1, ())
    (row,) = listed(office)
    assert (row.state, row.invited_by, row.invite_sent) == (PendingState.QUEUED, "Olga Owner", None)
    assert row.expires == clock.moment + 14 * DAY


def test_a_cancelled_invitation_leaves_the_row_with_invite_sent_empty(office: Context, zoe: int) -> None:
    invite(office, [zoe])
    office.database.execute("UPDATE invitation SET state = 'sent', sent_at = created_at")
    assert cancel(office, [zoe]) == (1, ())
    (row,) = listed(office)
    assert (row.state, row.invite_sent, row.invited_by, row.expires) == (PendingState.CANCELLED, None, None, None)
    invite(office, [zoe])
    assert listed(office)[0].state is PendingState.QUEUED


def test_an_invitation_expires_by_the_clock_alone(office: Context, zoe: int, clock: Clock) -> None:
    invite(office, [zoe])
    office.database.execute("UPDATE invitation SET state = 'sent', sent_at = created_at")
    clock.advance(14 * DAY - 1)
    assert listed(office)[0].state is PendingState.SENT
    clock.advance(1)
    assert listed(office)[0].state is PendingState.EXPIRED


def test_one_that_never_expires_stays_sent(office: Context, zoe: int, clock: Clock) -> None:
    never = Context(office.database, Settings(invitations=InvitationSettings(expire_days=0)), clock, office.actor)
    invite(never, [zoe])
    office.database.execute("UPDATE invitation SET state = 'sent', sent_at = created_at")
    clock.advance(5000 * DAY)
    assert (listed(never)[0].state, listed(never)[0].expires) == (PendingState.SENT, None)


def test_a_dry_run_tells_the_same_and_changes_nothing(office: Context, zoe: int) -> None:
    create_contact(office, [1], "Élodie", ["elodie@dupont"])
    both = [zoe, find_address(office, "elodie@dupont")]

    told = invite(office, both, dry_run=True)
    assert office.database.value("SELECT count(*) FROM invitation") == 0
    assert told == invite(office, both)

    told = cancel(office, both, dry_run=True)
    assert listed(office)[0].state is PendingState.QUEUED
    assert told == cancel(office, both)
    assert listed(office)[0].state is PendingState.CANCELLED


def test_who_may_not_manage_accounts_invites_and_cancels_nobody(demo: Context) -> None:
    tom = demo.acting_as(find_staff(demo.database, "tom"))
    for action in (invite, cancel):
        with pytest.raises(NotAllowed):
            action(tom, list(pending_ids(demo, PendingQuery())))


def test_rows_tell_what_the_server_said_and_who_invited(demo: Context) -> None:
    by_address = {row.address: row for row in listed(demo)}
    taro, aoife, caron = (
        by_address[address]
        for address in ("taro@yamada.example", "aoife@obrien-sons.example", "i.caron@lefevre-associes.example")
    )
    assert (taro.state, taro.validity, taro.invited_by) == (PendingState.FAILED, Validity.BOUNCING, "Max Admin")
    assert taro.failure.startswith("550 5.1.1 <taro@yamada.example>")
    assert [code for code, _name in taro.accounts] == ["A-0069", "A-0070", "A-0233"]
    assert aoife.invited_by == "Sean O'Brien"
    assert (caron.state, caron.invite_sent is None) == (PendingState.QUEUED, False)


def test_rows_come_in_the_order_of_the_ids_and_without_those_that_are_gone(demo: Context) -> None:
    ids = list(pending_ids(demo, PendingQuery()))[:7]
    active = demo.database.value("SELECT email_address_id FROM user LIMIT 1")
    assert [row.id for row in pending_rows(demo, [*reversed(ids), active, 10**9])] == ids[::-1]


@pytest.mark.parametrize("sort", SORT_KEYS)
@pytest.mark.parametrize("descending", [False, True])
def test_every_order_is_whole_and_begins_the_same_when_only_the_first_are_asked_for(
    demo: Context, sort: str, descending: bool
) -> None:
    query = PendingQuery(sort=sort, descending=descending)
    ids = list(pending_ids(demo, query))
    assert len(ids) == len(set(ids)) == count_pending(demo, query) > 50
    assert list(pending_ids(demo, query, 10)) == ids[:10]


def test_the_list_is_sorted_by_each_column(demo: Context) -> None:
    found = [row.address for row in listed(demo)]
    assert found == sorted(found)
    names = [row.accounts[0][1] for row in listed(demo, PendingQuery(sort="account")) if row.accounts[0][1].isascii()]
    assert names == sorted(names, key=str.casefold)
    sent = [row.invite_sent for row in listed(demo, PendingQuery(sort="invite_sent"))]
    dates = [moment for moment in sent if moment is not None]
    assert dates == sorted(dates)
    assert [row.invite_sent for row in listed(demo, PendingQuery(sort="invite_sent", descending=True))] == sent[::-1]
    inviters = [row.invited_by for row in listed(demo, PendingQuery(sort="invited_by"))]
    named = [name for name in inviters if name]
    assert named == sorted(named)
    assert inviters == named + [None] * (len(inviters) - len(named))


def test_by_invite_sent_the_never_invited_stand_together_and_so_does_every_state_without_a_day(
    office: Context, clock: Clock
) -> None:
    change_access(office, firm_of(office, 9), AccessWish(login=True))
    boxes = {n: find_address(office, f"p{n}.0@crowd.example") for n in range(9)}
    send_invites(office, [boxes[1], boxes[2], boxes[3], boxes[7], boxes[8]])
    clock.advance(2 * DAY)
    send_all(office)
    cancel(office, [boxes[1]])
    send_invites(office, [boxes[4]])
    clock.advance(DAY)
    (failed,) = claim(office, OWNER, office.clock())
    record_failed(office, OWNER, failed, "550 no")
    clock.advance(DAY)
    send_invites(office, [boxes[2]])
    clock.advance(DAY)
    send_all(office)
    clock.advance(DAY)
    send_invites(office, [boxes[3]])  # queued again: it has the day of its former mail
    send_invites(office, [boxes[5]])  # queued for the first time
    office.database.execute("UPDATE invitation SET expires_at = ? WHERE email_address_id = ?", [clock.moment, boxes[8]])
    by_day = PendingQuery(sort="invite_sent")
    states = [(row.id, row.state.value) for row in listed(office, by_day)]
    assert states == [
        *((boxes[n], "not_sent") for n in (0, 6)),
        (boxes[1], "cancelled"),
        (boxes[4], "failed"),
        (boxes[3], "queued"),
        (boxes[7], "sent"),
        (boxes[8], "expired"),
        (boxes[2], "sent"),
        (boxes[5], "queued"),
    ]
    assert list(pending_ids(office, replace(by_day, descending=True))) == [number for number, _state in states][::-1]


def test_an_unknown_column_is_wrong_use(demo: Context) -> None:
    with pytest.raises(WrongUse, match="invite_sent"):
        pending_ids(demo, PendingQuery(sort="colour"))


@pytest.mark.parametrize(
    ("find", "found"),
    [
        ("ELODIE@", ["elodie@dupont.example"]),
        ("dupont", ["elodie@dupont.example", "zoe@dupont.example"]),
        ("dupont zoe", ["zoe@dupont.example"]),
        ("A-0031 never", ["zoe@dupont.example"]),
        ("[/sarl] sent", ["elodie@dupont.example"]),
        ("山田商店", ["taro@yamada.example"]),
        ("nguyen", ["hanh.nguyen@mailbox.example"]),
        ("caron", ["i.caron@lefevre-associes.example"]),
        ("rosso failed", ["marco@rosso.example"]),
        ("ingrid cancelled", ["ingrid@sorensen.example"]),
        ("thompson expired", ["bob.thompson@mailbox.example"]),
        ("misaki not_sent", ["misaki.sato@yubin.example"]),
        ("vogt", []),
        ("%", []),
    ],
)
def test_words_are_found_in_address_account_contact_and_state(demo: Context, find: str, found: list[str]) -> None:
    assert addresses(demo, find) == found
    assert count_pending(demo, PendingQuery(find=find)) == len(found)
    assert list(pending_ids(demo, PendingQuery(find=find), 1)) == list(pending_ids(demo, PendingQuery(find=find)))[:1]


def test_the_words_of_states_share_the_list_among_them(demo: Context) -> None:
    of_states = {state: set(addresses(demo, state.value)) for state in PendingState}
    for row in listed(demo):
        assert row.address in of_states[row.state]
    assert addresses(demo, "never") == [row.address for row in listed(demo) if row.state is PendingState.NOT_SENT]


def test_a_mailbox_with_a_domain_in_other_letters_is_found_as_it_is_shown(office: Context) -> None:
    account = create_account(office, "Spedition", AccountType.COMPANY)
    create_contact(office, [account], "Dieter", ["Kontakt@Müller-Spedition.example"])
    change_access(office, [account], AccessWish(login=True))
    assert addresses(office, "müller") == addresses(office, "kontakt@") != []
