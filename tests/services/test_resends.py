"""Inviting and cancelling the selected of Pending activation: foreseen, done whole, taken back."""

from __future__ import annotations

import pytest

from tests.conftest import Clock
from tests.services.firms import activated, colleague, faults, firm_of, send_all, standing, token
from tui_portal.domain.errors import Conflict
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.context import Context
from tui_portal.services.invitations import Skipped, invite, open_link
from tui_portal.services.just_invited import just_invited, question
from tui_portal.services.pending import PendingQuery, pending_ids
from tui_portal.services.resends import cancel_invites, preview_cancels, preview_invites, send_invites
from tui_portal.services.results import results_of
from tui_portal.services.undo import redo_last, undo_last


@pytest.fixture
def waiting(office: Context, clock: Clock) -> list[int]:
    """Five pending mailboxes: one never invited, one invited long ago, one just now, one not valid, one bouncing; the ids."""
    accounts = firm_of(office, 5)
    change_access(office, accounts, AccessWish(login=True))
    found = [find_address(office, f"p{n}.0@crowd.example") for n in range(5)]
    send_invites(office, [found[1]])
    clock.advance(8 * 86_400)
    send_all(office)
    clock.advance(86_400)
    send_invites(office, [found[2]])
    office.database.execute("UPDATE email_address SET validity = 'invalid', reason = 'no_dot' WHERE id = ?", [found[3]])
    office.database.execute("UPDATE email_address SET validity = 'bouncing' WHERE id = ?", [found[4]])
    return found


def test_what_will_be_sent_is_told_before_and_what_became_of_each_after(office: Context, waiting: list[int]) -> None:
    foreseen = preview_invites(office, waiting)
    assert (foreseen.first, foreseen.again, foreseen.recent) == (1, 1, 1)
    assert dict(foreseen.skipped.reasons) == {
        "the address is not valid": 1,
        "the address can't get mail": 1,
        "already invited within the last hour": 1,
    }
    done = send_invites(office, waiting, "Hello", expected=foreseen)
    assert (done.invitations, len(done.skipped)) == (2, 3)
    assert done.operation is not None
    told = {line.address: line.outcome for some in results_of(office, done.operation) for line in some}
    assert told == {
        "p0.0@crowd.example": "mail queued",
        "p1.0@crowd.example": "mail queued",
        "p2.0@crowd.example": "already invited within the last hour",
        "p3.0@crowd.example": "the address is not valid: the domain has no dot",
        "p4.0@crowd.example": "the address can't get mail",
    }
    assert faults(office) == []


def test_those_invited_a_short_while_ago_are_invited_again_only_when_it_was_meant(
    office: Context, clock: Clock, waiting: list[int]
) -> None:
    assert preview_invites(office, waiting, recent=True).again == 1
    assert preview_invites(office, waiting, again=True).again == 2
    clock.advance(60)
    assert preview_invites(office, waiting, again=True).again == 1
    assert preview_invites(office, waiting, recent=True).again == 2
    assert send_invites(office, waiting, recent=True).invitations == 3
    assert office.database.value("SELECT count(*) FROM outbox WHERE state = 'queued'") == 3


def test_who_was_invited_a_moment_ago_is_asked_about_in_words(
    office: Context, clock: Clock, waiting: list[int]
) -> None:
    clock.advance(20)
    (just,) = just_invited(office, waiting)
    assert question([just]) == "An invitation to p2.0@crowd.example was queued 20 seconds ago. Send another one?"
    assert invite(office, waiting[1:3], again=False) == (
        1,
        (Skipped("p2.0@crowd.example", None, "an invitation was queued 20 seconds ago"),),
    )
    clock.advance(39)
    send_all(office)
    assert question(just_invited(office, waiting)) == (
        "2 of the selected were invited within the last 59 seconds. Send each of them another invitation?"
    )
    clock.advance(60)
    assert just_invited(office, waiting) == []
    assert invite(office, waiting[1:3], again=False) == (2, ())


def test_sending_and_cancelling_are_taken_back_and_done_again(office: Context, waiting: list[int]) -> None:
    before = standing(office)
    send_invites(office, waiting, "Hello")
    after = standing(office)
    assert undo_last(office).title == "invitations to 5 addresses"
    assert standing(office) == before
    assert redo_last(office).mails == 2
    assert standing(office).switches == after.switches
    undo_last(office)
    link = token(office, "p1.0@crowd.example")
    assert preview_cancels(office, waiting).open == 2
    assert cancel_invites(office, waiting).cancelled == 2
    assert open_link(office, link).state == "withdrawn"
    assert undo_last(office).title == "cancelled invitations of 5 addresses"
    assert open_link(office, link).state == "live"
    assert standing(office) == before
    redo_last(office)
    assert open_link(office, link).state == "withdrawn"
    assert faults(office) == []


def test_nothing_stale_is_sent(office: Context, waiting: list[int]) -> None:
    foreseen = preview_invites(office, waiting)
    send_invites(colleague(office), waiting[:1])
    before = standing(office)
    with pytest.raises(Conflict, match="some of these addresses have changed"):
        send_invites(office, waiting, expected=foreseen)
    assert standing(office) == before


def test_mail_that_has_gone_is_not_taken_back(office: Context, clock: Clock, waiting: list[int]) -> None:
    send_invites(office, waiting[:1])
    clock.advance(100)
    send_all(office)
    with pytest.raises(Conflict, match="has gone already"):
        undo_last(office)


def test_an_active_user_and_one_without_login_are_told(office: Context) -> None:
    accounts = firm_of(office, 2)
    activated(office, accounts[0], "p0.0@crowd.example")
    found = [find_address(office, f"p{n}.0@crowd.example") for n in range(2)]
    assert dict(preview_invites(office, found).skipped.reasons) == {"already active": 1, "LOGIN is off": 1}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("never", [0, 3, 4]),
        ("sent>7d", []),
        ("sent<7d", [1]),
        ("sent>1d", [1]),
        ("queued", [2]),
        ("invalid", [3, 4]),
        ("invalid p3", [3]),
    ],
)
def test_pending_is_filtered_by_words(office: Context, waiting: list[int], text: str, found: list[int]) -> None:
    assert list(pending_ids(office, PendingQuery(text))) == [waiting[n] for n in found]
