"""Reminders: who gets one and when, that nobody gets two for one day, and what takes them back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.conftest import Clock
from tests.services.firms import OWNER, dupont, faults, firm_of, send_all, standing, token
from tui_portal.config import InvitationSettings, LimitSettings, Settings
from tui_portal.domain.errors import NotAllowed
from tui_portal.domain.moments import DAY
from tui_portal.domain.staff import Role
from tui_portal.services.access import AccessWish, change_access, find_address
from tui_portal.services.account_log import log_ids, log_rows
from tui_portal.services.account_mail import mail_ids, mail_rows
from tui_portal.services.activation import activate
from tui_portal.services.address_checks import suppress_address
from tui_portal.services.context import Context, open_context
from tui_portal.services.export_lines import pending_line
from tui_portal.services.fates import record_bounced, record_failed, record_unwanted
from tui_portal.services.invitations import cancel, invite, open_link
from tui_portal.services.outbox import Unwanted, claim, has_due, summary, take_up
from tui_portal.services.pending import PendingQuery, PendingRow, pending_ids, pending_rows
from tui_portal.services.reasons import LinkName, explain
from tui_portal.services.reminders import are_due, queue_due_reminders, set_reminders
from tui_portal.services.resends import cancel_invites, send_invites
from tui_portal.services.undo import redo_last, undo_last

ADDRESS = "elodie@dupont.example"


@pytest.fixture
def elodie(office: Context) -> int:
    """The id of a mailbox whose invitation was sent just now."""
    account, _contact = dupont(office)
    change_access(office, [account], AccessWish(login=True, invite=True, message="Bonjour"))
    send_all(office)
    return find_address(office, ADDRESS)


def row_of(office: Context) -> PendingRow:
    (row,) = pending_rows(office, pending_ids(office, PendingQuery()))
    return row


def reminders(office: Context) -> list[tuple[str, int]]:
    """State and generation of every reminder that was ever queued."""
    found = office.database.rows("SELECT state, generation FROM outbox WHERE kind = 'reminder' ORDER BY id")
    return [(state, generation) for state, generation in found]


def delivered(office: Context) -> int:
    """Queue what is due and hand it over, as delivery does: each mail is looked at again before it goes. How many went."""
    queue_due_reminders(office)
    sent = 0
    for number in claim(office, OWNER, office.clock()):
        letter = take_up(office, OWNER, number)
        if isinstance(letter, Unwanted):
            record_unwanted(office, OWNER, number, letter.state, letter.reason)
        else:
            office.database.execute("UPDATE outbox SET state = 'queued', lease_owner = NULL WHERE id = ?", [number])
            sent += send_all(office)
    return sent


def test_who_does_not_come_is_reminded_on_each_of_the_days_with_the_same_link(
    office: Context, clock: Clock, elodie: int
) -> None:
    link, sent = token(office, ADDRESS), clock.moment
    assert row_of(office).next_reminder == sent + 3 * DAY
    clock.advance(3 * DAY - 1)
    assert (has_due(office), summary(office).due, delivered(office)) == (False, 0, 0)
    clock.advance(1)
    assert (has_due(office), summary(office).due) == (True, 1)
    queue_due_reminders(office)
    (number,) = claim(office, OWNER, clock.moment)
    letter = take_up(office, OWNER, number)
    assert letter is not None
    assert not isinstance(letter, Unwanted)
    assert (letter.kind, letter.link.rpartition("/")[2], letter.message) == ("reminder", link, "Bonjour")
    assert (letter.invited_at, letter.language) == (sent, "fr")
    office.database.execute("UPDATE outbox SET state = 'queued', lease_owner = NULL WHERE id = ?", [number])
    assert (delivered(office), delivered(office)) == (1, 0)
    assert office.database.value("SELECT count(DISTINCT message_id) FROM outbox") == 2

    row = row_of(office)
    assert (row.state, row.invite_sent, row.reminders) == ("sent", sent, True)
    assert (row.reminded, row.reminded_at, row.next_reminder) == (1, sent + 3 * DAY, sent + 10 * DAY)
    clock.advance(7 * DAY)
    assert (delivered(office), delivered(office)) == (1, 0)
    assert (row_of(office).reminded, row_of(office).next_reminder) == (2, None)
    clock.advance(3 * DAY)
    assert delivered(office) == 0
    assert open_link(office, link).state == "live"
    assert reminders(office) == [("sent", 1)] * 2
    assert faults(office) == []


def test_what_was_done_stands_in_the_log_the_mail_tab_and_why(office: Context, clock: Clock, elodie: int) -> None:
    clock.advance(3 * DAY)
    delivered(office)
    assert next(row.words for row in log_rows(office, log_ids(office, 1))) == f"Reminder sent to {ADDRESS}"
    (mail, *_rest) = mail_rows(office, mail_ids(office, 1))
    assert (mail.kind.label, mail.words) == ("reminder", "sent 15 Nov 12:00")
    words = explain(office, 1, elodie).link(LinkName.INVITATION).words
    assert "reminded on 15 Nov 12:00 · next reminder on 22 Nov 12:00" in words
    line = json.loads(json.dumps(pending_line(row_of(office))))
    assert (line["reminders"], line["reminded"]) == (True, 1)
    assert (line["reminded_at"][:10], line["next_reminder"][:10]) == ("2026-11-15", "2026-11-22")


def test_days_that_passed_without_delivery_come_to_one_reminder(office: Context, clock: Clock, elodie: int) -> None:
    clock.advance(11 * DAY)
    assert (delivered(office), delivered(office)) == (1, 0)
    assert (row_of(office).reminded, row_of(office).next_reminder) == (1, None)


def test_other_days_in_the_settings_hold_at_once_and_remind_nobody_twice_for_one(
    office: Context, clock: Clock, elodie: int
) -> None:
    clock.advance(3 * DAY)
    delivered(office)
    clock.advance(DAY)
    more, none = (
        replace(office, settings=Settings(invitations=InvitationSettings(reminder_days=d))) for d in ((2, 3, 5), ())
    )
    assert (queue_due_reminders(more), are_due(none)) == (0, False)
    clock.advance(DAY)
    assert (queue_due_reminders(none), queue_due_reminders(more)) == (0, 1)


def test_nobody_is_reminded_who_was_invited_a_short_while_ago(office: Context, clock: Clock, elodie: int) -> None:
    patient = replace(office, settings=Settings(limits=LimitSettings(reinvite_seconds=5 * DAY)))
    clock.advance(5 * DAY - 1)
    assert queue_due_reminders(patient) == 0
    assert row_of(patient).next_reminder == clock.moment + 1
    clock.advance(1)
    assert queue_due_reminders(patient) == 1


def _expires(office: Context, _box: int) -> None:
    office.database.execute("UPDATE invitation SET expires_at = sent_at + 2 * 86400")


def _fails(office: Context, _box: int) -> None:
    office.database.execute("UPDATE invitation SET state = 'failed', failure = '550 no'")


def _bounces(office: Context, _box: int) -> None:
    office.database.execute("UPDATE email_address SET validity = 'bouncing'")


HAPPENS: dict[str, Callable[[Context, int], object]] = {
    "used": lambda office, _box: activate(office, token(office, ADDRESS), "hash"),
    "cancelled": lambda office, box: cancel(office, [box]),
    "LOGIN off": lambda office, _box: change_access(office, [1], AccessWish(login=False)),
    "no mail wished": lambda office, box: suppress_address(office, box, True),
    "reminders off": lambda office, box: set_reminders(office, [box], False),
    "sent again": lambda office, box: invite(office, [box]),
    "expired": _expires,
    "failed": _fails,
    "bouncing": _bounces,
}


@pytest.mark.parametrize("happens", HAPPENS.values(), ids=HAPPENS)
def test_who_is_not_to_be_reminded_is_not(
    office: Context, clock: Clock, elodie: int, happens: Callable[[Context, int], object]
) -> None:
    happens(office, elodie)
    clock.advance(3 * DAY)
    assert queue_due_reminders(office) == 0
    assert not are_due(office)


@pytest.mark.parametrize("happens", HAPPENS.values(), ids=HAPPENS)
def test_a_reminder_that_waits_is_looked_at_again_before_it_goes(
    office: Context, clock: Clock, elodie: int, happens: Callable[[Context, int], object]
) -> None:
    clock.advance(3 * DAY)
    assert queue_due_reminders(office) == 1
    happens(office, elodie)
    delivered(office)
    assert reminders(office) in ([("withdrawn", 1)], [("failed", 1)])
    assert all(row.reminded == 0 for row in pending_rows(office, [elodie]))


def test_a_resend_begins_to_count_anew_and_taking_it_back_goes_on_as_before(
    office: Context, clock: Clock, elodie: int
) -> None:
    clock.advance(3 * DAY)
    delivered(office)
    before, stood = row_of(office), standing(office)
    send_invites(office, [elodie])
    assert (row_of(office).reminded, row_of(office).next_reminder) == (0, None)
    undo_last(office)
    assert (row_of(office), standing(office)) == (before, stood)
    send_invites(office, [elodie])
    clock.advance(60)
    send_all(office)
    assert row_of(office).next_reminder == clock.moment + 3 * DAY
    clock.advance(3 * DAY)
    assert delivered(office) == 1
    assert reminders(office) == [("sent", 1), ("sent", 2)]


def test_a_reminder_that_waits_goes_with_its_invitation_when_that_is_cancelled(
    office: Context, clock: Clock, elodie: int
) -> None:
    clock.advance(3 * DAY)
    queue_due_reminders(office)
    cancel_invites(office, [elodie])
    assert reminders(office) == [("withdrawn", 1)]
    undo_last(office)
    assert (row_of(office).state, delivered(office)) == ("sent", 0)
    clock.advance(7 * DAY)
    assert delivered(office) == 1
    assert faults(office) == []


def test_a_reminder_that_is_refused_leaves_the_invitation_as_it_is(office: Context, clock: Clock, elodie: int) -> None:
    clock.advance(3 * DAY)
    queue_due_reminders(office)
    (number,) = claim(office, OWNER, clock.moment)
    record_failed(office, OWNER, number, "550 5.1.1 unknown", no_such_mailbox=True)
    row = row_of(office)
    assert (row.state, row.validity, row.reminded, row.next_reminder) == ("sent", "bouncing", 0, None)
    assert open_link(office, token(office, ADDRESS)).state == "live"
    words = [row.words for row in log_rows(office, log_ids(office, 1))]
    assert f"Reminder to {ADDRESS} failed: 550 5.1.1 unknown" in words
    assert not any(word.startswith("Invitation to") and "failed" in word for word in words)


def test_a_notice_that_a_reminder_came_back_marks_the_address_and_leaves_the_invitation_as_it_is(
    office: Context, clock: Clock, elodie: int
) -> None:
    clock.advance(3 * DAY)
    delivered(office)
    number = office.database.value("SELECT id FROM outbox WHERE kind = 'reminder'")
    with office.database.write():
        assert record_bounced(office, number, "550 5.1.1 unknown", no_such_mailbox=True)
    row = row_of(office)
    assert (row.state, row.validity, row.next_reminder) == ("sent", "bouncing", None)


def test_reminders_are_switched_off_and_on_and_days_that_passed_meanwhile_stay_behind(
    office: Context, clock: Clock, elodie: int
) -> None:
    never = find_address(office, firm_address(office))
    assert set_reminders(office, [elodie, never], False).in_words == (
        "No reminders for 1 invitation · 1 has no open invitation"
    )
    assert row_of_elodie(office).reminders is False
    assert "no reminders" in explain(office, 1, elodie).link(LinkName.INVITATION).words
    clock.advance(4 * DAY)
    assert delivered(office) == 0
    assert set_reminders(office, [elodie], True).in_words == "Reminders on for 1 invitation"
    assert delivered(office) == 0
    assert row_of_elodie(office).next_reminder == clock.moment + 6 * DAY
    words = [row.words for row in log_rows(office, log_ids(office, 1))]
    assert words[:2] == [f"{ADDRESS} is reminded of the invitation", f"No reminders for {ADDRESS}"]
    clock.advance(6 * DAY)
    assert delivered(office) == 1


def firm_address(office: Context) -> str:
    """A pending mailbox that nobody has invited."""
    change_access(office, firm_of(office, 1), AccessWish(login=True))
    return "p0.0@crowd.example"


def row_of_elodie(office: Context) -> PendingRow:
    (row,) = pending_rows(office, [find_address(office, ADDRESS)])
    return row


def test_switched_reminders_are_taken_back_and_done_again(office: Context, elodie: int) -> None:
    def are_on() -> bool:
        return bool(office.database.value("SELECT reminders FROM invitation WHERE email_address_id = ?", [elodie]))

    set_reminders(office, [elodie], on=False)
    assert undo_last(office).title == "reminders off for 1 address"
    assert are_on()
    redo_last(office)
    assert not are_on()
    cancel_invites(office, [elodie])
    undo_last(office)
    undo_last(office)
    assert are_on()


def test_an_invitation_without_reminders_stays_so_when_it_is_sent_again(office: Context, clock: Clock) -> None:
    account, _contact = dupont(office)
    change_access(office, [account], AccessWish(login=True))
    box = find_address(office, ADDRESS)
    send_invites(office, [box], reminders=False)
    clock.advance(60)
    send_all(office)
    invite(office, [box])
    send_all(office)
    clock.advance(12 * DAY)
    assert (delivered(office), row_of(office).reminders, reminders(office)) == (0, False, [])


def test_who_may_not_manage_accounts_switches_nothing(office: Context, elodie: int) -> None:
    assert office.actor is not None
    tom = office.acting_as(replace(office.actor, role=Role.EMPLOYEE, manage_accounts=False))
    with pytest.raises(NotAllowed):
        set_reminders(tom, [elodie], False)


def test_two_who_look_at_once_queue_each_reminder_once(office: Context, clock: Clock) -> None:
    accounts = firm_of(office, 300)
    change_access(office, accounts, AccessWish(login=True, invite=True))
    clock.advance(60)
    for _batch in range(6):
        send_all(office)
    clock.advance(3 * DAY)
    queued, gate = list[int](), threading.Barrier(4)

    def look() -> None:
        other = replace(open_context(office.database.path, office.settings), clock=clock)
        gate.wait()
        queued.append(queue_due_reminders(other))
        other.database.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queued) == [0, 0, 0, 300]
    assert len(reminders(office)) == 300
