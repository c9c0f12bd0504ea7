"""The outbox: who may hand a mail over, whether it is still wanted, and what is told of it."""

from __future__ import annotations

import dataclasses
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Clock
from tests.mail.firm import crowd, invited, limited_to, settings_for, states
from tui_portal.config import Settings
from tui_portal.services import fates, leases
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.accounts import account_profile
from tui_portal.services.claims import lease_seconds
from tui_portal.services.context import Context
from tui_portal.services.delivery import deliver_once
from tui_portal.services.invitations import cancel, invite
from tui_portal.services.leases import delivery_is_held
from tui_portal.services.outbox import (
    MailState,
    Unwanted,
    claim,
    count_letters,
    has_due,
    letters,
    release,
    summary,
    take_up,
)
from tui_portal.services.runs import Delivered

OTHER_HOST = "elsewhere.example:17:4711"


@pytest.fixture
def settings() -> Settings:
    return settings_for("smtp://mail.hansen-partner.example")


@pytest.fixture
def neighbour() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Another process of this machine, which lives until somebody ends it: its owner string, and itself."""
    program = "from tui_portal.services.leases import this_process\nprint(this_process(), flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        owner = process.stdout.readline().strip()
        try:
            yield owner, process
        finally:
            process.kill()


def _claim(office: Context, owner: str) -> list[int]:
    return claim(office, owner, office.clock())


def test_a_mail_has_one_owner_at_a_time(office: Context) -> None:
    office = limited_to(office, claim_batch=50)
    crowd(office, 120)
    first, second = _claim(office, "a.example:1:1"), _claim(office, "b.example:1:1")
    third = _claim(office, "c.example:1:1")

    assert (len(first), len(second), len(third)) == (50, 50, 20)
    assert first + second + third == sorted({*first, *second, *third})
    assert _claim(office, "d.example:1:1") == []
    assert not has_due(office)


def test_a_claim_that_ran_out_is_anybodys(office: Context, clock: Clock) -> None:
    invited(office, "zoe@dupont.example")
    mine = _claim(office, OTHER_HOST)
    clock.advance(lease_seconds(office) - 1)
    assert _claim(office, "b.example:1:1") == []
    clock.advance(1)

    assert _claim(office, "b.example:1:1") == mine
    assert take_up(office, OTHER_HOST, mine[0]) is None
    assert fates.record_sent(office, OTHER_HOST, mine[0]) is None
    assert states(office) == ["sending"]


def test_the_claim_of_a_process_that_is_no_more_is_anybodys_at_once(
    office: Context, neighbour: tuple[str, subprocess.Popen[str]]
) -> None:
    owner, process = neighbour
    invited(office, "zoe@dupont.example")
    mine = _claim(office, owner)
    assert _claim(office, leases.this_process()) == []
    assert summary(office).due == 0
    process.kill()
    process.wait()

    assert has_due(office)
    assert summary(office).due == 1
    assert _claim(office, leases.this_process()) == mine


def test_a_clock_that_is_set_forward_takes_nothing_out_of_a_living_hand(
    office: Context, clock: Clock, neighbour: tuple[str, subprocess.Popen[str]]
) -> None:
    owner, process = neighbour
    invited(office, "zoe@dupont.example")
    mine = _claim(office, owner)
    clock.advance(86_400)
    assert _claim(office, leases.this_process()) == []
    assert not has_due(office)

    assert _claim(office, owner) == mine  # who lives and has lost track of it begins again
    process.kill()
    process.wait()
    assert _claim(office, leases.this_process()) == mine


def test_a_process_that_ended_is_gone_before_its_parent_takes_notice(
    neighbour: tuple[str, subprocess.Popen[str]],
) -> None:
    owner, process = neighbour
    assert not leases.is_gone(owner)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert leases.is_gone(owner)


def test_a_later_process_with_the_same_number_is_another(neighbour: tuple[str, subprocess.Popen[str]]) -> None:
    host, number, start = neighbour[0].split(":")

    assert leases.is_gone(f"{host}:{number}:{int(start) - 1}")
    assert not leases.is_gone(f"elsewhere.example:{number}:{start}")
    assert not leases.is_gone("nonsense")


def test_a_lease_passes_on_when_its_holder_is_gone(
    office: Context, clock: Clock, neighbour: tuple[str, subprocess.Popen[str]]
) -> None:
    owner, process = neighbour
    me = leases.this_process()
    assert leases.hold(office, "delivery", owner, 100)
    assert delivery_is_held(office)
    assert not leases.hold(office, "delivery", me, 100)
    process.kill()
    process.wait()

    assert not delivery_is_held(office)
    assert leases.hold(office, "delivery", me, 100)
    clock.advance(60)
    assert leases.hold(office, "delivery", me, 100)
    clock.advance(60)
    assert delivery_is_held(office)
    leases.give_back(office, "delivery", owner)
    assert delivery_is_held(office)
    leases.give_back(office, "delivery", me)
    assert not delivery_is_held(office)


def test_a_lease_that_ran_out_is_held_by_nobody(office: Context, clock: Clock) -> None:
    assert leases.hold(office, "delivery", OTHER_HOST, 100)
    clock.advance(99)
    assert not leases.hold(office, "delivery", leases.this_process(), 100)
    clock.advance(1)
    assert not delivery_is_held(office)
    assert leases.hold(office, "delivery", leases.this_process(), 100)


def test_what_was_not_tried_goes_back_as_it_was(office: Context) -> None:
    crowd(office, 2)
    before = letters(office)
    mine = _claim(office, OTHER_HOST)

    release(office, "b.example:1:1", mine)
    assert states(office) == ["sending", "sending"]
    release(office, OTHER_HOST, mine)
    assert letters(office) == before


def test_a_cancelled_invitation_is_not_sent_though_it_was_claimed(office: Context) -> None:
    invited(office, "zoe@dupont.example")
    mine = _claim(office, OTHER_HOST)
    cancel(office, [find_address(office, "zoe@dupont.example")])

    found = take_up(office, OTHER_HOST, mine[0])

    assert isinstance(found, Unwanted)
    assert fates.record_unwanted(office, OTHER_HOST, mine[0], found.state, found.reason) is MailState.WITHDRAWN
    assert states(office) == ["withdrawn"]
    assert office.database.value("SELECT state FROM invitation") == "withdrawn"


def test_an_invitation_that_was_sent_again_meanwhile_goes_out_once(office: Context) -> None:
    invited(office, "zoe@dupont.example")
    mine = _claim(office, OTHER_HOST)
    invite(office, [find_address(office, "zoe@dupont.example")], "the newer one")
    newer = _claim(office, OTHER_HOST)

    assert isinstance(take_up(office, OTHER_HOST, mine[0]), Unwanted)
    letter = take_up(office, OTHER_HOST, newer[0])
    assert letter is not None
    assert not isinstance(letter, Unwanted)
    assert letter.message == "the newer one"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE account SET archived = 1", "LOGIN is off"),
        ("UPDATE email_address SET validity = 'bouncing'", "the address can't get mail"),
    ],
)
def test_an_invitation_that_can_not_be_sent_any_more_is_told_as_failed(
    office: Context, change: str, reason: str
) -> None:
    account = invited(office, "zoe@dupont.example")
    with office.database.write():
        office.database.execute(change)

    assert _deliver_nowhere(office).withdrawn == 1
    email = account_profile(office, account).emails[0]
    assert (email.invite_state, email.failure) == ("failed", reason)


def test_an_invitation_that_expired_in_the_queue_is_not_sent(office: Context, clock: Clock) -> None:
    account = invited(office, "zoe@dupont.example")
    clock.advance(14 * 86_400)

    assert _deliver_nowhere(office).failed == 1
    assert "expired" in account_profile(office, account).emails[0].failure
    assert states(office) == ["failed"]


def test_a_user_without_access_is_told_of_none(office: Context) -> None:
    account = invited(office, "zoe@dupont.example")
    address = find_address(office, "zoe@dupont.example")
    with office.database.write():
        office.database.execute("UPDATE invitation SET state = 'used', closed_at = 0")
        office.database.execute("UPDATE outbox SET state = 'sent'")
        office.database.execute(
            "INSERT INTO user (email_address_id, password_hash, activated_at) VALUES (?, 'hash', 0)", [address]
        )
    change_access(office, [account], AccessWish(login=False))
    change_access(office, [account], AccessWish(login=True, invite=True))
    change_access(office, [account], AccessWish(login=False))

    assert _deliver_nowhere(office).withdrawn == 1
    assert states(office) == ["sent", "withdrawn"]


def test_what_a_mail_costs_does_not_grow_with_the_number_of_clients(office: Context) -> None:
    costs = []
    for _time in range(2):
        invited(office, "zoe@dupont.example" if not costs else "elodie@dupont.example")
        mine = _claim(office, OTHER_HOST)[-1]
        costs.append(_instructions(office, lambda number=mine: take_up(office, OTHER_HOST, number)))  # type: ignore[misc]  # a lambda with a default has no type of its own
        crowd(office, 300)

    assert costs[1] <= costs[0] + 2


def test_what_an_invitation_costs_does_not_grow_with_the_number_of_clients(office: Context) -> None:
    account = invited(office, "zoe@dupont.example")
    change_access(office, [account], AccessWish(login=False))
    zoe = [find_address(office, "zoe@dupont.example")]
    before = _instructions(office, lambda: invite(office, zoe, dry_run=True))
    crowd(office, 300)

    assert _instructions(office, lambda: invite(office, zoe, dry_run=True)) <= before + 10


def test_mail_that_is_overdue_or_in_the_hands_of_nobody_is_due(office: Context, clock: Clock) -> None:
    crowd(office, 3)
    mine = _claim(office, OTHER_HOST)
    release(office, OTHER_HOST, mine[:1])
    assert summary(office).due == 1
    clock.advance(lease_seconds(office))

    assert summary(office).due == 3
    assert summary(office).next_try_at is None


def test_the_summary_counts_what_waits_what_is_due_and_what_failed(office: Context, clock: Clock) -> None:
    assert summary(office) == dataclasses.replace(summary(office), waiting=0, failed=0, due=0, problem="")
    crowd(office, 4)
    mine = _claim(office, OTHER_HOST)
    fates.record_sent(office, OTHER_HOST, mine[0])
    fates.record_failed(office, OTHER_HOST, mine[1], "550 no")
    fates.record_later(office, OTHER_HOST, mine[2], "450 later")
    release(office, OTHER_HOST, mine[3:])

    found = summary(office)
    assert (found.waiting, found.failed, found.due, found.next_try_at) == (2, 1, 1, clock() + 300)
    assert found.problem == "450 later"

    invite(office, [find_address(office, "client1@crowd.example")])
    assert summary(office).failed == 0


def test_mail_without_a_server_to_send_it_is_a_problem(office: Context) -> None:
    without = dataclasses.replace(office, settings=Settings())
    assert summary(without).problem == ""
    invited(office, "zoe@dupont.example")

    assert summary(without).problem == "no mail server is set"


def test_the_list_can_be_narrowed_to_one_state(office: Context) -> None:
    crowd(office, 3)
    mine = _claim(office, OTHER_HOST)
    fates.record_sent(office, OTHER_HOST, mine[1])

    assert [row.to for row in letters(office, MailState.SENT)] == ["client1@crowd.example"]
    assert [row.state for row in letters(office)] == ["sending", "sent", "sending"]
    assert (count_letters(office), count_letters(office, MailState.SENDING), len(letters(office, limit=1))) == (3, 2, 1)


def _instructions(office: Context, work: Callable[[], object]) -> int:
    """How many hundreds of SQLite's instructions `work` takes."""
    count = itertools.count()
    with office.database.watched(100, lambda: next(count) < 0):
        work()
    return next(count)


def _deliver_nowhere(office: Context) -> Delivered:
    """A run against a folder that takes everything."""
    folder = office.database.path.parent / "mail"
    done = deliver_once(dataclasses.replace(office, settings=settings_for(f"folder:{folder}")))
    assert not list(folder.glob("*.eml"))
    return done
