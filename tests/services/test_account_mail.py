"""The mail of an account: which mails, in which order, and what became of each in words."""

from __future__ import annotations

from tests.conftest import Clock
from tests.services.firms import OWNER, WELCOME, activated, firm_of, send_all, shared, token
from tui_portal.domain.moments import DAY
from tui_portal.mail.letters import LetterKind
from tui_portal.services.access import AccessWish, change_access
from tui_portal.services.account_mail import MailRow, mail_ids, mail_rows
from tui_portal.services.activation import activate
from tui_portal.services.context import Context
from tui_portal.services.fates import record_failed, record_later
from tui_portal.services.invitations import invite
from tui_portal.services.outbox import MailState, claim


def _mail(office: Context, account: int, limit: int = -1) -> list[MailRow]:
    return mail_rows(office, mail_ids(office, account, limit))


def _words(office: Context, account: int) -> list[str]:
    return [row.words for row in _mail(office, account)]


def test_an_account_has_the_mail_to_its_addresses_that_concerns_it(office: Context, clock: Clock) -> None:
    account, other, third = firm_of(office, 3)
    shared(office, [account, other], "both@crowd.example")
    activated(office, account, "both@crowd.example")
    clock.advance(60)
    change_access(office, [other], AccessWish(login=True, invite=True))
    change_access(office, [third], WELCOME)

    assert [(row.to, row.kind) for row in _mail(office, account)] == [("both@crowd.example", LetterKind.INVITATION)]
    assert {(row.to, row.kind) for row in _mail(office, other)} == {
        ("p1.0@crowd.example", LetterKind.INVITATION),
        ("both@crowd.example", LetterKind.ACCESS_NOTICE),
        ("both@crowd.example", LetterKind.INVITATION),
    }
    assert [(row.to, row.message, row.name) for row in _mail(office, third)] == [
        ("p2.0@crowd.example", "Welcome", "Person 2")
    ]


def test_an_address_that_only_has_settings_left_keeps_its_mail_in_the_account(office: Context) -> None:
    [account] = firm_of(office, 1)
    change_access(office, [account], WELCOME)
    office.database.execute("DELETE FROM account_contact")
    assert [row.to for row in _mail(office, account)] == ["p0.0@crowd.example"]


def test_the_newest_mail_stands_first_and_a_window_holds_the_newest(office: Context) -> None:
    [account] = firm_of(office, 1, addresses=4)
    change_access(office, [account], WELCOME)
    whole = mail_ids(office, account)
    assert list(whole) == [4, 3, 2, 1]
    assert [list(mail_ids(office, account, limit)) for limit in (0, 3, 9)] == [[], [4, 3, 2], [4, 3, 2, 1]]
    assert [row.id for row in mail_rows(office, [2, 4, 99])] == [2, 4]


def test_what_waits_tells_when_it_is_tried_and_why_it_still_waits(office: Context, clock: Clock) -> None:
    first, second = firm_of(office, 2)
    change_access(office, [first], WELCOME)
    assert _words(office, first) == ["waits"]
    [number] = claim(office, OWNER, clock())
    assert _words(office, first) == ["being sent"]
    record_later(office, OWNER, number, "451 4.7.1 greylisted")
    [row] = _mail(office, first)
    assert row.words.startswith("waits until 12 Nov 12:")
    assert row.words.endswith(", 1 try: 451 4.7.1 greylisted")
    assert row.next_try is not None
    assert _mail(office, second) == []


def test_what_failed_tells_the_answer_of_the_server(office: Context, clock: Clock) -> None:
    [account] = firm_of(office, 1)
    change_access(office, [account], WELCOME)
    [number] = claim(office, OWNER, clock())
    record_later(office, OWNER, number, "451 later")
    clock.advance(DAY)
    claim(office, OWNER, clock())
    record_failed(office, OWNER, number, "550 5.1.1 nobody here")
    [row] = _mail(office, account)
    assert (row.state, row.next_try, row.words) == (MailState.FAILED, None, "failed, 2 tries: 550 5.1.1 nobody here")


def test_what_was_sent_tells_when_and_what_became_of_the_link(office: Context, clock: Clock) -> None:
    [account] = firm_of(office, 1)
    change_access(office, [account], WELCOME)
    clock.advance(60)
    send_all(office)
    assert _words(office, account) == ["sent 12 Nov 12:01"]
    clock.advance(60)
    invite(office, [1])
    send_all(office)
    assert _words(office, account) == ["sent 12 Nov 12:02", "replaced by a newer link (sent 12 Nov 12:01)"]
    clock.advance(60)
    activate(office, token(office, "p0.0@crowd.example"), "hash")
    assert _words(office, account)[0] == "link used 12 Nov 12:03 (sent 12 Nov 12:02)"


def test_a_link_that_expired_or_was_withdrawn_is_told(office: Context, clock: Clock) -> None:
    first, second = firm_of(office, 2)
    change_access(office, [first], WELCOME)
    change_access(office, [second], WELCOME)
    send_all(office)
    change_access(office, [second], AccessWish(login=False))
    clock.advance(15 * DAY)
    assert _words(office, first) == ["link expired 26 Nov 12:00 (sent 12 Nov 12:00)"]
    assert _words(office, second) == ["link withdrawn 12 Nov 12:00 (sent 12 Nov 12:00)"]


def test_mail_of_a_former_year_is_told_with_its_year(office: Context, clock: Clock) -> None:
    [account] = firm_of(office, 1)
    change_access(office, [account], WELCOME)
    send_all(office)
    clock.advance(365 * DAY)
    assert _words(office, account) == ["link expired 26 Nov 2026 (sent 12 Nov 2026)"]


def test_the_mail_of_an_account_is_read_from_the_index(office: Context) -> None:
    [account] = firm_of(office, 1)
    told: list[str] = []
    connection = office.database.models.connection()  # type: ignore[no-untyped-call]  # Peewee has no types
    connection.set_trace_callback(told.append)
    mail_ids(office, account, 30)
    connection.set_trace_callback(None)
    statement = told[-1]
    plan = [row[3] for row in office.database.rows(f"EXPLAIN QUERY PLAN {statement}")]
    assert [step for step in plan if step.startswith("SEARCH o USING INDEX outbox_by_address ")], plan
    assert not [step for step in plan if step.startswith(("SCAN o", "SCAN e", "SCAN s", "SCAN ac"))], plan
