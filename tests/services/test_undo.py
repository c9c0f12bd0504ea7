"""Undo and redo: one person's last change, taken back as one; all of it or nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from tests.conftest import Clock
from tests.services.firms import (
    OWNER,
    WELCOME,
    activated,
    colleague,
    everything,
    faults,
    firm_of,
    send_all,
    shared,
    standing,
    token,
)
from tui_portal.config import LimitSettings, Settings
from tui_portal.domain.accounts import AccountType
from tui_portal.domain.errors import Cancelled, NotAllowed, NotFound
from tui_portal.domain.invitations import LinkState
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.archive import activate_again, archive
from tui_portal.services.contacts import create_account, create_contact
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed, record_sent
from tui_portal.services.invitations import open_link
from tui_portal.services.outbox import claim
from tui_portal.services.staff import identify
from tui_portal.services.tags import change_tags
from tui_portal.services.undo import redo_last, undo_last


def test_a_bulk_edit_is_taken_back_with_the_invitations_that_wait(office: Context) -> None:
    accounts = firm_of(office, 3, addresses=2)
    change_access(office, accounts[:1], AccessWish(notify=True))
    before = standing(office)
    change_access(office, accounts, replace(WELCOME, notify=False))

    done = undo_last(office)

    assert standing(office) == before
    assert (done.changed, done.mails) == (6, 6)
    assert done.in_words == "Taken back: LOGIN on, NOTIFY off, invitations in 3 accounts · 6 mails withdrawn"
    assert send_all(office) == 0
    assert faults(office) == []


def test_one_switch_is_taken_back_and_done_again(office: Context) -> None:
    accounts = firm_of(office, 1)
    before = standing(office)
    change_access(office, accounts, AccessWish(sync=True), find_address(office, "p0.0@crowd.example"))
    after = standing(office)

    assert undo_last(office).title == "EMAIL SYNC on in A-0001"
    assert standing(office) == before
    assert redo_last(office).in_words == "Done again: EMAIL SYNC on in A-0001"
    assert standing(office) == after
    with pytest.raises(NotFound, match="nothing to do again"):
        redo_last(office)


def test_changes_are_taken_back_one_after_the_other_and_done_again_in_their_order(office: Context) -> None:
    accounts = firm_of(office, 2)
    stands = [standing(office)]
    for wish in (AccessWish(login=True), AccessWish(notify=True), AccessWish(login=False, sync=True)):
        change_access(office, accounts, wish)
        stands.append(standing(office))

    for former in reversed(stands[:-1]):
        undo_last(office)
        assert standing(office) == former
    with pytest.raises(NotFound, match="nothing to take back"):
        undo_last(office)
    for later in stands[1:]:
        redo_last(office)
        assert standing(office) == later
    undo_last(office)
    assert standing(office) == stands[-2]


def test_a_new_change_makes_an_end_of_redoing(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, AccessWish(login=True))
    undo_last(office)
    change_access(office, accounts, AccessWish(notify=True))

    with pytest.raises(NotFound):
        redo_last(office)


def test_redo_of_invitations_queues_them_with_a_new_minute_to_take_them_back(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    undo_last(office)
    clock.advance(300)

    assert redo_last(office).in_words.endswith("2 mails queued")

    assert send_all(office) == 0
    undo_last(office)
    redo_last(office)
    clock.advance(60)
    assert send_all(office) == 2
    assert open_link(office, token(office, "p0.0@crowd.example")).state is LinkState.LIVE
    assert faults(office) == []


def test_where_an_open_invitation_was_sent_again_the_former_link_works_as_before(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], WELCOME)
    send_all(office)
    clock.advance(7200)
    before = standing(office)
    link = token(office, "p0.0@crowd.example")
    change_access(office, accounts, replace(WELCOME, message="Again"))
    assert standing(office) != before

    done = undo_last(office)

    assert standing(office) == before
    assert done.restored == 1
    assert open_link(office, link).state is LinkState.LIVE
    assert open_link(office, token(office, "p0.0@crowd.example", 2)).state is LinkState.REPLACED


def test_a_former_mail_that_still_waited_waits_again(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    clock.advance(7200)
    before = standing(office)
    change_access(office, accounts, replace(WELCOME, message="Again"))

    undo_last(office)

    assert standing(office) == before
    assert send_all(office) == 2
    assert office.database.value("SELECT DISTINCT message FROM outbox WHERE state = 'sent'") == "Welcome"


def test_an_expired_invitation_is_expired_again(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts[:1], WELCOME)
    send_all(office)
    clock.advance(15 * 86_400)
    before, link = standing(office), token(office, "p0.0@crowd.example")
    change_access(office, accounts, WELCOME)
    assert open_link(office, link).state is LinkState.REPLACED

    undo_last(office)

    assert standing(office) == before
    assert open_link(office, link).state is LinkState.EXPIRED


def test_a_former_mail_that_was_in_hand_and_has_gone_meanwhile_counts_as_sent(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    clock.advance(7200)
    first, second = claim(office, OWNER, clock.moment)
    change_access(office, accounts, replace(WELCOME, message="Again"))
    clock.advance(1)
    record_sent(office, OWNER, first)
    record_failed(office, OWNER, second, "no such mailbox")

    undo_last(office)

    rows = office.database.rows(
        "SELECT generation, live_generation, state, sent_at, failure FROM invitation ORDER BY id"
    )
    assert rows == [(1, 1, "sent", clock.moment, ""), (1, 1, "failed", None, "no such mailbox")]
    assert send_all(office) == 0


def test_login_off_is_taken_back_with_the_invitation_that_it_withdrew(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, WELCOME)
    clock.advance(60)
    first, _second = claim(office, OWNER, clock.moment)
    record_sent(office, OWNER, first)
    with office.database.write():
        office.database.execute("UPDATE outbox SET state = 'queued', lease_owner = NULL WHERE state = 'sending'")
    before, link = standing(office), token(office, "p0.0@crowd.example")
    change_access(office, accounts, AccessWish(login=False))
    assert open_link(office, link).state is LinkState.WITHDRAWN

    done = undo_last(office)

    assert standing(office) == before
    assert done.restored == 2
    assert open_link(office, link).state is LinkState.LIVE
    assert send_all(office) == 1
    assert faults(office) == []


def test_an_invitation_made_since_stays_and_the_withdrawn_one_stays_withdrawn(office: Context) -> None:
    accounts = firm_of(office, 2)
    zoe = shared(office, accounts, "zoe@dupont.example")
    change_access(office, accounts[:1], WELCOME, zoe)
    change_access(office, accounts[:1], AccessWish(login=False), zoe)
    change_access(colleague(office), accounts[1:], WELCOME, zoe)

    undo_last(office)

    assert office.database.rows("SELECT state FROM invitation ORDER BY id") == [("withdrawn",), ("queued",)]
    assert faults(office) == []


def test_notices_that_wait_are_withdrawn(office: Context) -> None:
    home = create_account(office, "Home", AccountType.FAMILY)
    accounts = firm_of(office, 2)
    create_contact(office, [home, *accounts], "Noé", ["noe@dupont.example"])
    activated(office, home, "noe@dupont.example")
    before = standing(office)
    assert change_access(office, accounts, WELCOME).notices == 1

    assert undo_last(office).mails == 3
    assert standing(office) == before
    assert redo_last(office).mails == 3


def test_undo_writes_its_own_entries_and_the_log_keeps_the_old_ones(office: Context) -> None:
    accounts = firm_of(office, 1)
    change_access(office, accounts, WELCOME)
    last = office.database.value("SELECT max(id) FROM activity")

    undo_last(office)

    rows = office.database.rows(
        "SELECT kind, before, after, operation_id FROM activity WHERE id > ? ORDER BY id", [last]
    )
    assert rows == [
        ("invitation_withdrawn", '{"invitation":1}', "{}", 1),
        ("access_changed", '{"login":true}', '{"login":false}', 1),
        ("operation_undone", "{}", '{"operation":1,"kind":"access"}', None),
    ]


def test_undo_that_is_stopped_has_changed_nothing(office: Context) -> None:
    often = replace(office, settings=Settings(limits=LimitSettings(progress_steps=200)))
    accounts = firm_of(office, 20)
    change_access(office, accounts, WELCOME)
    before = everything(office)

    with pytest.raises(Cancelled):
        undo_last(often, lambda _share: True)
    assert everything(office) == before
    undo_last(office)


def test_only_those_with_the_right_may(office: Context) -> None:
    assert office.actor is not None
    clerk = office.acting_as(replace(office.actor, role="employee", manage_accounts=False))
    for use_case in (undo_last, redo_last):
        with pytest.raises(NotAllowed):
            use_case(clerk)


def test_undo_takes_as_many_statements_for_many_accounts_as_for_few(office: Context) -> None:
    accounts = firm_of(office, 30)
    counts = []
    for some in (accounts[:2], accounts[2:]):
        change_access(office, some, WELCOME)
        statements: list[str] = []
        connection = office.database.models.connection()  # type: ignore[no-untyped-call]  # its stubs leave it out
        connection.set_trace_callback(statements.append)
        undo_last(office)
        connection.set_trace_callback(None)
        counts.append(len(statements))

    assert counts[0] == counts[1]


WISH = st.builds(
    AccessWish,
    login=st.sampled_from([None, True, True, False]),
    notify=st.sampled_from([None, None, True, False]),
    sync=st.sampled_from([None, None, True]),
    invite=st.booleans(),
)
STEP = st.tuples(
    st.sampled_from(["access", "access", "archive", "activate", "tags", "send", "wait"]), st.integers(1, 15), WISH
)


@how(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.lists(STEP, max_size=4), then=st.lists(STEP, min_size=1, max_size=4))
def test_undo_leads_back_to_where_anything_began_and_redo_forth_again(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, int, AccessWish]],
    then: list[tuple[str, int, AccessWish]],
) -> None:
    from tui_portal.services.firm import create_firm

    path: Path = tmp_path_factory.mktemp("firm") / "firm.sqlite3"
    clock = Clock()
    made = create_firm(
        path, Settings(), firm="x", owner_login="olga", owner_name="O", owner_email="o@x.example", clock=clock
    )
    office = identify(Context(made.database, Settings(), clock), login="olga")
    try:
        accounts = firm_of(office, 4)
        shared(office, accounts[1:], "zoe@dupont.example")
        for step in first:
            _do(office, clock, accounts, step)
        stands = [standing(office)]
        for step in then:
            if step[0] not in ("send", "wait"):
                operations = office.database.value("SELECT count(*) FROM operation")
                _do(office, clock, accounts, step)
                if office.database.value("SELECT count(*) FROM operation") > operations:
                    stands.append(standing(office))
        for former in reversed(stands[:-1]):
            undo_last(office)
            assert standing(office) == former
            assert faults(office) == []
        for later in stands[1:]:
            redo_last(office)
            assert standing(office).switches == later.switches
            assert (standing(office).tags, standing(office).archived) == (later.tags, later.archived)
            assert faults(office) == []
    finally:
        office.database.close()


def _do(office: Context, clock: Clock, accounts: list[int], step: tuple[str, int, AccessWish]) -> None:
    what, some, wish = step
    chosen = [number for place, number in enumerate(accounts) if some & 1 << place]
    if what == "access":
        change_access(office, chosen, replace(wish, message=f"no. {some}", hold=True))
    elif what == "archive":
        archive(office, chosen)
    elif what == "activate":
        activate_again(office, chosen)
    elif what == "tags":
        change_tags(
            office, chosen, add=["1040"] if wish.invite else ["Old"], remove=["Old"] if wish.invite else ["1040"]
        )
    elif what == "send":
        clock.advance(60)
        send_all(office)
    else:
        clock.advance(5000)


def test_what_was_taken_back_before_something_new_was_done_is_not_done_again(office: Context) -> None:
    accounts = firm_of(office, 2)
    change_access(office, accounts, AccessWish(notify=True))
    undo_last(office)
    change_access(office, accounts, AccessWish(sync=True))
    undo_last(office)
    assert redo_last(office).title == "EMAIL SYNC on in 2 accounts"
    with pytest.raises(NotFound):
        redo_last(office)
